//! The key that tells our marks from those that a text makes up.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The key of the marks around the user's text.
///
/// Each layer makes up one of its own, which its clones share. Several instances that see each
/// other's requests, and requests that are to stay in the API's prompt cache over a restart, need
/// one that they share: at least 32 random bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct WrapKey([u8; 32]);

impl WrapKey {
    /// The key that is made of these bytes, of any number.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
        mac.update(b"tower-mistral wrap");
        Self(mac.finalize().into_bytes().into())
    }

    /// A key that the standard library's keyed hasher makes up, from the system's randomness.
    pub(crate) fn random() -> Self {
        let seed = [(); 4].map(|()| RandomState::new().hash_one("wrap").to_be_bytes());
        Self::new(&seed.concat())
    }

    /// 16 hexadecimal digits that nobody without the key can tell.
    pub(super) fn keyed(&self, purpose: &str, parts: &[&str]) -> String {
        let mac = self.mac(purpose, parts).finalize().into_bytes();
        mac.iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Whether the digits are those, in a time that does not tell how many of them are.
    pub(super) fn is_keyed(&self, digits: &str, purpose: &str, parts: &[&str]) -> bool {
        let byte = |at: usize| {
            let pair = digits.get(2 * at..2 * at + 2)?;
            u8::from_str_radix(pair, 16).ok()
        };
        let bytes: Option<Vec<u8>> = (0..8).map(byte).collect();
        let is_canonical = digits.len() == 16 && digits.bytes().all(is_digit);
        let mac = self.mac(purpose, parts);
        bytes.is_some_and(|bytes| is_canonical && mac.verify_truncated_left(&bytes).is_ok())
    }

    /// One of so many, chosen by the key.
    pub(super) fn choice(&self, of: u32) -> u32 {
        let mac = self.mac("choice", &[]).finalize().into_bytes();
        let first = mac.iter().take(4);
        first.fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte)) % of
    }

    fn mac(&self, purpose: &str, parts: &[&str]) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        for part in [purpose].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac
    }
}

pub(super) fn is_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

impl fmt::Debug for WrapKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrapKey(..)")
    }
}
