//! The ring: which key the next call gets, and what the answers say of it.

mod circle;
mod entry;
mod group;
mod health;
mod judge;
mod look;
mod ticks;
mod turn;
mod update;

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use arc_swap::{ArcSwap, ArcSwapOption};
use tower_mistral_wire::ext::{Clock, Secrets};

pub(crate) use self::entry::{Entry, Lease, Rank};
use self::{
    circle::{Circle, Moment},
    ticks::{Ticks, to_nanos},
    update::Past,
};
use crate::{BoxFuture, KeyClass, Refetch, ReplayBudget, Strategy, replay::Replays};

/// How the ring turns.
#[derive(Clone, Debug)]
pub(crate) struct RingOptions {
    pub(crate) clock: Clock,
    pub(crate) strategy: Strategy,
    pub(crate) rotate_every: Duration,
    pub(crate) bench_for: Duration,
    pub(crate) quarantine_for: Duration,
    pub(crate) cool_at_most: Duration,
    pub(crate) expiry_margin: Duration,
    pub(crate) replays: ReplayBudget,
}

/// The keys and their health. Picking one takes no lock; only the list itself is written under one.
pub(crate) struct Ring {
    table: ArcSwap<Table>,
    past: Mutex<Past>,
    hook: ArcSwapOption<Box<dyn Refetch>>,
    secrets: ArcSwap<Secrets>,
    replays: Replays,
    ticks: Arc<Ticks>,
    options: RingOptions,
}

#[derive(Debug)]
struct Table {
    api: Circle,
    admin: Circle,
}

impl Table {
    /// The keys for an endpoint of this class, and whether it takes them.
    fn circle(&self, want: KeyClass) -> (&Circle, bool) {
        match want {
            KeyClass::Api => (&self.api, true),
            KeyClass::Admin if self.admin.entries().is_empty() => (&self.api, false),
            KeyClass::Admin => (&self.admin, true),
        }
    }

    fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.api.entries().iter().chain(self.admin.entries())
    }
}

/// Why no key is lent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unlent {
    /// There is none.
    NoKey,
    /// Every organisation that has one was asked by the API to wait, for at least this long yet.
    Wait(Duration),
}

/// A key that has failed a call.
#[derive(Debug)]
pub(crate) struct Failed {
    entry: Arc<Entry>,
    pub(crate) why: Why,
}

/// By what a key has failed a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// A 401 that counts.
    Rejected,
    /// A limit of its organisation's.
    Limited,
    /// A permission that its organisation has not.
    Forbidden,
}

impl Failed {
    pub(crate) fn new(lease: &Lease, why: Why) -> Self {
        Self {
            entry: Arc::clone(&lease.entry),
            why,
        }
    }
}

impl Ring {
    /// The key of the call's first attempt. `may_try`: whether it could go on with another.
    pub(crate) fn pick(&self, want: KeyClass, may_try: bool) -> Result<Lease, Unlent> {
        self.lend(want, may_try, Circle::pick)
    }

    /// A key for one more attempt: another one than those that failed; of another organisation, if
    /// that is what failed; if `last_resort`, one that is suspected. None if there is no such key, or
    /// if the budget of replays is used up.
    pub(crate) fn pick_again(
        &self,
        want: KeyClass,
        failed: &[Failed],
        last_resort: bool,
    ) -> Option<Lease> {
        let now = self.ticks.now();
        let worst = match last_resort {
            true => Rank::Quarantined,
            false => Rank::ExpiresSoon,
        };
        if !self.take_replay(now) {
            return None;
        }
        // Not for trials: the call has failed once, and goes to a key that is known to work.
        let lease = self.lend(want, false, |circle, moment| {
            circle.pick_another(moment, worst, |entry| may_follow(entry, failed, now))
        });
        if lease.is_err() {
            self.replays.put_back();
        }
        lease.ok()
    }

    /// Whether there is a healthy key for one more attempt.
    pub(crate) fn has_healthy(&self, want: KeyClass, failed: &[Failed]) -> bool {
        let now = self.ticks.now();
        let margin = to_nanos(self.options.expiry_margin);
        let table = self.table.load();
        let mut entries = table.circle(want).0.entries().iter();
        entries.any(|entry| {
            let rank = entry.rank(now, margin).0;
            may_follow(entry, failed, now) && matches!(rank, Rank::Ready | Rank::ExpiresSoon)
        })
    }

    /// Whether a call that fails may get another key: there is one, or one may be fetched.
    pub(crate) fn has_another(&self, want: KeyClass) -> bool {
        let table = self.table.load();
        let (circle, counts) = table.circle(want);
        counts && (circle.entries().len() > 1 || self.hook.load().is_some())
    }

