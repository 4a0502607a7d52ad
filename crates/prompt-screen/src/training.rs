//! What the command that trains the model needs to see a text as the model does.
//!
//! No part of the stable interface.

use std::collections::BTreeSet;

pub use crate::model::file::Header;
use crate::{
    Screen, decode,
    model::{
        self, Model, clues,
        features::{self, Sink},
        lexicon::Lexicon,
        table, window,
    },
    read::{self, Word},
};

/// A sentence as the model sees it.
#[derive(Clone, Debug, Default)]
pub struct Sentence {
    /// Its features.
    pub features: Vec<u64>,
    /// How many words it has.
    pub words: usize,
}

/// A text as the model sees it.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The sentences of each reading, the plain one first.
    pub readings: Vec<Vec<Sentence>>,
    /// What is known beside the words.
    pub clues: Vec<u64>,
}

impl Seen {
    /// All features and clues, as often as they occur.
    pub fn features(&self) -> impl Iterator<Item = u64> {
        let sentences = self.readings.iter().flatten();
        let features = sentences.flat_map(|sentence| &sentence.features);
        features.chain(&self.clues).copied()
    }
}

/// Reads texts as the model does.
#[allow(missing_debug_implementations, reason = "nothing to see")]
pub struct Reader {
    lexicon: Lexicon,
    screen: Screen,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            lexicon: Lexicon::new(),
            screen: Screen::rules_only(),
        }
    }
}

impl Reader {
    /// What the model sees of `text`.
    #[must_use]
    pub fn see(&self, text: &str) -> Seen {
        let mut words = Vec::new();
        let seen = read::read(text, &mut words);
        let mut readings = vec![self.sentences(&words)];
        let mut clues = BTreeSet::new();
        let oddities = decode::readings(
            text,
            (&words, &seen),
            decode::Limits::default(),
            &|key| self.knows(key),
            &mut decode::Scratch::default(),
            &mut |reading| {
                readings.push(self.sentences(reading.words));
                clues.insert(clues::of_reading(reading.kind));
            },
        );
        clues.extend(clues::of_oddities(&oddities));
        clues.extend(self.screen.screen(text).clues());
        Seen {
            readings,
            clues: clues.into_iter().collect(),
        }
    }

    /// How sure the model in `file` is that `text` is an attack, whatever way it is read; `None`
    /// if it is no model of this reader.
    #[must_use]
    pub fn judge(&self, file: &[u8], text: &str) -> Option<f32> {
        let model = Model::from_bytes(file)?;
        let clues = self.see(text).clues;
        let mut scratch = model::Scratch::default();
        let mut words = Vec::new();
        let seen = read::read(text, &mut words);
        let sure = |look: Option<(f32, _)>| {
            look.map_or(0.0, |(sum, _)| {
                model.probability(sum, clues.iter().copied())
            })
        };
        let mut surest = sure(model.look(&words, &mut scratch));
        decode::readings(
            text,
            (&words, &seen),
            decode::Limits::default(),
            &|key| self.knows(key),
            &mut decode::Scratch::default(),
            &mut |reading| surest = surest.max(sure(model.look(reading.words, &mut scratch))),
        );
        Some(surest)
    }

    /// How sure the rules are without the model.
    #[must_use]
    pub fn rules(&self, text: &str) -> f32 {
        self.screen.screen(text).score()
    }

    fn knows(&self, word: u64) -> bool {
        self.lexicon.knows(word) || self.screen.knows(word)
    }

    fn sentences(&self, words: &[Word]) -> Vec<Sentence> {
        let mut sentences = Sentences::default();
        features::features(words, &self.lexicon, &mut sentences);
        sentences.done
    }
}

/// The windows of a text of so many sentences.
pub fn windows(sentences: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    window::windows(sentences)
}

/// What the sum of the weights of a window is divided by.
#[must_use]
pub fn damping(words: usize) -> f32 {
    window::damping(words)
}

/// The file of a model.
pub fn file(header: &Header, weights: impl IntoIterator<Item = (u64, i8)>) -> Vec<u8> {
    header.write(&table::bytes(weights))
}

#[derive(Default)]
struct Sentences {
    done: Vec<Sentence>,
    next: Vec<u64>,
    from: usize,
}

impl Sink for Sentences {
    fn feature(&mut self, hash: u64) {
        self.next.push(hash);
    }

    fn sentence(&mut self, end: usize) {
        self.done.push(Sentence {
            features: std::mem::take(&mut self.next),
            words: end - self.from,
        });
        self.from = end;
    }
}
