//! Records as lines of JSON, written by a thread of their own.

use std::{
    fmt,
    io::{self, Write},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use crate::{OnRecord, Record, json};

/// Writes each record as one line of JSON: `timestamp` (RFC 3339, when the call began), `message`
/// and the fields of [`Record::fields`].
///
/// A thread writes; the call never waits for it. When it cannot keep up, or a write fails, the record
/// is [dropped](Self::dropped) and counted. A shared handle: the last one that is dropped waits until
/// all is written, for one second at most.
///
/// ```no_run
/// use tower_mistral_metadata_log::{JsonLines, MetadataLogLayer};
///
/// let file = std::fs::File::options().append(true).create(true).open("calls.jsonl")?;
/// let lines = JsonLines::new(file)?;
/// let layer = MetadataLogLayer::new().also(lines.clone()); // besides the events of tracing
/// assert_eq!(lines.dropped(), 0);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct JsonLines(Arc<Writer>);

struct Writer {
    queue: Option<SyncSender<Record>>,
    /// Closed when the thread has ended.
    ended: Mutex<Receiver<()>>,
    dropped: Arc<AtomicU64>,
}

impl JsonLines {
    /// How many records wait to be written, at most.
    pub const CAPACITY: usize = 4096;
    /// How long the last handle waits for what is not written yet.
    const PATIENCE: Duration = Duration::from_secs(1);

    /// Writes to `out`, through a buffer that is flushed whenever nothing more waits.
    ///
    /// # Errors
    ///
    /// The system has no thread to give.
    pub fn new(out: impl Write + Send + 'static) -> io::Result<Self> {
        Self::with_capacity(Self::CAPACITY, out)
    }

    /// The same with room for so many records that wait.
    ///
    /// # Errors
    ///
    /// The system has no thread to give.
    pub fn with_capacity(capacity: usize, out: impl Write + Send + 'static) -> io::Result<Self> {
        let (queue, records) = sync_channel(capacity);
        let (ending, ended) = sync_channel(0);
        let dropped = Arc::<AtomicU64>::default();
        let lost = Arc::clone(&dropped);
        let thread = thread::Builder::new().name("metadata-log".to_owned());
        thread.spawn(move || {
            write_all(&records, io::BufWriter::new(out), &lost);
            drop(ending);
        })?;
        Ok(Self(Arc::new(Writer {
            queue: Some(queue),
            ended: Mutex::new(ended),
            dropped,
        })))
    }

    /// How many records were not written.
    pub fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }
}

impl OnRecord for JsonLines {
    fn on_record(&self, record: &Record) {
        let queue = self.0.queue.as_ref().expect("it is taken on drop alone");
        if queue.try_send(record.clone()).is_err() {
            self.0.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        // Nothing is ever sent: it ends when the other side goes, or when patience does.
        let _ = ended.recv_timeout(JsonLines::PATIENCE);
    }
}

fn write_all<W: Write>(records: &Receiver<Record>, mut out: io::BufWriter<W>, lost: &AtomicU64) {
    let mut line = String::new();
    while let Ok(record) = records.recv() {
        let mut unflushed = 0;
        let mut next = Some(record);
        while let Some(record) = next {
            line.clear();
            json::write(&record, &mut line);
            line.push('\n');
            unflushed += 1;
            if out.write_all(line.as_bytes()).is_err() {
                lost.fetch_add(1, Ordering::Relaxed);
                unflushed -= 1;
            }
            next = records.try_recv().ok();
        }
        if out.flush().is_err() {
            lost.fetch_add(unflushed, Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for JsonLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines")
            .field("dropped", &self.dropped())
            .finish_non_exhaustive()
    }
}
