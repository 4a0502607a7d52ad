//! The keys the emulator knows, changed while it runs.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A bound that keeps the clock's arithmetic safe.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// The keys an [`Emulator`](crate::Emulator) accepts; a handle, cheap to clone.
#[derive(Clone, Default)]
pub struct Keys {
    known: Arc<Mutex<HashMap<String, KeyState>>>,
}

impl Keys {
    /// Accepts `key` from now on. Nothing changes for a key that is already known.
    pub fn allow(&self, key: impl Into<String>) {
        self.lock().entry(key.into()).or_default();
    }

    /// Forgets `key`: its next call gets 401, calls under way go on.
    pub fn revoke(&self, key: &str) {
        self.lock().remove(key);
    }

    /// Answers 429 to `key`.
    ///
    /// With a duration the answers carry `retry-after` (the rest of it, in whole seconds rounded
    /// up; a year at most), and the limit ends by itself when it has passed. With `None` there is no such header,
    /// as in every header dump of the real API, and the limit stays until
    /// [`clear_limit`](Self::clear_limit). An unknown key stays unknown.
    pub fn rate_limit(&self, key: &str, retry_after: impl Into<Option<Duration>>) {
        let until = retry_after
            .into()
            .map(|pause| Instant::now() + pause.min(LONGEST));
        if let Some(state) = self.lock().get_mut(key) {
            state.limit = Some(Limit { until });
        }
    }

    /// Ends the limit of `key`.
    pub fn clear_limit(&self, key: &str) {
        if let Some(state) = self.lock().get_mut(key) {
            state.limit = None;
        }
    }

    /// Counts a call of `key` and says whether it may go on.
    pub(crate) fn admit(&self, key: Option<&str>) -> Access {
        let mut known = self.lock();
        let Some(state) = key.and_then(|key| known.get_mut(key)) else {
            return Access::Unknown;
        };
        if let Some(limit) = &state.limit {
            let now = Instant::now();
            match limit.until {
                None => return Access::Limited { retry_after: None },
                Some(until) if until > now => {
                    return Access::Limited {
                        retry_after: Some(until - now),
                    };
                }
                Some(_) => state.limit = None,
            }
        }
        state.calls += 1;
        Access::Granted { calls: state.calls }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, KeyState>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Prints how many keys there are, never a key.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("known", &self.lock().len())
            .finish()
    }
}

pub(crate) enum Access {
    /// `calls` of this key so far, this one included.
    Granted {
        calls: u64,
    },
    Limited {
        retry_after: Option<Duration>,
    },
    Unknown,
}

#[derive(Default)]
struct KeyState {
    limit: Option<Limit>,
    calls: u64,
}

struct Limit {
    until: Option<Instant>,
}
