//! The keys that are in use, which no reply may show.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use http::Extensions;
use secrecy::{ExposeSecret, SecretString};
use stream_redactor::Tripwire;
use tower_mistral_wire::ext::Secrets;

/// So many sets of keys are kept ready: those of the layer and of what it wraps.
const MAX_KEPT: usize = 4;

/// Makes live keys ready for the engine, once for each set of them.
#[derive(Clone, Default)]
pub(crate) struct LiveKeys {
    own: Option<Secrets>,
    kept: Arc<Mutex<Vec<(Arc<[SecretString]>, Tripwire)>>>,
}

impl LiveKeys {
    pub(crate) fn new(own: Secrets) -> Self {
        Self {
            own: Some(own),
            kept: Arc::default(),
        }
    }

    /// Those of the layer, and those that whoever sent the call has put into the reply.
    pub(crate) fn of(&self, reply: &Extensions) -> Vec<Tripwire> {
        let all = self.own.iter().chain(reply.get::<Secrets>());
        all.map(|secrets| self.ready(secrets)).collect()
    }

    fn ready(&self, secrets: &Secrets) -> Tripwire {
        let (_, live) = secrets.snapshot();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, tripwire)) = kept.iter().find(|(known, _)| Arc::ptr_eq(known, &live)) {
            return tripwire.clone();
        }
        let mut tripwire = Tripwire::new();
        for secret in live.iter() {
            // One that is too short to be told from chance cannot be looked for.
            let _ = tripwire.add(secret.expose_secret());
        }
        kept.truncate(MAX_KEPT - 1);
        kept.insert(0, (live, tripwire.clone()));
        tripwire
    }
}

impl fmt::Debug for LiveKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveKeys").finish_non_exhaustive()
    }
}
