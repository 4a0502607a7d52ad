//! The symbols that are not decided yet, by their place in the text.

use crate::view::Sym;

/// So many decided symbols are let pile up in front before the rest is moved.
const MAX_SPENT: usize = 1024;

/// In one stretch, so that a rule can look at a candidate as a slice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbols {
    buf: Vec<Sym>,
    /// Decided symbols in front.
    spent: usize,
    /// The place of the first undecided one.
    base: u64,
}

impl Symbols {
    #[inline]
    pub(crate) fn push(&mut self, symbol: Sym) {
        self.buf.push(symbol);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Sym> {
        self.buf.iter().skip(self.spent)
    }

    /// The first undecided place.
    #[inline]
    pub(crate) fn base(&self) -> u64 {
        self.base
    }

    /// The place behind the last symbol.
    #[inline]
    pub(crate) fn end(&self) -> u64 {
        self.base + (self.buf.len() - self.spent) as u64
    }

    #[inline]
    pub(crate) fn get(&self, place: u64) -> Option<Sym> {
        let offset = usize::try_from(place.checked_sub(self.base)?).ok()?;
        self.buf.get(self.spent + offset).copied()
    }

    /// The symbols from `from` up to `to`, as far as they are there.
    #[inline]
    pub(crate) fn slice(&self, from: u64, to: u64) -> &[Sym] {
        let index = |place: u64| {
            let offset = usize::try_from(place.saturating_sub(self.base)).unwrap_or(usize::MAX);
            self.spent.saturating_add(offset).min(self.buf.len())
        };
        self.buf.get(index(from)..index(to)).unwrap_or_default()
    }

    /// The symbols and their places, the last one before `to` first.
    pub(crate) fn back(&self, to: u64) -> impl Iterator<Item = (u64, Sym)> + '_ {
        let places = (self.base..to).rev();
        places.zip(self.slice(self.base, to).iter().rev().copied())
    }

    /// The place before the last symbols that stand for `bytes`, as far as they are there.
    pub(crate) fn place_before_end(&self, bytes: usize) -> u64 {
        let mut left = bytes;
        let symbols = self.slice(self.base, self.end()).iter().rev();
        let back = symbols.take_while(|symbol| {
            let is_in = left > 0;
            left = left.saturating_sub(usize::from(symbol.raw));
            is_in
        });
        self.end() - back.count() as u64
    }

    /// Lets go of what stands before `place`.
    #[inline]
    pub(crate) fn drop_to(&mut self, place: u64) {
        let n = usize::try_from(place.saturating_sub(self.base)).unwrap_or(usize::MAX);
        self.spent = self.spent.saturating_add(n).min(self.buf.len());
        self.base = self.base.max(place);
        if self.spent == self.buf.len() {
            self.buf.clear();
            self.spent = 0;
        } else if self.spent > MAX_SPENT {
            self.buf.drain(..self.spent);
            self.spent = 0;
        }
    }
}

impl Extend<Sym> for Symbols {
    fn extend<I: IntoIterator<Item = Sym>>(&mut self, symbols: I) {
        self.buf.extend(symbols);
    }
}
