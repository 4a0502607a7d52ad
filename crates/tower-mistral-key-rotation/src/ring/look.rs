//! The ring as its handle shows it.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use super::{Entry, Rank, Ring};
use crate::{KeyHealth, KeyState};

impl Ring {
    /// The state of every key, in the order of the ring; at the end those that were retired.
    pub(crate) fn look(&self) -> Vec<KeyState> {
        let now = self.ticks.now();
        let table = self.table.load();
        let current = table.api.turn().0.map(|entry| Arc::as_ptr(&entry.key));
        let live = table.entries().map(|entry| {
            let mut state = self.state(entry, now);
            state.is_current = current == Some(Arc::as_ptr(&entry.key));
            state
        });
        let mut states: Vec<_> = live.collect();
        states.extend(self.past().retired().map(|entry| self.state(entry, now)));
        states
    }

    fn state(&self, entry: &Entry, now: u64) -> KeyState {
        let Entry { key, group, .. } = entry;
        let (rank, _) = entry.rank(now, 0);
        let until = match rank {
            Rank::Benched | Rank::Quarantined => key.health().until(),
            Rank::Cooling | Rank::Waiting => group.cools_until(),
            _ => now,
        };
        let health = match rank {
            _ if entry.is_retired() => KeyHealth::Retired,
            Rank::Expired => KeyHealth::Expired,
            Rank::Benched => KeyHealth::Benched,
            Rank::Quarantined => KeyHealth::Quarantined,
            Rank::Cooling | Rank::Waiting => KeyHealth::Cooling,
            Rank::Ready | Rank::OnTrial | Rank::ExpiresSoon => KeyHealth::Healthy,
        };
        let left = |until: u64| Duration::from_nanos(until.saturating_sub(now));
        KeyState {
            fingerprint: key.fingerprint,
            is_current: false,
            health,
            health_ends_in: left(until),
            id: entry.id.clone(),
            group: group.name.clone(),
            class: entry.class,
            age: Duration::from_nanos(now.saturating_sub(key.joined)),
            expires_in: (entry.expires != u64::MAX).then(|| left(entry.expires)),
            lent: key.lent(),
            in_flight: key.in_flight(),
            rejected: key.rejected.load(Relaxed),
            limited: key.limited.load(Relaxed),
        }
    }
}
