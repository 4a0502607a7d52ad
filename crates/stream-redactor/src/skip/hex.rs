//! Groups of hexadecimal digits.

use super::{may_be_any, may_spell};

/// `1a-`, as far as can be told.
pub(super) fn pairs(text: &[u8], separator: u8) -> bool {
    let digits = text.iter().take(2).take_while(|b| b.is_ascii_hexdigit());
    let len = digits.count();
    let behind = text.get(len);
    may_be_any(behind) || len == 2 && behind == Some(&separator)
}

/// `1a-2b-`, `0123.4567`, around the first digit, which is at `at`.
pub(super) fn hex_groups(text: &[u8], at: usize) -> bool {
    let (before, rest) = text.split_at_checked(at).unwrap_or_default();
    let is_digit = |b: &&u8| b.is_ascii_hexdigit();
    let tail = rest.iter().take(5).take_while(is_digit).count();
    let behind = rest.get(tail..).unwrap_or_default();
    if let [b'-', next @ ..] = behind {
        return tail <= 2 && pairs(next, b'-');
    }
    let head = before.iter().rev().take(4).take_while(is_digit).count();
    let mut before = before.iter().rev().skip(head);
    let len = head + tail;
    len <= 4
        && match before.next() {
            Some(b'.') => is_four(before),
            _ => match behind.split_first() {
                Some((b'.', next)) => len == 4 && is_four(next.iter()),
                _ => may_spell(behind),
            },
        }
}

fn is_four<'b>(bytes: impl Iterator<Item = &'b u8>) -> bool {
    let mut len = 0;
    for byte in bytes.take(5) {
        if !byte.is_ascii_hexdigit() {
            return len == 4 || may_be_any(Some(byte));
        }
        len += 1;
    }
    len == 4
}
