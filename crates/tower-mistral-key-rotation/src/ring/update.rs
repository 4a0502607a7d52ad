//! Which keys the ring has: the one part that is written under a lock.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use arc_swap::{ArcSwap, ArcSwapOption};
use tower_mistral_wire::ext::Secrets;

use super::{
    Replays, Ring, RingOptions, Table,
    circle::Circle,
    entry::{Entry, Key},
    group::Group,
    ticks::{Ticks, to_millis, to_nanos},
    turn::Turn,
};
use crate::{Fingerprint, KeyClass, keys::Checked};

/// What was in the ring.
#[derive(Debug, Default)]
pub(crate) struct Past {
    /// Retired keys that calls were still using when the ring was last written.
    retired: Vec<Arc<Entry>>,
    /// Keys that were retired by hand: they stay out when their source says them again.
    barred: Vec<Fingerprint>,
}

impl Past {
    pub(crate) fn retired(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.retired.iter()
    }
}

impl Ring {
    /// How long before it expires a key is spoken of.
    const WARN_BEFORE: Duration = Duration::from_secs(7 * 24 * 3600);

    /// A ring that stands at the first key.
    pub(crate) fn new(keys: Vec<Checked>, options: RingOptions) -> Self {
        let ticks = Ticks::new(options.clock.clone());
        let ring = Self::empty(options, Arc::new(ticks));
        ring.update(keys);
        ring
    }

    fn empty(options: RingOptions, ticks: Arc<Ticks>) -> Self {
        let first = || Circle::new(Vec::new(), Turn { index: 0, since: 0 });
        let table = Table {
            api: first(),
            admin: first(),
        };
        Self {
            table: ArcSwap::from_pointee(table),
            past: Mutex::default(),
            hook: ArcSwapOption::empty(),
            secrets: ArcSwap::default(),
            replays: Replays::new(options.replays),
            ticks,
            options,
        }
    }

    /// The same keys in a new ring that goes on with what `old` knows: of keys that are in both,
    /// their health, counts and age, the turn and what organisations were asked to wait; which keys
    /// were retired by hand. What sources say of those keys stays until it is said anew.
    pub(crate) fn inheriting(&self, old: &Self) -> Self {
        let mut options = self.options.clone();
        options.clock = old.options.clock.clone();
        let ring = Self::empty(options, Arc::clone(&old.ticks));
        ring.past().barred.clone_from(&old.past().barred);
        let known = old.table.load();
        let inherit = |circle: &Circle| {
            let entries = circle.entries().iter();
            let entries = entries.map(|entry| Arc::new(entry.inherited()));
            Circle::new(entries.collect(), circle.turn().1)
        };
        ring.table.store(Arc::new(Table {
            api: inherit(&known.api),
            admin: inherit(&known.admin),
        }));
        let table = self.table.load();
        let keys = table.entries().map(|entry| {
            let is_same = |old: &&Arc<Entry>| old.key.api_key.is_same(&entry.key.api_key);
            match known.entries().find(is_same) {
                Some(old) => ring.checked(old),
                None => self.checked(entry),
            }
        });
        ring.update(keys.collect());
        ring.hook.store(self.hook.load_full());
        ring.publish_to(self.secrets().as_ref().clone());
        ring
    }

    /// The same keys in a new ring with other options.
    pub(crate) fn with(&self, set: impl FnOnce(&mut RingOptions)) -> Self {
        let mut options = self.options.clone();
        set(&mut options);
        let table = self.table.load();
        let keys = table.entries().map(|entry| self.checked(entry));
        let ring = Self::new(keys.collect(), options);
        ring.hook.store(self.hook.load_full());
        ring.publish_to(self.secrets().as_ref().clone());
        ring
    }

    /// Puts these keys in the place of those that there were: keys that are said again keep their
    /// health and their counts, others are retired. No call begins with a retired key after this.
    pub(crate) fn update(&self, keys: Vec<Checked>) {
        let mut past = self.past();
        let old = self.table.load_full();
        let now = self.ticks.now();
        let mut entries: Vec<Arc<Entry>> = Vec::with_capacity(keys.len());
        for checked in keys {
            let entry = self.entry(checked, &old, &entries, now);
            if past.barred.contains(&entry.key.fingerprint) {
                continue;
            }
            self.tell_expiry(&entry, now);
            entries.push(Arc::new(entry));
        }
        self.replace(&mut past, &old, entries, now);
    }

    /// Adds a key behind the others, or changes what is said of it.
    pub(crate) fn add(&self, checked: Checked) {
        let mut past = self.past();
        let old = self.table.load_full();
        let now = self.ticks.now();
        let entry = self.entry(checked, &old, &[], now);
        past.barred
            .retain(|barred| *barred != entry.key.fingerprint);
        let is_other = |other: &&Arc<Entry>| !Arc::ptr_eq(&other.key, &entry.key);
        let mut entries: Vec<_> = old.entries().filter(is_other).cloned().collect();
        entries.push(Arc::new(entry));
        self.replace(&mut past, &old, entries, now);
    }

