//! What is true of the keys, whether anybody knows it or not, and what was seen of them.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
    time::{Duration, SystemTime},
};

use tokio::time::{Instant, sleep_until};
use tower_mistral_key_rotation::KeySpec;
use tower_mistral_wire::ext::{Clock, ManualClock};

const SECOND: Duration = Duration::from_secs(1);
const GROUPS: [&str; 3] = ["red", "green", "blue"];

/// Numbers that look random and are the same in every run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % limit
    }

    fn seconds(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from * 1000 + self.below((to - from) * 1000))
    }
}

#[derive(Default)]
struct Key {
    group: &'static str,
    is_listed: bool,
    listed_since: Option<Instant>,
    /// When the ring was told that it is gone.
    retired: Option<Instant>,
    revoked: Option<Instant>,
    expires: Option<Instant>,
    /// 401s that pass: from, to.
    transients: Vec<(Instant, Instant)>,
    last_rejected: Option<Instant>,
    /// When the layer got the first 401 after it was revoked.
    told: Option<Instant>,
    /// Attempts that failed since it was revoked: when they began.
    wasted: Vec<Instant>,
}

impl Key {
    fn is_dead(&self, at: Instant) -> bool {
        let over = |time: Option<Instant>| time.is_some_and(|time| time <= at);
        over(self.revoked) || over(self.expires)
    }

    fn is_transient(&self, at: Instant) -> bool {
        self.transients
            .iter()
            .any(|(from, to)| *from <= at && at < *to)
    }

    /// Whether the API takes it at any moment between these.
    fn is_good(&self, from: Instant, to: Instant) -> bool {
        let passes = |(begin, end): &(Instant, Instant)| *begin <= to && from < *end;
        !self.is_dead(to) && !self.transients.iter().any(passes)
    }
}

#[derive(Default)]
struct Group {
    /// Limited: from, to.
    limits: Vec<(Instant, Instant)>,
    asked: Option<Instant>,
    /// Until when the layer was told to wait.
    told: Option<Instant>,
}

pub(crate) enum Ruling {
    Accepted,
    Rejected,
    Limited(Duration),
}

pub(crate) struct World {
    start: Instant,
    length: Duration,
    time: ManualClock,
    passed: Cell<Duration>,
    random: RefCell<Random>,
    keys: RefCell<BTreeMap<String, Key>>,
    groups: RefCell<BTreeMap<&'static str, Group>>,
    calls: Cell<(u64, u64)>,
    refused: Cell<u64>,
    seen: RefCell<BTreeMap<&'static str, u64>>,
}

impl World {
    pub(crate) fn new(seed: u64, start: Instant, length: Duration) -> (Rc<Self>, Clock) {
        let (clock, time) = Clock::manual();
        let world = Self {
            start,
            length,
            time,
            passed: Cell::default(),
            random: RefCell::new(Random::new(seed + 1000)),
            keys: RefCell::default(),
            groups: RefCell::default(),
            calls: Cell::default(),
            refused: Cell::default(),
            seen: RefCell::default(),
        };
        for group in GROUPS {
            world.groups.borrow_mut().insert(group, Group::default());
            for _ in 0..2 {
                world.issue(group, None);
            }
        }
        (Rc::new(world), clock)
    }

    pub(crate) fn end(&self) -> Instant {
        self.start + self.length
    }

    pub(crate) fn now(&self) -> Instant {
        self.sync()
    }

    /// Brings the ring's clock to the time that it is.
    pub(crate) fn sync(&self) -> Instant {
        let now = Instant::now();
        let passed = now - self.start;
        self.time.advance(passed - self.passed.replace(passed));
        now
    }

    /// What the source says now.
    pub(crate) fn listed(&self) -> Vec<KeySpec> {
        let now = Instant::now();
        let keys = self.keys.borrow();
        let listed = keys.iter().filter(|(_, key)| key.is_listed);
        let spec = |(name, key): (&String, &Key)| {
            let spec = KeySpec::new(name.clone()).id(name.clone()).group(key.group);
            match key.expires {
                None => spec,
                Some(expires) => {
                    spec.expires_at(SystemTime::now() + expires.saturating_duration_since(now))
                }
            }
        };
        listed.map(spec).collect()
    }

    /// The ring was told that these are all.
    pub(crate) fn told_ring(&self, now: Instant, names: &[String]) {
        for (name, key) in self.keys.borrow_mut().iter_mut() {
            match names.contains(name) {
                true => drop(key.listed_since.get_or_insert(now)),
                false if key.listed_since.is_some() => drop(key.retired.get_or_insert(now)),
                false => {}
            }
        }
    }

