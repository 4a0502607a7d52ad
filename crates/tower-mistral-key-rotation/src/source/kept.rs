//! One source with what it last gave, and when to ask it again.

use std::{
    hash::{BuildHasher, RandomState},
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use super::{KeySource, SourceError, SourceErrorKind};
use crate::KeySpec;

/// How long before a key expires its successor is looked for.
const LEAD: Duration = Duration::from_secs(600);

/// The longest time between two tries at a source that fails.
const MAX_BACKOFF: Duration = Duration::from_secs(60);

/// Longer than any process runs, short enough to be added to any moment.
const NEVER: Duration = Duration::from_secs(100 * 365 * 86_400);

pub(super) struct Kept {
    pub(super) source: Arc<dyn KeySource>,
    /// What it gave when it last could; in use until it gives something else.
    pub(super) specs: Vec<KeySpec>,
    pub(super) fetches: u64,
    pub(super) failures: u64,
    pub(super) error: Option<SourceErrorKind>,
    pub(super) succeeded: Option<Instant>,
    failures_in_a_row: u32,
    due: Instant,
}

impl Kept {
    pub(super) fn new(source: Arc<dyn KeySource>) -> Self {
        Self {
            source,
            specs: Vec::new(),
            fetches: 0,
            failures: 0,
            error: None,
            succeeded: None,
            failures_in_a_row: 0,
            due: Instant::now(),
        }
    }

    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// Takes what a fetch came to; the keys of before stay if it failed.
    pub(super) fn take(&mut self, fetched: Result<Vec<KeySpec>, SourceError>) {
        let now = Instant::now();
        self.fetches += 1;
        match fetched {
            Ok(specs) => self.succeed(specs, now),
            Err(error) => self.fail(&error),
        }
        let wait = self.wait().mul_f64(0.9 + 0.2 * random());
        self.due = now + wait;
    }

    fn succeed(&mut self, specs: Vec<KeySpec>, now: Instant) {
        if self.error.take().is_some() {
            tracing::info!(source = self.source.name(), "the source gives keys again");
        }
        self.failures_in_a_row = 0;
        self.succeeded = Some(now);
        self.specs = specs;
    }

    fn fail(&mut self, error: &SourceError) {
        self.failures += 1;
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        let is_new = self.error != Some(error.kind());
        self.error = Some(error.kind());
        // A source that stays away is told of ever more seldom.
        if is_new || self.failures_in_a_row.is_power_of_two() {
            let age = self.succeeded.map(|at| at.elapsed().as_secs());
            let (source, keys) = (self.source.name(), self.specs.len());
            tracing::warn!(source, %error, keys, age_seconds = age, "keys could not be fetched");
        }
    }

    fn wait(&self) -> Duration {
        let every = self.source.refresh_every();
        if self.failures_in_a_row > 0 {
            let backoff = 1_u64 << self.failures_in_a_row.min(10);
            return Duration::from_secs(backoff).min(MAX_BACKOFF).min(every);
        }
        let now = SystemTime::now();
        let expiries = self.specs.iter().filter_map(KeySpec::expiry);
        let until = expiries
            .filter_map(|expiry| expiry.duration_since(now).ok())
            .min();
        // From then on every minute, since the successor may come late.
        let before = until.map(|until| until.saturating_sub(LEAD).max(Duration::from_secs(60)));
        every.min(before.unwrap_or(NEVER)).min(NEVER)
    }
}

/// At least 0, less than 1.
fn random() -> f64 {
    (RandomState::new().hash_one(()) >> 11) as f64 / (1_u64 << 53) as f64
}