    /// Takes a key out for good, whatever its source says of it later; false if there is none.
    pub(crate) fn retire(&self, fingerprint: Fingerprint) -> bool {
        let mut past = self.past();
        let old = self.table.load_full();
        let (gone, kept): (Vec<_>, Vec<_>) = old
            .entries()
            .cloned()
            .partition(|entry| entry.key.fingerprint == fingerprint);
        if gone.is_empty() {
            return false;
        }
        past.barred.push(fingerprint);
        self.replace(&mut past, &old, kept, self.ticks.now());
        true
    }

    /// Publishes the keys here from now on.
    pub(crate) fn publish_to(&self, secrets: Secrets) {
        let past = self.past();
        self.secrets.store(Arc::new(secrets));
        self.publish(&past);
    }

    pub(super) fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was said of the key.
    fn checked(&self, entry: &Entry) -> Checked {
        let left = entry.expires.saturating_sub(self.ticks.now());
        let expires_at = SystemTime::now() + Duration::from_nanos(left);
        Checked {
            key: entry.key.api_key.clone(),
            id: entry.id.clone(),
            group: entry.group.name.clone(),
            class: entry.class,
            expires_at: (entry.expires != u64::MAX).then_some(expires_at),
        }
    }

    fn entry(&self, checked: Checked, old: &Table, new: &[Arc<Entry>], now: u64) -> Entry {
        let known = old
            .entries()
            .find(|old| old.key.api_key.is_same(&checked.key));
        let known = known.map(|old| (Arc::clone(&old.key), Arc::clone(&old.is_retired)));
        let (key, is_retired) =
            known.unwrap_or_else(|| (Arc::new(Key::new(checked.key, now)), Arc::default()));
        let mut others = new.iter().chain(old.entries());
        let group = others.find(|other| other.group.name == checked.group);
        let group = group.map(|other| Arc::clone(&other.group));
        Entry {
            key,
            group: group.unwrap_or_else(|| Arc::new(Group::new(checked.group))),
            class: checked.class,
            id: checked.id,
            expires: checked
                .expires_at
                .map_or(u64::MAX, |time| self.ticks.at(time)),
            is_retired,
        }
    }

    fn tell_expiry(&self, entry: &Entry, now: u64) {
        let left = entry.expires.saturating_sub(now);
        if left < to_nanos(Self::WARN_BEFORE) && entry.key.tell_expiry() {
            let (key, id) = (entry.key.fingerprint, entry.id.as_deref());
            let hours = left / to_nanos(Duration::from_secs(3600));
            tracing::warn!(%key, id, hours, "this key expires soon");
        }
    }

    fn replace(&self, past: &mut Past, old: &Table, entries: Vec<Arc<Entry>>, now: u64) {
        let has = |key: &Arc<Key>| entries.iter().any(|entry| Arc::ptr_eq(&entry.key, key));
        let gone: Vec<_> = old
            .entries()
            .filter(|old| !has(&old.key))
            .cloned()
            .collect();
        for entry in entries.iter().filter(|entry| entry.key.joined == now) {
            tracing::debug!(key = %entry.key.fingerprint, id = entry.id.as_deref(), "a key joins");
        }
        let (api, admin) = entries
            .into_iter()
            .partition(|entry| entry.class == KeyClass::Api);
        let table = Table {
            api: successor(&old.api, api, now),
            admin: successor(&old.admin, admin, now),
        };
        self.table.store(Arc::new(table));
        for entry in &gone {
            entry.retire();
            tracing::info!(key = %entry.key.fingerprint, id = entry.id.as_deref(), "a key is retired");
        }
        past.retired.retain(|entry| entry.key.in_flight() > 0);
        past.retired.extend(gone);
        self.publish(past);
    }

    fn publish(&self, past: &Past) {
        let table = self.table.load();
        let all = table.entries().chain(&past.retired);
        let keys = all.map(|entry| entry.key.api_key.secret().clone());
        self.secrets.load().replace(keys);
    }
}

/// The circle of these keys, standing where `old` stands, or at the first key if that is gone.
fn successor(old: &Circle, entries: Vec<Arc<Entry>>, now: u64) -> Circle {
    let (current, turn) = old.turn();
    let is_current =
        |entry: &Arc<Entry>| current.is_some_and(|current| Arc::ptr_eq(&current.key, &entry.key));
    let stands = entries.iter().position(is_current);
    let turn = match stands {
        Some(index) => Turn { index, ..turn },
        None => Turn {
            index: 0,
            since: to_millis(now),
        },
    };
    Circle::new(entries, turn)
}
