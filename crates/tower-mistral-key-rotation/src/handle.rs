//! A look at the ring from outside.

use std::{fmt, sync::Arc};

use crate::{Fingerprint, ring::Ring};

/// A handle on the keys of a [`KeyRotationLayer`](crate::KeyRotationLayer): their state by
/// fingerprint, never the keys. Cheap to clone; outlives the layer.
#[derive(Clone)]
pub struct KeyRing(Arc<Ring>);

impl KeyRing {
    pub(crate) fn new(ring: Arc<Ring>) -> Self {
        Self(ring)
    }

    /// The state of every key, in the order in which they take turns.
    pub fn keys(&self) -> Vec<KeyState> {
        let state = |look: crate::ring::Look| KeyState {
            fingerprint: look.fingerprint,
            is_current: look.is_current,
            health: if look.is_benched {
                KeyHealth::Benched
            } else {
                KeyHealth::Healthy
            },
            lent: look.lent,
            rejected: look.rejected,
        };
        self.0.look().map(state).collect()
    }

    /// The key whose turn it is. The next call gets another one if that turn is over by then.
    pub fn current(&self) -> Option<Fingerprint> {
        let current = self.0.look().find(|look| look.is_current);
        current.map(|look| look.fingerprint)
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
    /// To how many attempts of calls it was lent.
    pub lent: u64,
    /// How many of them the API answered with 401.
    pub rejected: u64,
}

/// Whether the ring passes over a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyHealth {
    /// It does not.
    Healthy,
    /// It does, for a while, since the API has rejected the key; unless all of them are benched.
    Benched,
}
