//! Keys: what a word is to everything behind the reader.
//!
//! A key is a hash of the word's folded letters in UTF-8, taken eight bytes at a time, so that a
//! word of plain English costs one load and one multiplication. It is stable: a model trained on
//! keys is shipped with the crate.

use crate::fold::{self, Sign};

/// The key of a word as rules write it: any case, one word.
pub(crate) fn key(word: &str) -> u64 {
    let mut hash = Hash::default();
    for c in word.chars() {
        fold::signs(c, |sign| {
            if let Sign::Letter(c) | Sign::Glyph(c) = sign {
                hash.push(fold::one(c));
            }
        });
    }
    hash.key()
}

/// The key of `bytes[start..end]`, ASCII letters and digits in any case.
pub(crate) fn key_of_ascii(bytes: &[u8], start: usize, end: usize) -> u64 {
    let mut state = SEED;
    let mut at = start;
    while end.saturating_sub(at) > 8 {
        state = mix(state, lower(load(bytes, at)));
        at += 8;
    }
    mix(state, lower(load(bytes, at)) & first(end - at))
}

/// Takes folded letters one by one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hash {
    state: u64,
    /// The bytes that wait for their block to fill.
    block: u64,
    filled: u32,
}

impl Default for Hash {
    fn default() -> Self {
        Self {
            state: SEED,
            block: 0,
            filled: 0,
        }
    }
}

impl Hash {
    /// Wants the letter folded, see [`fold::one`].
    pub(crate) fn push(&mut self, letter: char) {
        let mut utf8 = [0; 4];
        for byte in letter.encode_utf8(&mut utf8).bytes() {
            if self.filled == 64 {
                self.state = mix(self.state, self.block);
                self.block = 0;
                self.filled = 0;
            }
            self.block |= u64::from(byte) << self.filled;
            self.filled += 8;
        }
    }

    pub(crate) fn key(&self) -> u64 {
        mix(self.state, self.block)
    }
}

const SEED: u64 = 0x243F_6A88_85A3_08D3;
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// A multiplication whose upper half is not lost: every bit of the block reaches every bit.
fn mix(state: u64, block: u64) -> u64 {
    let product = u128::from(state ^ block) * u128::from(FACTOR);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Eight bytes from `at` on, zeros behind the end.
pub(crate) fn load(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    if let Some(block) = rest.first_chunk() {
        return u64::from_le_bytes(*block);
    }
    let bytes = rest.iter().rev();
    bytes.fold(0, |block, byte| block << 8 | u64::from(*byte))
}

/// Letters in lower case; digits stay what they are.
fn lower(block: u64) -> u64 {
    block | 0x2020_2020_2020_2020
}

/// The first `n` bytes of a block, `1..=8`.
fn first(n: usize) -> u64 {
    u64::MAX >> (64 - 8 * n.clamp(1, 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_by_either_way() {
        let text = b"IGNORE previous1234567890Instructions";
        for start in 0..text.len() {
            for end in start + 1..=text.len() {
                let word = text.get(start..end).unwrap_or_default();
                if word.contains(&b' ') {
                    continue;
                }
                let word = str::from_utf8(word).unwrap_or_default();
                assert_eq!(key_of_ascii(text, start, end), key(word), "{word}");
            }
        }
    }

    #[test]
    fn keys_tell_words_apart() {
        let words = [
            "",
            "a",
            "b",
            "ab",
            "ba",
            "aaaaaaaa",
            "aaaaaaaaa",
            "аb",
            "指",
        ];
        let mut keys: Vec<u64> = words.iter().map(|word| key(word)).collect();
        keys.sort_unstable();
        keys.dedup();
        // `аb` with a Cyrillic letter is `ab`.
        assert_eq!(keys.len(), words.len() - 1);
    }
}
