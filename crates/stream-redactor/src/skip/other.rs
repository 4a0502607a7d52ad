//! Characters outside ASCII: which of them stand for nothing else.

use super::{Look, is_han};

/// Characters outside ASCII that are seen, and stand neither for a digit nor for a mark that a
/// value may hold. Letters may fold to ASCII letters. All others are read.
pub(super) fn other(text: &[u8], from: usize, at: usize) -> Look {
    let rest = text.get(at..).unwrap_or_default();
    let mut len = 0;
    // Whole words of another script, without going back to the search, which is faster where it
    // does not stop.
    while let Some(n) = rest.get(len..).and_then(harmless) {
        len += n;
        if rest.get(len).is_none_or(|b| is_han(*b)) {
            break;
        }
    }
    if len > 0 {
        return Look::Pass(at + len);
    }
    // A fullwidth colon between Han characters.
    let before = at
        .checked_sub(3)
        .filter(|n| *n >= from)
        .and_then(|n| text.get(n));
    match rest {
        [0xef, 0xbc, 0x9a, next, ..] if is_han(*next) && before.is_some_and(|b| is_han(*b)) => {
            Look::Pass(at + 3)
        }
        _ => Look::Read(at + 1),
    }
}

/// The length of the harmless character that the text begins with.
#[inline]
fn harmless(text: &[u8]) -> Option<usize> {
    match *text {
        // Latin-1 letters, Latin Extended-A, Cyrillic, Greek.
        [0xc3 | 0xc4 | 0xc5 | 0xcf | 0xd0 | 0xd1, ..] => Some(2),
        [0xce, second, ..] if !matches!(second, 0x84..=0x87) => Some(2),
        // No-break space, ¡ £ § © « ® ° » ¿
        [
            0xc2,
            0xa0 | 0xa1 | 0xa3 | 0xa7 | 0xa9 | 0xab | 0xae | 0xb0 | 0xbb | 0xbf,
            ..,
        ] => Some(2),
        // Dashes, quotation marks, bullet, ellipsis.
        [0xe2, 0x80, 0x94 | 0x95 | 0x98..=0x9f | 0xa2 | 0xa6, ..] => Some(3),
        // The en dash is a hyphen, one of a row only if others follow.
        [0xe2, 0x80, 0x93, next, ..] if next < 0x80 && next != b'-' && next != b'&' => Some(3),
        // €, arrows.
        [0xe2, 0x82, 0xac, ..] | [0xe2, 0x86, 0x80..=0xbf, ..] => Some(3),
        // Ideographic comma and full stop, brackets.
        [0xe3, 0x80, 0x81 | 0x82 | 0x8a..=0x91, ..] => Some(3),
        // Kana, without the marks between.
        [0xe3, 0x81 | 0x83, ..] => Some(3),
        [0xe3, 0x82, third, ..] if !matches!(third, 0x99..=0x9c) => Some(3),
        // Han, Hangul.
        [0xe4..=0xe9 | 0xeb | 0xec, _, _, ..] => Some(3),
        [0xea, 0xb0..=0xbf, _, ..] | [0xed, 0x80..=0x9d, _, ..] => Some(3),
        // Fullwidth ! , ; ? and, before a Han character, brackets and the colon.
        [0xef, 0xbc, 0x81 | 0x8c | 0x9b | 0x9f, ..] => Some(3),
        [0xef, 0xbc, 0x89, ..] => Some(3),
        [0xef, 0xbc, 0x88, 0xe4..=0xe9, ..] => Some(3),
        // Pictures, without enclosed letters and digits.
        [0xf0, 0x9f, 0x8c..=0xae | 0xb0..=0xbf, _, ..] => Some(4),
        _ => None,
    }
}
