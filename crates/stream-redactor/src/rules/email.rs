//! `EMAIL_ADDRESS`: a local part of up to 64 characters, `@`, and a domain of two labels or more
//! that ends in at least two letters (after RFC 5321 and RFC 6531, letters of all scripts).
//!
//! The local part is looked for to the left of the `@`, in a window of [`MAX_RUN`] characters: of a
//! longer run only the last ones are replaced, and what stays in view is no address. It begins
//! with a letter, a digit or `_`, so quotes, bullets and the like before it stay. Quoted local
//! parts with blanks and address literals (`@[192.0.2.1]`) are not read.

use super::{Automaton, Finder, Found, MAX_RUN, Scan, Spec, Tier, is_unspaced, is_word, runs};
use crate::edit::Entity;
use crate::left::Left;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::EMAIL_ADDRESS,
    placeholder: "[EMAIL]",
    tier: Tier::Certain,
    about: "a local part, an @ and a domain of two labels or more",
    source: "RFC 5321, RFC 6531",
    finder: Finder::Scan {
        new: || Automaton::Email(Email::default()),
        wakes: |c, _| c == '@',
        holds: Some(&runs::WORD),
    },
    hits: &[
        "Write to «jane.doe+tag@example.co.uk».",
        "«用户@例子.公司»。",
        "«jane (at) example (dot) com»",
    ],
    misses: &["jane@example", "lodash@4.17.21", "@example.com"],
};

/// The longest local part (RFC 5321, section 4.5.3.1.1).
const _: () = assert!(MAX_RUN == 64);
/// The longest domain (RFC 5321, section 4.5.3.1.2). A longer one is replaced up to here.
const MAX_DOMAIN: u32 = 255;
/// The longest label (RFC 1035, section 2.3.4). A longer one is replaced up to here too, for its
/// head would be an address if a window cut it off. Not the first one: without a dot nothing is.
const MAX_LABEL: u32 = 63;
/// A word that is cut by the window keeps at least so many characters, more than any value of
/// another rule has (an IBAN, 34): otherwise its visible head could be one.
const MIN_HEAD: usize = 35;

/// Reads nothing before an `@`: what may be a local part is held as a run, and looked at then.
#[derive(Clone, Debug, Default)]
pub(crate) struct Email {
    domain: Option<Domain>,
}

impl Scan for Email {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        if let Some(domain) = &mut self.domain {
            let goes_on = domain.step(c, at);
            let found = domain.complete.map(|end| Found::new(domain.start, end));
            if !goes_on {
                self.domain = None;
            }
            if found.is_some() {
                return found;
            }
        }
        if c == '@' {
            self.domain = local_part(at, left).map(Domain::new);
        }
        None
    }

    fn live(&self) -> Option<u64> {
        self.domain.map(|domain| domain.start)
    }

    fn is_anchored(&self, _: u64, _: Left<'_>) -> bool {
        true
    }

    /// Letters of a label that is no ACE label, or not yet a top level one.
    fn goes_on(&self, text: &[u8]) -> usize {
        let Some(domain) = &self.domain else {
            return 0;
        };
        // Behind such a letter the address may have ended.
        if domain.label.last.is_some_and(is_unspaced) {
            return 0;
        }
        let room = MAX_LABEL.saturating_sub(domain.label.len);
        let room = room.min(MAX_DOMAIN.saturating_sub(domain.len)) as usize;
        let letters = text.iter().take(room);
        letters
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count()
    }

    fn go_on(&mut self, text: &[u8], at: u64) {
        if let Some(domain) = &mut self.domain {
            for (byte, at) in text.iter().zip(at..) {
                domain.step(char::from(byte.to_ascii_lowercase()), at);
            }
        }
    }

    fn reset(&mut self) {
        self.domain = None;
    }
}

