//! Where a token may stand.

use super::may_be_any;
use crate::rules::{MAX_NAME, MAX_RUN, may_begin_token, named_before};

/// A word of so many letters and digits may be a token without a prefix.
const LONG: usize = 20;

/// The least length of a value behind a name.
const SHORT: usize = 12;
/// No name is told by more than its last characters.
const NEAR: usize = 24;

/// Whether the digit, hyphen or low line at `at` may belong to a token: one that has its prefix
/// before it, or begins there.
pub(super) fn token(text: &[u8], from: usize, at: usize) -> bool {
    let get = |n: usize| text.get(n).copied().unwrap_or(b' ');
    let first = from.max(at.saturating_sub(MAX_RUN));
    let near = text.get(first..at).unwrap_or_default();
    let edge = if first > from { get(first - 1) } else { b' ' };
    let mut start = at;
    // Up to the last one that was looked at.
    for byte in near.iter().rev().chain([&edge]) {
        if !byte.is_ascii_alphanumeric() && text.get(start..).is_some_and(may_begin_token) {
            return true;
        }
        if start == first || !is_inside(*byte) {
            break;
        }
        start -= 1;
    }
    if !get(at).is_ascii_digit() {
        return false;
    }
    let before = text.get(first..start).unwrap_or_default().iter().rev();
    let is_part = |b: &&u8| b.is_ascii_alphanumeric() || is_mark(**b);
    start -= before.take_while(is_part).count();
    is_long_word(text, from, at)
        || is_named(text, start, at)
        || get(at + 1) == b'Q' && get(at + 2) == b'~'
}

/// What follows the `:` in a URL that is a token as a whole.
const HOOKS: [&[u8]; 2] = [b"//hooks.slack.com/", b"//discord"];

/// Whether the `:` at `at` may stand in such a URL, which need not hold a digit.
pub(super) fn hook(text: &[u8], at: usize) -> bool {
    let rest = text.get(at + 1..).unwrap_or_default();
    HOOKS.iter().any(|hook| {
        let same = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
        let len = rest.iter().zip(*hook).take_while(same).count();
        len == hook.len() || may_be_any(rest.get(len))
    })
}

/// Whether the word around a digit is a long one.
fn is_long_word(text: &[u8], from: usize, at: usize) -> bool {
    let is_word = |b: &&u8| b.is_ascii_alphanumeric();
    let before = text.get(from..at).unwrap_or_default().iter().rev();
    let head = before.take(LONG).take_while(is_word).count();
    let behind = text.get(at..).unwrap_or_default().iter();
    head + behind.take(LONG).take_while(is_word).count() >= LONG
}

/// Whether the run around `at` is long enough for a value and the name of a secret stands before it.
fn is_named(text: &[u8], start: usize, at: usize) -> bool {
    let tail = text.get(at..).unwrap_or_default().iter().take(SHORT);
    let len = at - start
        + tail
            .take_while(|b| b.is_ascii_alphanumeric() || is_mark(**b))
            .count();
    let before = text.get(..start).unwrap_or_default();
    if len < SHORT
        || !matches!(
            before.last(),
            Some(b' ' | b'"' | b'\'' | b'`' | 0x80..) | None
        )
    {
        return false;
    }
    let far = before.len().saturating_sub(MAX_NAME);
    let line = before.get(far..).unwrap_or_default();
    let near = line
        .get(line.len().saturating_sub(NEAR)..)
        .unwrap_or_default();
    if before.len() < NEAR
        || near
            .iter()
            .any(|b| *b >= 0x80 || matches!(b, b'&' | b'%' | b';'))
    {
        return true;
    }
    let mut room = [0; MAX_NAME];
    let Some(lower) = room.get_mut(..line.len()) else {
        return true;
    };
    lower.copy_from_slice(line);
    lower.make_ascii_lowercase();
    named_before(lower).is_some()
}

/// What may stand between a token's prefix and its digits.
fn is_inside(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'.' | b'+' | b'/' | b'~' | b':')
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'~' | b':')
}
