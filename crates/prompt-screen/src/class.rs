//! What the bytes of a text are, 64 at a time.

use crate::key::load;

/// A bit for each of 64 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Classes {
    /// ASCII letters and digits.
    pub(crate) letters: u64,
    /// What only a closer look can tell: an invisible character, or part of one beyond ASCII.
    pub(crate) odd: u64,
    pub(crate) digits: u64,
}

impl Classes {
    /// Of the 64 bytes from `at` on. Behind the end of the text nothing is a letter or odd.
    pub(crate) fn of(bytes: &[u8], at: usize) -> Self {
        let rest = bytes.get(at..).unwrap_or_default();
        if let Some(block) = rest.first_chunk() {
            return Self::of_block(block);
        }
        let mut block = [b' '; 64];
        for (to, from) in block.iter_mut().zip(rest) {
            *to = *from;
        }
        Self::of_block(&block)
    }

    fn of_block(block: &[u8; 64]) -> Self {
        let digits = bits(block, is_digit);
        Self {
            letters: digits | bits(block, is_letter),
            odd: bits(block, is_odd),
            digits,
        }
    }

    /// Where words begin and end, up to what is odd: an edge there is not for sure. `inside` is 1
    /// if a word goes on from the bytes before.
    pub(crate) fn edges(&self, inside: u64) -> u64 {
        let edges = self.letters ^ (self.letters << 1 | inside);
        // All bits if nothing is odd.
        edges & (self.odd & self.odd.wrapping_neg()).wrapping_sub(1)
    }

    /// Whether some two letters stand alone with one blank between them, or may.
    pub(crate) fn has_spaced_letters(&self, inside: u64) -> bool {
        let alone = self.letters & !(self.letters << 1 | inside) & !(self.letters >> 1);
        alone & alone >> 2 != 0
    }

    /// Whether some word has both letters and digits. `inside` and `digit` are 1 if a word goes on
    /// from the bytes before, and if that was a digit.
    pub(crate) fn has_mixed_words(&self, inside: u64, digit: u64) -> bool {
        let letters = self.letters & !self.digits;
        let behind_letter = letters << 1 | (inside & !digit);
        let behind_digit = self.digits << 1 | digit;
        self.digits & behind_letter | letters & behind_digit != 0
    }

    /// 1 if the last byte is a digit.
    pub(crate) fn ends_with_digit(&self) -> u64 {
        self.digits >> 63
    }
}

/// Whether the eight bytes from `at` on are ASCII.
pub(crate) fn is_ascii(bytes: &[u8], at: usize) -> bool {
    load(bytes, at) & 0x8080_8080_8080_8080 == 0
}

fn is_letter(byte: u8) -> bool {
    (byte | 0x20).wrapping_sub(b'a') < 26
}

fn is_digit(byte: u8) -> bool {
    byte.wrapping_sub(b'0') < 10
}

/// Beyond ASCII, or a control that is not white space.
fn is_odd(byte: u8) -> bool {
    let graphic = byte.wrapping_sub(b' ') < 0x7F - b' ';
    let white = byte.wrapping_sub(b'\t') < 5;
    !(graphic | white)
}

/// The bytes for which the function says yes, as bits, the first in the lowest one.
#[inline(always)]
fn bits(block: &[u8; 64], is: impl Fn(u8) -> bool) -> u64 {
    let mut flags = [0; 64];
    for (flag, byte) in flags.iter_mut().zip(block) {
        *flag = u8::from(is(*byte));
    }
    // Eight bytes of 0 or 1 become eight bits by one multiplication.
    flags.chunks_exact(8).rev().fold(0, |bits, eight| {
        bits << 8 | load(eight, 0).wrapping_mul(0x0102_0408_1020_4080) >> 56
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::{Sign, signs};

    #[test]
    fn classes_are_those_of_the_signs() {
        for byte in 0..=u8::MAX {
            let mut sign = None;
            if byte.is_ascii() {
                signs(char::from(byte), |s| sign = Some(s));
            }
            let letter = u64::from(matches!(sign, Some(Sign::Letter(_))));
            let odd = u64::from(matches!(sign, None | Some(Sign::Seam)));
            for at in [0, 5, 63] {
                let mut text = [b' '; 64];
                for to in text.iter_mut().skip(at).take(1) {
                    *to = byte;
                }
                let seen = Classes::of(&text, 0);
                assert_eq!(seen.letters, letter << at, "{byte} at {at}");
                assert_eq!(seen.odd, odd << at, "{byte} at {at}");
                let digit = u64::from(byte.is_ascii_digit());
                assert_eq!(seen.digits, digit << at, "{byte} at {at}");
                let short = text.get(..=at).unwrap_or_default();
                assert_eq!(Classes::of(short, 0), seen, "{byte} last of {}", at + 1);
            }
        }
    }
}
