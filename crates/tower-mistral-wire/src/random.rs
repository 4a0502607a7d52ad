//! Numbers that nobody outside can guess from others; not for keys.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// A number from the standard library's hasher, which is keyed from the system's randomness.
pub(crate) fn number() -> u64 {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    // Never what a value's hash is made of: that ends with a byte of ones, as no count does.
    keyed(&COUNTER.fetch_add(1, Ordering::Relaxed))
}

/// A hash that tells values of this process apart, and nothing of them to whoever has not its memory.
pub(crate) fn keyed(value: &impl Hash) -> u64 {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    KEY.hash_one(value)
}

/// The 16 hexadecimal digits of a number. Formatting would take longer than making the number up.
pub(crate) fn hex(number: u64) -> [u8; 16] {
    let mut digits = [0; 16];
    let (high, low) = digits.split_at_mut(8);
    high.copy_from_slice(&hex_of_half(number >> 32));
    low.copy_from_slice(&hex_of_half(number & 0xffff_ffff));
    digits
}

/// Eight digits at once: each half byte to a byte of its own, and then all of them to digits.
fn hex_of_half(number: u64) -> [u8; 8] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let number = (number | number << 16) & 0x0000_ffff_0000_ffff;
    let number = (number | number << 8) & 0x00ff_00ff_00ff_00ff;
    let number = (number | number << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    let is_letter = ((number + ONES * 6) >> 4) & ONES;
    let to_letter = u64::from(b'a' - b'9' - 1);
    (number + ONES * u64::from(b'0') + is_letter * to_letter).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_formatting() {
        for number in [
            0,
            1,
            u64::MAX,
            0x0123_4567_89ab_cdef,
            0xfedc_ba98_7654_3210,
            9 << 60,
        ] {
            assert_eq!(hex(number), *format!("{number:016x}").as_bytes());
        }
    }
}
