//! A complete run, judged by the rules that look for values in it.

use std::cell::Cell;

use super::runs::{MAX_RUN, Runs, is_token_mark};
use super::{Found, is_word};
use crate::context::Context;
use crate::left::Left;
use crate::symbols::Symbols;

/// The most groups in a run: every second character is a separator.
const MAX_GROUPS: usize = MAX_RUN / 2;

/// A rule whose values stand in runs.
#[derive(Debug)]
pub(crate) struct Grouped {
    pub(super) runs: &'static Runs,
    /// The fewest characters of a value: shorter runs are not judged.
    pub(super) min_len: usize,
    /// The first value in a run: its beginning and end.
    pub(super) value: fn(&Run<'_>) -> Option<(usize, usize)>,
    /// Where the value begins in a run that was broken off behind so much of it that there is no
    /// doubt.
    pub(super) anchored: fn(&Run<'_>) -> Option<usize>,
}

impl Grouped {
    pub(crate) fn min_len(&self) -> usize {
        self.min_len
    }

    pub(crate) fn runs(&self) -> &'static Runs {
        self.runs
    }

    pub(crate) fn find(&self, run: &Run<'_>) -> Option<Found> {
        if run.text.len() < self.min_len {
            return None;
        }
        let (from, to) = (self.value)(run)?;
        let (start, end) = (run.place(from)?, run.place(to.checked_sub(1)?)? + 1);
        let is_cut = to == run.text.len() && run.goes_on();
        Some(match self.runs.closer().filter(|_| is_cut) {
            Some(closer) => Found::opening(start, end, closer),
            None => Found::new(start, end),
        })
    }

    /// What stands before `end` in a run that was broken off there.
    pub(crate) fn find_broken(&self, run: &Run<'_>, end: u64) -> Option<Found> {
        let from = (self.anchored)(run)?;
        Some(Found::new(run.place(from)?, end))
    }
}

/// A run to be judged.
pub(crate) struct Run<'r> {
    /// ASCII, at most [`MAX_RUN`] bytes, beginning with `Runs::first`, ending with a group.
    pub(super) text: &'r [u8],
    /// The groups of digits in it, as ranges, in order.
    pub(super) groups: &'r [(usize, usize)],
    /// The byte before, or 0.
    pub(crate) before: u8,
    /// The byte before that.
    pub(crate) before_that: u8,
    /// The byte behind: 0 at the end, 0x80 for all outside ASCII.
    pub(crate) behind: u8,
    /// The separator between the run and that byte, or 0.
    pub(super) separator: u8,
    /// The run goes on in a letter or digit, so its last group is not whole.
    pub(super) is_open: bool,
    /// A letter or digit stands behind the run and its separators.
    pub(crate) is_before_word: bool,
    /// The text and the separators behind it.
    pub(crate) all: &'r [u8],
    /// The place of the run.
    start: u64,
    /// The place behind it, separators included.
    end: u64,
    left: Left<'r>,
    /// What [`Run::contexts`] said: it reads the whole line.
    contexts: Cell<Option<Context>>,
}

impl Run<'_> {
    /// What the words before the run on its line say of it.
    pub(crate) fn contexts(&self) -> Context {
        let contexts = self
            .contexts
            .get()
            .unwrap_or_else(|| self.left.contexts(self.start));
        self.contexts.set(Some(contexts));
        contexts
    }

    /// Whether the word right before the run is one of `words`.
    pub(super) fn follows_word(&self, words: &[&str]) -> bool {
        self.left.follows_word(self.start, words)
    }

    /// Whether the run was looked at because it grew too long, not because it ended.
    pub(super) fn goes_on(&self) -> bool {
        let next = char::from(self.behind);
        self.text.len() + 3 >= MAX_RUN && (next.is_ascii_alphanumeric() || is_token_mark(next))
    }

    /// The text with capitals as they were written, and 0xff for letters that only fold to ASCII
    /// ones. (Those of another width do not: they are written to evade.)
    pub(super) fn spelled<'t>(&self, room: &'t mut [u8; MAX_RUN]) -> &'t [u8] {
        let symbols = self.left.held.slice(self.start, self.end);
        let visible = symbols.iter().filter(|symbol| !symbol.hidden);
        let len = self.text.len();
        for (slot, symbol) in room.iter_mut().zip(visible.take(len)) {
            *slot = match symbol.ch as u8 {
                _ if symbol.raw == 2 => 0xff,
                byte if symbol.upper => byte.to_ascii_uppercase(),
                byte => byte,
            };
        }
        room.get(..len).unwrap_or_default()
    }

    /// What stands before the run, the nearest character first, folded.
    pub(super) fn back(&self) -> impl Iterator<Item = u8> {
        self.left.back(self.start)
    }

    /// Whether a character of the text was a capital.
    pub(super) fn is_upper(&self, n: usize) -> bool {
        let symbol = self.place(n).and_then(|place| self.left.held.get(place));
        symbol.is_some_and(|symbol| symbol.upper)
    }

    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// What stands between two of its characters, as a finding.
    pub(crate) fn found(&self, from: usize, to: usize) -> Option<Found> {
        let last = self.place(to.checked_sub(1)?)?;
        Some(Found::new(self.place(from)?, last + 1))
    }

    /// Whether all letters of a finding are capitals.
    pub(crate) fn is_capital(&self, found: Found) -> bool {
        let symbols = self.left.held.slice(found.start, found.end);
        symbols
            .iter()
            .all(|symbol| symbol.upper || symbol.hidden || !symbol.ch.is_ascii_alphabetic())
    }

    /// The place of a character of the text.
    fn place(&self, n: usize) -> Option<u64> {
        place(self.left.held, self.start, self.end, n)
    }
}

