//! Keys that go one way, and tags.

use std::{
    fmt::{self, Write},
    fs, io,
    path::Path,
    str::FromStr,
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A key of a trail; the one to begin with is the start key. `Debug` does not show it.
#[derive(Clone)]
pub struct AuditKey(Zeroizing<[u8; 32]>);

/// A keyed hash.
pub(super) type Tag = [u8; 32];

impl AuditKey {
    /// These bytes, which nobody can guess.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The key that 64 hexadecimal digits spell, with white space around them or not.
    pub fn from_hex(text: &str) -> Option<Self> {
        unhex(text.trim().as_bytes()).map(Self::new)
    }

    /// The key in a file of 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or holds something else, which is not shown.
    pub fn read(path: &Path) -> io::Result<Self> {
        let text = Zeroizing::new(fs::read_to_string(path)?);
        let form = "the key is not 64 hexadecimal digits";
        Self::from_hex(&text).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, form))
    }

    /// The key of the next record, from which this one cannot be had.
    pub(super) fn next(&self) -> Self {
        Self::new(self.mac(b'k', &[]))
    }

    /// The tag of a line that stands behind the one with the tag `previous`.
    pub(super) fn tag(&self, previous: &Tag, line: &[u8]) -> Tag {
        self.mac(b't', &[previous, line])
    }

    /// What tells start keys apart and tells nothing of them.
    pub(super) fn fingerprint(&self) -> String {
        hex(&self.mac(b'f', &[])).chars().take(16).collect()
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The purpose stands in front, so that no key is ever a tag.
    fn mac(&self, purpose: u8, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&*self.0).expect("HMAC takes keys of any length");
        mac.update(&[purpose]);
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditKey")
    }
}

/// Where a trail has got to: the number of a record and its tag, written `number:tag`. No secret:
/// it is told elsewhere, so that a trail whose end was cut off can be told from a whole one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Head {
    /// The record's number; the first of a trail has 0.
    pub record: u64,
    /// Its tag.
    pub tag: [u8; 32],
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.record, hex(&self.tag))
    }
}

impl FromStr for Head {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "a head is a record's number, a colon and 64 hexadecimal digits";
        let (record, tag) = text.split_once(':').ok_or(FORM)?;
        let record = record.parse().map_err(|_| FORM)?;
        let tag = unhex(tag.as_bytes()).ok_or(FORM)?;
        Ok(Self { record, tag })
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

pub(super) fn unhex(digits: &[u8]) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    if digits.len() != 64 {
        return None;
    }
    let digit = |digit: &u8| char::from(*digit).to_digit(16);
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = u8::try_from(digit(high)? * 16 + digit(low)?).ok()?;
    }
    Some(out)
}
