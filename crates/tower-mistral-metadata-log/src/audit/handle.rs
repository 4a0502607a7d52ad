//! The sink: a handle to the trail that a thread writes.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, mpsc::Receiver},
    time::Duration,
};

use tower_mistral_wire::{RejectionKind, ext::RequestId};

use super::{
    builder::Builder,
    queue::{Entry, Queue},
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

impl AuditTrail {
    /// How long the last handle waits for what is not written yet.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// Begins or goes on with the trail of this directory, which belongs to it alone.
    pub fn builder(dir: impl Into<PathBuf>) -> Builder {
        Builder::new(dir.into())
    }

    pub(super) fn new(queue: Arc<Queue>, on_failure: OnFailure, ended: Receiver<()>) -> Self {
        Self(Arc::new(Shared {
            queue,
            on_failure,
            ended: Mutex::new(ended),
        }))
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
