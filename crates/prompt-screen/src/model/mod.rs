//! The learned score: a linear model over hashed runs of words.
//!
//! It looks at every sentence, every two sentences and the whole text, and goes by the one that
//! looks most like an attack, so that one sentence in a long document counts. What it weighs is
//! in the file; `model/CARD.md` says where that comes from.

pub(crate) mod clues;
pub(crate) mod features;
pub(crate) mod file;
pub(crate) mod lexicon;
pub(crate) mod table;
#[cfg(test)]
mod tests;
pub(crate) mod window;

use std::{ops::Range, sync::LazyLock};

use self::{
    features::Sink,
    lexicon::Lexicon,
    table::Table,
    window::{damping, windows},
};
use crate::read::Word;

use self::file::Header;

/// The file that the training command writes.
const SHIPPED: &[u8] = include_bytes!("../../model/words.bin");

/// A trained model.
pub(crate) struct Model {
    header: Header,
    table: Table,
    lexicon: Lexicon,
}

/// Memory to use again.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    sums: Sums,
}

impl Scratch {
    /// Lets go of what a very long text needed.
    pub(crate) fn shrink(&mut self) {
        self.sums.ends.shrink_to(1 << 12);
    }
}

impl Model {
    /// The model of this crate.
    pub(crate) fn shipped() -> &'static Self {
        static SHIPPED_MODEL: LazyLock<Model> = LazyLock::new(|| {
            Model::from_bytes(SHIPPED).expect("invariant: the shipped file fits this version")
        });
        &SHIPPED_MODEL
    }

    /// Another number for another file.
    pub(crate) fn mark() -> u32 {
        static MARK: LazyLock<u32> = LazyLock::new(|| {
            let bytes = SHIPPED.iter();
            bytes.fold(0x811C_9DC5, |mark, byte| {
                (mark ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
            })
        });
        *MARK
    }

    /// A model from its file; `None` if it is none or made for another way to read words.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (header, table) = Header::read(bytes)?;
        Some(Self {
            header,
            table: Table::new(table)?,
            lexicon: Lexicon::new(),
        })
    }

    /// What one reading of a text looks like: the highest damped sum of a window, and the bytes of
    /// that window. `None` if there are no words.
    pub(crate) fn look(
        &self,
        words: &[Word],
        scratch: &mut Scratch,
    ) -> Option<(f32, Range<usize>)> {
        let sums = &mut scratch.sums;
        self.sum(words, sums);
        let best = windows(sums.ends.len().saturating_sub(1))
            .map(|window| (sums.damped(&window), window))
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        let (sum, window) = best?;
        Some((sum, sums.span(&window, words)))
    }

    /// Tells `visit` the sentences: the bytes of each, its sum and its number of words.
    pub(crate) fn parts(
        &self,
        words: &[Word],
        scratch: &mut Scratch,
        mut visit: impl FnMut(Range<usize>, i32, usize),
    ) {
        let sums = &mut scratch.sums;
        self.sum(words, sums);
        for (end, ends) in sums.ends.windows(2).enumerate() {
            if let [(from, first), (to, last)] = ends {
                let span = sums.span(&(end..end + 1), words);
                visit(span, to.wrapping_sub(*from), last - first);
            }
        }
    }

    /// How likely an attack it is whose highest damped sum is `sum`; 0.5 is where it is to be
    /// flagged.
    pub(crate) fn probability(&self, sum: f32, clues: impl Iterator<Item = u64>) -> f32 {
        let clues: i32 = clues.map(|clue| self.table.get(clue)).sum();
        #[allow(clippy::cast_precision_loss, reason = "few clues")]
        self.header.probability(sum + clues as f32)
    }

    /// Whether a word means something to an attack.
    pub(crate) fn knows(&self, word: u64) -> bool {
        self.lexicon.knows(word)
    }

    fn sum(&self, words: &[Word], sums: &mut Sums) {
        sums.clear();
        let mut adder = Adder {
            table: &self.table,
            sum: 0,
            sums,
        };
        features::features(words, &self.lexicon, &mut adder);
    }
}

/// Sums of weights and counts of words, at the end of each sentence.
#[derive(Debug, Default)]
struct Sums {
    ends: Vec<(i32, usize)>,
}

impl Sums {
    fn clear(&mut self) {
        self.ends.clear();
        self.ends.push((0, 0));
    }

    fn damped(&self, window: &Range<usize>) -> f32 {
        let at = |at: usize| self.ends.get(at).copied().unwrap_or_default();
        let ((from, first), (to, end)) = (at(window.start), at(window.end));
        #[allow(clippy::cast_precision_loss, reason = "a rounding error of a score")]
        let sum = to.wrapping_sub(from) as f32;
        sum / damping(end.saturating_sub(first))
    }

    fn span(&self, window: &Range<usize>, words: &[Word]) -> Range<usize> {
        let word = |sentence: usize| self.ends.get(sentence).map_or(0, |(_, word)| *word);
        let words = words.get(word(window.start)..word(window.end));
        match words.unwrap_or_default() {
            [] => 0..0,
            [only] => only.span.clone(),
            [first, .., last] => first.span.start..last.span.end.max(first.span.end),
        }
    }
}

struct Adder<'a> {
    table: &'a Table,
    sum: i32,
    sums: &'a mut Sums,
}

impl Sink for Adder<'_> {
    fn feature(&mut self, hash: u64) {
        self.sum = self.sum.wrapping_add(self.table.get(hash));
    }

    fn sentence(&mut self, end: usize) {
        self.sums.ends.push((self.sum, end));
    }
}
