//! The sink, and the thread that writes for it.

use std::{
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, sync_channel},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use tower_mistral_wire::{RejectionKind, ext::RequestId};

use super::{
    AuditKey, Head, OpenError,
    queue::{Entry, Queue, Wake},
    trail::{Limits, Trail, event},
};
use crate::{OnRecord, Record};

/// What becomes of calls while the trail cannot be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFailure {
    /// They go on; records wait, and are lost when too many do.
    #[default]
    Continue,
    /// They are refused: [`RejectionKind::AuditUnavailable`].
    Refuse,
}

/// Writes records into a tamper-evident trail: see the [module's documentation](super).
///
/// A shared handle: the last one that is dropped waits until all is written, five seconds at most.
#[derive(Clone)]
pub struct AuditTrail(Arc<Shared>);

struct Shared {
    queue: Arc<Queue>,
    on_failure: OnFailure,
    /// Closed when the thread has ended.
    ended: Mutex<Receiver<()>>,
}

type OnHead = Box<dyn FnMut(&Head) + Send>;

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

impl AuditTrail {
    /// How long the last handle waits for what is not written yet.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// Begins or goes on with the trail of this directory, which belongs to it alone.
    pub fn builder(dir: impl Into<PathBuf>) -> Builder {
        Builder {
            dir: dir.into(),
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

    /// Records a call that was refused before any layer has seen it.
    pub fn refused(&self, request_id: &RequestId, kind: RejectionKind) {
        self.0.queue.push(Entry::Refused(request_id.clone(), kind));
    }

    /// Whether records are being written: false while the last try has failed, while the writer does
    /// not get on, and while too many records wait.
    pub fn is_writable(&self) -> bool {
        self.0.queue.is_flowing()
    }

    /// How many records were lost since the trail was opened.
    pub fn lost(&self) -> u64 {
        self.0.queue.lost()
    }
}

impl OnRecord for AuditTrail {
    fn on_record(&self, record: &Record) {
        self.0.queue.push(Entry::Call(Box::new(record.clone())));
    }

    fn accepts_calls(&self) -> bool {
        match self.0.on_failure {
            OnFailure::Continue => true,
            OnFailure::Refuse => self.is_writable(),
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.queue.close();
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        // Nothing is ever sent: it ends when the other side goes, or when patience does.
        let _ = ended.recv_timeout(AuditTrail::PATIENCE);
    }
}

impl fmt::Debug for AuditTrail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditTrail")
            .field("on_failure", &self.0.on_failure)
            .field("lost", &self.lost())
            .finish_non_exhaustive()
    }
}

impl Builder {
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
        let mut writer = Writer {
            queue: Arc::clone(&queue),
            trail,
            unwritten: None,
            uncommitted: 0,
            on_head: self.on_head,
            head_every: self.head_every,
            told: None,
            told_at: Instant::now(),
        };
        let (ending, ended) = sync_channel(0);
        let thread = thread::Builder::new().name("audit-trail".to_owned());
        let started = thread.spawn(move || {
            writer.run();
            drop(writer);
            drop(ending);
        });
        started.map_err(OpenError::io(&self.dir))?;
        Ok(AuditTrail(Arc::new(Shared {
            queue,
            on_failure: self.on_failure,
            ended: Mutex::new(ended),
        })))
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

/// What the thread has.
struct Writer {
    queue: Arc<Queue>,
    trail: Trail,
    /// The one that could not be written.
    unwritten: Option<Entry>,
    /// How many were written and not yet remembered.
    uncommitted: u64,
    on_head: OnHead,
    head_every: Duration,
    told: Option<Head>,
    told_at: Instant,
}

impl Writer {
    /// How many records are written before those who wait are told.
    const BATCH: u64 = 64;
    /// When what has failed is tried again.
    const RETRY: Duration = Duration::from_secs(1);

    fn run(&mut self) {
        self.tell();
        loop {
            let wake = match self.unwritten {
                Some(_) => Wake::Work,
                None => self.queue.wait(self.until_telling()),
            };
            match wake {
                Wake::Work => {}
                Wake::TimeOut => {
                    self.tell();
                    continue;
                }
                Wake::Closed => break,
            }
            if self.until_telling().is_zero() {
                self.tell();
            }
            if let Err(error) = self.batch() {
                let error = error.kind();
                tracing::error!(target: "tower_mistral", %error, "the audit trail cannot be written");
                if !self.queue.failed(Self::RETRY) && self.batch().is_err() {
                    break;
                }
            }
        }
        let closed = event("closed", "", SystemTime::now());
        let _ = self.append(&closed).and_then(|()| self.trail.commit());
        self.tell();
    }

    /// Writes what waits.
    fn batch(&mut self) -> io::Result<()> {
        while self.uncommitted < Self::BATCH {
            let Some(entry) = self.unwritten.take().or_else(|| self.queue.pop()) else {
                break;
            };
            let body = match &entry {
                Entry::Call(record) => record.to_json(),
                Entry::Refused(id, kind) => refused(id, *kind),
            };
            self.unwritten = Some(entry);
            self.tell_lost()?;
            self.append(&body)?;
            self.unwritten = None;
            self.uncommitted += 1;
        }
        self.trail.commit()?;
        self.queue.written(std::mem::take(&mut self.uncommitted));
        Ok(())
    }

    fn tell_lost(&mut self) -> io::Result<()> {
        let count = self.queue.untold();
        if count > 0 {
            let body = event("lost", &format!(",\"records\":{count}"), SystemTime::now());
            self.append(&body)?;
            self.queue.told(count);
        }
        Ok(())
    }

    fn append(&mut self, body: &str) -> io::Result<()> {
        self.trail.append(body, SystemTime::now())
    }

    fn until_telling(&self) -> Duration {
        self.head_every.saturating_sub(self.told_at.elapsed())
    }

    fn tell(&mut self) {
        self.told_at = Instant::now();
        let head = self.trail.head();
        if self.told.replace(head) != Some(head) {
            // The sink's panic is not the trail's business.
            let _ = catch_unwind(AssertUnwindSafe(|| (self.on_head)(&head)));
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let more = u64::from(self.unwritten.is_some()) + self.uncommitted;
        self.queue.abandon(more);
    }
}

fn refused(id: &RequestId, kind: RejectionKind) -> String {
    // Both are letters, digits and a few signs.
    let (id, kind) = (id.as_str(), kind.as_str());
    let rest = format!(",\"mistral_guard.request_id\":\"{id}\",\"error.type\":\"{kind}\"");
    event("refused", &rest, SystemTime::now())
}
