//! A body that decodes to gigabytes costs no more memory than the limit allows.
#![cfg(feature = "decode")]
#![allow(unsafe_code, clippy::unwrap_used, missing_docs)]

#[path = "support/encode.rs"]
mod encode;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};

use encode::{CODINGS, encode_pieces};
use tower_mistral_wire::decode::{DecodeError, Decoder, Limits};

/// Counts the bytes in use, and the most there were.
struct Counting;

static USED: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(used, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_bomb_is_too_large_in_bounded_memory() {
    const LIMIT: usize = 1 << 20;
    /// The limit, doubled by a buffer that grows, and the 4 MiB window the encoders ask for.
    const ALLOWED: usize = 2 * LIMIT + (4 << 20) + (512 << 10);
    for &coding in CODINGS {
        let bomb = encode_pieces(coding, &[vec![0; 64 << 20]]).concat();
        let before = USED.load(Ordering::Relaxed);
        PEAK.store(before, Ordering::Relaxed);
        let mut decoder = Decoder::new(coding, Limits { max_output: LIMIT });
        assert_eq!(
            decoder.push(&bomb),
            Err(DecodeError::TooLarge),
            "{coding:?}"
        );
        let peak = PEAK.load(Ordering::Relaxed) - before;
        assert!(peak <= ALLOWED, "{coding:?}: {peak} bytes");
    }
}
