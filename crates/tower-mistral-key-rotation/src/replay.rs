//! How many attempts may be made beyond the first ones.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A budget of replays, so that keys which all fail cannot multiply the traffic: a bucket that is
/// full at first, is filled by time and by calls, and from which each replay takes one. When it is
/// empty, failures are handed on.
///
/// By default it holds 1,000, and gets 10 a second and one for every 5 calls. A key that dies with
/// more calls in flight than the bucket holds fails the rest of them.
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct ReplayBudget {
    burst: u32,
    per_second: u32,
    ratio: f64,
}

impl ReplayBudget {
    /// How many replays the bucket holds at most, and at first. 0 for none at all.
    pub const fn burst(mut self, replays: u32) -> Self {
        self.burst = replays;
        self
    }

    /// How many it gets by time.
    pub const fn per_second(mut self, replays: u32) -> Self {
        self.per_second = replays;
        self
    }

    /// How many it gets by calls: 0.2 for one replay for every five attempts.
    pub const fn ratio(mut self, ratio: f64) -> Self {
        self.ratio = ratio;
        self
    }
}

impl Default for ReplayBudget {
    fn default() -> Self {
        Self {
            burst: 1000,
            per_second: 10,
            ratio: 0.2,
        }
    }
}

/// The bucket. It has a lock, which is taken when a call has failed, and never to pick a key.
#[derive(Debug)]
pub(crate) struct Replays {
    budget: ReplayBudget,
    bucket: Mutex<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    replays: f64,
    /// When it was last filled, in nanoseconds, and how many attempts had been made by then.
    at: u64,
    attempts: u64,
}

impl Replays {
    pub(crate) fn new(budget: ReplayBudget) -> Self {
        let bucket = Bucket {
            replays: f64::from(budget.burst),
            at: 0,
            attempts: 0,
        };
        Self {
            budget,
            bucket: Mutex::new(bucket),
        }
    }

    /// Puts back one that was not used.
    pub(crate) fn put_back(&self) {
        self.bucket().replays += 1.0;
    }

    /// Takes one out, if there is one. `attempts` is how many there have been in all.
    pub(crate) fn take(&self, now: u64, attempts: u64) -> bool {
        let mut bucket = self.bucket();
        let seconds = now.saturating_sub(bucket.at) as f64 / 1e9;
        // Retired keys take their counts along.
        let calls = attempts.saturating_sub(bucket.attempts) as f64;
        let more = seconds * f64::from(self.budget.per_second) + calls * self.budget.ratio;
        let burst = f64::from(self.budget.burst);
        bucket.replays = (bucket.replays + more).clamp(0.0, burst);
        (bucket.at, bucket.attempts) = (bucket.at.max(now), attempts);
        let has_one = bucket.replays >= 1.0;
        if has_one {
            bucket.replays -= 1.0;
        }
        has_one
    }

    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_is_filled_by_time_and_by_calls() {
        let budget = ReplayBudget::default().burst(3).per_second(2).ratio(0.5);
        let bucket = Replays::new(budget);
        let second = 1_000_000_000;
        let take = |now, attempts| (0..9).take_while(|_| bucket.take(now, attempts)).count();
        assert_eq!(take(0, 0), 3);
        assert_eq!(take(second, 0), 2);
        assert_eq!(take(second, 2), 1);
        assert_eq!(take(second, 1), 0, "a key was retired");
        assert_eq!(take(second, 3), 1);
        assert_eq!(take(1000 * second, 1000), 3, "no more than it holds");

        let none = Replays::new(ReplayBudget::default().burst(0));
        assert!(!none.take(second, 1000));
    }
}
