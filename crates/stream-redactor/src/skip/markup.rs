//! Tags, attributes, links and schemes: which of them may be a value.

use super::may_be_any;

/// More white space stands nowhere before or behind a `=`.
const MAX_BLANKS: usize = 16;

/// The first two letters of tags that rules look for, and of `<https:` and `<file:`.
const TAGS: [[u8; 2]; 12] = [
    *b"sc", *b"if", *b"fr", *b"fe", *b"ob", *b"em", *b"ap", *b"po", *b"ba", *b"ht", *b"fi", *b"ja",
];

/// `<script`, `<iframe`, `<https:`, `<//`
pub(super) fn tag(text: &[u8], at: usize) -> bool {
    let (first, second) = (text.get(at + 1), text.get(at + 2));
    if may_be_any(first) {
        return true;
    }
    let lower = |byte: Option<&u8>| byte.map_or(0, u8::to_ascii_lowercase);
    let (first, is_open) = (lower(first), may_be_any(second));
    let second = lower(second);
    let is_tag = |[a, b]: &[u8; 2]| *a == first && (is_open || *b == second);
    TAGS.iter().any(is_tag) || is_slash(first) && (is_open || is_slash(second))
}

/// `onclick=`, `http-equiv=`, `src="https:`
pub(super) fn equals(text: &[u8], at: usize) -> bool {
    is_destination(text, at) || is_attribute(text.get(..at).unwrap_or_default())
}

/// Whether the name of an attribute that counts may stand before a `=`.
fn is_attribute(before: &[u8]) -> bool {
    let is_space = |b: &u8| matches!(b, b' ' | b'\t' | 0xb | b'\n' | 0xc | b'\r');
    let blanks = before.iter().rev().take_while(|b| is_space(b)).count();
    let before = before.get(..before.len() - blanks).unwrap_or_default();
    let mut len = 0;
    for byte in before.iter().rev() {
        match byte {
            // A letter in another spelling.
            0x80.. | b';' => return true,
            b'a'..=b'z' | b'A'..=b'Z' => len += 1,
            // `http-equiv`
            b'-' if len == 5 => return true,
            _ => break,
        }
    }
    let Some(name) = before.get(before.len() - len..) else {
        return true;
    };
    let is_event = matches!(name, [b'o' | b'O', b'n' | b'N', _, _, ..]);
    // What stands before the piece is not known.
    let is_charset = name.eq_ignore_ascii_case(b"charset");
    (is_event || is_charset || len == before.len()) && blanks <= 2 * MAX_BLANKS
}

/// `](`, `url(`, `expression(`
pub(super) fn bracket(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    matches!(before, [] | [.., b']']) || may_end(before, b"url") || may_end(before, b"sion")
}

/// Whether what stands before a place may end in a word, for all that is known of it.
fn may_end(before: &[u8], word: &[u8]) -> bool {
    for (n, expected) in word.iter().rev().enumerate() {
        match before.iter().rev().nth(n) {
            // Not known, or a letter in another spelling.
            None | Some(0x80.. | b';') => return true,
            Some(byte) if byte.to_ascii_lowercase() == *expected => {}
            Some(_) => return false,
        }
    }
    true
}

/// `javascript:`, `data:text`, `]: https:`
pub(super) fn scheme(text: &[u8], from: usize, at: usize) -> bool {
    let before = text.get(from..at).unwrap_or_default();
    let mut back = before.iter().rev().filter(|b| **b != b'\t');
    match back.next() {
        None | Some(0x80.. | b']' | b';') => true,
        Some(b't' | b'T') => back
            .next()
            .is_none_or(|b| matches!(b, 0x80..|b'p'| b'P' | b';')),
        Some(b'a' | b'A') => {
            let is_data = back
                .next()
                .is_none_or(|b| matches!(b, 0x80..|b't'| b'T' | b';'));
            let behind = text.get(at + 1);
            let is_type = |b: &u8| b.is_ascii_alphabetic() || b.is_ascii_control();
            is_data && (may_be_any(behind) || behind.is_some_and(is_type))
        }
        _ => false,
    }
}

/// Whether a URL of another host may stand behind a place.
fn is_destination(text: &[u8], at: usize) -> bool {
    let is_blank = |b: &&u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0xc | b'"' | b'\'' | b'<');
    let rest = text.get(at + 1..).unwrap_or_default();
    let blanks = rest.iter().take(5).take_while(is_blank).count();
    let (first, second) = (rest.get(blanks), rest.get(blanks + 1));
    if may_be_any(first) {
        return true;
    }
    match first {
        Some(b'h' | b'H') => may_be_any(second) || matches!(second, Some(b't' | b'T')),
        Some(b'j' | b'J') => may_be_any(second) || matches!(second, Some(b'a' | b'A')),
        Some(b'f' | b'F') => may_be_any(second) || matches!(second, Some(b'i' | b'I')),
        Some(first) if is_slash(*first) => {
            may_be_any(second) || second.is_some_and(|b| is_slash(*b))
        }
        _ => false,
    }
}

fn is_slash(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\')
}
