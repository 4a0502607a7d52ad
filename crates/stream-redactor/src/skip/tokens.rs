//! Where a token may stand.

use crate::rules::{MAX_RUN, may_begin_token};

/// A word of so many letters and digits may be a token without a prefix.
const LONG: usize = 20;

/// Whether the digit, hyphen or low line at `at` may belong to a token: one that has its prefix
/// before it, or begins there.
pub(super) fn token(text: &[u8], from: usize, at: usize) -> bool {
    let get = |n: usize| text.get(n).copied().unwrap_or(b' ');
    let mut start = at;
    loop {
        let before = start
            .checked_sub(1)
            .filter(|n| *n >= from)
            .map_or(b' ', get);
        let begins = !before.is_ascii_alphanumeric();
        if begins && text.get(start..).is_some_and(may_begin_token) {
            return true;
        }
        if begins && !is_mark(before) || at - start >= MAX_RUN {
            break;
        }
        start -= 1;
    }
    is_long_word(text, from, at) || get(at + 1) == b'Q' && get(at + 2) == b'~'
}

/// Whether the word around a digit is a long one.
fn is_long_word(text: &[u8], from: usize, at: usize) -> bool {
    let is_word = |b: &&u8| b.is_ascii_alphanumeric();
    let before = text.get(from..at).unwrap_or_default().iter().rev();
    let head = before.take(LONG).take_while(is_word).count();
    let behind = text.get(at..).unwrap_or_default().iter();
    head + behind.take(LONG).take_while(is_word).count() >= LONG
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'~' | b':')
}
