//! What a rule may know of the text on its left: the last characters of the line, no more.
//!
//! The register holds what is *shown*, that is placeholders and not the values behind them, so a
//! text that is redacted twice reads the same both times.

use crate::context::{self, Births, Context};
use crate::symbols::Symbols;

/// How many characters back a context word may stand.
pub(crate) const REACH: usize = 64;
/// The reach of a number behind brackets, which may stand between it and its first digit.
pub(crate) const WIDE: usize = REACH + 16;

/// Stands for a letter or digit outside ASCII.
pub(crate) const OTHER_WORD: u8 = 0xff;
/// Stands for any other character outside ASCII.
pub(crate) const OTHER: u8 = 0x80;

/// The last characters of the line that have been decided, folded.
#[derive(Clone, Debug)]
pub(crate) struct Register {
    /// The last ones stand at the end; twice the reach, so that it is rarely moved.
    text: [u8; 2 * REACH],
    len: usize,
    births: Births,
}

impl Register {
    pub(crate) fn clear(&mut self) {
        self.len = 0;
        self.births = Births::default();
    }

    /// What it says of births.
    #[inline]
    pub(crate) fn births(&self) -> Births {
        self.births
    }

    #[inline]
    pub(crate) fn push(&mut self, c: char) {
        let byte = byte(c);
        self.births.read(byte);
        if is_line_end(byte) {
            self.clear();
        } else if self.len == self.text.len() {
            self.text.copy_within(REACH.., 0);
            self.len = REACH;
        }
        if let Some(slot) = self.text.get_mut(self.len) {
            *slot = byte;
            self.len += 1;
        }
    }

    /// Adds a text in ASCII of at most [`REACH`] characters.
    pub(crate) fn push_ascii(&mut self, text: &[u8]) {
        // Looked for in two steps, the first without branches: most texts have none.
        let has_end = text
            .iter()
            .fold(false, |any, b| any | (b.wrapping_sub(b'\n') < 4));
        let end = text
            .iter()
            .rposition(|b| is_line_end(*b))
            .filter(|_| has_end);
        let line = text.get(end.unwrap_or(0)..).unwrap_or_default();
        if end.is_some() {
            self.clear();
        } else if self.len + line.len() > self.text.len() {
            let from = self.len.saturating_sub(REACH);
            self.text.copy_within(from..self.len, 0);
            self.len -= from;
        }
        line.iter().for_each(|byte| self.births.read(*byte));
        if let Some(room) = self.text.get_mut(self.len..self.len + line.len()) {
            room.copy_from_slice(line);
            room.make_ascii_lowercase();
            self.len += line.len();
        }
    }

    /// The last characters, at most [`REACH`].
    pub(crate) fn last(&self) -> &[u8] {
        let from = self.len.saturating_sub(REACH);
        self.text.get(from..self.len).unwrap_or_default()
    }
}

impl Default for Register {
    fn default() -> Self {
        Self {
            text: [0; 2 * REACH],
            len: 0,
            births: Births::default(),
        }
    }
}

/// What stands before a place: symbols that are still held, then the register.
#[derive(Clone, Copy)]
pub(crate) struct Left<'m> {
    pub(crate) held: &'m Symbols,
    pub(crate) register: &'m Register,
    /// The character before the first undecided place; none behind a finding.
    pub(crate) before: Option<char>,
    /// The character before the one that is read; none at the beginning and behind a finding.
    pub(crate) prev: Option<char>,
}

