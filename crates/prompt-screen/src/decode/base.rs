//! Bytes written in letters: hex, base32, base64, ASCII85, uuencode.

use std::sync::LazyLock;

use data_encoding::{Encoding, HEXLOWER_PERMISSIVE, Specification};

use super::{Kind, language::readable, parts::Parts};
use crate::read::Word;

/// The fewest characters that are looked into.
const FEWEST: usize = 8;
/// Letters of the longest word in a run: what stands between them are few signs.
pub(crate) const LEAST_WORD: usize = 6;
/// From this many on a line goes on in the next one.
const WRAPPED: usize = 32;

/// Finds hex, base32 and base64. A run of their characters holds a long word.
pub(crate) fn runs(text: &str, words: &[Word], parts: &mut Parts) {
    let bytes = text.as_bytes();
    let mut done = 0;
    for word in words {
        if word.span.len() < LEAST_WORD || word.span.start < done || is_lower(bytes, word) {
            continue;
        }
        let back = bytes.get(done..word.span.start).unwrap_or_default();
        let start = word.span.start - back.iter().rev().take_while(|b| is_base64(**b)).count();
        let end = end(bytes, start);
        done = end.max(word.span.end);
        if end - start < FEWEST {
            continue;
        }
        let run = bytes.get(start..end).unwrap_or_default();
        if let Some((kind, decoded)) = decode(run) {
            let padding = bytes.get(end..).unwrap_or_default();
            let padding = padding.iter().take_while(|byte| **byte == b'=').count();
            parts.put(kind, text, start..end + padding, &decoded);
            continue;
        }
        // A path or a name with a part that is encoded.
        let span = word.span.clone();
        if let Some((kind, decoded)) = bytes.get(span.clone()).and_then(decode) {
            if span.len() >= 2 * FEWEST {
                parts.put(kind, text, span, &decoded);
            }
        }
    }
}

/// Whether all letters but the first are small ones, as most words of most texts have it.
fn is_lower(bytes: &[u8], word: &Word) -> bool {
    let rest = bytes.get(word.span.start + 1..word.span.end);
    rest.unwrap_or_default().iter().all(|byte| *byte >= b'a')
}

/// Where the run that begins at `start` ends, over the ends of wrapped lines.
fn end(bytes: &[u8], start: usize) -> usize {
    let mut line = start;
    loop {
        let rest = bytes.get(line..).unwrap_or_default();
        let n = rest.iter().take_while(|byte| is_base64(**byte)).count();
        let end = line + n;
        if n < WRAPPED {
            return end;
        }
        let rest = rest.get(n..).unwrap_or_default();
        let white = rest
            .iter()
            .take(4)
            .take_while(|byte| byte.is_ascii_whitespace());
        let white = white.count();
        let next = rest.get(white..).unwrap_or_default();
        let n = next.iter().take_while(|byte| is_base64(**byte)).count();
        let after = next
            .get(n)
            .is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b'=');
        let is_line = rest.iter().take(white).any(|byte| *byte == b'\n');
        if n == 0 || !is_line || !after || is_prose(next.get(..n).unwrap_or_default()) {
            return end;
        }
        line = end + white;
    }
}

/// Whether a line of these characters is a word rather than the rest of a run.
fn is_prose(run: &[u8]) -> bool {
    let lower = run.iter().skip(1).all(u8::is_ascii_lowercase);
    lower && run.len() < WRAPPED
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

fn decode(run: &[u8]) -> Option<(Kind, String)> {
    let run: Vec<u8> = run
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            _ => *byte,
        })
        .collect();
    let hex = run
        .strip_prefix(b"0x")
        .or(run.strip_prefix(b"0X"))
        .unwrap_or(&run);
    let ways = [
        (Kind::Hex, &HEXLOWER_PERMISSIVE, hex),
        (Kind::Base32, &*BASE32, &run),
        (Kind::Base64, &*BASE64, &run),
    ];
    ways.into_iter().find_map(|(kind, encoding, run)| {
        let bytes = encoding.decode(run).ok()?;
        Some((kind, readable(&bytes)?.to_owned()))
    })
}

/// Without padding, and with whatever stands in the bits that are left over.
fn lenient(symbols: &str) -> Encoding {
    let mut specification = Specification::new();
    specification.symbols.push_str(symbols);
    specification.check_trailing_bits = false;
    let encoding = specification.encoding();
    encoding.expect("invariant: an alphabet of the standard")
}

static BASE32: LazyLock<Encoding> = LazyLock::new(|| lenient("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"));

static BASE64: LazyLock<Encoding> =
    LazyLock::new(|| lenient("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"));

