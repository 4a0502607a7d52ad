//! The index of a text that must not be repeated.

use super::set::Set;
use super::words::{self, Token};

/// What a passage weighs that counts as a repetition: twelve words, or 24 characters of a script
/// without spaces.
pub(super) const PASSAGE: u32 = 24;
/// So many words in a row tell that a passage may be going on.
pub(super) const HEAD: usize = 3;
/// The most words of a passage.
pub(super) const MAX_WORDS: usize = PASSAGE as usize;

/// The passages of a text, and of how many words in a row it may be recognised.
#[derive(Clone, Default)]
pub(super) struct Index {
    heads: Set,
    passages: Set,
}

impl Index {
    pub(super) fn new(texts: &[&str]) -> Self {
        let mut index = Self::default();
        for text in texts {
            index.add(&words::tokens(text));
        }
        index
    }

    fn add(&mut self, tokens: &[Token]) {
        let mut tail = Tail::default();
        for token in tokens {
            tail.push(*token);
            if let Some(passage) = tail.passage() {
                self.passages.insert(passage);
            }
        }
        // A head without a passage around it would only cost time.
        if tokens.iter().map(|token| token.weight).sum::<u32>() >= PASSAGE {
            for head in tokens.windows(HEAD) {
                self.heads.insert(hash(head));
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.passages.is_empty()
    }

    #[inline]
    pub(super) fn has_head(&self, tokens: &[Token]) -> bool {
        self.heads.contains(hash(tokens))
    }

    pub(super) fn has_passage(&self, passage: u64) -> bool {
        self.passages.contains(passage)
    }
}

/// The last words of a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Tail {
    tokens: Vec<Token>,
}

impl Tail {
    pub(super) fn push(&mut self, token: Token) {
        if self.tokens.len() == 4 * MAX_WORDS {
            self.tokens.drain(..3 * MAX_WORDS);
        }
        self.tokens.push(token);
    }

    /// The last words that a passage begins with.
    pub(super) fn head(&self) -> &[Token] {
        let from = self.tokens.len().saturating_sub(HEAD);
        self.tokens.get(from..).unwrap_or_default()
    }

    /// The shortest passage that ends here.
    pub(super) fn passage(&self) -> Option<u64> {
        let mut weight = 0;
        let from = self.tokens.iter().rposition(|token| {
            weight += token.weight;
            weight >= PASSAGE
        });
        self.tokens.get(from?..).map(hash)
    }
}

fn hash(tokens: &[Token]) -> u64 {
    tokens.iter().fold(0, |hash, token| {
        (hash ^ token.hash)
            .wrapping_mul(0xd6e8_feb8_6659_fd93)
            .rotate_left(29)
    }) | 1
}
