//! One key of the ring: what it is, how it fares, and a loan of it.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{Relaxed, SeqCst},
        },
    },
};

use http::HeaderValue;

use super::{
    group::Group,
    health::{Health, Standing},
};
use crate::{ApiKey, Fingerprint, KeyClass};

/// The material of a key with all that is counted of it: it stays the same when a source says the
/// same key again.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) api_key: ApiKey,
    pub(crate) header: HeaderValue,
    pub(crate) fingerprint: Fingerprint,
    /// When it joined the ring, in nanoseconds since the start of that.
    pub(crate) joined: u64,
    health: AtomicU64,
    is_expiry_told: AtomicBool,
    lent: AtomicU64,
    ended: AtomicU64,
    pub(crate) rejected: AtomicU64,
    pub(crate) limited: AtomicU64,
}

impl Key {
    pub(crate) fn new(api_key: ApiKey, joined: u64) -> Self {
        Self {
            header: api_key.to_header(),
            fingerprint: api_key.fingerprint(),
            api_key,
            joined,
            health: AtomicU64::default(),
            is_expiry_told: AtomicBool::default(),
            lent: AtomicU64::default(),
            ended: AtomicU64::default(),
            rejected: AtomicU64::default(),
            limited: AtomicU64::default(),
        }
    }

    pub(crate) fn health(&self) -> Health {
        Health::from_bits(self.health.load(Relaxed))
    }

    pub(crate) fn set_health(&self, health: Health) {
        self.health.store(health.to_bits(), Relaxed);
    }

    /// Changes the health if it is still `from`: the decision was made on that.
    pub(crate) fn change_health(&self, from: Health, to: Health) -> bool {
        let (from, to) = (from.to_bits(), to.to_bits());
        let changed = self.health.compare_exchange(from, to, Relaxed, Relaxed);
        changed.is_ok()
    }

    pub(crate) fn lent(&self) -> u64 {
        self.lent.load(SeqCst)
    }

    pub(crate) fn in_flight(&self) -> u64 {
        let ended = self.ended.load(SeqCst);
        self.lent().saturating_sub(ended)
    }

    /// True for the first who asks.
    pub(crate) fn tell_expiry(&self) -> bool {
        !self.is_expiry_told.swap(true, Relaxed)
    }
}

/// A key with what its source says about it now.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: Arc<Key>,
    pub(crate) group: Arc<Group>,
    pub(crate) class: KeyClass,
    pub(crate) id: Option<Cow<'static, str>>,
    /// In nanoseconds since the start of the ring; the greatest number for never.
    pub(crate) expires: u64,
    /// That of the key in this ring, whatever is said of it meanwhile; another ring has its own.
    pub(crate) is_retired: Arc<AtomicBool>,
}

/// How little a key is to be recommended: the least comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    Ready,
    /// It was suspected, but that is long ago: one call may try it.
    OnTrial,
    ExpiresSoon,
    Benched,
    /// Its organisation cools, for a time that was guessed.
    Cooling,
    /// Its organisation cools, for as long as the API has said: it is not to be asked before.
    Waiting,
    Quarantined,
    Expired,
}

impl Entry {
    /// The same in another ring: it has not been retired there.
    pub(crate) fn inherited(&self) -> Self {
        Self {
            key: Arc::clone(&self.key),
            group: Arc::clone(&self.group),
            class: self.class,
            id: self.id.clone(),
            expires: self.expires,
            is_retired: Arc::default(),
        }
    }

    /// No call begins with it from now on.
    pub(crate) fn retire(&self) {
        self.is_retired.store(true, SeqCst);
    }

    pub(crate) fn is_retired(&self) -> bool {
        self.is_retired.load(SeqCst)
    }

    /// Its rank, and what orders keys of one rank: when that ends.
    pub(crate) fn rank(&self, now: u64, margin: u64) -> (Rank, u64) {
        if self.expires <= now {
            return (Rank::Expired, self.expires);
        }
        let health = self.key.health();
        let (is_held, until) = (health.until() > now, health.until());
        let cools = self.group.cools_until();
        match health.standing() {
            Standing::Quarantined | Standing::Withheld if is_held => (Rank::Quarantined, until),
            _ if self.group.asked_until() > now => (Rank::Waiting, cools),
            _ if cools > now => (Rank::Cooling, cools),
            Standing::Benched if is_held => (Rank::Benched, until),
            _ if self.expires.saturating_sub(now) <= margin => {
                (Rank::ExpiresSoon, u64::MAX - self.expires)
            }
            Standing::Healthy | Standing::Withheld => (Rank::Ready, 0),
            _ => (Rank::OnTrial, until),
        }
    }
}

/// A key that was lent to one attempt of a call; what is counted as in flight until it is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(crate) entry: Arc<Entry>,
    /// What the health was, so that many failures of the same time count once.
    pub(crate) health: Health,
    /// Until when the group cooled, if it did.
    pub(crate) cooling: u64,
    /// Whether a rejection says something of the key: the endpoint takes keys of its class.
    pub(crate) counts: bool,
}

impl Lease {
    pub(crate) fn new(entry: &Arc<Entry>, counts: bool) -> Self {
        // Counted before it is asked whether the key is retired, in an order that all threads see:
        // so whoever retires it sees the loan, or the loan sees that.
        entry.key.lent.fetch_add(1, SeqCst);
        Self {
            entry: Arc::clone(entry),
            health: entry.key.health(),
            cooling: entry.group.cools_until(),
            counts,
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.entry.key.ended.fetch_add(1, SeqCst);
    }
}
