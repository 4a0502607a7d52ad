//! What the bytes of a text are, 64 at a time.

use crate::key::load;

/// A bit for each of 64 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Classes {
    /// ASCII letters and digits.
    pub(crate) letters: u64,
    /// What only a closer look can tell: an invisible character, or part of one beyond ASCII.
    pub(crate) odd: u64,
    pub(crate) has_digits: bool,
}

impl Classes {
    /// Of the 64 bytes from `at` on. Behind the end of the text nothing is a letter or odd.
    pub(crate) fn of(bytes: &[u8], at: usize) -> Self {
        let mut classes = Self {
            letters: 0,
            odd: 0,
            has_digits: false,
        };
        let rest = bytes.get(at..).unwrap_or_default();
        if let Some(block) = rest.first_chunk::<64>() {
            for (i, eight) in block.chunks_exact(8).enumerate() {
                classes.add(load(eight, 0), 8 * i);
            }
            return classes;
        }
        for (i, eight) in rest.chunks(8).enumerate() {
            // Blanks, where a zero would be odd.
            let filler = SPACES.checked_shl(8 * eight.len() as u32).unwrap_or(0);
            classes.add(load(eight, 0) | filler, 8 * i);
        }
        classes
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

    fn add(&mut self, eight: u64, at: usize) {
        let odd = odd(eight);
        let lower = eight | SPACES;
        let letter = at_least(lower, b'a') & !at_least(lower, b'z' + 1);
        let digit = at_least(lower, b'0') & !at_least(lower, b'9' + 1);
        self.has_digits |= digit & HIGH != 0;
        self.letters |= bits((letter | digit) & HIGH & !odd) << at;
        self.odd |= bits(odd) << at;
    }
}

/// Whether the eight bytes from `at` on are ASCII.
pub(crate) fn is_ascii(bytes: &[u8], at: usize) -> bool {
    load(bytes, at) & HIGH == 0
}

const HIGH: u64 = repeat(0x80);
const SPACES: u64 = repeat(b' ');

const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The high bit of each byte that is at least `min`; bytes beyond ASCII are as they fall.
const fn at_least(eight: u64, min: u8) -> u64 {
    (eight & !HIGH) + repeat(0x80 - min)
}

/// The high bit of each byte beyond ASCII and each control that is not white space.
fn odd(eight: u64) -> u64 {
    let white = at_least(eight, b'\t') & !at_least(eight, b'\r' + 1);
    let control = !at_least(eight, b' ') & !white | at_least(eight, 0x7F);
    (eight | control) & HIGH
}

/// The high bits of eight bytes side by side.
const fn bits(high: u64) -> u64 {
    (high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
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
                assert!(seen.has_digits || !byte.is_ascii_digit(), "{byte} at {at}");
                let short = text.get(..=at).unwrap_or_default();
                assert_eq!(Classes::of(short, 0), seen, "{byte} last of {}", at + 1);
            }
        }
    }
}