    /// Things happen to keys.
    pub(crate) async fn live(self: Rc<Self>) {
        let mut next = self.start;
        while next < self.end() {
            sleep_until(next).await;
            next += self.seconds(5, 40);
            let now = self.sync();
            match self.below(20) {
                0..9 => self.transient(now),
                9..14 => self.limit(now),
                14..17 => self.rotate(now),
                17..19 => self.revoke(now),
                _ => self.expire(now),
            }
        }
    }

    /// The API's ruling on an attempt that begins now.
    pub(crate) fn rule(&self, name: &str, is_probe: bool) -> Ruling {
        let now = self.sync();
        let mut keys = self.keys.borrow_mut();
        let key = keys.get_mut(name).expect("a key of this world");
        assert!(
            key.retired.is_none_or(|at| now <= at),
            "{name} was used after its retirement"
        );
        if key.is_dead(now) || key.is_transient(now) {
            if key.is_dead(now) && !is_probe {
                key.wasted.push(now);
            }
            return Ruling::Rejected;
        }
        let mut groups = self.groups.borrow_mut();
        let group = groups.get_mut(key.group).unwrap();
        assert!(
            is_probe || group.told.is_none_or(|told| told <= now),
            "{name} was used while the API had asked to wait"
        );
        let limit = group
            .limits
            .iter()
            .find(|(from, to)| *from <= now && now < *to);
        let Some((_, to)) = limit else {
            return Ruling::Accepted;
        };
        // In whole seconds, rounded up, as `Retry-After` is.
        let left = Duration::from_secs((*to - now).as_secs() + 1);
        group.asked = group.asked.max(Some(now + left));
        Ruling::Limited(left)
    }

    /// The layer gets a 401.
    pub(crate) fn delivered_401(&self, name: &str) {
        let now = self.sync();
        let mut keys = self.keys.borrow_mut();
        let key = keys.get_mut(name).unwrap();
        key.last_rejected = Some(now);
        if key.is_dead(now) && !key.wasted.is_empty() {
            key.told.get_or_insert(now);
        }
    }

    /// A 429 takes its time to come, and the time that it asks for begins when it is here.
    pub(crate) fn delivered_429(&self, name: &str, wait: Duration) {
        let now = self.sync();
        let group = self.keys.borrow()[name].group;
        let mut groups = self.groups.borrow_mut();
        let group = groups.get_mut(group).unwrap();
        group.asked = group.asked.max(Some(now + wait));
        group.told = group.told.max(Some(now + wait));
    }

    /// The keys in the ring that the API would have taken at every moment between these.
    pub(crate) fn usable_all_along(&self, from: Instant, to: Instant) -> Vec<String> {
        let (keys, groups) = (self.keys.borrow(), self.groups.borrow());
        let usable = keys.iter().filter(|(_, key)| {
            let group = &groups[key.group];
            let is_known = key.listed_since.is_some_and(|since| since <= from);
            let waits = group.asked.is_some_and(|until| from < until)
                || group
                    .limits
                    .iter()
                    .any(|(begin, end)| *begin <= to && from < *end);
            is_known && key.retired.is_none() && key.is_good(from, to) && !waits
        });
        usable.map(|(name, _)| name.clone()).collect()
    }

    pub(crate) fn was_rejected_since(&self, name: &str, since: Instant) -> bool {
        let last = self.keys.borrow()[name].last_rejected;
        last.is_some_and(|last| last >= since)
    }

    /// For how long the API has taken the key without a break, if it does.
    pub(crate) fn accepted_since(&self, name: &str, now: Instant) -> Option<Duration> {
        let keys = self.keys.borrow();
        let key = &keys[name];
        if !key.is_good(now, now) {
            return None;
        }
        let limits = &self.groups.borrow()[key.group].limits;
        let ends = key.transients.iter().chain(limits).map(|(_, to)| *to);
        let last = ends.max().unwrap_or(self.start);
        Some(now.saturating_duration_since(last))
    }

    pub(crate) fn asked_to_wait_until(&self, name: &str) -> Option<Instant> {
        let group = self.keys.borrow()[name].group;
        self.groups.borrow()[group].asked
    }

    pub(crate) fn has_expired(&self, name: &str, now: Instant) -> bool {
        let keys = self.keys.borrow();
        keys[name].expires.is_some_and(|at| at <= now)
    }

    pub(crate) fn count_call(&self, succeeded: bool) {
        let (good, bad) = self.calls.get();
        self.calls
            .set((good + u64::from(succeeded), bad + u64::from(!succeeded)));
    }

