//! Records on their way to the thread that writes them.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tower_mistral_wire::{RejectionKind, ext::RequestId};

use crate::Record;

/// What becomes a line.
pub(super) enum Entry {
    Call(Box<Record>),
    /// A call that no layer has seen.
    Refused(RequestId, RejectionKind),
}

pub(super) struct Queue {
    inner: Mutex<Inner>,
    /// There is something to write, or nothing more will come.
    filled: Condvar,
    /// Something was written, or cannot be.
    settled: Condvar,
    capacity: usize,
    patience: Duration,
}

#[derive(Default)]
struct Inner {
    entries: VecDeque<Entry>,
    taken: u64,
    written: u64,
    lost: u64,
    /// Those of the lost that no record of the trail tells of yet.
    untold: u64,
    /// Since when the writer has something to do and has not done it.
    busy_since: Option<Instant>,
    is_failing: bool,
    /// Somebody has lost patience: until something is written, nobody waits.
    is_late: bool,
    is_closed: bool,
}

pub(super) enum Wake {
    Work,
    TimeOut,
    Closed,
}

impl Queue {
    /// A writer that has done nothing for so long is stuck, even if nobody waits for it.
    const STUCK: Duration = Duration::from_secs(1);

    pub(super) fn new(capacity: usize, patience: Duration) -> Self {
        Self {
            inner: Mutex::default(),
            filled: Condvar::new(),
            settled: Condvar::new(),
            capacity,
            patience,
        }
    }

    /// Takes an entry, and waits until it is written, as long as patience lasts. If there is no room
    /// it is lost.
    pub(super) fn push(&self, entry: Entry) {
        let mut inner = self.lock();
        if inner.is_closed || inner.entries.len() >= self.capacity {
            inner.lost += 1;
            inner.untold += 1;
            return;
        }
        inner.entries.push_back(entry);
        inner.taken += 1;
        let mine = inner.taken;
        inner.busy_since.get_or_insert_with(Instant::now);
        self.filled.notify_one();
        if self.patience.is_zero() || inner.is_failing || inner.is_late {
            return;
        }
        let waits = |inner: &mut Inner| {
            inner.written < mine && !inner.is_failing && !inner.is_late && !inner.is_closed
        };
        let waited = self.settled.wait_timeout_while(inner, self.patience, waits);
        let (mut inner, end) = waited.unwrap_or_else(PoisonError::into_inner);
        inner.is_late |= end.timed_out();
    }

    /// Whether what is taken now will be written soon, as far as one can tell.
    pub(super) fn is_flowing(&self) -> bool {
        let inner = self.lock();
        let stuck = self.patience.max(Self::STUCK);
        let is_stuck = inner
            .busy_since
            .is_some_and(|since| since.elapsed() > stuck);
        let is_full = inner.entries.len() >= self.capacity;
        !(inner.is_failing || inner.is_late || inner.is_closed || is_stuck || is_full)
    }

    pub(super) fn lost(&self) -> u64 {
        self.lock().lost
    }

    /// Nothing more will come.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.filled.notify_all();
        self.settled.notify_all();
    }

    // For the writer.

    /// Waits for something to do, for so long.
    pub(super) fn wait(&self, time: Duration) -> Wake {
        let inner = self.lock();
        let idles = |inner: &mut Inner| inner.entries.is_empty() && !inner.is_closed;
        let waited = self.filled.wait_timeout_while(inner, time, idles);
        let (inner, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match (inner.entries.is_empty(), inner.is_closed) {
            (false, _) => Wake::Work,
            (true, true) => Wake::Closed,
            (true, false) => Wake::TimeOut,
        }
    }

    pub(super) fn pop(&self) -> Option<Entry> {
        self.lock().entries.pop_front()
    }

    /// How many were lost, and no record tells so.
    pub(super) fn untold(&self) -> u64 {
        self.lock().untold
    }

    pub(super) fn told(&self, count: u64) {
        self.lock().untold -= count;
    }

    /// So many of those that were taken are on disk.
    pub(super) fn written(&self, count: u64) {
        let mut inner = self.lock();
        inner.written += count;
        inner.is_failing = false;
        inner.is_late = false;
        inner.busy_since = (inner.written < inner.taken).then(Instant::now);
        drop(inner);
        self.settled.notify_all();
    }

    /// The last try has failed. Waits for the next one; false if there should be none.
    pub(super) fn failed(&self, pause: Duration) -> bool {
        let mut inner = self.lock();
        inner.is_failing = true;
        self.settled.notify_all();
        let waited = self
            .filled
            .wait_timeout_while(inner, pause, |inner| !inner.is_closed);
        let (inner, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !inner.is_closed
    }

    /// The writer goes; what is still here, and `more` that it holds, is lost.
    pub(super) fn abandon(&self, more: u64) {
        let mut inner = self.lock();
        inner.is_closed = true;
        inner.lost += inner.entries.len() as u64 + more;
        inner.entries.clear();
        drop(inner);
        self.settled.notify_all();
    }

    /// A panic elsewhere leaves numbers that are still numbers.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
