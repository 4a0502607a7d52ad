//! An organisation: what rate limits are counted for.

use std::{
    borrow::Cow,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// The keys of one organisation cool together.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: Cow<'static, str>,
    /// In nanoseconds since the start of the ring.
    cools_until: AtomicU64,
    /// The same, as far as the API has said so: until then it would be asked in vain.
    asked_until: AtomicU64,
}

impl Group {
    pub(crate) fn new(name: Cow<'static, str>) -> Self {
        Self {
            name,
            cools_until: AtomicU64::new(0),
            asked_until: AtomicU64::new(0),
        }
    }

    pub(crate) fn cools_until(&self) -> u64 {
        self.cools_until.load(Relaxed)
    }

    pub(crate) fn asked_until(&self) -> u64 {
        self.asked_until.load(Relaxed)
    }

    /// As [`cool`](Self::cool), and the API has said so.
    pub(crate) fn wait(&self, until: u64) -> bool {
        self.asked_until.fetch_max(until, Relaxed);
        self.cool(until)
    }

    /// Cools until then; true if it did not cool for as long already.
    pub(crate) fn cool(&self, until: u64) -> bool {
        self.cools_until.fetch_max(until, Relaxed) < until
    }

    /// Ends the cooling that was seen, unless another has begun.
    pub(crate) fn warm_up(&self, seen: u64) {
        let ended = self.cools_until.compare_exchange(seen, 0, Relaxed, Relaxed);
        if ended.is_ok() {
            let _ = self.asked_until.compare_exchange(seen, 0, Relaxed, Relaxed);
        }
    }
}
