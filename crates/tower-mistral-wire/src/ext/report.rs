//! One report per call: counts, names, offsets and lengths, never text.

use std::{
    borrow::Cow,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use http::{Extensions, HeaderMap};

use super::{Clock, ReplyFacts, RequestFacts, RequestId, timing::Timing};
use crate::{RejectionKind, random, table::TextKind};

/// The layers that write into a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[repr(usize)]
pub enum Layer {
    /// `SanitizeInputLayer`
    SanitizeInput,
    /// `RedactOutputLayer`
    RedactOutput,
    /// `KeyRotationLayer`
    KeyRotation,
    /// `MetadataLogLayer`
    MetadataLog,
}

impl Layer {
    /// Every layer, in the order of declaration.
    pub const ALL: [Self; 4] = [
        Self::SanitizeInput,
        Self::RedactOutput,
        Self::KeyRotation,
        Self::MetadataLog,
    ];
    pub(crate) const COUNT: usize = Self::ALL.len();

    /// Its name in logs and configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SanitizeInput => "sanitize_input",
            Self::RedactOutput => "redact_output",
            Self::KeyRotation => "key_rotation",
            Self::MetadataLog => "metadata_log",
        }
    }
}

/// What was done, or would have been done, about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Action {
    /// Nothing: it is only said.
    Flagged,
    /// The text was replaced.
    Edited,
    /// The text was cut.
    Truncated,
    /// Text was added (an untrusted-data prefix).
    Wrapped,
    /// The call was refused.
    Rejected,
}

impl Action {
    /// Its name in logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Flagged => "flagged",
            Self::Edited => "edited",
            Self::Truncated => "truncated",
            Self::Wrapped => "wrapped",
            Self::Rejected => "rejected",
        }
    }
}

/// One finding in one text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Which layer.
    pub layer: Layer,
    /// Which rule.
    pub rule: Cow<'static, str>,
    /// What was done about it; in Observe what would have been done.
    pub action: Action,
    /// Whether it was done: false for what Enforce would have done.
    pub enforced: bool,
    /// What the text is.
    pub kind: TextKind,
    /// Which message or choice.
    pub group: u32,
    /// Where in the text, in bytes of its UTF-8 form.
    pub offset: u64,
    /// How many bytes.
    pub len: u64,
    /// A hash of the value, keyed anew in each process: it tells values of a rule apart, for a while.
    pub value: Option<u64>,
}

impl Finding {
    /// A finding that is enforced, at the start of the first text.
    pub fn new(layer: Layer, rule: impl Into<Cow<'static, str>>, action: Action) -> Self {
        Self {
            layer,
            rule: rule.into(),
            action,
            enforced: true,
            kind: TextKind::Generic,
            group: 0,
            offset: 0,
            len: 0,
            value: None,
        }
    }

    /// Which value was found: its keyed hash is kept.
    #[must_use]
    pub fn of_value(mut self, value: &str) -> Self {
        self.value = Some(random::keyed(&(1_u8, &*self.rule, value)));
        self
    }

    /// In which text, and where in it.
    #[must_use]
    pub fn at(mut self, kind: TextKind, group: u32, offset: u64, len: u64) -> Self {
        (self.kind, self.group, self.offset, self.len) = (kind, group, offset, len);
        self
    }

    /// Whether it was done, or only would have been.
    #[must_use]
    pub fn enforced(mut self, enforced: bool) -> Self {
        self.enforced = enforced;
        self
    }
}

/// One try of a call at the API.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The keyed fingerprint of the key, if the rotation supplied it.
    pub key: Option<Box<str>>,
    /// The status of the answer; none for a failed connection.
    pub status: Option<u16>,
}

impl Attempt {
    /// A try with the key of this fingerprint that was answered with this status.
    pub fn new(key: Option<Box<str>>, status: Option<u16>) -> Self {
        Self { key, status }
    }
}

/// What holding text back has cost.
///
/// All rules are one machine, which waits as long as any of them could still find something: it does
/// not know for whose sake it waits. So it is told by what was found in the end.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Held {
    /// The rule that has found something in it; none for text that was let go as it was.
    pub rule: Option<Cow<'static, str>>,
    /// Bytes, each by the seconds for which it was held.
    pub byte_seconds: f64,
}

