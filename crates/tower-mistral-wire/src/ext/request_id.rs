//! The id by which a caller and an operator speak of one call.

use std::{fmt, sync::Arc};

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::random;

/// A request id: the caller's `x-request-id` if it has the shape of one, or a new one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The header's name.
    pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

    /// The id in `headers`, or a new one. Kept are up to 64 letters, digits, `-`, `_` and `.`, so
    /// that an id can stand in a log line and carries no text; but not what could be a key: 32
    /// letters and digits in a row that are not hexadecimal.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let given = headers
            .get(Self::HEADER)
            .and_then(|value| value.to_str().ok());
        given.and_then(Self::checked).unwrap_or_else(Self::random)
    }

    /// A new id of 32 hexadecimal digits, not to be guessed from others.
    pub fn random() -> Self {
        let (high, low) = (random::number(), random::number());
        let mut digits = [0; 32];
        let (first, last) = digits.split_at_mut(16);
        first.copy_from_slice(&random::hex(high));
        last.copy_from_slice(&random::hex(low));
        let id = std::str::from_utf8(&digits).expect("digits are ASCII");
        Self(id.into())
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as the value of a header.
    pub fn to_header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("an id is made of visible ASCII characters")
    }

    fn checked(id: &str) -> Option<Self> {
        let fits = (1..=64).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        let mut words = id.split(['-', '_', '.']);
        let is_key = |word: &str| word.len() >= 32 && !word.bytes().all(|b| b.is_ascii_hexdigit());
        (fits && !words.any(is_key)).then(|| Self(id.into()))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kept_by_shape() {
        let table = [
            ("abc-1_2.3", true),
            ("", false),
            ("a b", false),
            ("{\"x\"}", false),
            ("4bf92f3577b34da6a3ce929d0e0e4736", true),
            ("an-0a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p", false),
        ];
        for (id, kept) in table {
            let mut headers = HeaderMap::new();
            headers.insert("x-request-id", id.parse().unwrap());
            assert_eq!(
                RequestId::from_headers(&headers).as_str() == id,
                kept,
                "{id}"
            );
        }
        assert_ne!(RequestId::random(), RequestId::random());
        assert_eq!(RequestId::random().as_str().len(), 32);
    }
}
