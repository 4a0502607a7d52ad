//! The options of a trail, and its beginning.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, mpsc::sync_channel},
    thread,
    time::{Duration, SystemTime},
};

use super::{
    AuditKey, AuditTrail, Head, OnFailure, OpenError,
    queue::Queue,
    trail::{Limits, Trail},
    writer::{OnHead, Writer},
};

/// Builds an [`AuditTrail`].
#[must_use = "a builder does nothing until the trail is opened"]
pub struct Builder {
    dir: PathBuf,
    start: Option<AuditKey>,
    limits: Limits,
    on_failure: OnFailure,
    capacity: usize,
    patience: Duration,
    head_every: Duration,
    on_head: OnHead,
}

impl Builder {
    pub(super) fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            start: None,
            limits: Limits {
                max_file: 64 << 20,
                daily: true,
                sync: false,
            },
            on_failure: OnFailure::default(),
            capacity: 4096,
            patience: Duration::from_millis(100),
            head_every: Duration::from_secs(60),
            on_head: Box::new(|head| {
                let (record, tag) = (head.record, super::key::hex(&head.tag));
                tracing::info!(target: "tower_mistral", record, tag, "audit head");
            }),
        }
    }

    /// The key that a new trail begins with. A trail that goes on has its own.
    pub fn start_key(mut self, key: AuditKey) -> Self {
        self.start = Some(key);
        self
    }

    /// What becomes of calls while the trail cannot be written. Default: they go on.
    pub fn on_failure(mut self, on_failure: OnFailure) -> Self {
        self.on_failure = on_failure;
        self
    }

    /// Begins a new file when one has so many bytes. Default 64 MiB.
    pub fn max_file(mut self, bytes: u64) -> Self {
        self.limits.max_file = bytes;
        self
    }

    /// Begins a new file each day of UTC. Default true.
    pub fn daily(mut self, daily: bool) -> Self {
        self.limits.daily = daily;
        self
    }

    /// Waits for the disk, not only for the system: nothing is lost with the machine either. Default
    /// false, since that takes milliseconds, of which each call waits [`patience`](Self::patience)
    /// at most.
    pub fn sync(mut self, sync: bool) -> Self {
        self.limits.sync = sync;
        self
    }

    /// How many records wait while the trail cannot be written; more are lost and counted. Default
    /// 4096.
    pub fn capacity(mut self, records: usize) -> Self {
        self.capacity = records.max(1);
        self
    }

    /// How long the end of a call, and the thread that it runs on, waits for its record to be written:
    /// some ten microseconds as a rule. When it takes longer, or fails, no call waits until the writer
    /// has caught up. Zero never waits: a crash may then cost the records that wait. Default 100 ms.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Tells the head so often, if there is a new one. Default: each minute.
    pub fn head_every(mut self, interval: Duration) -> Self {
        self.head_every = interval;
        self
    }

    /// Tells this sink the heads, at the begin, in intervals, and at the end. Default: an event of
    /// `tracing`, `audit head`.
    pub fn on_head(mut self, sink: impl FnMut(&Head) + Send + 'static) -> Self {
        self.on_head = Box::new(sink);
        self
    }

    /// Opens the trail and starts its thread.
    ///
    /// # Errors
    ///
    /// Another writer has the directory, there is no key to begin with, the files are not as they were
    /// written, or cannot be.
    pub fn open(self) -> Result<AuditTrail, OpenError> {
        let now = SystemTime::now();
        let trail = Trail::open(&self.dir, self.start.as_ref(), self.limits, now)?;
        let queue = Arc::new(Queue::new(self.capacity, self.patience));
        let mut writer = Writer::new(Arc::clone(&queue), trail, self.on_head, self.head_every);
        let (ending, ended) = sync_channel(0);
        let thread = thread::Builder::new().name("audit-trail".to_owned());
        let started = thread.spawn(move || {
            writer.run();
            drop(writer);
            drop(ending);
        });
        started.map_err(OpenError::io(&self.dir))?;
        Ok(AuditTrail::new(queue, self.on_failure, ended))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("dir", &self.dir)
            .field("limits", &self.limits)
            .field("on_failure", &self.on_failure)
            .finish_non_exhaustive()
    }
}
