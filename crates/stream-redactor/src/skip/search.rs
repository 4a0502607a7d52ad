//! The search for bytes that may belong to a value's anchor.

use crate::block::{self, BLOCK, bits};

/// Finds the bytes that may belong to a value's anchor, a block at a time.
pub(super) struct Search<'t> {
    text: &'t [u8],
    /// Where the block begins.
    block: usize,
    /// The bytes of the block that were not looked at yet, the first in the lowest bit.
    mask: u32,
}

impl<'t> Search<'t> {
    pub(super) fn new(text: &'t [u8], at: usize) -> Self {
        let mut search = Self {
            text,
            block: at,
            mask: 0,
        };
        search.load();
        search
    }

    /// Where the next one is.
    #[inline]
    pub(super) fn next(&mut self) -> Option<usize> {
        while self.mask == 0 {
            self.block += BLOCK;
            self.block = clean(self.text, self.block);
            if self.block >= self.text.len() {
                return None;
            }
            self.load();
        }
        Some(self.block + self.mask.trailing_zeros() as usize)
    }

    /// Goes on at `at`, which is behind the last one.
    #[inline]
    pub(super) fn go_to(&mut self, at: usize) {
        let n = at - self.block;
        if n < BLOCK {
            self.mask &= u32::MAX << n;
        } else {
            self.block = at;
            self.load();
        }
    }

    #[inline]
    fn load(&mut self) {
        let rest = self.text.get(self.block..).unwrap_or_default();
        self.mask = bits(&block::first(rest), is_special);
    }
}

/// The first block from `at` on that holds such a byte. Most hold none, and then it does not matter
/// which.
#[inline(never)]
fn clean(text: &[u8], mut at: usize) -> usize {
    let blocks = text.get(at..).unwrap_or_default().chunks_exact(BLOCK);
    for block in blocks {
        if block.iter().fold(0, |hit, byte| hit | is_special(*byte)) != 0 {
            break;
        }
        at += BLOCK;
    }
    at
}

/// Without branches, so that the compiler takes many bytes at a time.
#[inline(always)]
fn is_special(b: u8) -> u8 {
    // The first bytes outside ASCII, but for those of Latin-1 letters and of Han characters,
    // which stand for nothing else.
    (u8::from(b >= 0xc2) & u8::from(b != 0xc3) & u8::from(b.wrapping_sub(0xe4) > 5))
        | u8::from(b.wrapping_sub(b'0') <= 10)
        | u8::from(b.wrapping_sub(b'<') <= 2)
        | u8::from(b == b'@')
        | u8::from(b.wrapping_sub(b'%') <= 1)
        | u8::from(b == b'(')
        // `[`, `_`, `{`
        | u8::from(b | 0x24 == 0x7f)
        | u8::from(b == b'-')
        | u8::from(b == 0x1b)
}