    /// A call ended in the layer, since all were asked to wait.
    pub(crate) fn count_refused(&self) {
        self.refused.set(self.refused.get() + 1);
    }

    /// What holds of the whole.
    pub(crate) fn judge(&self) {
        for (name, key) in self.keys.borrow().iter() {
            let Some(told) = key.told else { continue };
            let late = key
                .wasted
                .iter()
                .filter(|begun| **begun > told + SECOND / 10);
            // Without a key that would do, even a dead one is tried.
            let late = late.filter(|begun| !self.usable_all_along(**begun, **begun).is_empty());
            assert_eq!(
                late.count(),
                0,
                "{name} was used after it was known to be dead"
            );
        }
        let seen = self.seen.borrow();
        for happening in ["transient", "limit", "rotate", "revoke", "expire"] {
            assert!(
                seen.get(happening).is_some_and(|times| *times > 3),
                "{seen:?}"
            );
        }
        assert!(self.refused.get() > 0);
        let (good, bad) = self.calls.get();
        assert!(good > 5000 && bad < good / 20, "{good} {bad}");
    }

    fn issue(&self, group: &'static str, lifetime: Option<Duration>) {
        let mut keys = self.keys.borrow_mut();
        let name = format!("key-{:03}-{group}", keys.len());
        let key = Key {
            group,
            is_listed: true,
            expires: lifetime.map(|lifetime| Instant::now() + lifetime),
            // Those of the beginning are in the ring from the beginning.
            listed_since: (Instant::now() == self.start).then_some(self.start),
            ..Key::default()
        };
        keys.insert(name, key);
    }

    /// One of the keys that the source knows and the API takes.
    fn any_listed(&self, now: Instant) -> String {
        let keys = self.keys.borrow();
        let alive = keys
            .iter()
            .filter(|(_, key)| key.is_listed && !key.is_dead(now));
        let alive: Vec<_> = alive.map(|(name, _)| name.clone()).collect();
        let at = self.below(alive.len() as u64);
        alive[at as usize].clone()
    }

    fn transient(&self, now: Instant) {
        self.saw("transient");
        let name = self.any_listed(now);
        let length = Duration::from_millis(100 + self.below(4000));
        let mut keys = self.keys.borrow_mut();
        keys.get_mut(&name)
            .unwrap()
            .transients
            .push((now, now + length));
    }

    fn limit(&self, now: Instant) {
        self.saw("limit");
        let group = GROUPS[self.below(3) as usize];
        let length = self.seconds(2, 90);
        let mut groups = self.groups.borrow_mut();
        groups
            .get_mut(group)
            .unwrap()
            .limits
            .push((now, now + length));
    }

    /// The source has a new version instead of an old one, which is revoked some time later.
    fn rotate(&self, now: Instant) {
        self.saw("rotate");
        let name = self.any_listed(now);
        let delay = self.seconds(1, 300);
        let group = {
            let mut keys = self.keys.borrow_mut();
            let key = keys.get_mut(&name).unwrap();
            key.is_listed = false;
            key.revoked = Some(now + delay);
            key.group
        };
        self.issue(group, None);
    }

    /// Somebody revokes a key; the source may have another one at once, or it may not.
    fn revoke(&self, now: Instant) {
        let name = self.any_listed(now);
        let spare = {
            let keys = self.keys.borrow();
            keys.values()
                .filter(|key| key.is_listed && !key.is_dead(now))
                .count()
                > 4
        };
        self.saw("revoke");
        let group = {
            let mut keys = self.keys.borrow_mut();
            let key = keys.get_mut(&name).unwrap();
            key.revoked = Some(now);
            key.is_listed = spare;
            key.group
        };
        if !spare {
            self.issue(group, None);
        }
    }

    /// The source has one more key, with an end.
    fn expire(&self, now: Instant) {
        self.saw("expire");
        let group = GROUPS[self.below(3) as usize];
        let lifetime = self.seconds(600, 3000);
        self.issue(group, Some(lifetime));
        // And forgets of old ones that are dead.
        for key in self.keys.borrow_mut().values_mut() {
            key.is_listed &= !key.is_dead(now);
        }
    }

    fn below(&self, limit: u64) -> u64 {
        self.random.borrow_mut().below(limit)
    }

    fn seconds(&self, from: u64, to: u64) -> Duration {
        self.random.borrow_mut().seconds(from, to)
    }

    fn saw(&self, happening: &'static str) {
        *self.seen.borrow_mut().entry(happening).or_default() += 1;
    }
}