/// The report of one call. A shared handle: the outermost layer of ours makes it, inner ones add
/// to it, and it is in the extensions of the request and of the response. It is final when the
/// response's body has ended.
///
/// ```
/// use tower_mistral_wire::ext::CallReport;
/// # let response = http::Response::new(());
/// if let Some(report) = response.extensions().get::<CallReport>() {
///     println!("{} edits", report.count(tower_mistral_wire::ext::Action::Edited));
/// }
/// ```
#[derive(Clone)]
pub struct CallReport(Arc<Inner>);

struct Inner {
    id: RequestId,
    request: OnceLock<RequestFacts>,
    /// A reply was seen.
    has_reply: AtomicBool,
    reply: Mutex<ReplyFacts>,
    /// A layer reads the reply and fills in its facts.
    reply_is_read: AtomicBool,
    findings: Mutex<Vec<Finding>>,
    counts: [AtomicU32; 5],
    unlisted: AtomicU64,
    attempts: Mutex<Vec<Attempt>>,
    rejected: Mutex<Option<RejectionKind>>,
    timing: Timing,
    /// Nanoseconds by layer.
    overhead: [AtomicU64; Layer::COUNT],
    held: Mutex<Vec<Held>>,
}

impl CallReport {
    /// How many findings are listed; more are counted only.
    pub const MAX_FINDINGS: usize = 256;

    /// An empty report.
    pub fn new(id: RequestId) -> Self {
        Self(Arc::new(Inner {
            id,
            request: OnceLock::new(),
            has_reply: AtomicBool::new(false),
            reply: Mutex::default(),
            reply_is_read: AtomicBool::new(false),
            findings: Mutex::default(),
            counts: Default::default(),
            unlisted: AtomicU64::new(0),
            attempts: Mutex::default(),
            rejected: Mutex::default(),
            timing: Timing::default(),
            overhead: Default::default(),
            held: Mutex::default(),
        }))
    }

    /// The report in `extensions`, or a new one that is put there.
    pub fn of(extensions: &mut Extensions, headers: &HeaderMap) -> Self {
        if let Some(report) = extensions.get::<Self>() {
            return report.clone();
        }
        let report = Self::new(RequestId::from_headers(headers));
        extensions.insert(report.clone());
        report
    }

    /// The id of the call.
    pub fn request_id(&self) -> &RequestId {
        &self.0.id
    }

    /// The facts of the request; none while no layer has read it.
    pub fn request(&self) -> Option<&RequestFacts> {
        self.0.request.get()
    }

    /// Sets the facts of the request: the first layer that reads it does.
    pub fn set_request(&self, read: impl FnOnce() -> RequestFacts) {
        self.0.request.get_or_init(read);
    }

    /// The facts of the reply, as far as it has come.
    pub fn reply(&self) -> ReplyFacts {
        lock(&self.0.reply).clone()
    }

    /// Changes the facts of the reply: for the layer that has [claimed](Self::claim_reply) it.
    pub fn update_reply(&self, update: impl FnOnce(&mut ReplyFacts)) {
        update(&mut lock(&self.0.reply));
    }

    /// Claims the reading of the reply; true for the first who asks, who then fills in its facts.
    /// So no two layers parse the same reply for the sake of its numbers.
    pub fn claim_reply(&self) -> bool {
        !self.0.reply_is_read.swap(true, Ordering::Relaxed)
    }

    /// A reply has come. If it is not the first, a retry between the layers has thrown that one
    /// away, and what was noted of it is not true of this one.
    pub(crate) fn begin_reply(&self) {
        if !self.0.has_reply.swap(true, Ordering::Relaxed) {
            return;
        }
        self.0.reply_is_read.store(false, Ordering::Relaxed);
        *lock(&self.0.reply) = ReplyFacts::default();
        *lock(&self.0.rejected) = None;
        self.0.timing.forget();
    }

    /// Measures the moments of the call by `clock`, from `start` on: for the layer that records it.
    /// The first who asks does; without a start no moment is noted.
    pub fn start_timing(&self, clock: &Clock, start: Instant) {
        self.0.timing.start(clock, start);
    }

    /// A byte of the reply's body has come: whoever reads it innermost is the first to say so.
    pub fn note_byte(&self) {
        self.0.timing.note(&self.0.timing.first_byte);
    }

    /// The same, for whoever has just looked at the [clock](Self::now).
    pub fn note_byte_at(&self, now: Instant) {
        self.0.timing.note_at(&self.0.timing.first_byte, now);
    }

