//! Short words with digits: `took=12ms`, `worker-7`, `"id":4711`, as most numbers in records are.

use super::codes::{Words, is_code};
use super::numbers::{ends_row, has_date};
use super::tokens::token;
use super::{Sought, is_apart};

/// The least length of a value that has letters and marks and none of the shapes of a code.
const MAX: usize = 12;
/// Every number that is a value has more digits, and so has every address but with three dots.
const MAX_DIGITS: usize = 6;

/// The end of the word around the digit at `at`, if it is so short that it can only be a value by
/// its shape or as a part of a date, and is neither.
pub(super) fn short_word(
    text: &[u8],
    from: usize,
    at: usize,
    sought: Sought,
    words: &mut Words<'_>,
) -> Option<usize> {
    let (before, rest) = text.split_at_checked(at)?;
    let tail = rest.iter().take(MAX).position(|b| !is_part(*b))?;
    let head = before.iter().rev().take(MAX).position(|b| !is_part(*b))?;
    let (start, end) = (at - head, at + tail);
    let (before, word) = text.get(..end)?.split_at_checked(start)?;
    if word.len() >= MAX || !is_harmless(word) {
        return None;
    }
    // A part of a path is one of a longer run, too, in which a token may be.
    let (is_behind_path, is_before_path) = (is_path(before), may_be_path(text.get(end..)?));
    let is_alone = (is_behind_path || is_apart(before) || is_behind_blank(before, word))
        && (is_before_path || is_before_other(text.get(end..)?));
    if !is_alone || (is_behind_path || is_before_path) && token(text, from, at) {
        return None;
    }
    let may_be_value = (sought.births || sought.dates) && has_date(text, start, word.len())
        || is_code(text, start, words);
    (!may_be_value).then_some(end)
}

/// Without capitals, so no code with blanks has a part in it.
fn is_part(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.')
}

/// Whether a blank stands before a word over which nothing goes on into it.
fn is_behind_blank(before: &[u8], word: &[u8]) -> bool {
    let is_word = word
        .first()
        .is_some_and(|b| b.is_ascii_lowercase() && *b != b'x');
    is_word && matches!(before, [.., last, b' '] if last.is_ascii_alphanumeric())
}

/// `items/`, `path=/`
fn is_path(before: &[u8]) -> bool {
    matches!(before, [.., b'a'..=b'w' | b'y' | b'z' | b'=', b'/'])
}

/// `/items`
fn may_be_path(behind: &[u8]) -> bool {
    matches!(behind, [b'/', b'a'..=b'w' | b'y' | b'z', ..])
}

/// Whether what follows goes on with no value that the word may be in: an extension, say.
fn is_before_other(behind: &[u8]) -> bool {
    match *behind {
        [b' ', next, ..] => ends_row(next) && next | 0x20 != b'x',
        [next, ..] => ends_row(next) && !next.is_ascii_alphabetic(),
        [] => false,
    }
}

/// Few digits in a row, single marks, no address and no beginning of an account number.
fn is_harmless(word: &[u8]) -> bool {
    let (mut before, mut digits, mut dots) = ([b' '; 4], 0, 0);
    for byte in word {
        let [four, three, two, one] = before;
        before = [three, two, one, *byte];
        match byte {
            b'0'..=b'9' => {
                digits += 1;
                let is_account = one.is_ascii_digit()
                    && two.is_ascii_alphabetic()
                    && three.is_ascii_alphabetic()
                    && !four.is_ascii_alphanumeric();
                if digits > MAX_DIGITS || is_account {
                    return false;
                }
            }
            // Numbers to call may have it before an extension.
            b'x' => {}
            b'a'..=b'z' => digits = 0,
            _ if !one.is_ascii_alphanumeric() => return false,
            _ => dots += usize::from(*byte == b'.'),
        }
    }
    let [.., last] = before;
    dots < 3 && !matches!(last, b'-' | b'_')
}
