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
}

impl Hope {
    /// A pattern is complete without any.
    pub(crate) const SURE: Self = Self {
        marks: u64::MAX,
        within: u8::MAX,
    };

    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            marks: self.marks | other.marks,
            within: self.within.max(other.within),
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

/// The numbers of the words, and the marks of the words ahead.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    pub(crate) known: Vec<u32>,
    /// Of each word: its mark, those of the 4 and the 16 words from it on, and all there are. One
    /// more than words.
    marks: Vec<[u64; 4]>,
}

impl Ahead {
    pub(crate) fn read(&mut self, graph: &Graph, words: &[Word]) {
        self.known.clear();
        self.known
            .extend(words.iter().map(|word| graph.words.get(word.key)));
        let words = self.known.len();
        self.marks.clear();
        self.marks.resize(words + 1, [0, 0, 0, u64::MAX]);
        for (marks, word) in self.marks.iter_mut().zip(&self.known) {
            let [one, ..] = marks;
            *one = graph.marks.get(*word as usize).copied().unwrap_or_default();
        }
        widen(&mut self.marks);
    }

    /// Whether one of the words behind the word `at` gives hope.
    #[inline]
    pub(crate) fn gives(&self, hope: Hope, at: u32) -> bool {
        let reach = match hope.within {
            0 => 0,
            1..=3 => 1,
            4..=15 => 2,
            _ => 3,
        };
        let marks = self.marks.get(at as usize + 1);
        marks
            .and_then(|marks| marks.get(reach))
            .is_some_and(|marks| marks & hope.marks != 0)
    }
}

/// Fills in the marks of 4 and of 16 words from those of one.
fn widen(marks: &mut [[u64; 4]]) {
    // Behind the last word there are none.
    let (mut one, mut two, mut three) = (0, 0, 0);
    for [own, four, ..] in marks.iter_mut().rev() {
        *four = *own | one | two | three;
        (one, two, three) = (*own, one, two);
    }
    let mut at = 0;
    while let Some([[_, four, sixteen, _], rest @ ..]) = marks.get_mut(at..) {
        let of = |n: usize| rest.get(n - 1).map_or(0, |[_, four, ..]| *four);
        *sixteen = *four | of(4) | of(8) | of(12);
        at += 1;
    }
}