impl Left<'_> {
    /// The characters before `at`, in ASCII, the nearest first.
    pub(crate) fn back(&self, at: u64) -> impl Iterator<Item = u8> {
        let held = self.held.back(at).filter(|(_, symbol)| !symbol.hidden);
        let held = held.map(|(_, symbol)| byte(symbol.ch));
        held.chain(self.register.last().iter().rev().copied())
            .take(REACH)
    }

    /// The words before `at`, on the same line and not in brackets, which is how placeholders are
    /// written.
    pub(crate) fn contexts(&self, at: u64) -> Context {
        let mut room = [0; 2 * REACH];
        let text = self.last(at, &mut room);
        let end = text.iter().rposition(|b| is_line_end(*b));
        let line = text.get(end.unwrap_or(0)..).unwrap_or_default();
        // What the reach cuts in two is no word.
        let whole = line.iter().position(|b| line.len() < REACH || !is_word(*b));
        context::find(line.get(whole.unwrap_or(REACH)..).unwrap_or_default())
    }

    /// Whether the words before `at` may tell of births.
    pub(crate) fn may_tell_of_birth(&self, at: u64) -> bool {
        let mut births = self.register.births();
        let held = self.held.slice(self.held.base(), at);
        births.are_near()
            || held.len() > REACH
            || held.iter().filter(|symbol| !symbol.hidden).any(|symbol| {
                births.read(byte(symbol.ch));
                births.are_near()
            })
    }

    /// The last [`REACH`] characters before `at`, in ASCII.
    fn last<'r>(&self, at: u64, room: &'r mut [u8; 2 * REACH]) -> &'r [u8] {
        let held = self.held.slice(self.held.base(), at);
        let near = held
            .get(held.len().saturating_sub(REACH)..)
            .unwrap_or_default();
        let decided = self.register.last();
        let (head, tail) = room.split_at_mut(decided.len());
        head.copy_from_slice(decided);
        let mut len = decided.len();
        for (slot, symbol) in tail.iter_mut().zip(near.iter().filter(|s| !s.hidden)) {
            *slot = byte(symbol.ch);
            len += 1;
        }
        if near.iter().any(|symbol| symbol.hidden) && near.len() < held.len() {
            // Hidden symbols took room that others need: one by one, then.
            let slots = room.iter_mut().rev().zip(self.back(at));
            let count = slots.map(|(slot, byte)| *slot = byte).count();
            return room.get(2 * REACH - count..).unwrap_or_default();
        }
        room.get(len.saturating_sub(REACH)..len).unwrap_or_default()
    }

    /// The same with ASCII text behind what was read. It may say more than `contexts`.
    pub(crate) fn may_have_contexts(&self, raw: &[u8], at: u64) -> Context {
        let mut wide = [0; WIDE];
        let lower = raw.iter().rev().map(u8::to_ascii_lowercase);
        let len = fill_back(&mut wide, lower.chain(self.back(at)));
        context::find_all(wide.get(WIDE - len..).unwrap_or_default())
    }

    /// Whether the last word before `at` is one of `words`, with nothing but blanks, dots, colons
    /// and marks between.
    pub(crate) fn follows_word(&self, at: u64, words: &[&str]) -> bool {
        let mut word = [0; 16];
        let mut len = 0;
        let back = self.back(at).skip_while(|byte| b" .:*`\"'".contains(byte));
        for byte in back.take_while(|byte| is_word(*byte)) {
            let Some(slot) = word.iter_mut().rev().nth(len) else {
                return false;
            };
            *slot = byte;
            len += 1;
        }
        let word = word.get(word.len() - len..).unwrap_or_default();
        words.iter().any(|w| w.as_bytes() == word)
    }
}

/// Writes what stands on the line backwards from the end of `text`; says how much.
fn fill_back(text: &mut [u8], back: impl Iterator<Item = u8>) -> usize {
    let mut len = 0;
    for (slot, byte) in text.iter_mut().rev().zip(back) {
        if is_line_end(byte) {
            break;
        }
        *slot = byte;
        len += 1;
    }
    len
}

pub(crate) fn is_line_end(byte: u8) -> bool {
    // LF, VT, FF, CR.
    byte.wrapping_sub(b'\n') < 4
}

pub(crate) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == OTHER_WORD
}

#[inline]
pub(crate) fn byte(c: char) -> u8 {
    match c {
        c if c.is_ascii() => c as u8,
        '\u{85}' | '\u{2028}' | '\u{2029}' => b'\n',
        c if c.is_alphanumeric() => OTHER_WORD,
        _ => OTHER,
    }
}
