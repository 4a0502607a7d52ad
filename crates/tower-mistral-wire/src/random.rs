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
    // Told apart from hashes of values.
    keyed(&(0_u8, COUNTER.fetch_add(1, Ordering::Relaxed)))
}

/// A hash that tells values of this process apart, and nothing of them to whoever has not its memory.
pub(crate) fn keyed(value: &impl Hash) -> u64 {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    KEY.hash_one(value)
}

/// The 16 hexadecimal digits of a number. Formatting would take longer than making the number up.
pub(crate) fn hex(number: u64) -> [u8; 16] {
    let digit = |nibble: u64| match nibble {
        0..=9 => b'0' + nibble as u8,
        _ => b'a' + nibble as u8 - 10,
    };
    std::array::from_fn(|at| digit(number >> (60 - 4 * at) & 15))
}
