//! The ring: which key the next call gets.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use http::HeaderValue;
use tower_mistral_wire::ext::Clock;

use crate::{ApiKey, Fingerprint, turn::Turn};

/// How the ring turns.
#[derive(Clone, Debug)]
pub(crate) struct RingOptions {
    pub(crate) clock: Clock,
    pub(crate) rotate_every: Duration,
    pub(crate) bench_for: Duration,
}

/// Keys in a circle and the place it has turned to. Picking a key and benching one take no lock:
/// the numbers below are changed one at a time, each by compare-and-swap from the value that the
/// decision was made on, and nothing but themselves is published by them (so `Relaxed` will do).
#[derive(Debug)]
pub(crate) struct Ring {
    keys: Arc<[Entry]>,
    health: Box<[Health]>,
    /// A packed [`Turn`].
    turn: AtomicU64,
    /// The last stamp that was given to a benched key; they only grow.
    last_stamp: AtomicU64,
    start: Instant,
    options: RingOptions,
}

#[derive(Debug)]
struct Entry {
    key: ApiKey,
    header: HeaderValue,
    fingerprint: Fingerprint,
}

#[derive(Debug, Default)]
struct Health {
    /// When the key was last benched, in nanoseconds since the start of the ring, with a bit for
    /// whether that is over; 0 if it never was. No two are the same, so they tell the order too,
    /// and a failure from before cannot be taken for one from after.
    benched: AtomicU64,
    lent: AtomicU64,
    rejected: AtomicU64,
}

impl Health {
    const CLEARED: u64 = 1 << 63;
}

/// A key that was lent to one attempt of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lease {
    index: usize,
    /// What [`Health::benched`] was, so that many failures of the same time count once.
    benched: u64,
}

/// What the ring says about one of its keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) is_current: bool,
    pub(crate) is_benched: bool,
    pub(crate) lent: u64,
    pub(crate) rejected: u64,
}

impl Ring {
    /// A ring that stands at the first key.
    pub(crate) fn new(keys: Vec<ApiKey>, options: RingOptions) -> Self {
        let entry = |key: ApiKey| Entry {
            header: key.to_header(),
            fingerprint: key.fingerprint(),
            key,
        };
        Self::fresh(keys.into_iter().map(entry).collect(), options)
    }

    /// The same keys in a new ring with other options.
    pub(crate) fn with(&self, set: impl FnOnce(&mut RingOptions)) -> Self {
        let mut options = self.options.clone();
        set(&mut options);
        Self::fresh(Arc::clone(&self.keys), options)
    }

    fn fresh(keys: Arc<[Entry]>, options: RingOptions) -> Self {
        Self {
            health: keys.iter().map(|_| Health::default()).collect(),
            keys,
            turn: AtomicU64::new(Turn { index: 0, since: 0 }.pack()),
            last_stamp: AtomicU64::new(0),
            start: options.clock.now(),
            options,
        }
    }

