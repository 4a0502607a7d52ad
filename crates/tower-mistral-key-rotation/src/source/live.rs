//! The handle on keys that are kept fresh.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::{
    sync::{mpsc, oneshot},
    task::AbortHandle,
    time::timeout,
};

use super::{SourceErrorKind, keeper::Shared};
use crate::{BoxFuture, KeyRing, KeySpec, Keys, Refetch};

/// Keys from [`Sources`](super::Sources) that are kept fresh in the background. Cheap to clone; when
/// the last clone is gone, and the last ring that it [feeds](Self::feed), nothing is asked any more.
#[derive(Clone)]
pub struct LiveKeys(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    ask: mpsc::UnboundedSender<oneshot::Sender<()>>,
    task: AbortHandle,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl LiveKeys {
    /// How long a rejected call waits at most for the sources to be asked again.
    pub const MAX_WAIT: Duration = Duration::from_secs(3);

    pub(super) fn new(
        shared: Arc<Shared>,
        ask: mpsc::UnboundedSender<oneshot::Sender<()>>,
        task: AbortHandle,
    ) -> Self {
        Self(Arc::new(Inner { shared, ask, task }))
    }

    /// The keys as they are now, to make a layer of. It follows changes once it is
    /// [fed](Self::feed).
    pub fn keys(&self) -> Keys {
        let specs = self.specs();
        Keys::new(specs.into_iter().map(|spec| spec.material().clone()))
    }

    /// The keys as they are now, with what is known about them.
    pub fn specs(&self) -> Vec<KeySpec> {
        self.0.shared.specs()
    }

    /// Gives the ring the keys as they are now and whenever they change, and has it ask for the
    /// sources to be looked at when the API rejects a key. Take the ring after the last option of its
    /// layer. As long as there is the ring, its sources are asked.
    pub fn feed(&self, ring: &KeyRing) {
        let weak = ring.downgrade();
        self.on_change(move |specs| {
            let Some(ring) = weak.upgrade() else {
                return false;
            };
            if let Err(error) = ring.update(specs.to_vec()) {
                tracing::warn!(%error, "the sources' keys were not taken; those of before stay");
            }
            true
        });
        ring.on_suspicion(self.clone());
    }

    /// Calls `tell` with the keys as they are now, and whenever they change, until it returns `false`.
    /// It must return soon, and ask nothing of this handle.
    pub fn on_change(&self, tell: impl Fn(&[KeySpec]) -> bool + Send + 'static) {
        self.0.shared.add(Box::new(tell));
    }

    /// What is known of each source, in their order.
    pub fn sources(&self) -> Vec<SourceState> {
        self.0.shared.sources()
    }
}

impl Refetch for LiveKeys {
    fn refetch(&self) -> BoxFuture<'static, ()> {
        let (done, is_done) = oneshot::channel();
        // Fails only when the runtime is gone, and then there is nobody to wait for either.
        let _ = self.0.ask.send(done);
        Box::pin(async move {
            let _ = timeout(Self::MAX_WAIT, is_done).await;
        })
    }
}

impl fmt::Debug for LiveKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LiveKeys").field(&self.sources()).finish()
    }
}

/// What is known of a source: for metrics, and for those who look after the process.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceState {
    /// Its name.
    pub name: String,
    /// How many keys of it are in use.
    pub keys: usize,
    /// How long ago it gave them; none if it never gave any.
    pub age: Option<Duration>,
    /// Why it failed, if it did when it was last asked: its keys of before are in use then.
    pub error: Option<SourceErrorKind>,
    /// How often it was asked.
    pub fetches: u64,
    /// How often it failed.
    pub failures: u64,
    /// When the first of its keys expires.
    pub expires_at: Option<SystemTime>,
}
