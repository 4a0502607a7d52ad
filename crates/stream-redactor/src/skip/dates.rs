//! Numbers in dates.

use super::{Sought, may_be_any, may_spell};
use crate::rules::{may_be_month, may_be_particle, may_begin_month, may_precede_year};

/// Whether a date may hold the number at `at`, as far as can be told without reading.
pub(super) fn may_be_date(text: &[u8], at: usize) -> bool {
    let (before, rest) = text.split_at_checked(at).unwrap_or_default();
    let len = digits(rest, 5);
    let behind = rest.get(len..).unwrap_or_default();
    match (len, behind) {
        (5.., _) => return false,
        (_, [b'-' | b'/' | b'.', ..]) if goes_on(len, behind) => return true,
        (1 | 2, [b' ', month @ ..]) if may_begin_month(month) => return true,
        (1 | 2, [b'a'..=b'z' | b'A'..=b'Z', second, blank, month @ ..]) => {
            let is_blank = *blank == b' ' && may_begin_month(month);
            if is_blank || [second, blank].iter().any(|b| may_be_any(Some(b))) {
                return true;
            }
        }
        (_, [] | [_] | [_, _]) => return true,
        (_, behind) if may_spell(behind) => return true,
        _ => {}
    }
    is_behind_name(before)
}

/// A separator, digits and the separator again, or the name of a month.
fn goes_on(first: usize, text: &[u8]) -> bool {
    let Some((separator, rest)) = text.split_first() else {
        return true;
    };
    let len = digits(rest, 5);
    let behind = rest.get(len);
    match len {
        0 => match rest {
            [b' ', month @ ..] | month => first <= 2 && may_begin_month(month),
        },
        1 | 2 => behind == Some(separator) || may_be_any(behind),
        3 | 4 => *separator == b'/' || may_be_any(behind),
        _ => false,
    }
}

/// Whether the last words may stand before the day or the year in a date.
pub(super) fn is_behind_name(before: &[u8]) -> bool {
    let Some((word, rest)) = last_word(before) else {
        return before.len() <= 1;
    };
    if is_escaped(rest) {
        return true;
    }
    let is_month = |(word, _): (&[u8], _)| may_be_month(word);
    may_precede_year(word)
        || may_be_month(word)
        || may_be_particle(word) && last_word(rest).is_some_and(is_month)
}

/// Whether a word behind this, and a blank, may be in the middle of a date. Of birth dates alone none
/// begins in numbers that were passed: there is no word before them that makes them one.
pub(super) fn goes_on_in_words(before: &[u8], sought: Sought) -> bool {
    let token = before.rsplit(|b| matches!(b, b' ' | b'\n')).next();
    let token = token.unwrap_or_default();
    let Some((word, rest)) = last_word(before) else {
        return true;
    };
    if is_escaped(rest) {
        return true;
    }
    token
        .iter()
        .any(|b| sought.dates && b.is_ascii_digit() || *b >= 0x80)
        || may_be_particle(word)
        || may_be_month(word)
}

/// Whether the letters behind this may begin with those of an escape: `%0asince`, also where the
/// text was cut in it.
fn is_escaped(text: &[u8]) -> bool {
    matches!(text, [] | [_] | [.., b'%'] | [.., b'%', _])
}

/// The last word, without the marks and the blank behind it, and what stands before it.
fn last_word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.strip_suffix(b" ").unwrap_or(text);
    let text = text.strip_suffix(b",").unwrap_or(text);
    let text = text.strip_suffix(b".").unwrap_or(text);
    let is_letter = |b: &&u8| b.is_ascii_alphabetic() || **b >= 0x80;
    let len = text.iter().rev().take(16).take_while(is_letter).count();
    let (rest, word) = text.split_at_checked(text.len() - len)?;
    (len > 0).then_some((word, rest))
}

fn digits(text: &[u8], most: usize) -> usize {
    let text = text.iter().take(most);
    text.take_while(|b| b.is_ascii_digit()).count()
}
