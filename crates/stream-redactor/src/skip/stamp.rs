//! The time that a line of a log begins with: `2024-05-17T10:30:00.123Z`.

use std::sync::LazyLock;

use super::codes::{Words, told_by};
use super::numbers::ends_row;
use super::tokens::token;
use super::{Sought, is_apart};
use crate::context::Context;

/// A day and a time, `0` for any digit.
const STAMP: &[u8] = b"0000-00-00T00:00:00";
/// The most digits of a second's fraction: with the second they are no number to call then.
const MAX_FRACTION: usize = 6;

/// The end of the time that begins at `at`, if no word makes a value of it.
///
/// Else each of its numbers and colons is looked at alone, and there are more of them than of all
/// others in many logs.
pub(super) fn stamp(
    text: &[u8],
    from: usize,
    at: usize,
    sought: Sought,
    words: &mut Words<'_>,
) -> Option<usize> {
    let (before, rest) = text.split_at_checked(at)?;
    let head = rest.get(..STAMP.len()).filter(|head| is_stamp(head))?;
    let mut end = at + head.len();
    if matches!(text.get(end), Some(b'.' | b',')) {
        let fraction = text.get(end + 1..)?.iter();
        let digits = fraction.take(MAX_FRACTION + 1);
        let len = digits.take_while(|b| b.is_ascii_digit()).count();
        if !(1..=MAX_FRACTION).contains(&len) {
            return None;
        }
        end += 1 + len;
    }
    end += usize::from(text.get(end) == Some(&b'Z'));
    let is_end = match *text.get(end..)? {
        [b' ', next, ..] => ends_row(next) && next | 0x20 != b'x',
        [next, ..] => ends_row(next) && !next.is_ascii_alphabetic() && next != b'_',
        [] => false,
    };
    if sought.dates || !is_end || !is_apart(before) {
        return None;
    }
    // At the beginning of a line there is nothing that says what it is.
    let is_first = matches!(before, [.., b'\n'] | [.., b'\n', b'[']);
    let may_be_value = !is_first && (may_be_login(before) || token(text, from, at));
    let told = TOLD.filter(|told| !may_be_value && (is_first || !words.have(*told)));
    told.map(|_| end)
}

/// The words that make a value of a time or of a part of it; none if it needs none.
static TOLD: LazyLock<Option<Context>> = LazyLock::new(|| {
    let told = Context::BIRTH.or(Context::BORN).or(Context::CALL);
    let stamp = [STAMP, b".000000Z"].concat();
    let begins = |n: &usize| {
        let before = n.checked_sub(1).and_then(|n| stamp.get(n));
        !before.is_some_and(u8::is_ascii_alphanumeric)
    };
    let starts = (0..stamp.len()).filter(begins);
    let mut parts = starts.filter_map(|n| stamp.get(n..));
    parts.try_fold(told, |told, part| Some(told.or(told_by(part)?)))
});

fn is_stamp(text: &[u8]) -> bool {
    let same =
        |(a, b): (&u8, &u8)| a == b && !a.is_ascii_digit() || *b == b'0' && a.is_ascii_digit();
    text.iter().zip(STAMP).all(same)
}

/// `-u `, `--user "`, before a name and the colon behind it.
fn may_be_login(before: &[u8]) -> bool {
    matches!(before, [.., b'u' | b'r', b' '] | [.., b'u' | b'r', b' ', _])
}