/// Room for the text and the groups of a run.
#[derive(Debug)]
pub(crate) struct Page {
    text: [u8; MAX_RUN],
    groups: [(usize, usize); MAX_GROUPS],
}

impl Page {
    pub(crate) const fn new() -> Self {
        Self {
            text: [0; MAX_RUN],
            groups: [(0, 0); MAX_GROUPS],
        }
    }

    /// Reads the symbols from `start` to `end` as a run with `separators` at its end, before the
    /// character `next`, if that is known.
    pub(crate) fn read<'r>(
        &'r mut self,
        (start, end): (u64, u64),
        separators: usize,
        next: Option<char>,
        left: Left<'r>,
    ) -> Run<'r> {
        let symbols = left.held.slice(start, end);
        let mut len = symbols.len().min(MAX_RUN);
        if symbols
            .iter()
            .fold(false, |any, symbol| any | symbol.hidden)
        {
            len = 0;
            let visible = symbols.iter().filter(|symbol| !symbol.hidden);
            for (slot, symbol) in self.text.iter_mut().zip(visible) {
                *slot = symbol.ch as u8;
                len += 1;
            }
        } else {
            for (slot, symbol) in self.text.iter_mut().zip(symbols) {
                *slot = symbol.ch as u8;
            }
        }
        let whole = len - separators.min(len);
        let text = self.text.get(..whole).unwrap_or_default();
        let count = digit_groups(text, &mut self.groups);
        let mut back = left.back(start);
        Run {
            text,
            groups: self.groups.get(..count).unwrap_or_default(),
            before: back.next().unwrap_or(0),
            before_that: back.next().unwrap_or(0),
            behind: next.map_or(0, |c| if c.is_ascii() { c as u8 } else { 0x80 }),
            separator: self
                .text
                .get(whole)
                .copied()
                .filter(|_| separators > 0)
                .unwrap_or(0),
            is_open: separators == 0 && next.is_some_and(is_word),
            is_before_word: next.is_some_and(is_word),
            all: self.text.get(..len).unwrap_or_default(),
            start,
            end,
            left,
            contexts: Cell::new(None),
        }
    }
}

/// The place of the `n`th visible symbol of a stretch.
fn place(held: &Symbols, start: u64, end: u64, n: usize) -> Option<u64> {
    let symbols = held.slice(start, end);
    let is_plain = symbols.get(..=n)?.iter().all(|symbol| !symbol.hidden);
    if is_plain {
        return Some(start + n as u64);
    }
    let visible = symbols.iter().zip(start..).filter(|(s, _)| !s.hidden);
    visible.map(|(_, place)| place).nth(n)
}

/// A run that is too long goes on from a group in its last `keep` characters, if one begins
/// there. Says the place and how many visible characters stand behind it.
pub(crate) fn shorten(
    runs: &Runs,
    (start, end): (u64, u64),
    keep: usize,
    held: &Symbols,
) -> Option<(u64, usize)> {
    let symbols = held.slice(start, end).iter().zip(start..);
    let mut text = [(' ', 0); MAX_RUN];
    let mut len = 0;
    for (slot, (symbol, place)) in text.iter_mut().zip(symbols.filter(|(s, _)| !s.hidden)) {
        *slot = (symbol.ch, place);
        len += 1;
    }
    let text = text.get(len - keep.min(len)..len)?;
    text.windows(2).enumerate().find_map(|(n, pair)| {
        let [(before, _), (first, place)] = pair else {
            return None;
        };
        let begins = !(runs.body)(*before) && (runs.first)(*first);
        begins.then_some((*place, text.len() - n - 1))
    })
}

fn digit_groups(text: &[u8], groups: &mut [(usize, usize); MAX_GROUPS]) -> usize {
    let mut at = 0;
    let mut count = 0;
    for group in groups {
        let rest = text.get(at..).unwrap_or_default();
        let Some(gap) = rest.iter().position(u8::is_ascii_digit) else {
            break;
        };
        let digits = rest.iter().skip(gap).take_while(|b| b.is_ascii_digit());
        let end = at + gap + digits.count();
        *group = (at + gap, end);
        count += 1;
        at = end;
    }
    count
}
