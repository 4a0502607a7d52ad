//! Time as the ring counts it.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant, SystemTime},
};

use tower_mistral_wire::ext::Clock;

/// Nanoseconds since the start of the ring, and numbers that are never the same.
#[derive(Debug)]
pub(crate) struct Ticks {
    clock: Clock,
    start: Instant,
    /// The last stamp that was given; they only grow.
    last_stamp: AtomicU64,
}

impl Ticks {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            start: clock.now(),
            clock,
            last_stamp: AtomicU64::new(0),
        }
    }

    /// Never 0.
    pub(crate) fn now(&self) -> u64 {
        let time = self.clock.now();
        to_nanos(time.saturating_duration_since(self.start)).saturating_add(1)
    }

    /// Now, or a little later: greater than all stamps before.
    pub(crate) fn stamp(&self, now: u64) -> u64 {
        let next = |last: u64| now.max(last.saturating_add(1));
        let last = self
            .last_stamp
            .fetch_update(Relaxed, Relaxed, |last| Some(next(last)));
        next(last.unwrap_or_else(|last| last))
    }

    /// A time of day. The clock has none, so it is taken to be the system's now.
    pub(crate) fn at(&self, time: SystemTime) -> u64 {
        let left = time.duration_since(SystemTime::now());
        left.map_or(0, |left| self.now().saturating_add(to_nanos(left)))
    }
}

pub(crate) fn to_nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

pub(crate) fn to_millis(nanos: u64) -> u64 {
    nanos / 1_000_000
}
