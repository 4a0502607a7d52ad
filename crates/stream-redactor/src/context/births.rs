//! Whether a word before a date may make it one of birth, told a character at a time.
//!
//! Most texts never speak of births, and there no date has to be followed. What is remembered of a
//! word is its first three letters.

use super::firsts::Firsts;
use super::words::{BIRTH, BORN};
use crate::block::{self, BLOCK, bits};
use crate::left::{REACH, is_word};

/// What those words begin with.
static FIRSTS: Firsts = Firsts::of(&[&BIRTH, &BORN]);

/// What was read of a line, as far as it matters here.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Births {
    /// The first letters of the word at hand, and how many.
    letters: u16,
    len: u8,
    /// For so many characters more one of the words is near.
    near: u8,
}

impl Births {
    /// Whether one of the words, or one that begins like it, may stand near on the line.
    #[inline]
    pub(crate) fn are_near(self) -> bool {
        self.near > 0
    }

    /// Reads one more character, folded or not.
    #[inline]
    pub(crate) fn read(&mut self, byte: u8) {
        self.near = self.near.saturating_sub(1);
        if is_word(byte) {
            if self.len < 3 {
                self.letters = self.letters << 5 | u16::from(byte & 31);
                self.len += 1;
                if self.len == 3 {
                    self.note();
                }
            }
            return;
        }
        if self.len == 2 {
            self.letters <<= 5;
            self.note();
        }
        (self.letters, self.len) = (0, 0);
    }

    /// Whether one of these characters, which follow, tells of births.
    pub(crate) fn follow(mut self, text: &[u8]) -> bool {
        // The rest of a word that began before.
        if self.len > 0 {
            text.iter().take(3).for_each(|byte| self.read(*byte));
            if self.are_near() {
                return true;
            }
        }
        text.chunks(BLOCK)
            .zip((0..).step_by(BLOCK))
            .any(|(block, at)| {
                let words = bits(&block::first(block), |b| u8::from(b.is_ascii_alphabetic()));
                // A word that goes on from the block before counts as one, too.
                let mut begins = words & !(words << 1);
                while begins != 0 {
                    let n = at + begins.trailing_zeros() as usize;
                    begins &= begins - 1;
                    if FIRSTS.begin(text.get(n..).unwrap_or_default()) {
                        return true;
                    }
                }
                false
            })
    }

    fn note(&mut self) {
        if FIRSTS.has(self.letters) {
            self.near = REACH as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(text: &str) -> bool {
        let mut births = Births::default();
        text.bytes().for_each(|byte| births.read(byte));
        births.are_near()
    }

    #[test]
    fn each_word_is_near_as_far_as_it_counts() {
        for word in BIRTH.iter().chain(&BORN) {
            let word = word.trim_end_matches('*');
            for word in [word, &word.replace(' ', ""), &word.replace(' ', "_")] {
                for text in [format!("{word} "), format!("x {}: ", word.to_uppercase())] {
                    assert!(near(&text), "{text}");
                }
                let far = format!("{word}{}", " ".repeat(REACH - word.len()));
                assert!(near(&far), "{far}");
            }
        }
        for text in ["", "xborn ", "the cost of 12", "no le 5"] {
            assert!(!near(text), "{text}");
        }
    }
}
