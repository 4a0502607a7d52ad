//! Everything that differs from call to call: ids, time stamps, padding; reproducible with a seed.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// 2026-11-01T21:00:00Z, the hour of every answer of a seeded emulator.
const SEEDED_TIME_MS: u64 = 1_793_566_800_000;
const ALNUM: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const PADDING: &str = "abcdefghijklmnopqrstuvwxyz0123456789";

/// Makes one [`CallIds`] per call.
pub(crate) struct IdSource {
    seed: Option<u64>,
    base: u64,
    calls: AtomicU64,
}

impl IdSource {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        let base = seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        Self {
            seed,
            base,
            calls: AtomicU64::new(0),
        }
    }

    /// Each call has numbers of its own, so that calls under way together do not mix theirs.
    pub(crate) fn next_call(&self) -> CallIds {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let millis = if self.seed.is_some() {
            SEEDED_TIME_MS
        } else {
            now_ms()
        };
        CallIds {
            rng: SplitMix(self.base ^ SplitMix(call).next()),
            millis,
        }
    }
}

/// The ids, numbers and times of one call.
pub(crate) struct CallIds {
    rng: SplitMix,
    millis: u64,
}

impl CallIds {
    /// Unix seconds.
    pub(crate) fn created(&self) -> u64 {
        self.millis / 1000
    }

    /// 32 hex digits, the shape of a completion's id.
    pub(crate) fn hex32(&mut self) -> String {
        format!("{:016x}{:016x}", self.rng.next(), self.rng.next())
    }

    /// 16 hex digits, the shape of a Cloudflare ray.
    pub(crate) fn hex16(&mut self) -> String {
        format!("{:016x}", self.rng.next())
    }

    /// Letters and digits; 9 of them are a tool call's id.
    pub(crate) fn alnum(&mut self, length: usize) -> String {
        (0..length).map(|_| self.alnum_char()).collect()
    }

    /// The correlation id: a UUID of version 7, the time first.
    pub(crate) fn uuid_v7(&mut self) -> String {
        let time = self.millis & 0xffff_ffff_ffff;
        let a = self.rng.next();
        let b = self.rng.next();
        format!(
            "{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}",
            time >> 16,
            time & 0xffff,
            a & 0xfff,
            0x8000 | (b >> 50 & 0x3fff),
            b & 0xffff_ffff_ffff,
        )
    }

    /// The value of `p`: 1 to 36 characters, so that an event's length does not tell its token's.
    pub(crate) fn padding(&mut self) -> &'static str {
        let length = self.below(PADDING.len()) + 1;
        PADDING
            .get(..length)
            .expect("ASCII and not longer than the alphabet")
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.rng.next() % (bound.max(1) as u64)).unwrap_or(0)
    }

    fn alnum_char(&mut self) -> char {
        let at = self.below(ALNUM.len());
        ALNUM.get(at).copied().map_or('0', char::from)
    }
}

/// Steele, Lea and Flood's generator: small, and good enough for ids of a test server.
pub(crate) struct SplitMix(pub(crate) u64);

impl SplitMix {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(SEEDED_TIME_MS)
}
