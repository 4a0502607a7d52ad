//! `EMAIL_ADDRESS`: a local part of up to 64 characters, `@`, and a domain of two labels or more
//! that ends in at least two letters (after RFC 5321 and RFC 6531, letters of all scripts).
//!
//! The local part is looked for to the left of the `@`, in a window of [`WINDOW`] characters: of a
//! longer run only the last ones are replaced, and what stays in view is no address. It begins
//! with a letter, a digit or `_`, so quotes, bullets and the like before it stay. Quoted local
//! parts with blanks and address literals (`@[192.0.2.1]`) are not read.

use super::{Found, Held, Scan, is_unspaced, is_word};
use crate::left::Left;

/// The longest local part (RFC 5321, section 4.5.3.1.1).
const WINDOW: u32 = 64;
/// The longest domain (RFC 5321, section 4.5.3.1.2). A longer one is replaced up to here.
const MAX_DOMAIN: u32 = 255;
/// The longest label (RFC 1035, section 2.3.4). A longer one is replaced up to here too, for its
/// head would be an address if a window cut it off. Not the first one: without a dot nothing is.
const MAX_LABEL: u32 = 63;
/// A word that is cut by the window keeps at least so many characters, more than any value of
/// another rule has (an IBAN, 34): otherwise its visible head could be one.
const MIN_HEAD: usize = 35;

#[derive(Clone, Debug, Default)]
pub(crate) struct Email {
    /// The characters before this place that can belong to a local part.
    run: Option<Run>,
    /// The candidate behind its `@`.
    domain: Option<Domain>,
    found: Option<Found>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    /// Where the window begins.
    window: u64,
    /// Characters in the window.
    len: u32,
    /// The character before the window is one of a word.
    cuts_word: bool,
}

impl Scan for Email {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) {
        let held = left.held;
        if let Some(domain) = &mut self.domain {
            let goes_on = domain.step(c, at);
            self.found = domain.complete.map(|end| Found {
                start: domain.start,
                end,
                opens: None,
            });
            if !goes_on {
                self.domain = None;
            }
            if self.found.is_some() {
                return;
            }
        }
        if c == '@' {
            let start = self.run.take().and_then(|run| run.local_part(at, held));
            self.domain = start.map(Domain::new);
            return;
        }
        self.run = match self.run {
            Some(run) if is_local(c) => Some(run.longer(held)),
            None if begins_local(c) => Some(Run::new(at)),
            _ => None,
        };
    }

    fn live(&self) -> Option<u64> {
        if let Some(domain) = &self.domain {
            return Some(domain.start);
        }
        if self.found.is_some() {
            return None;
        }
        self.run.map(|run| run.window)
    }

    fn found(&self) -> Option<Found> {
        self.found
    }

    fn is_anchored(&self, _: u64, _: Left<'_>) -> bool {
        self.domain.is_some()
    }

    fn ends_at_blank(&self) -> bool {
        self.domain.is_none()
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Run {
    fn new(at: u64) -> Self {
        Self {
            window: at,
            len: 1,
            cuts_word: false,
        }
    }

    fn longer(mut self, held: Held<'_>) -> Self {
        if self.len < WINDOW {
            self.len += 1;
            return self;
        }
        self.cuts_word = held.get(self.window).is_some_and(|s| is_word(s.ch));
        self.window += 1;
        while held.get(self.window).is_some_and(|s| s.hidden) {
            self.window += 1;
        }
        self
    }

    /// Where the local part before the `@` at `at` begins.
    fn local_part(self, at: u64, held: Held<'_>) -> Option<u64> {
        let symbols = || {
            (self.window..at).filter_map(move |place| {
                let symbol = held.get(place).filter(|s| !s.hidden)?;
                Some((place, symbol.ch))
            })
        };
        // Text in a script without spaces may touch a foreign address without belonging to it.
        let last = symbols()
            .rev()
            .map(|(_, c)| c)
            .find(|c| c.is_alphanumeric());
        let from = if last.is_some_and(is_unspaced) {
            self.window
        } else {
            symbols()
                .rev()
                .find(|(_, c)| is_unspaced(*c))
                .map_or(self.window, |(place, _)| place + 1)
        };
        let first = symbols()
            .find(|(place, c)| *place >= from && begins_local(*c))?
            .0;
        if first > self.window || !self.cuts_word {
            return Some(first);
        }
        // The window cuts a word in two. Begin at the next one, or in the middle of this one.
        let gap = symbols()
            .find(|(_, c)| !is_word(*c))
            .map(|(place, _)| place);
        let next =
            gap.and_then(|gap| symbols().find(|(place, c)| *place > gap && begins_local(*c)));
        next.or_else(|| symbols().nth(MIN_HEAD))
            .map(|(place, _)| place)
    }
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
        let turns = is_unspaced(c) && self.label.last.is_some_and(|last| !is_unspaced(last));
        if is_complete && (!is_letter || turns) {
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
fn is_local(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%' | '\'' | '#' | '~')
}

pub(super) fn begins_local(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
