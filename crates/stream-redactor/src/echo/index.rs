//! The index of a text that must not be repeated.

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
        self.passages.len == 0
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

/// A set of hashes, none of them 0.
#[derive(Clone, Default)]
struct Set {
    /// A power of two slots, at most half of them taken; 0 where there is none.
    slots: Vec<u64>,
    len: usize,
}

impl Set {
    fn insert(&mut self, hash: u64) {
        if 2 * (self.len + 1) > self.slots.len() {
            let grown = (4 * self.slots.len()).max(64);
            let taken = std::mem::replace(&mut self.slots, vec![0; grown]);
            self.len = 0;
            taken
                .into_iter()
                .filter(|hash| *hash != 0)
                .for_each(|hash| self.insert(hash));
        }
        let at = self.find(hash);
        if let Some(slot) = self.slots.get_mut(at).filter(|slot| **slot == 0) {
            *slot = hash;
            self.len += 1;
        }
    }

    #[inline]
    fn contains(&self, hash: u64) -> bool {
        self.slots.get(self.find(hash)) == Some(&hash)
    }

    /// Where the hash is, or would be.
    #[inline]
    fn find(&self, hash: u64) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = (hash >> 20) as usize & mask;
        while self
            .slots
            .get(at)
            .is_some_and(|slot| *slot != 0 && *slot != hash)
        {
            at = (at + 1) & mask;
        }
        at
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let mut set = Set::default();
        assert!(!set.contains(7));
        let hash = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        (0..5_000).for_each(|n| set.insert(hash(n)));
        assert!((0..5_000).all(|n| set.contains(hash(n))));
        assert!((5_000..20_000).all(|n| !set.contains(hash(n))));
    }
}
