//! Many bytes looked at in one go, for first looks at a text.

/// Bytes looked at in one go.
pub(crate) const BLOCK: usize = 32;

/// The first block of a text, filled up with blanks.
#[inline(always)]
pub(crate) fn first(text: &[u8]) -> [u8; BLOCK] {
    text.first_chunk().copied().unwrap_or_else(|| {
        let mut block = [b' '; BLOCK];
        block
            .iter_mut()
            .zip(text)
            .for_each(|(to, from)| *to = *from);
        block
    })
}

/// The bytes for which the function says 1 and not 0, as bits, the first in the lowest one.
#[inline(always)]
pub(crate) fn bits(block: &[u8; BLOCK], is: impl Fn(u8) -> u8) -> u32 {
    let mut flags = [0; BLOCK];
    for (flag, byte) in flags.iter_mut().zip(block) {
        *flag = is(*byte);
    }
    // Eight bytes of 0 or 1 become eight bits by one multiplication.
    flags.chunks_exact(8).rev().fold(0, |mask, eight| {
        let word = eight
            .first_chunk()
            .map_or(0, |eight| u64::from_le_bytes(*eight));
        mask << 8 | (word.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
    })
}