    /// How many keys there are; never 0.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &ApiKey> {
        self.keys.iter().map(|entry| &entry.key)
    }

    pub(crate) fn header(&self, lease: Lease) -> &HeaderValue {
        &self.entry(lease.index).header
    }

    pub(crate) fn fingerprint(&self, lease: Lease) -> Fingerprint {
        self.entry(lease.index).fingerprint
    }

    /// The key of the turn; moves the turn on if it is over or its key is benched.
    pub(crate) fn pick(&self) -> Lease {
        let now = self.now();
        self.lend(self.current(now))
    }

    /// A key for the second attempt of a call: not the one that failed, unless the API has
    /// accepted that one since and no other is healthy.
    pub(crate) fn pick_again(&self, failed: Lease) -> Lease {
        let now = self.now();
        let current = self.current(now);
        if current != failed.index {
            return self.lend(current);
        }
        self.lend(self.best_after(failed.index, now))
    }

    /// Benches the key of `lease`, unless it was benched or cleared since it was lent: of many
    /// calls that fail with one key at a time, the first one counts.
    pub(crate) fn bench(&self, lease: Lease) {
        let now = self.now();
        let health = self.health(lease.index);
        health.rejected.fetch_add(1, Relaxed);
        let stamp = self.stamp(now);
        let benched = health
            .benched
            .compare_exchange(lease.benched, stamp, Relaxed, Relaxed);
        if benched.is_err() {
            return;
        }
        let key = self.fingerprint(lease);
        tracing::warn!(%key, "the API has rejected this key; it is benched");
        if (0..self.len()).all(|index| self.is_benched(index, now)) {
            tracing::warn!(
                keys = self.len(),
                "all keys are benched; the longest benched is next"
            );
        }
    }

    /// Notes that the API has accepted the key of `lease`.
    pub(crate) fn clear(&self, lease: Lease) {
        let stamp = lease.benched;
        if stamp == 0 || stamp & Health::CLEARED != 0 {
            return;
        }
        let benched = &self.health(lease.index).benched;
        let cleared = benched.compare_exchange(stamp, stamp | Health::CLEARED, Relaxed, Relaxed);
        if cleared.is_ok() {
            let key = self.fingerprint(lease);
            tracing::info!(%key, "the API has accepted this key again");
        }
    }

    /// The state of every key, in the order of the ring.
    pub(crate) fn look(&self) -> impl Iterator<Item = Look> {
        let now = self.now();
        let current = Turn::unpack(self.turn.load(Relaxed)).index;
        let entries = self.keys.iter().zip(&self.health).enumerate();
        entries.map(move |(index, (entry, health))| Look {
            fingerprint: entry.fingerprint,
            is_current: index == current,
            is_benched: self.is_benched(index, now),
            lent: health.lent.load(Relaxed),
            rejected: health.rejected.load(Relaxed),
        })
    }

    fn current(&self, now: u64) -> usize {
        loop {
            let packed = self.turn.load(Relaxed);
            let turn = Turn::unpack(packed);
            let is_over = self.is_over(turn, now);
            if !is_over && !self.is_benched(turn.index, now) {
                return turn.index;
            }
            let next = self.best_after(turn.index, now);
            if !is_over && next == turn.index {
                return next;
            }
            let since = to_millis(now);
            let moved = Turn { index: next, since }.pack();
            let exchanged = self.turn.compare_exchange(packed, moved, Relaxed, Relaxed);
            if exchanged.is_err() {
                continue;
            }
            if next != turn.index {
                let (from, to) = (self.entry(turn.index), self.entry(next));
                let reason = if is_over { "age" } else { "rejected" };
                tracing::info!(from = %from.fingerprint, to = %to.fingerprint, reason, "next key");
            }
            return next;
        }
    }

    /// The first key after `index` that is not benched, all around the circle; if there is none,
    /// the one that was benched longest ago, since a wrong 401 must never lock everybody out.
    fn best_after(&self, index: usize, now: u64) -> usize {
        let mut longest: Option<(u64, usize)> = None;
        for candidate in (index + 1..self.len()).chain(0..=index) {
            if !self.is_benched(candidate, now) {
                return candidate;
            }
            let benched = self.health(candidate).benched.load(Relaxed);
            if longest.is_none_or(|(least, _)| benched < least) {
                longest = Some((benched, candidate));
            }
        }
        longest.map_or(index, |(_, candidate)| candidate)
    }

    fn lend(&self, index: usize) -> Lease {
        let health = self.health(index);
        health.lent.fetch_add(1, Relaxed);
        let benched = health.benched.load(Relaxed);
        Lease { index, benched }
    }

    fn is_benched(&self, index: usize, now: u64) -> bool {
        let benched = self.health(index).benched.load(Relaxed);
        let may_be = benched != 0 && benched & Health::CLEARED == 0;
        may_be && now.saturating_sub(benched) < to_nanos(self.options.bench_for)
    }

    fn is_over(&self, turn: Turn, now: u64) -> bool {
        let lasts = to_millis(to_nanos(self.options.rotate_every)).max(1);
        to_millis(now).saturating_sub(turn.since) >= lasts
    }

    /// A number for a key that is benched now, greater than all before.
    fn stamp(&self, now: u64) -> u64 {
        let next = |last: u64| now.max(last.saturating_add(1));
        let last = self
            .last_stamp
            .fetch_update(Relaxed, Relaxed, |last| Some(next(last)));
        next(last.unwrap_or_else(|last| last))
    }

    /// In nanoseconds since the start of the ring; never 0, which is for keys not benched.
    fn now(&self) -> u64 {
        let time = self.options.clock.now();
        to_nanos(time.saturating_duration_since(self.start)).saturating_add(1)
    }

    fn entry(&self, index: usize) -> &Entry {
        self.keys.get(index).expect("an index of this ring")
    }

    fn health(&self, index: usize) -> &Health {
        self.health.get(index).expect("an index of this ring")
    }
}

fn to_nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn to_millis(nanos: u64) -> u64 {
    nanos / 1_000_000
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn threads_that_meet_dead_keys_agree_on_the_good_one() {
        const THREADS: u64 = 8;
        let keys = ["a", "b", "good"].map(|key| ApiKey::new(key).unwrap());
        let options = RingOptions {
            clock: Clock::manual().0,
            rotate_every: Duration::MAX,
            bench_for: Duration::MAX,
        };
        for _ in 0..50 {
            let ring = Ring::new(keys.clone().into(), options.clone());
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        let mut lease = ring.pick();
                        while ring.header(lease) != "Bearer good" {
                            ring.bench(lease);
                            lease = ring.pick_again(lease);
                        }
                        ring.clear(lease);
                    });
                }
            });
            let looks: Vec<_> = ring.look().collect();
            let current: Vec<_> = looks.iter().map(|look| look.is_current).collect();
            assert_eq!(current, [false, false, true]);
            // No thread is lent a key again that it has seen rejected.
            assert!(looks.iter().all(|look| look.rejected <= THREADS));
            assert_eq!(
                looks.iter().map(|look| look.is_benched).collect::<Vec<_>>(),
                [true, true, false]
            );
        }
    }
    #[test]
    fn a_late_failure_does_not_bench_a_key_that_was_accepted_since() {
        let keys = ["a", "b"].map(|key| ApiKey::new(key).unwrap());
        let options = RingOptions {
            clock: Clock::manual().0,
            rotate_every: Duration::MAX,
            bench_for: Duration::MAX,
        };
        let ring = Ring::new(keys.into(), options);
        let (early, late) = (ring.pick(), ring.pick());
        ring.bench(early);
        ring.bench(ring.pick());
        let again = ring.pick();
        assert_eq!(again.index, early.index);
        ring.clear(again);

        ring.bench(late);
        let benched: Vec<_> = ring.look().map(|look| look.is_benched).collect();
        assert_eq!(benched, [false, true]);
        assert_eq!(ring.pick_again(late).index, early.index);
    }
}
