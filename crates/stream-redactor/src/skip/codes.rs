//! Values by what they look like: which digits may belong to one.

use super::{Contexts, may_be_any};
use crate::context::Context;
use crate::rules::{CALL_NUMBER, CODE, NUMBER, Runs, SPACED_CODE, Table};

/// So far back a value may begin.
const REACH: usize = 32;

/// Whether the row of numbers at `from..to` may hold a value.
pub(super) fn has_number(text: &[u8], row: (usize, usize), words: &mut Words<'_>) -> bool {
    let (from, to) = row;
    let mut before = b' ';
    for (at, byte) in text.iter().enumerate().take(to).skip(from) {
        let is_first = byte.is_ascii_digit() && !before.is_ascii_digit();
        before = *byte;
        let rest = text.get(at..).unwrap_or_default();
        if is_first && (may_be(&NUMBER, rest, words) || may_be(&CALL_NUMBER, rest, words)) {
            return true;
        }
    }
    false
}

/// Whether the digit at `at` may belong to a code, of which nothing before `from` was left alive.
pub(super) fn has_code(text: &[u8], from: usize, at: usize, words: &mut Words<'_>) -> bool {
    let mut start = begin(text, from, at, |b| b.is_ascii_alphanumeric());
    // Single marks go on with what stands before.
    while let Some([.., before, b'-' | b'.']) = text.get(from..start) {
        if !before.is_ascii_alphanumeric() || at - start > REACH {
            break;
        }
        start = begin(text, from, start - 1, |b| b.is_ascii_alphanumeric());
    }
    is_code(text, start, words)
}

/// Whether a code may begin at the beginning of a word.
pub(super) fn is_code(text: &[u8], start: usize, words: &mut Words<'_>) -> bool {
    may_be(&CODE, text.get(start..).unwrap_or_default(), words)
}

/// The same as [`has_code`] for a code with blanks: each capital that begins a word before it may be the first.
pub(super) fn has_spaced_code(text: &[u8], from: usize, at: usize, words: &mut Words<'_>) -> bool {
    let is_spaced = |b: u8| {
        b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'.' | b'/')
    };
    let start = begin(text, from, at, is_spaced);
    let mut before = b' ';
    for (n, byte) in text.iter().enumerate().take(at).skip(start) {
        let is_first = byte.is_ascii_uppercase() && !before.is_ascii_alphanumeric();
        before = *byte;
        let rest = text.get(n..).unwrap_or_default();
        if is_first && may_be(&SPACED_CODE, rest, words) {
            return true;
        }
    }
    false
}

fn begin(text: &[u8], from: usize, at: usize, is_part: impl Fn(u8) -> bool) -> usize {
    let before = text.get(from..at).unwrap_or_default().iter().rev();
    at - before.take(REACH).take_while(|b| is_part(**b)).count()
}

/// Whether a text may begin with a value, before anything that goes on with its last group.
fn may_be(runs: &'static Runs, text: &[u8], words: &mut Words<'_>) -> bool {
    let Some(table) = Table::of(runs) else {
        return false;
    };
    let mut read = 0;
    for state in table.walk(text.iter().copied()) {
        read += 1;
        if state.whole.is_empty() {
            continue;
        }
        let goes_on = text.get(read).is_some_and(u8::is_ascii_alphanumeric);
        if !goes_on && (state.is_free || words.have(state.context)) {
            return true;
        }
    }
    // What stands there may spell anything, and then the value goes on.
    read > 0 && may_be_any(text.get(read))
}

/// The words of which one has to stand before a text, if it begins with a value whatever follows;
/// none if it needs none.
pub(super) fn told_by(text: &[u8]) -> Option<Context> {
    let tables = [&NUMBER, &CALL_NUMBER, &CODE].into_iter();
    let mut states = tables
        .filter_map(Table::of)
        .flat_map(|table| table.walk(text.iter().copied()));
    states.try_fold(Context::NONE, |told, state| {
        (!state.is_free).then_some(told.or(state.context))
    })
}

/// The words before a row, asked for once.
pub(super) struct Words<'w> {
    before: &'w [u8],
    contexts: Contexts<'w>,
    known: Option<Context>,
}

impl<'w> Words<'w> {
    pub(super) fn new(before: &'w [u8], contexts: Contexts<'w>) -> Self {
        Self {
            before,
            contexts,
            known: None,
        }
    }

    pub(super) fn have(&mut self, any: Context) -> bool {
        let known = self.known.unwrap_or_else(|| (self.contexts)(self.before));
        self.known = Some(known);
        known.has(any)
    }
}
