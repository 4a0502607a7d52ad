//! What the answers of the API say of the keys.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use super::{
    Entry, Failed, Lease, Rank, Ring, Why,
    health::{Health, Standing},
    ticks::to_nanos,
};
use crate::{Fingerprint, wait::Wait};

impl Ring {
    /// The API has accepted the key.
    pub(crate) fn accept(&self, lease: &Lease) {
        if lease.cooling != 0 {
            lease.entry.group.warm_up(lease.cooling);
        }
        let key = &lease.entry.key;
        if !lease.health.is_suspect() {
            return;
        }
        if key.change_health(lease.health, lease.health.cleared()) {
            let key = key.fingerprint;
            tracing::info!(%key, "the API has accepted this key again");
        }
    }

    /// The API has rejected the key: a suspicion. It is benched, unless it was benched or accepted
    /// since it was lent: of many calls that fail with one key at a time, the first one counts.
    pub(crate) fn suspect(&self, lease: &Lease) {
        let key = &lease.entry.key;
        key.rejected.fetch_add(1, Relaxed);
        let now = self.ticks.now();
        let is_withheld = lease.health.standing() == Standing::Withheld;
        if is_withheld && lease.health.until() > now {
            return;
        }
        let until = self.after(now, self.options.bench_for);
        if !key.change_health(lease.health, Health::held(Standing::Benched, until)) {
            return;
        }
        let key = key.fingerprint;
        tracing::warn!(%key, "the API has rejected this key; it is benched");
        let margin = to_nanos(self.options.expiry_margin);
        let is_ready = |entry: &Arc<Entry>| entry.rank(now, margin).0 <= Rank::ExpiresSoon;
        let table = self.table.load();
        if !table.entries().any(is_ready) {
            let keys = table.entries().count();
            tracing::warn!(keys, "no key is healthy; the longest benched is next");
        }
    }

    /// Another key was accepted for the same request, or the API was asked about this one: it is
    /// known to be of no use, unless it was accepted since.
    pub(crate) fn convict(&self, failed: &Failed) {
        let key = &failed.entry.key;
        let seen = key.health();
        if failed.why != Why::Rejected || seen.standing() != Standing::Benched {
            return;
        }
        let until = self.after(self.ticks.now(), self.options.quarantine_for);
        if key.change_health(seen, Health::held(Standing::Quarantined, until)) {
            let key = key.fingerprint;
            tracing::warn!(%key, "this key is rejected and others are not; it is quarantined");
        }
    }

    /// The API has asked to wait, for as long as it said.
    pub(crate) fn cool(&self, lease: &Lease, asked: Wait) {
        let Entry { key, group, .. } = &*lease.entry;
        key.limited.fetch_add(1, Relaxed);
        let time = asked.time.min(self.options.cool_at_most);
        let until = self.ticks.now().saturating_add(to_nanos(time));
        let is_new = match asked.is_said {
            true => group.wait(until),
            false => group.cool(until),
        };
        if is_new {
            let (key, group) = (key.fingerprint, &*group.name);
            tracing::info!(%key, group, ms = time.as_millis(), "the API limits; the group cools");
        }
    }

    /// The suspects and the quarantined.
    pub(crate) fn suspects(&self) -> Vec<Arc<Entry>> {
        let table = self.table.load();
        let is_suspect = |entry: &&Arc<Entry>| entry.key.health().is_suspect();
        let suspects = table.api.entries().iter().filter(is_suspect);
        suspects.cloned().collect()
    }

    /// Lends this very key, unless it was retired.
    pub(crate) fn lend_suspect(&self, entry: &Arc<Entry>) -> Option<Lease> {
        Some(Lease::new(entry, true)).filter(|lease| !lease.entry.is_retired())
    }

    /// The API was asked about the key, and rejects it.
    pub(crate) fn confirm(&self, lease: &Lease) {
        let key = &lease.entry.key;
        key.rejected.fetch_add(1, Relaxed);
        let until = self.after(self.ticks.now(), self.options.quarantine_for);
        key.change_health(lease.health, Health::held(Standing::Quarantined, until));
    }

    /// Takes a key out for this long, by its fingerprint.
    pub(crate) fn quarantine(&self, fingerprint: Fingerprint, time: Duration) -> bool {
        let until = self.after(self.ticks.now(), time);
        self.set_health(fingerprint, |_| Health::held(Standing::Withheld, until))
    }

    /// Takes a key for healthy again.
    pub(crate) fn reinstate(&self, fingerprint: Fingerprint) -> bool {
        self.set_health(fingerprint, Health::cleared)
    }

    fn set_health(&self, fingerprint: Fingerprint, set: impl Fn(Health) -> Health) -> bool {
        let table = self.table.load();
        let entry = table
            .entries()
            .find(|entry| entry.key.fingerprint == fingerprint);
        if let Some(entry) = entry {
            entry.key.set_health(set(entry.key.health()));
        }
        entry.is_some()
    }

    fn after(&self, now: u64, time: Duration) -> u64 {
        self.ticks.stamp(now).saturating_add(to_nanos(time))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        KeyHealth, Strategy,
        ring::tests::{API, ring_of},
    };

    fn health(ring: &Ring) -> Vec<KeyHealth> {
        ring.look().iter().map(|state| state.health).collect()
    }

    #[test]
    fn a_late_failure_does_not_bench_a_key_that_was_accepted_since() {
        let ring = ring_of(&["a", "b"], Strategy::Primary);
        let pick = || ring.pick(API, false).unwrap();
        let (early, late) = (pick(), pick());
        ring.suspect(&early);
        ring.suspect(&pick());
        assert_eq!(health(&ring), [KeyHealth::Benched; 2]);
        let again = pick();
        assert!(Arc::ptr_eq(&again.entry, &early.entry));
        ring.accept(&again);

        ring.suspect(&late);
        ring.convict(&Failed::new(&late, Why::Rejected));
        assert_eq!(health(&ring), [KeyHealth::Healthy, KeyHealth::Benched]);
    }
}
