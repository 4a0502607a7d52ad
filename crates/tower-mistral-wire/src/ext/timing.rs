//! When what happened in a call.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::Clock;

/// Moments of a call, each noted once, from a start that one layer sets. Without a start nothing
/// is noted.
#[derive(Default)]
pub(super) struct Timing {
    start: OnceLock<(Clock, Instant)>,
    pub(super) first_byte: Moment,
    pub(super) first_text: Moment,
}

/// Nanoseconds after the start, plus one; zero for what has not come.
#[derive(Default)]
pub(super) struct Moment(AtomicU64);

impl Timing {
    pub(super) fn start(&self, clock: &Clock, at: Instant) {
        self.start.get_or_init(|| (clock.clone(), at));
    }

    pub(super) fn note(&self, moment: &Moment) {
        if moment.0.load(Ordering::Relaxed) != 0 {
            return;
        }
        if let Some((clock, _)) = self.start.get() {
            self.note_at(moment, clock.now());
        }
    }

    pub(super) fn note_at(&self, moment: &Moment, now: Instant) {
        let Some((_, start)) = self.start.get() else {
            return;
        };
        let passed = now.saturating_duration_since(*start).as_nanos();
        let passed = u64::try_from(passed).unwrap_or(u64::MAX).saturating_add(1);
        let _ = (moment.0).compare_exchange(0, passed, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Now, by the clock that was set.
    pub(super) fn now(&self) -> Option<Instant> {
        self.start.get().map(|(clock, _)| clock.now())
    }

    /// What was noted of a reply that is thrown away.
    pub(super) fn forget(&self) {
        for moment in [&self.first_byte, &self.first_text] {
            moment.0.store(0, Ordering::Relaxed);
        }
    }
}

impl Moment {
    pub(super) fn get(&self) -> Option<Duration> {
        let passed = self.0.load(Ordering::Relaxed).checked_sub(1)?;
        Some(Duration::from_nanos(passed))
    }
}
