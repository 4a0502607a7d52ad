//! How far the rules have read: what is not decided yet, and what they may know of the left.

use crate::context::Births;
use crate::left::{self, Left, REACH, Register};
use crate::symbols::Symbols;
use crate::view::{self, Sym};

/// So many symbols are sure to be more than the register takes, but for hidden ones.
const FAR: usize = 2 * REACH;

#[derive(Clone, Default)]
pub(crate) struct Reading {
    /// What the view has given out and is not decided yet.
    pub(crate) symbols: Symbols,
    /// The place that the rules read next. It goes back to the end of a finding.
    cursor: u64,
    /// The visible character before the cursor; none behind a finding.
    prev: Option<char>,
    /// The visible character before the first undecided place; none behind a finding.
    before: Option<char>,
    /// What was decided on this line.
    register: Register,
    /// Bytes that the symbols before the cursor stand for.
    undecided: usize,
}

impl Reading {
    #[inline]
    pub(crate) fn cursor(&self) -> u64 {
        self.cursor
    }

    /// The symbol at the cursor.
    #[inline]
    pub(crate) fn next(&self) -> Option<Sym> {
        self.symbols.get(self.cursor)
    }

    /// Bytes that were read and are not decided.
    #[inline]
    pub(crate) fn undecided(&self) -> usize {
        self.undecided
    }

    /// What was decided and what is held says of births, and whether they may be near somewhere in
    /// it.
    #[inline]
    pub(crate) fn all_births(&self) -> (Births, bool) {
        let mut births = self.register.births();
        let held = self.symbols.slice(self.symbols.base(), u64::MAX);
        if births.are_near() || held.len() > REACH {
            return (births, true);
        }
        for symbol in held.iter().filter(|symbol| !symbol.hidden) {
            births.read(left::byte(symbol.ch));
            if births.are_near() {
                return (births, true);
            }
        }
        (births, false)
    }

    /// What was decided says of births.
    #[inline]
    pub(crate) fn births(&self) -> Births {
        self.register.births()
    }

    /// Whether a finding ends at the cursor: what comes next begins a word, whatever the finding ended
    /// with.
    #[inline]
    pub(crate) fn is_behind_finding(&self) -> bool {
        self.prev.is_none() && !self.register.last().is_empty()
    }

    #[inline]
    pub(crate) fn left(&self) -> Left<'_> {
        Left {
            held: &self.symbols,
            register: &self.register,
            before: self.before,
            prev: self.prev,
        }
    }

    #[inline]
    pub(crate) fn advance(&mut self, symbol: Sym) {
        if !symbol.hidden {
            self.prev = Some(symbol.ch);
        }
        self.cursor += 1;
        self.undecided += usize::from(symbol.raw);
    }

    /// Adds ASCII characters at the cursor, and reads them.
    #[inline]
    pub(crate) fn push_plain(&mut self, text: &[u8]) {
        self.symbols
            .extend(text.iter().map(|byte| Sym::ascii(*byte)));
        self.cursor += text.len() as u64;
        self.undecided += text.len();
        self.prev = text
            .last()
            .map(|byte| char::from(byte.to_ascii_lowercase()));
    }

    /// Goes back over the last `n` symbols, which are not visible.
    pub(crate) fn go_back(&mut self, n: u64) {
        let symbols = self.symbols.slice(self.cursor - n, self.cursor);
        self.undecided -= symbols.iter().map(|s| usize::from(s.raw)).sum::<usize>();
        self.cursor -= n;
    }

    /// Lets go of the symbols before `end`, which was read, and shows them to the rules as text
    /// that stands on the left. Says how many bytes they stand for.
    #[inline]
    pub(crate) fn keep_to(&mut self, end: u64) -> usize {
        let kept = self.symbols.slice(self.symbols.base(), end);
        // Of a long text only the end is ever looked at again.
        let far = match kept.len().saturating_sub(FAR) {
            0 => 0,
            far if kept.iter().skip(far).filter(|s| !s.hidden).count() < REACH => 0,
            far => far,
        };
        for symbol in kept.iter().skip(far) {
            if !symbol.hidden {
                self.register.push(symbol.ch);
                self.before = Some(symbol.ch);
            }
        }
        self.drop_to(end)
    }

    /// Lets go of the symbols before `end`, which was read. Says how many bytes they stand for.
    #[inline]
    pub(crate) fn drop_to(&mut self, end: u64) -> usize {
        let n = if end == self.cursor {
            self.undecided
        } else {
            let symbols = self.symbols.slice(self.symbols.base(), end);
            symbols.iter().map(|symbol| usize::from(symbol.raw)).sum()
        };
        self.symbols.drop_to(end);
        self.undecided = self.undecided.saturating_sub(n);
        n
    }

    /// Reads on from the first undecided place.
    pub(crate) fn restart(&mut self) {
        self.cursor = self.symbols.base();
        self.undecided = 0;
        self.prev = self.before;
    }

    /// What comes next is read as if the text began there.
    pub(crate) fn forget_before(&mut self) {
        self.before = None;
    }

    /// Begins a new text.
    pub(crate) fn clear(&mut self) {
        self.before = None;
        self.register.clear();
        self.restart();
    }

    /// What is shown in place of a finding is what later rules see on their left.
    pub(crate) fn show(&mut self, placeholder: &str) {
        for c in placeholder.chars() {
            let symbol = view::folded_char(c);
            if !symbol.hidden {
                self.register.push(symbol.ch);
            }
        }
    }

    /// Shows a text that was kept unread.
    pub(crate) fn show_kept(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let tail = bytes
            .get(bytes.len().saturating_sub(REACH)..)
            .unwrap_or_default();
        if tail.is_ascii() {
            self.register.push_ascii(tail);
            self.before = tail.last().map(|b| char::from(b.to_ascii_lowercase()));
            return;
        }
        let reach = text
            .char_indices()
            .rev()
            .map(|(at, _)| at)
            .take(REACH)
            .last();
        let shown = text.get(reach.unwrap_or(0)..).unwrap_or_default();
        for c in shown.chars() {
            let c = view::folded_char(c).ch;
            self.register.push(c);
            self.before = Some(c);
        }
    }
}
