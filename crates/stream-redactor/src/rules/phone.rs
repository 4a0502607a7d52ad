//! `PHONE_NUMBER`: international numbers (ITU-T E.164, with separators as in E.123), the national
//! forms whose grouping is telling, and any other groups behind a word such as "phone".
//!
//! Without such a word a number is one only if it begins with `+` and a country code, is grouped
//! as in North America (`(212) 555-0123`, `212-555-0123`), in French pairs (`01 23 45 67 89`), or
//! begins with an area code in brackets (E.123), the trunk prefix 0 in a form of ten or eleven
//! digits or the international 00. An extension (`x123`) goes with it.

use super::run::{Grouped, Run};
use super::runs::CALL_NUMBER;
use super::{Finder, Spec, Tier};
use crate::context::Context;
use crate::edit::Entity;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::PHONE_NUMBER,
    placeholder: "[PHONE]",
    tier: Tier::Loose,
    about: "an international or telling national form, or after \"phone\"",
    source: "ITU-T E.164 and E.123, national numbering plans",
    finder: Finder::Runs(&PHONE),
    hits: &[
        "Call «+44 20 7946 0958» now",
        "«(212) 555-0123»",
        "«(212)555-0123x4567», «212-555-0123 x 89»",
        "«01 23 45 67 89»",
        "«079-123 45 67»",
        "«(85) 5986-8343»",
        "phone: «555 0123 44»",
        "They're not answering at «9747 6578»",
    ],
    misses: &[
        "2024-05-17",
        "555 0123 44",
        "1.234.567",
        "1024x768",
        "Call for papers, 1914 1918",
        "Foo 12 (2019) 345-356",
        "Bar 45 (12) 345-356",
    ],
};

pub(super) static PHONE: Grouped = Grouped {
    runs: &CALL_NUMBER,
    min_len: 7,
    value,
    anchored,
};

fn value(run: &Run<'_>) -> Option<(usize, usize)> {
    let (groups, count) = (run.groups, run.groups.len());
    (0..count).find_map(|from| {
        let tail = groups.get(from..)?;
        if !may_begin(run.text, tail.first()?.0) {
            return None;
        }
        (1..=tail.len().min(7)).rev().find_map(|n| {
            if run.is_open && from + n == count {
                return None;
            }
            let groups = tail.get(..n)?;
            let digits = groups.iter().map(|(from, to)| to - from).sum();
            if !(7..=15).contains(&digits) {
                return None;
            }
            let number = Number::new(run, from, groups, digits)?;
            let is_called = || run.contexts().has(Context::CALL);
            let is_phone = number.is_phone() || number.may_be_phone() && is_called();
            is_phone.then(|| (number.span.0, with_extension(run, from + n)))
        })
    })
}

/// Whether a number can begin at this group: behind `+`, or behind more than one separator.
fn may_begin(text: &[u8], start: usize) -> bool {
    let mut back = text.get(..start).unwrap_or_default().iter().rev();
    match back.next() {
        None | Some(b'+' | b'(') => true,
        Some(_) => back.next().is_none_or(|b| !b.is_ascii_digit()),
    }
}

/// Where a number ends whose last group is before the `n`th: behind its extension, if one follows.
fn with_extension(run: &Run<'_>, n: usize) -> usize {
    let end = n.checked_sub(1).and_then(|n| run.groups.get(n));
    let end = end.map_or(0, |(_, end)| *end);
    let is_whole = !run.is_open || n + 1 < run.groups.len();
    let extension = run
        .groups
        .get(n)
        .filter(|(from, to)| is_whole && to - from <= 6);
    let Some((from, to)) = extension else {
        return end;
    };
    match run.text.get(end..*from) {
        Some(b"x" | b" x" | b"x " | b" x ") => *to,
        _ => end,
    }
}

/// Some groups of a run, read as a number.
struct Number<'n> {
    text: &'n [u8],
    span: (usize, usize),
    groups: &'n [(usize, usize)],
    /// Seven to fifteen.
    digits: usize,
    /// It begins with `+`.
    plus: bool,
    /// What stands before it.
    before: u8,
    /// It is the first of its run.
    is_first: bool,
    /// It does not look like the rest of a longer number.
    is_fresh: bool,
}

