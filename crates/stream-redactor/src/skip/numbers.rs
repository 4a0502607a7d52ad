//! Rows of numbers: which of them may be a value.

use super::codes::{Words, has_code, has_number, has_spaced_code};
use super::short::short_word;
use super::stamp::stamp;
use super::{
    Contexts, Look, Sought, brackets, hex_groups, is_han, may_be_any, may_be_date, may_spell, token,
};
use crate::context::Context;

/// The longest run of numbers that the first look follows.
const MAX_NUMBERS: usize = 48;

/// The fewest characters of such an address.
const TOKEN: usize = 26;

/// Numbers with what may stand between them, up to the next thing that is no number.
pub(super) fn numbers(
    text: &[u8],
    from: usize,
    at: usize,
    contexts: Contexts<'_>,
    sought: Sought,
) -> Look {
    if let Some(end) = lone(text, at) {
        if !(sought.births || sought.dates) || !may_be_date(text, at) {
            return Look::Pass(end);
        }
    }
    // What stands before is known where it was read already.
    let mut words = Words::new(text.get(from..at).unwrap_or_default(), contexts);
    let word = stamp(text, from, at, sought, &mut words)
        .or_else(|| short_word(text, from, at, sought, &mut words));
    if let Some(end) = word {
        return Look::Pass(end);
    }
    if hex_groups(text, at) || token(text, from, at) {
        return Look::Read(at + 1);
    }
    let rest = text.get(at..).unwrap_or_default();
    let mut groups = Groups::default();
    let mut len = 0;
    for byte in rest.iter().take(MAX_NUMBERS) {
        match byte {
            b'0'..=b'9' => groups.digit(*byte),
            b'-' if rest.get(len + 1) == Some(&b'-') => break,
            b'(' if brackets(text, at + len) => break,
            b' ' | b'-' | b'/' | b'(' | b')' | b'.' | b'+' => groups.separator(*byte),
            _ => break,
        }
        len += 1;
    }
    groups.separator(0);
    let behind = rest.get(len);
    // A word of its own behind a blank or a bracket in the row.
    let row = rest.get(..len).unwrap_or_default();
    let is_other = |two: &[u8]| matches!(two, [b' ' | b'(' | b')', b'0'..=b'9']);
    let mut others = row
        .windows(2)
        .zip(at + 1..)
        .filter(|(two, _)| is_other(two));
    if others.any(|(_, n)| token(text, from, n)) {
        return Look::Read(at + len);
    }
    if has_extension(rest.get(len..).unwrap_or_default(), groups.digits) {
        return Look::Read(at + len);
    }
    // Also what was read already.
    let before = text.get(..at).unwrap_or_default();
    let is_long = len >= MAX_NUMBERS
        || may_spell(rest.get(len..).unwrap_or_default()) && !is_letter(behind)
        || matches!(behind, Some(b'(' | b'[' | b'{')) && brackets(text, at + len)
        || matches!(before.iter().rev().find(|b| **b != b'('), None | Some(b'+'));
    let is_bot = (8..=10).contains(&groups.digits) && behind == Some(&b':');
    let is_value = groups.may_be_value || groups.dots >= 3 || is_bot;
    // What may go on with the row before it or behind it.
    let last = rest.iter().take(len).rposition(u8::is_ascii_digit);
    let ends = [at, at + last.unwrap_or(0)];
    let is_word = is_account(text, at) || ends.into_iter().any(|at| is_token(text, from, at));
    if is_long || is_value || is_word {
        return Look::Read(at + len);
    }
    let may_be_date = (sought.dates || sought.births) && has_date(text, at, len);
    if may_be_date && (sought.dates || words.have(Context::BIRTH.or(Context::BORN))) {
        return Look::Read(at + len);
    }
    let is_number = groups.digits >= 7
        && (words.have(Context::CALL) || has_number(text, (at, at + len), &mut words));
    // A word of letters and digits begins before this row or goes on behind it.
    let is_mixed = |b: Option<&u8>| is_letter(b) || b == Some(&b'-');
    let is_code = is_mixed(before.last()) && has_code(text, from, at, &mut words)
        || is_mixed(behind) && has_code(text, from, at + last.unwrap_or(0), &mut words)
        || has_spaced_code(text, from, at, &mut words);
    if is_number || is_code {
        return Look::Read(at + len);
    }
    // What goes on with the last digit was looked at with it.
    let word = rest.get(len..).unwrap_or_default();
    let is_inside = last == len.checked_sub(1);
    let more = word
        .iter()
        .take_while(|b| is_inside && b.is_ascii_alphanumeric());
    Look::Pass(at + len + more.count())
}

/// Whether an `x` follows, and with the groups behind it there are as many digits as in a number to
/// call: it may separate any of them.
fn has_extension(text: &[u8], digits: usize) -> bool {
    if !matches!(text.first(), Some(b'x' | b'X')) {
        return false;
    }
    let row = text.iter().take(MAX_NUMBERS);
    let row = row.take_while(|b| b.is_ascii_digit() || b"xX -./()+".contains(b));
    let len = row.clone().count();
    digits + row.filter(|b| b.is_ascii_digit()).count() >= 7
        || may_spell(text.get(len..).unwrap_or_default())
}

