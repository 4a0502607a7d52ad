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

/// What the model thinks of a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Opinion {
    /// How sure it is that the text is an attack, from 0 to 1; 0.5 is where it is to be flagged.
    pub(crate) probability: f32,
    /// The bytes of the part that looks most like an attack; empty if there are no words.
    pub(crate) span: Range<usize>,
}

/// Memory to use again.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    sums: Sums,
}

impl Model {
    /// The model of this crate.
    pub(crate) fn shipped() -> &'static Self {
        static SHIPPED_MODEL: LazyLock<Model> = LazyLock::new(|| {
            Model::from_bytes(SHIPPED).expect("invariant: the shipped file fits this version")
        });
        &SHIPPED_MODEL
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

    /// What to think of one reading of a text, about which `clues` are known.
    pub(crate) fn judge(&self, words: &[Word], clues: &[u64], scratch: &mut Scratch) -> Opinion {
        let sums = &mut scratch.sums;
        self.sum(words, sums);
        let best = windows(sums.ends.len().saturating_sub(1))
            .map(|window| (sums.damped(&window), window))
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        let (sum, window) = best.unwrap_or_default();
        Opinion {
            probability: self.probability(sum, clues),
            span: sums.span(&window, words),
        }
    }

    /// The sentences, each with how sure it alone would make the model, the surest first.
    pub(crate) fn sentences(&self, words: &[Word], clues: &[u64]) -> Vec<(Range<usize>, f32)> {
        let mut sums = Sums::default();
        self.sum(words, &mut sums);
        let mut all: Vec<_> = (1..sums.ends.len())
            .map(|end| {
                let window = end - 1..end;
                let sure = self.probability(sums.damped(&window), clues);
                (sums.span(&window, words), sure)
            })
            .collect();
        all.sort_by(|one, two| two.1.total_cmp(&one.1));
        all
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

    fn probability(&self, sum: f32, clues: &[u64]) -> f32 {
        let clues: i32 = clues.iter().map(|clue| self.table.get(*clue)).sum();
        #[allow(clippy::cast_precision_loss, reason = "few clues")]
        self.header.probability(sum + clues as f32)
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
