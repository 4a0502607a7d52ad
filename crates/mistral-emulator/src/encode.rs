//! Text to the bytes of a body: `\u` escapes and gzip.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderMap;
use http::header::ACCEPT_ENCODING;

use crate::reply::Gzip;

/// Writes every non-ASCII character of JSON text as `\uXXXX`, like Python's `json` does.
pub(crate) fn escape_non_ascii(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            escaped.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            escaped.push_str(&format!("\\u{unit:04x}"));
        }
    }
    escaped
}

/// Whether to compress for a client that sent these header fields.
pub(crate) fn wants_gzip(choice: Gzip, request: &HeaderMap) -> bool {
    match choice {
        Gzip::Never => false,
        Gzip::Always => true,
        Gzip::IfAccepted => request
            .get_all(ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(accepts_gzip),
    }
}

/// One gzip stream in as many pieces as there were chunks, each decodable when it arrives. `end`
/// writes the trailer into the last one.
pub(crate) fn gzip(chunks: Vec<Bytes>, end: bool) -> Vec<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let mut pieces = Vec::with_capacity(chunks.len() + 1);
    for chunk in chunks {
        encoder.write_all(&chunk).expect("writing to memory");
        encoder.flush().expect("writing to memory");
        pieces.push(std::mem::take(encoder.get_mut()));
    }
    if end {
        let trailer = encoder.finish().expect("writing to memory");
        match pieces.last_mut() {
            Some(last) => last.extend(trailer),
            None => pieces.push(trailer),
        }
    }
    pieces.into_iter().map(Bytes::from).collect()
}

fn accepts_gzip(item: &str) -> bool {
    let mut parts = item.split(';').map(str::trim);
    let named = parts
        .next()
        .is_some_and(|coding| coding.eq_ignore_ascii_case("gzip"));
    let refused = parts.any(|part| {
        part.strip_prefix("q=")
            .and_then(|q| q.parse::<f32>().ok())
            .is_some_and(|q| q == 0.0)
    });
    named && !refused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_use_surrogate_pairs() {
        assert_eq!(escape_non_ascii("\"né 👍\""), "\"n\\u00e9 \\ud83d\\udc4d\"");
    }

    #[test]
    fn gzip_is_accepted_by_name_only() {
        for (value, accepted) in [
            ("gzip, deflate", true),
            ("br, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("identity", false),
            ("x-gzip-like", false),
        ] {
            assert_eq!(value.split(',').any(accepts_gzip), accepted, "{value}");
        }
    }
}
