//! One API key, and the name under which it may be spoken of.

use std::{
    error::Error,
    fmt,
    hash::{BuildHasher, RandomState},
    sync::LazyLock,
};

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// An API key that can stand in a header. `Debug` shows its [`Fingerprint`] only; the memory is
/// wiped on drop.
#[derive(Clone)]
pub struct ApiKey(SecretString);

impl ApiKey {
    /// The longest key, in bytes. The API's own have 32; tokens of service accounts are longer.
    pub const MAX_LEN: usize = 4096;

    /// Checks that `key` is not empty and is visible ASCII, so that it can stand in a header.
    ///
    /// # Errors
    ///
    /// Says what is wrong and where, never what stands there.
    pub fn new(key: impl Into<SecretString>) -> Result<Self, KeyFault> {
        let key = key.into();
        let text = key.expose_secret();
        if text.is_empty() {
            return Err(KeyFault::Empty);
        }
        if text.len() > Self::MAX_LEN {
            return Err(KeyFault::TooLong);
        }
        if let Some(at) = text.chars().position(|c| !c.is_ascii_graphic()) {
            return Err(KeyFault::NotVisibleAscii { at: at + 1 });
        }
        Ok(Self(key))
    }

    /// The name under which reports and logs speak of this key.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.0.expose_secret())
    }

    /// The value of `authorization`, marked as sensitive.
    pub(crate) fn to_header(&self) -> HeaderValue {
        let key = self.0.expose_secret();
        // Of the right size at once: a string that grows leaves copies behind.
        let mut value = String::with_capacity("Bearer ".len() + key.len());
        value.push_str("Bearer ");
        value.push_str(key);
        let mut value = HeaderValue::try_from(value).expect("a key is visible ASCII");
        value.set_sensitive(true);
        value
    }

    pub(crate) fn secret(&self) -> &SecretString {
        &self.0
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({})", self.fingerprint())
    }
}

impl From<ApiKey> for SecretString {
    fn from(key: ApiKey) -> Self {
        key.0
    }
}

/// Why a text is not an [`ApiKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFault {
    /// It is empty.
    Empty,
    /// It is longer than [`ApiKey::MAX_LEN`].
    TooLong,
    /// A character of it is a space, a control character or not ASCII.
    NotVisibleAscii {
        /// Which character, counted from 1.
        at: usize,
    },
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the key is empty"),
            Self::TooLong => write!(f, "the key has more than {} bytes", ApiKey::MAX_LEN),
            Self::NotVisibleAscii { at } => {
                write!(f, "character {at} of the key is not visible ASCII")
            }
        }
    }
}

impl Error for KeyFault {}

/// Eight hexadecimal digits that stand for a key within this process. They are a hash under a
/// random key, so they tell nobody whether a guess of the key is right, and they differ from one
/// start of the process to the next.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(u32);

impl Fingerprint {
    fn of(key: &str) -> Self {
        static RANDOM: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        Self((RANDOM.hash_one(key) >> 32) as u32)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_key_can_stand_in_a_header_and_shows_nowhere() {
        let table = [
            ("", Err(KeyFault::Empty)),
            ("abc", Ok(())),
            ("a b", Err(KeyFault::NotVisibleAscii { at: 2 })),
            ("abc\n", Err(KeyFault::NotVisibleAscii { at: 4 })),
            ("cl\u{e9}", Err(KeyFault::NotVisibleAscii { at: 3 })),
            ("\u{0}", Err(KeyFault::NotVisibleAscii { at: 1 })),
        ];
        for (text, expected) in table {
            assert_eq!(ApiKey::new(text).map(drop), expected);
        }
        let long = "x".repeat(ApiKey::MAX_LEN + 1);
        assert_eq!(ApiKey::new(long).map(drop), Err(KeyFault::TooLong));

        let key = ApiKey::new("canary-canary").unwrap();
        assert_eq!(key.to_header(), "Bearer canary-canary");
        assert!(key.to_header().is_sensitive());
        let shown = format!("{key:?} {:?} {}", key.to_header(), key.fingerprint());
        assert!(!shown.contains("canary"), "{shown}");
    }

    #[test]
    fn fingerprints_tell_keys_apart() {
        let of = |key| ApiKey::new(key).unwrap().fingerprint();
        assert_eq!(of("one"), of("one"));
        assert_ne!(of("one"), of("two"));
        assert_eq!(of("one").to_string().len(), 8);
    }
}