/// Finds ASCII85 and uuencode, which use any sign: a row of them without blanks, or a line.
pub(crate) fn signs(text: &str, words: &[Word], parts: &mut Parts) {
    let bytes = text.as_bytes();
    let mut done = 0;
    let mut line_done = 0;
    for two in words.windows(2) {
        let [Word { span: before, .. }, Word { span: after, .. }] = two else {
            continue;
        };
        let between = bytes.get(before.end..after.start).unwrap_or_default();
        let is_tangled = between.len() > 1 && !between.iter().any(u8::is_ascii_whitespace);
        if !is_tangled || before.end < done {
            continue;
        }
        if before.end >= line_done {
            let start = back(bytes, line_done, before.start, |byte| byte == b'\n');
            line_done = forth(bytes, after.end, |byte| byte == b'\n');
            let line = text
                .get(start..line_done)
                .unwrap_or_default()
                .trim_end_matches('\r');
            if let Some((from, decoded)) = uuencoded(line) {
                parts.put(
                    Kind::Uuencode,
                    text,
                    start + from..start + line.len(),
                    &decoded,
                );
                done = line_done;
                continue;
            }
        }
        let start = back(bytes, done, before.start, |byte| byte.is_ascii_whitespace());
        done = forth(bytes, after.end, |byte| byte.is_ascii_whitespace());
        let token = text.get(start..done).unwrap_or_default();
        let bare = token.strip_prefix("<~").unwrap_or(token);
        let bare = bare.strip_suffix("~>").unwrap_or(bare);
        if let Some(decoded) = ascii85(bare.as_bytes()) {
            parts.put(Kind::Ascii85, text, start..done, &decoded);
        }
    }
}

/// Behind the last such byte between `least` and `from`.
fn back(bytes: &[u8], least: usize, from: usize, is: impl Fn(u8) -> bool) -> usize {
    let part = bytes.get(least..from).unwrap_or_default();
    let found = part.iter().rposition(|byte| is(*byte));
    found.map_or(least.min(from), |at| least + at + 1)
}

/// At the next such byte.
fn forth(bytes: &[u8], from: usize, is: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let found = rest.iter().position(|byte| is(*byte));
    found.map_or(bytes.len(), |at| from + at)
}

/// What follows the last `: ` of the line, or the line: its length in the first character.
fn uuencoded(line: &str) -> Option<(usize, String)> {
    let bytes = line.as_bytes();
    let colon = bytes.windows(2).take(64).position(|two| two == b": ");
    [0, colon.map_or(0, |colon| colon + 2)]
        .into_iter()
        .find_map(|from| {
            let (first, rest) = bytes.get(from..)?.split_first()?;
            let n = usize::from(first.checked_sub(b' ')?);
            let needs = n.div_ceil(3) * 4;
            // Blanks at the end are zeros, and get lost.
            let longest = needs + 2;
            if n == 0 || n > 45 || rest.len() > longest || rest.len() + 4 < needs {
                return None;
            }
            let mut decoded = Vec::with_capacity(needs);
            for four in rest.chunks(4) {
                let mut block = 0_u32;
                for i in 0..4 {
                    let byte = four.get(i).copied().unwrap_or(b' ');
                    if !(b' '..=b'`').contains(&byte) {
                        return None;
                    }
                    block = block << 6 | u32::from(byte.wrapping_sub(b' ') & 63);
                }
                decoded.extend_from_slice(block.to_be_bytes().get(1..)?);
            }
            let text = readable(decoded.get(..n)?)?;
            let signs = rest
                .iter()
                .any(|byte| !byte.is_ascii_uppercase() && *byte != b' ');
            signs.then(|| (from, text.to_owned()))
        })
}

fn ascii85(token: &[u8]) -> Option<String> {
    if token.len() < FEWEST || token.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    let mut decoded = Vec::with_capacity(token.len());
    for five in token.chunks(5) {
        let mut block = 0_u64;
        for i in 0..5 {
            let byte = five.get(i).copied().unwrap_or(b'u');
            if !(b'!'..=b'u').contains(&byte) {
                return None;
            }
            block = block * 85 + u64::from(byte - b'!');
        }
        let block = u32::try_from(block).ok()?.to_be_bytes();
        let block = block.get(..five.len().checked_sub(1)?)?;
        // What is none is soon found out.
        if block
            .iter()
            .any(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace())
        {
            return None;
        }
        decoded.extend_from_slice(block);
    }
    let text = readable(&decoded)?;
    text.is_ascii().then(|| text.to_owned())
}
