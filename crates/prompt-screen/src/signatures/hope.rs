//! Which patterns are worth beginning, told from the words ahead.
//!
//! Each word of a rule has a mark, one bit of 64. A node knows the marks of the words that lead on
//! from it, the text knows those of its next words; where they have none in common, the pattern
//! cannot go on.

use std::{collections::BTreeSet, sync::LazyLock};

use crate::read::{self, Word};

use super::graph::Graph;

/// Whether it is worth the while to be at a node, told from the marks of the next words.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hope {
    /// The marks of the words that lead on.
    pub(crate) marks: u64,
    /// How many words may pass before one of them comes.
    pub(crate) within: u8,
    /// A pattern is complete without any.
    pub(crate) sure: bool,
}

impl Hope {
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            marks: self.marks | other.marks,
            within: self.within.max(other.within),
            sure: self.sure || other.sure,
        }
    }
}

/// The mark of a word of a set. Words that most texts are full of share the first marks, so that
/// they raise no hopes for others.
pub(crate) fn mark(set: usize, key: u64) -> u64 {
    const COMMON: &str = "the of and to a in is you your that it for on are with as i his they be \
        at one have this from or had by not but what all were we when can said there use an each \
        which she do how their if will up other about out many then them these so some her would \
        make like him into time has look two more go no way could people my than been now any me";
    static KEYS: LazyLock<BTreeSet<u64>> =
        LazyLock::new(|| COMMON.split_whitespace().map(read::key).collect());
    match KEYS.contains(&key) {
        true => 1 << (key % 12),
        false => 1 << (12 + set % 52),
    }
}

/// The numbers and marks of the words, and the marks of the next 4 and 16.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    pub(crate) known: Vec<u32>,
    one: Vec<u64>,
    four: Vec<u64>,
    sixteen: Vec<u64>,
}

impl Ahead {
    pub(crate) fn read(&mut self, graph: &Graph, words: &[Word]) {
        self.known.clear();
        self.known
            .extend(words.iter().map(|word| graph.words.get(word.key)));
        self.one.clear();
        let mark = |word: &u32| graph.marks.get(*word as usize).copied().unwrap_or_default();
        self.one.extend(self.known.iter().map(mark));
        widen(&self.one, &mut self.four, 1);
        widen(&self.four, &mut self.sixteen, 4);
    }

    /// Whether one of the words ahead gives hope.
    #[inline]
    pub(crate) fn gives(&self, hope: Hope, at: u32) -> bool {
        let next = at as usize + 1;
        let marks = match hope.within {
            0 => self.one.get(next),
            1..=3 => self.four.get(next),
            4..=15 => self.sixteen.get(next),
            _ => return true,
        };
        hope.sure || marks.is_some_and(|marks| marks & hope.marks != 0)
    }
}

/// The marks of four windows side by side as those of one.
fn widen(narrow: &[u64], wide: &mut Vec<u64>, width: usize) {
    wide.clear();
    let from = |n: usize| narrow.get(n * width..).unwrap_or_default();
    let four = from(0).iter().zip(from(1)).zip(from(2)).zip(from(3));
    wide.extend(four.map(|(((a, b), c), d)| a | b | c | d));
    let marks = |at: usize| narrow.get(at).copied().unwrap_or_default();
    let rest = (wide.len()..narrow.len())
        .map(|at| marks(at) | marks(at + width) | marks(at + 2 * width) | marks(at + 3 * width));
    wide.extend(rest);
}
