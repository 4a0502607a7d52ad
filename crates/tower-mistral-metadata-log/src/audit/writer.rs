//! The thread that writes.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use tower_mistral_wire::{RejectionKind, ext::RequestId};

use super::{
    Head,
    queue::{Entry, Queue, Wake},
    trail::{Trail, event},
};

pub(super) type OnHead = Box<dyn FnMut(&Head) + Send>;

/// What the thread has.
pub(super) struct Writer {
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
    pub(super) fn new(
        queue: Arc<Queue>,
        trail: Trail,
        on_head: OnHead,
        head_every: Duration,
    ) -> Self {
        Self {
            queue,
            trail,
            unwritten: None,
            uncommitted: 0,
            on_head,
            head_every,
            told: None,
            told_at: Instant::now(),
        }
    }

    /// How many records are written before those who wait are told.
    const BATCH: u64 = 64;
    /// When what has failed is tried again.
    const RETRY: Duration = Duration::from_secs(1);

    pub(super) fn run(&mut self) {
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
