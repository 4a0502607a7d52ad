//! The first look for a repetition: at every eighth place where a word may begin.
//!
//! A passage has twelve words or more, so one of these places stands behind three words of it, which
//! the index knows, and not behind its last one. To find the places, many bytes are looked at in one go; nearly all of them are
//! never looked at again.

use crate::block::{self, BLOCK, bits};

/// A word in so many is looked at. A passage of twelve has nine places between its third and its last.
const EVERY: u32 = 8;

/// Counts the places where a word may begin.
#[derive(Clone, Debug, Default)]
pub(super) struct Sampler {
    /// Since the last one that was looked at.
    count: u32,
    /// Which of the last 64 bytes belong to words, the last one in the highest bit.
    words: u64,
}

impl Sampler {
    /// Looks at places from `from` on, up to one where `look` says yes, which is told which of the
    /// 64 bytes before belong to words.
    #[inline]
    pub(super) fn find(
        &mut self,
        text: &[u8],
        from: usize,
        mut look: impl FnMut(usize, u64) -> bool,
    ) -> Option<usize> {
        let mut at = from;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let len = rest.len().min(BLOCK);
            let (words, leads) = read(rest);
            let before = words << 1 | (self.words >> 63) as u32;
            let mut starts = words & !before | leads;
            while self.count + starts.count_ones() >= EVERY {
                starts = (self.count + 1..EVERY).fold(starts, |mask, _| mask & (mask - 1));
                let place = starts.trailing_zeros();
                starts &= starts - 1;
                self.count = 0;
                if look(at + place as usize, shifted(self.words, words, place)) {
                    return Some(at + place as usize);
                }
            }
            self.count += starts.count_ones();
            self.words = shifted(self.words, words, len as u32);
            at += len;
        }
        None
    }

    /// Begins anew behind a byte.
    pub(super) fn restart(&mut self, before: Option<u8>) {
        let in_word = before.is_some_and(|byte| is_word(byte) != 0);
        (self.count, self.words) = (0, u64::from(in_word) << 63);
    }
}

/// The bits of the last 64 bytes, `n` bytes further on.
#[inline]
fn shifted(before: u64, block: u32, n: u32) -> u64 {
    match n {
        0 => before,
        n => before >> n | u64::from(block) << (64 - n),
    }
}

/// Which bytes of the first block belong to words, and which begin a character outside ASCII: each
/// of those may be a word of its own.
#[inline]
fn read(text: &[u8]) -> (u32, u32) {
    let block = block::first(text);
    let is_ascii = block.iter().fold(0, |all, byte| all | byte) < 0x80;
    let leads = if is_ascii {
        0
    } else {
        bits(&block, |byte| u8::from(byte >= 0xc2))
    };
    (bits(&block, is_word), leads)
}

#[inline(always)]
fn is_word(byte: u8) -> u8 {
    u8::from((byte | 0x20).wrapping_sub(b'a') < 26)
        | u8::from(byte.wrapping_sub(b'0') < 10)
        | u8::from(byte >= 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_at_every_eighth_word() {
        let text = "a bb ccc ".repeat(40);
        let mut places = Vec::new();
        let found = Sampler::default().find(text.as_bytes(), 0, |place, words| {
            let before = text.as_bytes().iter().take(place).rev().take(64);
            assert!(
                before
                    .enumerate()
                    .all(|(n, b)| (words << n >> 63 == 1) == (*b != b' '))
            );
            places.push(place);
            false
        });
        assert_eq!(found, None);
        let words = text.match_indices(|c: char| c != ' ').map(|(n, _)| n);
        let starts: Vec<usize> = words
            .filter(|n| *n == 0 || text.as_bytes().get(n - 1) == Some(&b' '))
            .collect();
        let expected: Vec<usize> = starts.into_iter().skip(7).step_by(8).collect();
        assert_eq!(places, expected);
    }
}