    /// Text that the model wrote is let go to the reader.
    pub fn note_text(&self) {
        self.0.timing.note(&self.0.timing.first_text);
    }

    /// From the start to the first byte of the reply's body that came, before any layer held it
    /// back.
    pub fn time_to_first_byte(&self) -> Option<Duration> {
        self.0.timing.first_byte.get()
    }

    /// From the start to the first text of the model's that was let go.
    pub fn time_to_first_text(&self) -> Option<Duration> {
        self.0.timing.first_text.get()
    }

    /// Does `work` and adds the time it takes to the overhead of `layer`. It is not measured if
    /// [nobody records the call](Self::start_timing).
    #[inline]
    pub fn time<T>(&self, layer: Layer, work: impl FnOnce() -> T) -> T {
        let Some(from) = self.now() else {
            return work();
        };
        let done = work();
        if let Some(to) = self.now() {
            self.add_overhead(layer, to.saturating_duration_since(from));
        }
        done
    }

    /// Adds time that a layer has spent on the call itself, not on waiting for others.
    pub fn add_overhead(&self, layer: Layer, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        if let Some(sum) = self.0.overhead.get(layer as usize) {
            sum.fetch_add(nanos, Ordering::Relaxed);
        }
    }

    /// The time that a layer has spent on the call itself, as far as it measures.
    pub fn overhead(&self, layer: Layer) -> Duration {
        let sum = self.0.overhead.get(layer as usize);
        Duration::from_nanos(sum.map_or(0, |sum| sum.load(Ordering::Relaxed)))
    }

    /// Now, by the clock that the call is recorded by; none if it is not.
    pub fn now(&self) -> Option<Instant> {
        self.0.timing.now()
    }

    /// Text was held back, so many bytes by so many seconds, until `rule` found something in it or it
    /// was let go.
    pub fn note_held(&self, rule: Option<Cow<'static, str>>, byte_seconds: f64) {
        let mut held = lock(&self.0.held);
        if let Some(known) = held.iter_mut().find(|known| known.rule == rule) {
            known.byte_seconds += byte_seconds;
        } else if held.len() < Self::MAX_FINDINGS {
            held.push(Held { rule, byte_seconds });
        }
    }

    /// What holding text back has cost, by rule.
    pub fn held(&self) -> Vec<Held> {
        lock(&self.0.held).clone()
    }

    /// A layer has answered the call itself.
    pub(crate) fn answered(&self) {
        self.0.has_reply.store(true, Ordering::Relaxed);
    }

    /// Adds a finding.
    pub fn add(&self, finding: Finding) {
        if finding.enforced {
            if let Some(count) = self.0.counts.get(finding.action as usize) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
        let mut findings = lock(&self.0.findings);
        if findings.len() < Self::MAX_FINDINGS {
            findings.push(finding);
        } else {
            self.0.unlisted.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How often an action was really done.
    pub fn count(&self, action: Action) -> u32 {
        self.0
            .counts
            .get(action as usize)
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// The findings, in the order in which they came; see [`MAX_FINDINGS`](Self::MAX_FINDINGS).
    pub fn findings(&self) -> Vec<Finding> {
        lock(&self.0.findings).clone()
    }

    /// How many findings there were beyond the listed ones.
    pub fn unlisted_findings(&self) -> u64 {
        self.0.unlisted.load(Ordering::Relaxed)
    }

    /// Adds a try at the API.
    pub fn add_attempt(&self, attempt: Attempt) {
        lock(&self.0.attempts).push(attempt);
    }

    /// The tries at the API.
    pub fn attempts(&self) -> Vec<Attempt> {
        lock(&self.0.attempts).clone()
    }

    /// Notes that a layer has refused the call, or broken its stream. The first reason stays.
    pub fn set_rejected(&self, kind: RejectionKind) {
        lock(&self.0.rejected).get_or_insert(kind);
    }

    /// Why the call was refused, if it was.
    pub fn rejected(&self) -> Option<RejectionKind> {
        *lock(&self.0.rejected)
    }
}

impl fmt::Debug for CallReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallReport")
            .field("request_id", &self.0.id)
            .field("request", &self.0.request.get())
            .field("reply", &*lock(&self.0.reply))
            .field("findings", &*lock(&self.0.findings))
            .field("attempts", &*lock(&self.0.attempts))
            .field("rejected", &self.rejected())
            .finish()
    }
}

/// A panic elsewhere leaves numbers that are still numbers.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
