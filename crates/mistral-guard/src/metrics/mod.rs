//! Metrics for Prometheus: numbers with few labels, of which none holds text of a call.
//!
//! `ops/grafana-dashboard.json` shows them, `ops/alerts.yml` watches them.

mod count;
mod labels;
mod live;
mod sketch;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, atomic::AtomicU64},
    time::{Duration, SystemTime},
};

use prometheus_client::{
    encoding::text,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::{ConstGauge, Gauge},
        histogram::Histogram,
        info::Info,
    },
    registry::Registry,
};
use tower_mistral::{
    Guard,
    key_rotation::source::SourceState,
    metadata_log::{OnRecord, Record, audit::AuditTrail},
    wire::RejectionKind,
};

use self::{labels as l, sketch::Sketch};

/// What is counted. A shared handle.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

type Times = Family<l::Timed, Histogram, fn() -> Histogram>;

struct Inner {
    registry: Registry,
    calls: Family<l::Call, Counter>,
    errors: Family<l::Error, Counter>,
    refused: Family<l::Kind, Counter>,
    duration: Times,
    first_byte: Times,
    first_text: Times,
    models: Family<l::Model, Counter>,
    tokens: Family<l::Tokens, Counter>,
    bytes: Family<l::Direction, Counter>,
    chars: Family<l::Direction, Counter>,
    tool_calls: Counter,
    findings: Family<l::Rule, Counter>,
    unlisted: Counter,
    unread: Counter,
    attempts: Family<l::Attempt, Counter>,
    remaining: Family<l::Limit, Gauge<u64, AtomicU64>>,
    limits: Family<l::Limit, Gauge<u64, AtomicU64>>,
    trail: OnceLock<AuditTrail>,
    overhead: Family<l::OfLayer, Counter<f64>>,
    held: Family<l::OfRule, Counter<f64>>,
    values: Mutex<Sketch>,
    versions: Mutex<Option<(u64, u64)>>,
}

/// The buckets of OpenTelemetry's `gen_ai.client.operation.duration`, in seconds.
const BUCKETS: [f64; 14] = [
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

impl Metrics {
    /// The `Content-Type` of [`encode`](Self::encode).
    pub const CONTENT_TYPE: &'static str =
        "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// Metrics that are all zero.
    pub fn new() -> Self {
        let times = || Times::new_with_constructor(|| Histogram::new(BUCKETS));
        let mut inner = Inner {
            registry: Registry::with_prefix("mistral_guard"),
            calls: Family::default(),
            errors: Family::default(),
            refused: Family::default(),
            duration: times(),
            first_byte: times(),
            first_text: times(),
            models: Family::default(),
            tokens: Family::default(),
            bytes: Family::default(),
            chars: Family::default(),
            tool_calls: Counter::default(),
            findings: Family::default(),
            unlisted: Counter::default(),
            unread: Counter::default(),
            attempts: Family::default(),
            remaining: Family::default(),
            limits: Family::default(),
            trail: OnceLock::new(),
            overhead: Family::default(),
            held: Family::default(),
            values: Mutex::default(),
            versions: Mutex::default(),
        };
        inner.register();
        Self(Arc::new(inner))
    }

    /// The text that a scrape gets, with what `guard` and the sources of its keys count themselves.
    pub fn encode(&self, guard: &Guard, sources: &[SourceState]) -> String {
        let mut out = String::new();
        let mut live = Registry::with_prefix("mistral_guard");
        let trail = self.0.trail.get().cloned();
        let values = self.0.values().shares(hour());
        let versions = *lock(&self.0.versions);
        let now = live::Live::new(guard, sources, trail, values, versions);
        live.register_collector(Box::new(now));
        // Writing to a String cannot fail.
        let _ = text::encode_registry(&mut out, &self.0.registry);
        let _ = text::encode(&mut out, &live);
        out
    }

    /// Tells the version of the rules and the generation of the configuration, too.
    pub(crate) fn says_versions(&self, versions: (u64, u64)) {
        *lock(&self.0.versions) = Some(versions);
    }

    /// Tells of this audit trail, too.
    pub fn watch(&self, trail: &AuditTrail) {
        self.0.trail.get_or_init(|| trail.clone());
    }

    /// Counts a call that was refused before any layer has seen it.
    pub fn refused(&self, kind: RejectionKind) {
        let kind = l::Kind {
            kind: kind.as_str().into(),
        };
        self.0.refused.get_or_create(&kind).inc();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// Hours since 1970.
fn hour() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.unwrap_or(Duration::ZERO).as_secs() / 3600
}

impl Inner {
    fn values(&self) -> MutexGuard<'_, Sketch> {
        lock(&self.values)
    }

    fn register(&mut self) {
        let r = &mut self.registry;
        r.register("calls", "Calls that have ended", self.calls.clone());
        r.register(
            "errors",
            "Calls that have failed, by OpenTelemetry's error.type",
            self.errors.clone(),
        );
        r.register(
            "refused",
            "Calls that were refused, and streams that were broken, by the guard",
            self.refused.clone(),
        );
        r.register(
            "call_duration_seconds",
            "From the call to the end of its reply",
            self.duration.clone(),
        );
        r.register(
            "time_to_first_byte_seconds",
            "From the call to the first byte of the reply's body that the API has sent",
            self.first_byte.clone(),
        );
        r.register(
            "time_to_first_text_seconds",
            "From the call to the first text that was let go to its reader",
            self.first_text.clone(),
        );
        r.register(
            "model_calls",
            "Calls by the model that answered",
            self.models.clone(),
        );
        r.register(
            "tokens",
            "Tokens as the API counts them; cached ones are input too, reasoning ones output",
            self.tokens.clone(),
        );
        r.register("body_bytes", "Bytes of bodies", self.bytes.clone());
        r.register(
            "text_chars",
            "Characters of prompts, and of what the model has written",
            self.chars.clone(),
        );
        r.register(
            "tool_calls",
            "Tool calls that models have made",
            self.tool_calls.clone(),
        );
        r.register(
            "findings",
            "What rules have found; mode observe: what would have been done",
            self.findings.clone(),
        );
        r.register(
            "unlisted_findings",
            "Findings of calls that had too many to tell them apart",
            self.unlisted.clone(),
        );
        r.register(
            "unread_replies",
            "Replies of which a part was not read",
            self.unread.clone(),
        );
        r.register(
            "attempts",
            "Tries at the API, by the key's fingerprint",
            self.attempts.clone(),
        );
        r.register(
            "rate_limit_remaining",
            "What is left of a limit of the API's, as the last reply says",
            self.remaining.clone(),
        );
        r.register("rate_limit", "Limits of the API's", self.limits.clone());
        r.register(
            "overhead_seconds",
            "Time that layers have spent on calls themselves, not on waiting for others",
            self.overhead.clone(),
        );
        r.register(
            "held_byte_seconds",
            "Bytes of streams by the seconds they were held back, by what was found in them",
            self.held.clone(),
        );
        r.register(
            "build",
            "The program",
            Info::new(l::Build {
                version: env!("CARGO_PKG_VERSION").into(),
            }),
        );
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.unwrap_or(Duration::ZERO).as_secs_f64();
        r.register(
            "start_time_seconds",
            "When the process began to count, in seconds since 1970",
            ConstGauge::new(now),
        );
    }
}

/// A panic elsewhere leaves counts that are still counts.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl OnRecord for Metrics {
    fn on_record(&self, record: &Record) {
        self.0.count(record);
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}