/// Where the local part before the `@` at `at` begins.
fn local_part(at: u64, left: Left<'_>) -> Option<u64> {
    let visible = || {
        let symbols = left.held.back(at).filter(|(_, symbol)| !symbol.hidden);
        symbols.map(|(place, symbol)| (place, symbol.ch))
    };
    let mut room = [(0, ' '); MAX_RUN];
    let mut from = MAX_RUN;
    for (slot, (place, c)) in room.iter_mut().rev().zip(visible()) {
        if !is_local(c) {
            break;
        }
        *slot = (place, c);
        from -= 1;
    }
    let window = room.get(from..)?;
    let begins_behind = |n: usize| {
        let mut behind = window.iter().skip(n);
        behind
            .find(|(_, c)| begins_local(*c))
            .map(|(place, _)| *place)
    };
    // Text in a script without spaces may touch a foreign address without belonging to it.
    let last = window.iter().rev().find(|(_, c)| c.is_alphanumeric());
    let is_foreign = last.is_some_and(|(_, c)| !is_unspaced(*c));
    let glued = window
        .iter()
        .rposition(|(_, c)| is_unspaced(*c))
        .filter(|_| is_foreign);
    let first = begins_behind(glued.map_or(0, |n| n + 1))?;
    let before = visible().nth(MAX_RUN).map(|(_, c)| c).or(left.before);
    let cuts_word = from == 0 && before.is_some_and(is_word);
    if !cuts_word || window.first().is_none_or(|(place, _)| first > *place) {
        return Some(first);
    }
    // The window cuts a word in two. Begin at the next one, or in the middle of this one.
    let gap = window.iter().position(|(_, c)| !is_word(*c));
    let next = gap.and_then(|gap| begins_behind(gap + 1));
    next.or_else(|| window.get(MIN_HEAD).map(|(place, _)| *place))
}

#[derive(Clone, Copy, Debug)]
struct Domain {
    start: u64,
    len: u32,
    /// Labels before the current one.
    labels: u32,
    label: Label,
    /// The place behind the last character of a label.
    end: u64,
    /// The end of the longest complete address so far.
    complete: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Label {
    len: u32,
    has_others: bool,
    /// Characters of `xn--` that it begins with.
    ace: usize,
    last: Option<char>,
}

impl Domain {
    fn new(start: u64) -> Self {
        let label = Label::default();
        Self {
            start,
            len: 0,
            labels: 0,
            label,
            end: 0,
            complete: None,
        }
    }

    /// Whether the candidate goes on behind `c`.
    fn step(&mut self, c: char, at: u64) -> bool {
        let is_complete = self.labels > 0 && self.label.is_top_level();
        let is_letter = c.is_alphanumeric();
        let before = self.label.last.map(is_unspaced);
        // What is glued to an address does not belong to it; what is glued to a name in a script
        // without spaces may, and may be another value.
        let turns = before == Some(false) && is_unspaced(c);
        let may_end = turns || before == Some(true) && !is_unspaced(c);
        if is_complete && (!is_letter || may_end) {
            self.complete = Some(self.end);
        }
        self.len += 1;
        if self.len > MAX_DOMAIN || self.labels > 0 && self.label.len > MAX_LABEL {
            self.complete = Some(at);
            return false;
        }
        if is_letter && !(is_complete && turns) || c == '-' && self.label.len > 0 {
            self.label.push(c);
            self.end = at + 1;
            return self.labels > 0 || self.label.len <= MAX_LABEL;
        }
        // The ideographic full stop is a dot to IDNA, but mostly it ends a sentence.
        if (c == '.' || c == '\u{3002}' && self.labels == 0) && self.label.len > 0 {
            self.labels += 1;
            self.label = Label::default();
            return true;
        }
        false
    }
}

impl Label {
    fn push(&mut self, c: char) {
        if self.ace as u32 == self.len && "xn--".chars().nth(self.ace) == Some(c) {
            self.ace += 1;
        }
        self.len += 1;
        self.has_others |= !c.is_alphabetic();
        self.last = Some(c);
    }

    fn is_top_level(self) -> bool {
        let is_ace = self.ace == 4 && self.len > 4 && self.last != Some('-');
        self.len >= 2 && (!self.has_others || is_ace)
    }
}

/// The characters of a local part that are not markup or punctuation around it in most texts.
pub(super) fn is_local(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%' | '\'' | '#' | '~')
}

pub(super) fn begins_local(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
