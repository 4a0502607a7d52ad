//! The ring from outside: a look at it, and a hand on it.

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use tower_mistral_wire::ext::Secrets;

use crate::{Fingerprint, KeyClass, KeySpec, KeysError, Refetch, keys::Checked, ring::Ring};

/// A handle on the keys of a [`KeyRotationLayer`](crate::KeyRotationLayer): their state by
/// fingerprint, never the keys. Cheap to clone; outlives the layer.
#[derive(Clone)]
pub struct KeyRing(Arc<Ring>);

impl KeyRing {
    pub(crate) fn new(ring: Arc<Ring>) -> Self {
        Self(ring)
    }

    pub(crate) fn ring(&self) -> &Ring {
        &self.0
    }

    /// The state of every key, in the order in which they take turns; behind them those that were
    /// retired while calls were using them, until the list is next written.
    pub fn keys(&self) -> Vec<KeyState> {
        self.0.look()
    }

    /// The key whose turn it is, by [`Strategy::Primary`](crate::Strategy::Primary). The next call
    /// gets another one if that turn is over by then.
    pub fn current(&self) -> Option<Fingerprint> {
        let states = self.keys();
        let current = states.iter().find(|state| state.is_current);
        current.map(|state| state.fingerprint)
    }

    /// Puts these keys in the place of those that there were, as a source does after each fetch.
    /// They take turns in this order. Material that is said again keeps its health and its counts;
    /// what is not in the list is retired: calls that are using it may end, none begins with it.
    ///
    /// # Errors
    ///
    /// The list is empty, or one of the keys cannot stand in a header. Nothing has changed then.
    pub fn update(&self, keys: Vec<KeySpec>) -> Result<(), KeysError> {
        self.0.update(Checked::list(keys)?);
        Ok(())
    }

    /// Adds one key behind the others, or changes what is said of it. A source that does not know
    /// it retires it with its next [`update`](Self::update).
    ///
    /// # Errors
    ///
    /// It cannot stand in a header.
    pub fn add(&self, key: KeySpec) -> Result<(), KeysError> {
        for checked in Checked::list(vec![key])? {
            self.0.add(checked);
        }
        Ok(())
    }

    /// Retires a key for good, whatever its source says later, unless it is
    /// [added](Self::add) again. Calls are refused when it was the last one. False if the ring has
    /// no such key.
    pub fn retire(&self, key: Fingerprint) -> bool {
        self.0.retire(key)
    }

    /// Passes over a key for this long, whatever the API says of it, unless no other is left. False
    /// if the ring has none such.
    pub fn quarantine(&self, key: Fingerprint, time: Duration) -> bool {
        self.0.quarantine(key, time)
    }

    /// Takes a key for healthy again. False if the ring has none such.
    pub fn reinstate(&self, key: Fingerprint) -> bool {
        self.0.reinstate(key)
    }

    /// Whom to ask for fresh keys when the API rejects one. One at a time: the last one counts.
    pub fn on_suspicion(&self, source: impl Refetch) {
        self.0.on_suspicion(Box::new(source));
    }

    /// Picks a key as a call does, and gives it back: for benchmarks.
    #[doc(hidden)]
    pub fn pick(&self) -> Option<Fingerprint> {
        let lease = self.0.pick(KeyClass::Api, true).ok()?;
        Some(lease.entry.key.fingerprint)
    }

    /// The set in which the ring publishes its keys, for a tripwire.
    pub fn secrets(&self) -> Secrets {
        Secrets::clone(&self.0.secrets())
    }
}

#[cfg(feature = "sources")]
impl KeyRing {
    /// The handle that a source has: it keeps no ring alive.
    pub(crate) fn downgrade(&self) -> WeakKeyRing {
        WeakKeyRing(Arc::downgrade(&self.0))
    }
}

/// A [`KeyRing`] if it is still there.
#[cfg(feature = "sources")]
pub(crate) struct WeakKeyRing(std::sync::Weak<Ring>);

#[cfg(feature = "sources")]
impl WeakKeyRing {
    pub(crate) fn upgrade(&self) -> Option<KeyRing> {
        self.0.upgrade().map(KeyRing)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyRing").field(&self.keys()).finish()
    }
}

/// The state of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyState {
    /// Its name in reports and logs.
    pub fingerprint: Fingerprint,
    /// Whether it is its turn.
    pub is_current: bool,
    /// Whether the ring passes over it.
    pub health: KeyHealth,
    /// For how long that will be, if it is for a while; otherwise zero.
    pub health_ends_in: Duration,
    /// The source's name for this version of it.
    pub id: Option<Cow<'static, str>>,
    /// The organisation it belongs to; empty if none was named.
    pub group: Cow<'static, str>,
    /// Which endpoints take it.
    pub class: KeyClass,
    /// For how long the ring has had it.
    pub age: Duration,
    /// In how long the API stops taking it; none if it does not, as far as is known.
    pub expires_in: Option<Duration>,
    /// To how many attempts of calls it was lent.
    pub lent: u64,
    /// How many of them have not ended: the reply's body is not over.
    pub in_flight: u64,
    /// How many of them the API answered with 401.
    pub rejected: u64,
    /// How many of them the API answered with 429.
    pub limited: u64,
}

/// Whether the ring passes over a key. It does so as long as it has a better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyHealth {
    /// It does not.
    Healthy,
    /// For a minute at most: the API has rejected the key once, which may pass.
    Benched,
    /// The API rejects the key and takes others, or somebody has taken it out.
    Quarantined,
    /// The API has asked its organisation to wait.
    Cooling,
    /// The day has come that its source has named.
    Expired,
    /// For good: its source does not name it any more, or somebody has retired it.
    Retired,
}

impl KeyHealth {
    /// Its name in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Benched => "benched",
            Self::Quarantined => "quarantined",
            Self::Cooling => "cooling",
            Self::Expired => "expired",
            Self::Retired => "retired",
        }
    }
}
