//! Between a string's text and its spelling inside JSON quotes.

use std::borrow::Cow;

/// The text of a spelling. Without a backslash it is the spelling itself.
///
/// An unpaired surrogate becomes U+FFFD. `raw` is the content of a valid JSON string.
pub fn decode(raw: &[u8], escaped: bool) -> Cow<'_, str> {
    if !escaped {
        return utf8(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((unit, after)) = next_unit(rest) {
        match unit {
            Unit::Plain(plain) => text.push_str(&utf8(plain)),
            Unit::Escape(character) => text.push(character),
        }
        rest = after;
    }
    Cow::Owned(text)
}

/// Appends `text` to `out` as it is spelled inside JSON quotes.
pub fn encode(text: &str, out: &mut Vec<u8>) {
    for character in text.chars() {
        match character {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            '\0'..='\u{1f}' => {
                out.extend_from_slice(format!("\\u{:04x}", character as u32).as_bytes());
            }
            _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// How many bytes of the spelling `raw` make the first `n` bytes of its text.
///
/// `n` lies on a character's border; a spelling that is shorter answers with its whole length.
pub fn spelled_len(raw: &[u8], n: usize) -> usize {
    if memchr::memchr(b'\\', raw.get(..n).unwrap_or(raw)).is_none() {
        return n.min(raw.len());
    }
    let mut left = n;
    let mut rest = raw;
    while left > 0 {
        let Some((unit, after)) = next_unit(rest) else {
            break;
        };
        match unit {
            Unit::Plain(plain) if plain.len() > left => {
                rest = rest.get(left..).unwrap_or_default();
                left = 0;
            }
            Unit::Plain(plain) => {
                left -= plain.len();
                rest = after;
            }
            Unit::Escape(character) => {
                left = left.saturating_sub(character.len_utf8());
                rest = after;
            }
        }
    }
    raw.len() - rest.len()
}

/// How many characters (Unicode scalars) a spelling stands for.
pub fn count_chars(raw: &[u8]) -> u64 {
    let mut count = count_plain(raw);
    let mut rest = raw;
    // An escape stands for one character, and is spelled with several, all of them ASCII.
    while let Some(escape) = memchr::memchr(b'\\', rest).and_then(|at| rest.get(at..)) {
        rest = next_unit(escape).map_or(b"", |(_, after)| after);
        count = count.saturating_sub((escape.len() - rest.len()).saturating_sub(1) as u64);
    }
    count
}

/// The same without escapes. Sums of a byte, so that many of them are added at once.
fn count_plain(plain: &[u8]) -> u64 {
    // Every byte but a continuation byte begins a character.
    let begins = |byte: &u8| u8::from((*byte as i8) >= -0x40);
    let chunks = plain.chunks(usize::from(u8::MAX));
    chunks
        .map(|chunk| u64::from(chunk.iter().map(begins).sum::<u8>()))
        .sum()
}

/// The standard library's lossy reading goes byte by byte, its strict one does not.
fn utf8(raw: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(raw) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(raw),
    }
}

/// How many bytes at the end of `raw` spell the first half of a surrogate pair: 6 or none.
pub(crate) fn trailing_high_surrogate(raw: &[u8]) -> usize {
    let Some((head, tail)) = raw
        .len()
        .checked_sub(6)
        .and_then(|at| raw.split_at_checked(at))
    else {
        return 0;
    };
    let is_high = matches!(surrogate(tail), Some(0xd800..0xdc00));
    // The backslash is no escape if one in front of it is.
    let backslashes = head.iter().rev().take_while(|byte| **byte == b'\\').count();
    if is_high && backslashes % 2 == 0 {
        6
    } else {
        0
    }
}

/// The spelling with `\ufffd` in the place of each unpaired surrogate; none if there is none.
pub(crate) fn mend_surrogates(raw: &[u8]) -> Option<Vec<u8>> {
    let mut mended = None;
    let mut at = 0;
    while let Some(skip) = raw.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        at += skip;
        let rest = raw.get(at..).unwrap_or_default();
        let pair = rest
            .split_at_checked(6)
            .map(|(high, low)| (surrogate(high), surrogate(low)));
        at += match pair {
            Some((None, _)) | None => 2,
            Some((Some(0xd800..0xdc00), Some(0xdc00..=0xdfff))) => 12,
            Some(_) => {
                let mended: &mut Vec<u8> = mended.get_or_insert_with(|| raw.to_vec());
                if let Some(place) = mended.get_mut(at..at + 6) {
                    place.copy_from_slice(b"\\ufffd");
                }
                6
            }
        };
    }
    mended
}

/// The surrogate that an escape at the start of `raw` spells.
fn surrogate(raw: &[u8]) -> Option<u32> {
    let (code, _) = hex4(raw.strip_prefix(b"\\u")?)?;
    (0xd800..=0xdfff).contains(&code).then_some(code)
}

enum Unit<'a> {
    /// A run without a backslash.
    Plain(&'a [u8]),
    /// One escape, or a pair of them that is one surrogate pair.
    Escape(char),
}

fn next_unit(raw: &[u8]) -> Option<(Unit<'_>, &[u8])> {
    let (&first, after) = raw.split_first()?;
    if first != b'\\' {
        let end = memchr::memchr(b'\\', raw).unwrap_or(raw.len());
        let (plain, rest) = raw.split_at_checked(end)?;
        return Some((Unit::Plain(plain), rest));
    }
    let (&letter, rest) = after.split_first()?;
    let character = match letter {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return Some(unicode(rest)),
        other => char::from(other),
    };
    Some((Unit::Escape(character), rest))
}

/// Reads what follows `\u`.
fn unicode(raw: &[u8]) -> (Unit<'_>, &[u8]) {
    // Only a text that is taken for JSON and is none comes here: what follows must be read.
    let Some((high, rest)) = hex4(raw) else {
        return (Unit::Escape(char::REPLACEMENT_CHARACTER), raw);
    };
    if let Some(character) = char::from_u32(high) {
        return (Unit::Escape(character), rest);
    }
    if high < 0xdc00 {
        if let Some((low @ 0xdc00..=0xdfff, rest)) = rest.strip_prefix(b"\\u").and_then(hex4) {
            let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
            return (
                Unit::Escape(char::from_u32(code).unwrap_or('\u{fffd}')),
                rest,
            );
        }
    }
    (Unit::Escape(char::REPLACEMENT_CHARACTER), rest)
}

fn hex4(raw: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = raw.split_at_checked(4)?;
    let mut code = 0;
    for digit in digits {
        code = code * 16 + char::from(*digit).to_digit(16)?;
    }
    Some((code, rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::string_slice, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const SPELLINGS: &[&str] = &[
        "",
        "plain",
        "caf\u{e9} \u{1f600}",
        r"a\nb\u00e9\\\/c",
        r"\ud83d\ude00 tail",
        r"\ud83d alone",
        r"\ude00\ud83d",
        r"x\ud83d\u0041",
    ];

    #[test]
    fn decodes_as_serde_json_and_encodes_back() {
        for raw in SPELLINGS {
            let text = decode(raw.as_bytes(), raw.contains('\\'));
            if let Ok(theirs) = serde_json::from_str::<String>(&format!("\"{raw}\"")) {
                assert_eq!(text, theirs);
            }
            assert_eq!(
                count_chars(raw.as_bytes()),
                text.chars().count() as u64,
                "{raw}"
            );
            let mut spelled = Vec::new();
            encode(&text, &mut spelled);
            assert_eq!(decode(&spelled, true), text, "{raw}");
        }
    }

    #[test]
    fn without_escapes_nothing_is_copied_and_a_long_text_is_counted() {
        let long = "caf\u{e9} ".repeat(500);
        let text = decode(long.as_bytes(), false);
        assert_eq!(text.as_ptr(), long.as_ptr());
        assert_eq!(count_chars(long.as_bytes()), 2_500);
    }

    #[test]
    fn unpaired_surrogates_are_found() {
        let table: &[(&str, Option<&str>, usize)] = &[
            (r"a\\ud83d", None, 0),
            (r"a\\\ud83d", Some(r"a\\\ufffd"), 6),
            (r"\ud83d\ude00", None, 0),
            (
                r"\ude00x\ud83d\ud83d\ude00",
                Some(r"\ufffdx\ufffd\ud83d\ude00"),
                0,
            ),
            (r"\u00e9\n", None, 0),
        ];
        for (raw, mended, trailing) in table {
            let raw = raw.as_bytes();
            assert_eq!(mend_surrogates(raw).as_deref(), mended.map(str::as_bytes));
            assert_eq!(trailing_high_surrogate(raw), *trailing);
        }
    }

    #[test]
    fn every_prefix_of_the_text_has_a_prefix_of_the_spelling() {
        for raw in SPELLINGS {
            let text = decode(raw.as_bytes(), true);
            for (n, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let (head, tail) = raw.as_bytes().split_at(spelled_len(raw.as_bytes(), n));
                let joined = format!("{}{}", decode(head, true), decode(tail, true));
                assert_eq!(decode(head, true), text[..n], "{raw} at {n}");
                assert_eq!(joined, text, "{raw} at {n}");
            }
        }
    }
}
