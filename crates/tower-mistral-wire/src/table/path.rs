//! The request path that is classified is the path that is sent.

use std::fmt;

/// A request path that no host will normalise into another one.
///
/// Hosts rewrite paths after a layer has looked at them: reqwest turns
/// `/v1/models/%2e%2e/chat/completions` into a chat call. So a path with dot segments (raw or
/// encoded), encoded slashes or backslashes, doubled slashes, controls, or bytes outside of
/// RFC 3986's `pchar` is refused, and what is left is matched percent-decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPath(String);

/// Why a path is refused. Does not quote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathError {
    /// A `.` or `..` segment, raw or percent-encoded.
    DotSegment,
    /// `%2F`, `%5C` or a raw backslash.
    EncodedSlash,
    /// `//`
    DoubledSlash,
    /// A control character, a byte outside of `pchar`, a broken percent-encoding or not UTF-8.
    BadCharacter,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DotSegment => "the path has a dot segment",
            Self::EncodedSlash => "the path has an encoded slash or a backslash",
            Self::DoubledSlash => "the path has a doubled slash",
            Self::BadCharacter => "the path has a character that is not allowed in one",
        })
    }
}

impl std::error::Error for PathError {}

impl RequestPath {
    /// Checks the path of `uri`. A URI without a path (`OPTIONS *`, CONNECT) has an empty one.
    ///
    /// # Errors
    ///
    /// Says which kind of ambiguity the path has.
    pub fn of(uri: &http::Uri) -> Result<Self, PathError> {
        let raw = uri.path();
        let decoded = match raw.bytes().all(|byte| byte == b'/' || is_pchar(byte)) {
            true => raw.to_owned(),
            false => Self::decode(raw)?,
        };
        refuse_ambiguous_segments(&decoded)?;
        Ok(Self(decoded))
    }

    /// The path without its percent-encodings.
    fn decode(raw: &str) -> Result<String, PathError> {
        let mut decoded = Vec::with_capacity(raw.len());
        let mut bytes = raw.bytes();
        while let Some(byte) = bytes.next() {
            if byte != b'%' {
                if byte == b'\\' {
                    return Err(PathError::EncodedSlash);
                }
                if byte != b'/' && !is_pchar(byte) {
                    return Err(PathError::BadCharacter);
                }
                decoded.push(byte);
                continue;
            }
            let digit = |byte: Option<u8>| byte.and_then(|b| char::from(b).to_digit(16));
            let (Some(high), Some(low)) = (digit(bytes.next()), digit(bytes.next())) else {
                return Err(PathError::BadCharacter);
            };
            match (high * 16 + low) as u8 {
                b'/' | b'\\' => return Err(PathError::EncodedSlash),
                byte if byte.is_ascii_control() => return Err(PathError::BadCharacter),
                byte => decoded.push(byte),
            }
        }
        String::from_utf8(decoded).map_err(|_| PathError::BadCharacter)
    }

    /// The path, percent-decoded.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One pass: it runs at every call.
fn refuse_ambiguous_segments(path: &str) -> Result<(), PathError> {
    const NAME: usize = 3;
    // What the segment consists of so far: so many dots, from 3 on something that is a name.
    let mut dots = 0;
    let mut before = None;
    for byte in path.bytes() {
        match byte {
            b'/' if before == Some(b'/') => return Err(PathError::DoubledSlash),
            b'/' if matches!(dots, 1 | 2) => return Err(PathError::DotSegment),
            b'/' => dots = 0,
            b'.' => dots += 1,
            _ => dots = NAME,
        }
        before = Some(byte);
    }
    match dots {
        1 | 2 => Err(PathError::DotSegment),
        _ => Ok(()),
    }
}

fn is_pchar(byte: u8) -> bool {
    // Ranges and single bytes: cheaper than to look for each byte in a list.
    matches!(
        byte,
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9'
            | b'-' | b'.' | b'_' | b'~'
            | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'='
            | b':' | b'@'
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn ambiguous_paths_are_refused() {
        use PathError::*;
        let table = [
            ("/v1/models/%2e%2e/chat/completions", DotSegment),
            ("/v1/models/../chat/completions", DotSegment),
            ("/v1/./chat/completions", DotSegment),
            ("/v1/%2E./chat", DotSegment),
            ("/v1/models%2fchat", EncodedSlash),
            ("/v1/models%5Cchat", EncodedSlash),
            ("/v1//chat/completions", DoubledSlash),
            ("/v1/chat%00", BadCharacter),
            ("/v1/chat%0d%0a", BadCharacter),
            ("/v1/ch%zzat", BadCharacter),
            ("/v1/ch%f", BadCharacter),
            ("/v1/%ff", BadCharacter),
            ("/v1/{chat}", BadCharacter),
        ];
        for (path, error) in table {
            // Some hosts build a URI more leniently than `http` parses one.
            let Ok(uri) = path.parse::<http::Uri>() else {
                continue;
            };
            assert_eq!(RequestPath::of(&uri), Err(error), "{path}");
        }
    }
}