/// Of ASCII or of Latin-1.
fn is_letter(byte: Option<&u8>) -> bool {
    byte.is_some_and(|b| b.is_ascii_alphabetic() || *b == 0xc3)
}

/// The end of a number of a few digits that is part of nothing longer, as most numbers are.
fn lone(text: &[u8], at: usize) -> Option<usize> {
    let (before, rest) = text.split_at_checked(at)?;
    match before {
        // No code with blanks goes on over this one.
        [.., last, b' '] if last.is_ascii_lowercase() || *last == b',' => {}
        [
            ..,
            b'$' | b'"' | b'\'' | b'`' | b'[' | b'#' | b'*' | b'=' | b'\n' | b'|',
        ] => {}
        _ => return None,
    }
    let digits = |text: &[u8]| {
        let digits = text.iter().take(5).take_while(|b| b.is_ascii_digit());
        digits.count()
    };
    let mut len = digits(rest);
    // `82.50`, `10:30`
    if let [b'.' | b':', second @ ..] = rest.get(len..)? {
        let more = digits(second);
        if len > 3 || more > 3 {
            return None;
        }
        len += if more > 0 { 1 + more } else { 0 };
    }
    let is_lone = match *rest.get(len..)? {
        [b' ', next, ..] | [b'.', b' ', next, ..] => ends_row(next) && next | 0x20 != b'x',
        [b'.', b'\n', ..] => true,
        [b'%', next, ..] => next < 0x80 && !next.is_ascii_hexdigit(),
        [first, ..] => ends_row(first) && !first.is_ascii_alphabetic() && first != b'_',
        _ => false,
    };
    (len < 8 && is_lone).then_some(at + len)
}

/// Whether no row of numbers goes on with a character behind a blank, and no word.
pub(super) fn ends_row(b: u8) -> bool {
    match b {
        b'0'..=b'9' | b'&' | b'%' | b'(' | b')' | b'+' | b'-' | b'.' | b'/' | b':' => false,
        b => b.is_ascii_graphic() || b == b'\n',
    }
}

/// Whether one of the numbers may be in a date.
pub(super) fn has_date(text: &[u8], at: usize, len: usize) -> bool {
    // A digit right before the first one belongs to an escape.
    let mut before = b' ';
    let row = text.get(at..at + len).unwrap_or_default();
    row.iter().zip(at..).any(|(byte, n)| {
        let is_first = byte.is_ascii_digit() && !before.is_ascii_digit();
        before = *byte;
        is_first && may_be_date(text, n)
    })
}

/// What the first look wants to know of groups of digits, from left to right.
#[derive(Default)]
struct Groups {
    /// The lengths of the last groups, the last one first.
    lens: [usize; 3],
    /// Digits of the group at hand.
    len: usize,
    digits: usize,
    dots: usize,
    /// Digits since the first group that begins with 0.
    trunk: Option<usize>,
    may_be_value: bool,
}

impl Groups {
    fn digit(&mut self, byte: u8) {
        if self.len == 0 && byte == b'0' && self.trunk.is_none() {
            self.trunk = Some(0);
        }
        self.len += 1;
        self.digits += 1;
        self.trunk = self.trunk.map(|n| n + 1);
    }

    fn separator(&mut self, byte: u8) {
        self.dots += usize::from(byte == b'.');
        self.may_be_value |= byte == b'+';
        if self.len == 0 {
            return;
        }
        let [last, before, _] = self.lens;
        self.lens = [self.len, last, before];
        // A card in one group; a card's fours; a social security number; a number in America.
        let is_card = self.len >= 12 || matches!(self.lens, [4..=6, 4 | 6, 4]);
        let is_number = matches!(self.lens, [4, 2, 3] | [4, 3, 3]);
        self.may_be_value |= is_card || is_number || self.trunk.is_some_and(|n| n >= 9);
        self.len = 0;
    }
}

/// A long word with digits, as addresses of a currency are.
fn is_token(text: &[u8], from: usize, at: usize) -> bool {
    let (before, rest) = text.split_at_checked(at).unwrap_or_default();
    let is_part = |b: &&u8| b.is_ascii_alphanumeric() || **b >= 0x80 && !is_han(**b);
    let tail = rest.iter().take(TOKEN).take_while(is_part).count();
    let head = before.iter().skip(from).rev().take(TOKEN);
    tail + head.take_while(is_part).count() >= TOKEN
}

/// Two letters and two digits, as an account number begins.
fn is_account(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    // Behind a character of three bytes that is no letter of another width.
    let is_behind = |tail: &[u8; 3]| matches!(tail, [0xe3..=0xe9, ..] | [0xef, 0xbc, 0x88..=0x9f]);
    if before.last_chunk().is_some_and(is_behind) {
        return false;
    }
    let mut back = before.iter().rev();
    let may_be_letter = |b: Option<&u8>| b.is_none_or(|b| *b >= 0x80 || b.is_ascii_alphabetic());
    let behind = text.get(at + 1);
    may_be_letter(back.next())
        && may_be_letter(back.next())
        && back
            .next()
            .is_none_or(|b| *b >= 0x80 || !b.is_ascii_alphanumeric())
        && (may_be_any(behind) || behind.is_some_and(u8::is_ascii_digit))
}