impl<'n> Number<'n> {
    fn new(
        run: &Run<'n>,
        from: usize,
        groups: &'n [(usize, usize)],
        digits: usize,
    ) -> Option<Self> {
        let (mut start, end) = (groups.first()?.0, groups.last()?.1);
        let at = |n: usize| run.text.get(n).copied();
        let back = |n: usize| n.checked_sub(1).and_then(at);
        let mut plus = false;
        if back(start) == Some(b'(') {
            let is_closed = run.text.get(start..end)?.contains(&b')');
            start -= usize::from(is_closed);
        }
        if back(start) == Some(b'+') {
            start -= 1;
            plus = true;
        }
        let text = run.text.get(start..end)?;
        let before = back(start).unwrap_or(if start == 0 { run.before } else { 0 });
        // Separators of two numbers, not of one.
        if text.iter().skip(1).any(|b| *b == b'+') {
            return None;
        }
        Some(Self {
            text,
            span: (start, end),
            groups,
            digits,
            plus,
            before,
            is_first: from == 0,
            is_fresh: from == 0
                || !back(start.saturating_sub(1)).is_some_and(|b| b.is_ascii_digit()),
        })
    }

    fn is_phone(&self) -> bool {
        if !self.is_punctuated() {
            return false;
        }
        if self.plus {
            return self.digits >= 8 && self.has_country() && self.is_grouped();
        }
        let is_part = matches!(self.before, b'.' | b'-' | b'_' | b'$' | b'#' | b'=');
        if self.is_first && is_part || !self.is_fresh {
            return false;
        }
        self.is_american()
            || self.is_french()
            || self.has_area_in_brackets()
            || self.has_trunk_prefix()
            || self.has_international_prefix()
    }

    /// With a word before it any grouping will do, unless it is a date or an address.
    fn may_be_phone(&self) -> bool {
        let lens = || self.groups.iter().map(|(from, to)| to - from);
        let len = |n| lens().nth(n).unwrap_or(0);
        let is_date = matches!(
            (len(0), len(1), len(2), lens().len()),
            (4, 1..=2, 1..=2, 3) | (1..=2, 1..=2, 4, 3)
        ) || self.is_range();
        let is_quad = self.groups.len() == 4 && self.separators().all(|b| b == b'.');
        let is_decimal = self.groups.len() == 2 && self.separators().all(|b| b == b'.');
        self.is_first
            && !self.plus
            && self.is_punctuated()
            && self.is_grouped()
            && !(is_date || is_quad || is_decimal)
            && !matches!(self.before, b'$' | b'_')
    }

    /// Two years, or two fours with a hyphen.
    fn is_range(&self) -> bool {
        let fours = self.groups.iter().all(|(from, to)| to - from == 4);
        let is_year =
            |n| self.digit(n) == b'1' || self.digit(n) == b'2' && self.digit(n + 1) == b'0';
        let is_blank = self.separators().all(|b| b == b' ');
        self.groups.len() == 2 && fours && (!is_blank || is_year(0) && is_year(4))
    }

    fn separators(&self) -> impl Iterator<Item = u8> {
        self.text.iter().copied().filter(|b| !b.is_ascii_digit())
    }

    /// At most one separator between groups, two beside a bracket; brackets in one pair.
    fn is_punctuated(&self) -> bool {
        let open = self.separators().filter(|b| *b == b'(').count();
        let close = self.separators().filter(|b| *b == b')').count();
        open == close
            && open <= 1
            && self.groups.windows(2).all(|pair| {
                let [(_, end), (start, _)] = pair else {
                    return true;
                };
                let offset = self.span.0;
                let between = self
                    .text
                    .get(end - offset..start - offset)
                    .unwrap_or_default();
                matches!(
                    between,
                    [_] | [b')', b' ' | b'-' | b'.' | b'/'] | [b' ' | b'-' | b'.', b'(']
                )
            })
    }

    /// No group is a single digit, but for a country code, a trunk prefix or one more.
    fn is_grouped(&self) -> bool {
        let short = self
            .groups
            .iter()
            .skip(1)
            .filter(|(from, to)| to - from == 1);
        short.count() <= 1 && self.groups.len() <= 7
    }

    fn digit(&self, n: usize) -> u8 {
        let mut digits = self.text.iter().filter(|b| b.is_ascii_digit());
        digits.nth(n).copied().unwrap_or(0)
    }

