//! Which coding a body has, by its headers.

use std::fmt;

use http::{HeaderMap, header};

/// A content coding that a [`Decoder`](super::Decoder) undoes, by RFC 9110, section 8.4.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Coding {
    /// `gzip` or `x-gzip`, RFC 1952.
    Gzip,
    /// `deflate`: the zlib format, RFC 1950.
    Deflate,
    /// `br`, RFC 7932.
    Brotli,
    /// `zstd`, RFC 8878 with the window of RFC 9659. With the feature `decode-zstd`.
    #[cfg(feature = "decode-zstd")]
    Zstd,
}

/// A body has a coding that is not known here, or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCoding;

impl fmt::Display for UnknownCoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a content coding that is not known, or several")
    }
}

impl std::error::Error for UnknownCoding {}

impl Coding {
    /// The coding by every `content-encoding` header; none if there is none but `identity`.
    ///
    /// # Errors
    ///
    /// [`UnknownCoding`] if there are several codings, or one that is not known.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, UnknownCoding> {
        let mut names = headers
            .get_all(header::CONTENT_ENCODING)
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .map(<[u8]>::trim_ascii)
            .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case(b"identity"));
        let Some(name) = names.next() else {
            return Ok(None);
        };
        if names.next().is_some() {
            return Err(UnknownCoding);
        }
        Self::by_name(name).map(Some).ok_or(UnknownCoding)
    }

    fn by_name(name: &[u8]) -> Option<Self> {
        match name.to_ascii_lowercase().as_slice() {
            b"gzip" | b"x-gzip" => Some(Self::Gzip),
            b"deflate" => Some(Self::Deflate),
            b"br" => Some(Self::Brotli),
            #[cfg(feature = "decode-zstd")]
            b"zstd" => Some(Self::Zstd),
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use http::{HeaderMap, HeaderValue, header::CONTENT_ENCODING};

    use super::{Coding, UnknownCoding};

    #[test]
    fn the_coding_is_that_of_all_headers_together() {
        let cases: &[(&[&[u8]], _)] = &[
            (&[], Ok(None)),
            (&[b""], Ok(None)),
            (&[b"Identity"], Ok(None)),
            (&[b"identity, ,identity", b"identity"], Ok(None)),
            (&[b"gzip"], Ok(Some(Coding::Gzip))),
            (&[b" X-GZip\t"], Ok(Some(Coding::Gzip))),
            (&[b"deflate"], Ok(Some(Coding::Deflate))),
            (&[b"BR"], Ok(Some(Coding::Brotli))),
            #[cfg(feature = "decode-zstd")]
            (&[b"zstd"], Ok(Some(Coding::Zstd))),
            #[cfg(not(feature = "decode-zstd"))]
            (&[b"zstd"], Err(UnknownCoding)),
            (&[b"identity,gzip"], Ok(Some(Coding::Gzip))),
            (&[b"identity", b"gzip,"], Ok(Some(Coding::Gzip))),
            (&[b"gzip, gzip"], Err(UnknownCoding)),
            (&[b"gzip", b"br"], Err(UnknownCoding)),
            (&[b"compress"], Err(UnknownCoding)),
            (&[b"gzip;q=1"], Err(UnknownCoding)),
            (&[b"gzip br"], Err(UnknownCoding)),
            (&[b"gzip\xff"], Err(UnknownCoding)),
        ];
        for (values, expected) in cases {
            let mut headers = HeaderMap::new();
            for value in *values {
                headers.append(CONTENT_ENCODING, HeaderValue::from_bytes(value).unwrap());
            }
            assert_eq!(Coding::of(&headers), *expected, "{headers:?}");
        }
    }
}
