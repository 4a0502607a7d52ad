//! `TERMINAL_ESCAPE`: control sequences that a terminal obeys.
//!
//! ECMA-48: ESC `[`, parameters, intermediates and a final character; the control strings, of which
//! the placeholder is shown and the rest disappears up to their terminator (links, the clipboard,
//! titles); ESC with one more character, or with nothing that belongs to it. Of the C1 controls
//! those that open or end a sequence: the others stand in for quotation marks in texts that were
//! decoded wrongly, and do nothing.

use super::{Automaton, Closer, END, Finder, Found, Scan, Spec, Swallow, Tier};
use crate::edit::Entity;
use crate::left::Left;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::TERMINAL_ESCAPE,
    placeholder: "[ESC]",
    tier: Tier::Certain,
    about: "an escape sequence of a terminal",
    source: "ECMA-48, sections 5 and 8.3; ECMA-35, section 13",
    finder: Finder::Scan {
        new: || Automaton::Escape(Escape::default()),
        wakes: |c, _| is_opener(c),
        holds: None,
    },
    hits: &[
        "«\u{1b}[1;31m»red«\u{1b}[0m».",
        "a«\u{1b}]52;c;cm0gLXJmIC8=\u{7}»b",
        "«\u{1b}]8;;http://x.example\u{1b}\\»link«\u{1b}]8;;\u{1b}\\»!",
        "a«\u{9b}2J»b«\u{9d}»c",
        "«\u{1b}c»reset, lone «\u{1b}»é",
    ],
    misses: &["[1;31m", "\\x1b[0m", "it\u{92}s", "\u{7f}"],
};

/// The most parameters and intermediates, in characters.
const MAX_PARAMETERS: usize = 64;
/// The longest control string.
const MAX_STRING: usize = 8 * 1024;

#[derive(Clone, Debug, Default)]
pub(crate) struct Escape {
    start: u64,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    #[default]
    Out,
    /// Behind ESC, with so many intermediates.
    Escape(usize),
    /// So many characters of a control sequence, and whether its parameters are over.
    Sequence(usize, bool),
}

impl Scan for Escape {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        let found = self.advance(c, at, left);
        if found.is_some() || !matches!(self.stage, Stage::Out) || !is_opener(c) {
            return found;
        }
        self.start = at;
        self.stage = match c {
            '\u{1b}' => Stage::Escape(0),
            '\u{9b}' => Stage::Sequence(0, false),
            _ => return Some(Found::new(at, at + 1)),
        };
        None
    }

    fn live(&self) -> Option<u64> {
        (!matches!(self.stage, Stage::Out)).then_some(self.start)
    }

    fn is_anchored(&self, _: u64, _: Left<'_>) -> bool {
        true
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Escape {
    fn advance(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        let whole = Found::new(self.start, at + 1);
        let broken = Found::new(self.start, at);
        let symbol = left.held.get(at);
        let is_upper = symbol.is_some_and(|symbol| symbol.upper);
        // A terminal knows no other spellings.
        let c = if symbol.is_some_and(|s| s.raw == 1) {
            c
        } else {
            END
        };
        let (stage, found) = match (self.stage, c) {
            (Stage::Out, _) => (Stage::Out, None),
            (Stage::Escape(0), '[') => (Stage::Sequence(0, false), None),
            (Stage::Escape(0), ']' | '^' | '_') => (Stage::Out, Some(self.string(at))),
            (Stage::Escape(0), 'p' | 'x') if is_upper => (Stage::Out, Some(self.string(at))),
            (Stage::Escape(n), ' '..='/') if n < 3 => (Stage::Escape(n + 1), None),
            (Stage::Escape(_), '0'..='~') => (Stage::Out, Some(whole)),
            (Stage::Sequence(n, false), '0'..='?') if n < MAX_PARAMETERS => {
                (Stage::Sequence(n + 1, false), None)
            }
            (Stage::Sequence(n, _), ' '..='/') if n < MAX_PARAMETERS => {
                (Stage::Sequence(n + 1, true), None)
            }
            (Stage::Sequence(..), '@'..='~') => (Stage::Out, Some(whole)),
            _ => (Stage::Out, Some(broken)),
        };
        self.stage = stage;
        found
    }

    fn string(&self, at: u64) -> Found {
        Found::opening(self.start, at + 1, Closer::Escape(EscapeCloser::default()))
    }
}

fn is_opener(c: char) -> bool {
    matches!(c, '\u{1b}' | '\u{90}' | '\u{98}' | '\u{9b}'..='\u{9f}')
}

/// Finds the terminator of a control string. None has a line end in it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EscapeCloser {
    len: usize,
    is_escaped: bool,
}

impl EscapeCloser {
    pub(super) fn step(&mut self, c: char) -> Swallow {
        self.len += 1;
        match c {
            '\\' if self.is_escaped => return Swallow::EndAfter,
            _ if self.is_escaped || self.len > MAX_STRING => return Swallow::EndBefore,
            '\n' | '\r' => return Swallow::EndBefore,
            // BEL, CAN, SUB, ST
            '\u{7}' | '\u{18}' | '\u{1a}' | '\u{9c}' => return Swallow::EndAfter,
            _ => {}
        }
        self.is_escaped = c == '\u{1b}';
        Swallow::More
    }
}
