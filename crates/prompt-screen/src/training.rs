//! What the command that trains the model needs to see a text as the model does.
//!
//! No part of the stable interface.

use crate::{
    model::{
        features::{self, Sink},
        lexicon::Lexicon,
        window,
    },
    read,
};

/// A sentence as the model sees it.
#[derive(Clone, Debug, Default)]
pub struct Sentence {
    /// Its features.
    pub features: Vec<u64>,
    /// How many words it has.
    pub words: usize,
}

/// Reads texts as the model does.
pub struct Reader {
    lexicon: Lexicon,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            lexicon: Lexicon::new(),
        }
    }
}

impl Reader {
    /// The sentences of `text`.
    #[must_use]
    pub fn sentences(&self, text: &str) -> Vec<Sentence> {
        let mut words = Vec::new();
        read::read(text, &mut words);
        let mut sentences = Sentences::default();
        features::features(&words, &self.lexicon, &mut sentences);
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