    /// Asks the source to look again; none if there is nobody to ask.
    pub(crate) fn refetch(&self) -> Option<BoxFuture<'static, ()>> {
        self.hook.load().as_ref().map(|hook| hook.refetch())
    }

    pub(crate) fn on_suspicion(&self, hook: Box<dyn Refetch>) {
        self.hook.store(Some(Arc::new(hook)));
    }

    pub(crate) fn secrets(&self) -> Arc<Secrets> {
        self.secrets.load_full()
    }

    fn take_replay(&self, now: u64) -> bool {
        let table = self.table.load();
        let attempts = table.entries().map(|entry| entry.key.lent()).sum();
        self.replays.take(now, attempts)
    }

    fn lend(
        &self,
        want: KeyClass,
        may_try: bool,
        choose: impl for<'c> Fn(&'c Circle, &Moment<'_>) -> Option<&'c Arc<Entry>>,
    ) -> Result<Lease, Unlent> {
        loop {
            let table = self.table.load();
            let (circle, counts) = table.circle(want);
            let moment = Moment {
                options: &self.options,
                ticks: &self.ticks,
                now: self.ticks.now(),
                may_try,
            };
            let entry = choose(circle, &moment).ok_or(Unlent::NoKey)?;
            if let Some(wait) = moment.wait(entry) {
                return Err(Unlent::Wait(wait));
            }
            let lease = Lease::new(entry, counts);
            // A key is retired after the list without it was published: the next look finds that.
            if !lease.entry.is_retired() {
                return Ok(lease);
            }
        }
    }
}

fn may_follow(entry: &Entry, failed: &[Failed], now: u64) -> bool {
    entry.group.cools_until() <= now
        && failed.iter().all(|failed| {
            let is_key = Arc::ptr_eq(&failed.entry.key, &entry.key);
            let is_group = Arc::ptr_eq(&failed.entry.group, &entry.group);
            !is_key && (failed.why == Why::Rejected || !is_group)
        })
}

impl fmt::Debug for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring")
            .field("keys", &self.look())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
pub(super) mod tests {
    use std::thread;

    use super::*;
    use crate::{KeyHealth, KeySpec, keys::Checked};

    pub(super) fn ring_of(keys: &[&'static str], strategy: Strategy) -> Ring {
        let specs = keys.iter().map(|key| KeySpec::new(*key)).collect();
        let options = RingOptions {
            clock: Clock::manual().0,
            strategy,
            rotate_every: Duration::MAX,
            bench_for: Duration::MAX,
            quarantine_for: Duration::MAX,
            cool_at_most: Duration::MAX,
            expiry_margin: Duration::ZERO,
            replays: ReplayBudget::default(),
        };
        Ring::new(Checked::list(specs).unwrap(), options)
    }

    pub(super) const API: KeyClass = KeyClass::Api;

    #[test]
    fn threads_that_meet_dead_keys_agree_on_the_good_one() {
        const THREADS: u64 = 8;
        for round in 0..60 {
            let strategy = [
                Strategy::Primary,
                Strategy::RoundRobin,
                Strategy::LeastInFlight,
            ][round % 3];
            let ring = ring_of(&["a", "b", "good"], strategy);
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        let mut failed = Vec::new();
                        let mut lease = ring.pick(API, true).unwrap();
                        while lease.entry.key.header != "Bearer good" {
                            ring.suspect(&lease);
                            failed.push(Failed::new(&lease, Why::Rejected));
                            lease = ring.pick_again(API, &failed, true).unwrap();
                        }
                        ring.accept(&lease);
                        failed.iter().for_each(|failed| ring.convict(failed));
                    });
                }
            });
            let looks = ring.look();
            // No thread is lent a key again that it has seen rejected.
            assert!(looks.iter().all(|look| look.rejected <= THREADS));
            assert!(looks.iter().all(|look| look.in_flight == 0));
            for (look, key) in looks.iter().zip(["a", "b", "good"]) {
                let expected = match key {
                    "good" => KeyHealth::Healthy,
                    _ if look.rejected > 0 => KeyHealth::Quarantined,
                    _ => KeyHealth::Healthy,
                };
                assert_eq!(look.health, expected, "{strategy:?} {key}");
            }
            assert_eq!(
                ring.pick(API, true).unwrap().entry.key.header,
                "Bearer good"
            );
        }
    }

    /// Lists are written while threads pick: a retired key that no call is using stays unused, so
    /// that it can be revoked then; and no pick finds the ring empty.
    #[test]
    fn a_retired_key_out_of_use_stays_so() {
        use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

        const LISTS: u64 = 20_000;
        for strategy in [Strategy::Primary, Strategy::RoundRobin] {
            let ring = ring_of(&["key-0"], strategy);
            // No key up to this one is in use.
            let unused = AtomicU64::new(0);
            let spec = |number: u64| KeySpec::new(format!("key-{number}")).id(number.to_string());
            let number = |entry: &Entry| entry.id.as_deref().map_or(0, |id| id.parse().unwrap());
            ring.update(Checked::list(vec![spec(1)]).unwrap());
            thread::scope(|scope| {
                scope.spawn(|| {
                    for next in 2..=LISTS {
                        ring.update(Checked::list(vec![spec(next)]).unwrap());
                        let is_used = |entry: &Arc<Entry>| entry.key.in_flight() > 0;
                        if !ring.past().retired().any(is_used) {
                            unused.store(next - 1, SeqCst);
                        }
                    }
                    unused.store(LISTS - 1, SeqCst);
                });
                for _ in 0..3 {
                    scope.spawn(|| {
                        while unused.load(SeqCst) < LISTS - 1 {
                            let lease = ring.pick(API, true).unwrap();
                            let until = unused.load(SeqCst);
                            assert!(until == LISTS - 1 || number(&lease.entry) > until);
                        }
                    });
                }
            });
            assert!(ring.look().iter().all(|state| state.in_flight == 0));
        }
    }
}