    fn has_country(&self) -> bool {
        let two = u16::from(self.digit(0) - b'0') * 10 + u16::from(self.digit(1) - b'0');
        match two {
            10..=19 => self.digits == 11 && matches!(self.digit(1), b'2'..=b'9'),
            70..=79 => self.digits == 11,
            0..=9 => false,
            _ => true,
        }
    }

    /// `(212) 555-0123`, `212-555-0123`, `212.555.0123`, with or without 1 before; blanks alone
    /// between the groups are too little.
    fn is_american(&self) -> bool {
        let (groups, digits_before) = match self.groups {
            [(from, to), rest @ ..] if to - from == 1 && self.digit(0) == b'1' => (rest, 1),
            [first, rest @ ..] if self.is_access_code(*first) => (rest, 3),
            groups => (groups, 0),
        };
        let [(a, b), (c, d), (e, f)] = groups else {
            return false;
        };
        let is_number = b - a == 3
            && d - c == 3
            && f - e == 4
            && matches!(self.digit(digits_before), b'2'..=b'9')
            && matches!(self.digit(digits_before + 3), b'2'..=b'9');
        let has_marks = self.separators().any(|b| b != b' ' && b != b'/');
        is_number && has_marks
    }

    /// `001`
    fn is_access_code(&self, (from, to): (usize, usize)) -> bool {
        to - from == 3 && self.digit(0) == b'0' && self.digit(1) == b'0' && self.digit(2) == b'1'
    }

    /// `01 23 45 67 89`, with blanks, dots or hyphens.
    fn is_french(&self) -> bool {
        let mut separators = self.separators();
        let first = separators.next();
        self.groups.len() == 5
            && self.groups.iter().all(|(from, to)| to - from == 2)
            && separators.all(|b| Some(b) == first)
            && self.digit(0) == b'0'
            && self.digit(1) != b'0'
    }

    /// `0044 20 7946 0958`, `00 33 1 23 45 67 89`: the prefix that most countries dial for a plus
    /// sign (ITU-T E.164, annex A), and groups.
    fn has_international_prefix(&self) -> bool {
        let first = self.groups.first().map_or(0, |(from, to)| to - from);
        let rest = self.groups.iter().skip(1);
        self.digit(0) == b'0'
            && self.digit(1) == b'0'
            && matches!(self.digit(2), b'2'..=b'9')
            && matches!(self.digits, 11..=15)
            && (2..=5).contains(&first)
            && rest.clone().count() >= 2
            && self.is_grouped()
            && !self.separators().any(|b| b == b'.')
    }

    /// `(85) 5986-8343`, `(22) 154-300`: not `(2019) 345-356` or `45 (12) 345-356`, which are pages.
    fn has_area_in_brackets(&self) -> bool {
        let [(a, b), (c, d), (e, f)] = *self.groups else {
            return false;
        };
        let is_number = matches!((b - a, d - c, f - e), (2..=3, 3..=4, 3..=4));
        let has_hyphen = self.separators().last() == Some(b'-');
        self.is_first && self.text.first() == Some(&b'(') && is_number && has_hyphen
    }

    /// `020 7946 0958`, `(030) 1234567`, `0171/1234567`, `06-12345678`, `041 541 67 61`.
    fn has_trunk_prefix(&self) -> bool {
        let first = self.groups.first().map_or(0, |(from, to)| to - from);
        // `079-123 45 67`: behind an area code a mark separates less than between groups.
        let mut marks = self.separators().skip(usize::from(first > 2));
        let least = if marks.all(|b| matches!(b, b' ' | b'(' | b')')) {
            2
        } else {
            3
        };
        let rest = self.groups.iter().skip(1);
        self.digit(0) == b'0'
            && matches!(self.digit(1), b'1'..=b'9')
            && matches!(self.digits, 9..=11)
            && (2..=5).contains(&self.groups.len())
            && (2..=5).contains(&first)
            && rest.clone().all(|(from, to)| to - from >= least)
            && !self.separators().any(|b| b == b'.')
    }
}

/// A country code and most of a number.
fn anchored(run: &Run<'_>) -> Option<usize> {
    let digits = run.text.iter().filter(|b| b.is_ascii_digit()).count();
    (run.text.first() == Some(&b'+') && (6..=15).contains(&digits)).then_some(0)
}
