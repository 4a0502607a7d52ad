//! The task that asks the sources and tells the rings.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};

use super::{KeySource, LiveKeys, SourceError, SourceErrorKind, SourceState, kept::Kept};
use crate::KeySpec;

/// Told of changes until it says that nobody listens any more.
type Listener = Box<dyn Fn(&[KeySpec]) -> bool + Send>;

/// What the task tells whoever has a handle.
#[derive(Default)]
pub(super) struct Shared {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    specs: Vec<KeySpec>,
    sources: Vec<(SourceState, Option<Instant>)>,
    listeners: Vec<Listener>,
}

impl Shared {
    pub(super) fn specs(&self) -> Vec<KeySpec> {
        self.lock().specs.clone()
    }

    pub(super) fn sources(&self) -> Vec<SourceState> {
        let aged = |(state, succeeded): &(SourceState, Option<Instant>)| SourceState {
            age: succeeded.map(|at| at.elapsed()),
            ..state.clone()
        };
        self.lock().sources.iter().map(aged).collect()
    }

    /// Tells how it is now, and from then on.
    pub(super) fn add(&self, listener: Listener) {
        // Under the lock, so that no older list comes later.
        let mut state = self.lock();
        if listener(&state.specs) {
            state.listeners.push(listener);
        }
    }

    fn publish(&self, kept: &[Kept]) {
        let mut state = self.lock();
        let state = &mut *state;
        state.sources = kept.iter().map(look).collect();
        let now = || kept.iter().flat_map(|kept| &kept.specs);
        let is_same = |(one, other): (&KeySpec, &KeySpec)| one.is_same(other);
        if now().count() == state.specs.len() && now().zip(&state.specs).all(is_same) {
            return;
        }
        state.specs = now().cloned().collect();
        state.listeners.retain(|listener| listener(&state.specs));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn look(kept: &Kept) -> (SourceState, Option<Instant>) {
    let expiries = kept.specs.iter().filter_map(KeySpec::expiry);
    let state = SourceState {
        name: kept.source.name().to_owned(),
        keys: kept.specs.len(),
        age: None,
        error: kept.error,
        fetches: kept.fetches,
        failures: kept.failures,
        expires_at: expiries.min(),
    };
    (state, kept.succeeded)
}

pub(super) struct Keeper {
    kept: Vec<Kept>,
    timeout: Duration,
    warn_before: Duration,
    /// When the expiry of a version was last warned of.
    warned: HashMap<(String, String), SystemTime>,
    /// When the last suspicion was over.
    suspected: Option<Instant>,
    shared: Arc<Shared>,
}

/// Runs until the handle that is returned, and all clones of it, are gone.
pub(super) fn spawn(keeper: Keeper) -> LiveKeys {
    let (ask, asked) = mpsc::unbounded_channel();
    let shared = Arc::clone(&keeper.shared);
    let task = tokio::spawn(keeper.run(asked));
    LiveKeys::new(shared, ask, task.abort_handle())
}

impl Keeper {
    pub(super) fn new(
        sources: Vec<Arc<dyn KeySource>>,
        timeout: Duration,
        warn_before: Duration,
    ) -> Self {
        Self {
            kept: sources.into_iter().map(Kept::new).collect(),
            timeout,
            warn_before,
            warned: HashMap::new(),
            suspected: None,
            shared: Arc::default(),
        }
    }

    pub(super) fn has_keys(&self) -> bool {
        self.kept.iter().any(|kept| !kept.specs.is_empty())
    }

    /// Asks all; what those say that gave no key.
    pub(super) async fn fetch_first(&mut self) -> Vec<SourceError> {
        self.fetch(|_| true).await
    }

    async fn run(mut self, mut asked: mpsc::UnboundedReceiver<oneshot::Sender<()>>) {
        loop {
            let due = self.kept.iter().map(Kept::due).min();
            let Some(due) = due else {
                return;
            };
            tokio::select! {
                waiter = asked.recv() => {
                    let Some(waiter) = waiter else {
                        return;
                    };
                    self.suspect().await;
                    // Whoever asked may have given up.
                    let _ = waiter.send(());
                }
                () = sleep_until(due) => {
                    let now = Instant::now();
                    self.fetch(|kept| kept.due() <= now).await;
                }
            }
        }
    }

    /// Asks all, but not again when they were asked for this reason only just now: so those who ask
    /// while this goes on join it.
    async fn suspect(&mut self) {
        const GAP: Duration = Duration::from_secs(1);
        if self.suspected.is_none_or(|at| at.elapsed() >= GAP) {
            self.fetch(|_| true).await;
            self.suspected = Some(Instant::now());
        }
    }

    /// Asks those that `is_asked` says, all at once; tells the rings after each answer.
    async fn fetch(&mut self, is_asked: impl Fn(&Kept) -> bool) -> Vec<SourceError> {
        let mut fetches = JoinSet::new();
        let mut waiting = HashMap::new();
        for (index, kept) in self
            .kept
            .iter()
            .enumerate()
            .filter(|(_, kept)| is_asked(kept))
        {
            let (source, limit) = (Arc::clone(&kept.source), self.timeout);
            let task = fetches.spawn(async move { timeout(limit, source.fetch()).await });
            waiting.insert(task.id(), index);
        }
        let mut errors = Vec::new();
        while let Some(ended) = fetches.join_next_with_id().await {
            let (id, fetched) = match ended {
                Ok((id, fetched)) => (id, Some(fetched)),
                Err(error) => (error.id(), None),
            };
            let index = waiting.remove(&id);
            let Some(kept) = index.and_then(|index| self.kept.get_mut(index)) else {
                continue;
            };
            let fetched = judge(kept.source.name(), fetched);
            if let Err(error) = &fetched {
                errors.push((index, error.clone()));
            }
            kept.take(fetched);
            self.warn_of_expiry();
            self.shared.publish(&self.kept);
        }
        errors.sort_by_key(|(index, _)| *index);
        errors.into_iter().map(|(_, error)| error).collect()
    }

    fn warn_of_expiry(&mut self) {
        const DAY: Duration = Duration::from_secs(86_400);
        let now = SystemTime::now();
        for kept in &self.kept {
            for spec in &kept.specs {
                let Some(left) = spec
                    .expiry()
                    .map(|at| at.duration_since(now).unwrap_or_default())
                else {
                    continue;
                };
                if left > self.warn_before {
                    continue;
                }
                let id = spec.version_id().unwrap_or_default();
                let name = (kept.source.name().to_owned(), id.to_owned());
                let last = self
                    .warned
                    .get(&name)
                    .and_then(|last| now.duration_since(*last).ok());
                if last.is_some_and(|last| last < DAY) {
                    continue;
                }
                let source = kept.source.name();
                tracing::warn!(
                    source,
                    id,
                    hours_left = left.as_secs() / 3600,
                    "a key expires soon"
                );
                self.warned.insert(name, now);
            }
        }
    }
}

/// What a fetch came to. A list without keys is a failure: it would take all keys away.
fn judge(
    name: &str,
    fetched: Option<Result<Result<Vec<KeySpec>, SourceError>, tokio::time::error::Elapsed>>,
) -> Result<Vec<KeySpec>, SourceError> {
    let error = |kind| SourceError::new(name, kind);
    match fetched {
        Some(Ok(Ok(specs))) if specs.is_empty() => Err(error(SourceErrorKind::Empty)),
        Some(Ok(fetched)) => fetched,
        Some(Err(_)) => Err(error(SourceErrorKind::TimedOut)),
        None => Err(error(SourceErrorKind::Other).with_detail("it panicked")),
    }
}
