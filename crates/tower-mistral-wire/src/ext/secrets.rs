//! The live keys, for whoever must see to it that they never show.

use std::{
    fmt,
    sync::{Arc, RwLock},
};

use secrecy::SecretString;

/// The secrets that are in use: written by the layer that holds keys, read by a redactor's
/// tripwire. A shared handle; clones see the same set.
#[derive(Clone, Default)]
pub struct Secrets(Arc<RwLock<State>>);

#[derive(Default)]
struct State {
    version: u64,
    live: Arc<[SecretString]>,
}

impl Secrets {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts these in the place of what was there.
    pub fn replace(&self, live: impl IntoIterator<Item = SecretString>) {
        let live = live.into_iter().collect();
        let mut state = self
            .0
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        state.version += 1;
        state.live = live;
    }

    /// The set, with a number that grows whenever it changes.
    pub fn snapshot(&self) -> (u64, Arc<[SecretString]>) {
        let state = self
            .0
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        (state.version, Arc::clone(&state.live))
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (version, live) = self.snapshot();
        let mut out = f.debug_struct("Secrets");
        out.field("version", &version)
            .field("live", &live.len())
            .finish()
    }
}
