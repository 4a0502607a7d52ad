//! Metrics for Prometheus: numbers with few labels, of which none holds text of a call.
//!
//! `ops/grafana-dashboard.json` shows them, `ops/alerts.yml` watches them.

mod labels;
mod live;

use std::{
    fmt,
    sync::{Arc, atomic::AtomicU64},
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
    metadata_log::{OnRecord, Record},
    wire::RejectionKind,
};

use self::labels as l;

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
        };
        inner.register();
        Self(Arc::new(inner))
    }

    /// The text that a scrape gets, with what `guard` counts itself.
    pub fn encode(&self, guard: &Guard) -> String {
        let mut out = String::new();
        let mut live = Registry::with_prefix("mistral_guard");
        live.register_collector(Box::new(live::Live::new(guard)));
        // Writing to a String cannot fail.
        let _ = text::encode_registry(&mut out, &self.0.registry);
        let _ = text::encode(&mut out, &live);
        out
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

impl Inner {
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

    fn count(&self, record: &Record) {
        let r = record;
        let route = || r.endpoint.to_string();
        let call = l::Call {
            route: route(),
            status: l::status(r.status),
            outcome: r.outcome.as_str().into(),
        };
        self.calls.get_or_create(&call).inc();
        if let Some(kind) = r.rejected {
            let kind = kind.as_str().into();
            self.refused.get_or_create(&l::Kind { kind }).inc();
        }
        if let Some(error) = r.error_type() {
            // A status of which there may be hundreds becomes one of few.
            let r#type = match error.parse() {
                Ok(status) => l::status(Some(status)).into_owned(),
                Err(_) => error.into_owned(),
            };
            self.errors.get_or_create(&l::Error { r#type }).inc();
        }
        let timed = l::Timed {
            route: route(),
            stream: if r.stream { "true" } else { "false" }.into(),
        };
        let observe = |times: &Times, time: Option<Duration>| {
            if let Some(time) = time {
                times.get_or_create(&timed).observe(time.as_secs_f64());
            }
        };
        observe(&self.duration, Some(r.duration));
        observe(&self.first_byte, r.time_to_first_byte);
        observe(&self.first_text, r.time_to_first_text);
        self.count_model(record);
        self.count_findings(record);
        self.count_limits(record);
    }

    fn count_model(&self, r: &Record) {
        if let Some(model) = &r.response_model {
            let model = Arc::clone(model);
            self.models.get_or_create(&l::Model { model }).inc();
        }
        let model = r.response_model.clone().unwrap_or_else(|| "none".into());
        let tokens = [
            ("input", r.prompt_tokens),
            ("cached", r.cached_tokens),
            ("output", r.completion_tokens),
            ("reasoning", r.reasoning_tokens),
        ];
        for (r#type, count) in tokens {
            if let Some(count) = count {
                let labels = l::Tokens {
                    model: Arc::clone(&model),
                    r#type: r#type.into(),
                };
                self.tokens.get_or_create(&labels).inc_by(count);
            }
        }
        self.tool_calls.inc_by(r.tool_calls);
        let count = |family: &Family<l::Direction, Counter>, request, response| {
            for (direction, count) in [("request", request), ("response", response)] {
                let direction = direction.into();
                family
                    .get_or_create(&l::Direction { direction })
                    .inc_by(count);
            }
        };
        count(&self.bytes, r.request_bytes.unwrap_or(0), r.response_bytes);
        count(&self.chars, r.input_chars, r.output_chars);
    }

    fn count_findings(&self, r: &Record) {
        for rule in &r.rules {
            for (mode, count) in [("enforce", rule.enforced), ("observe", rule.observed)] {
                if count > 0 {
                    let labels = l::Rule {
                        layer: rule.layer.as_str().into(),
                        rule: rule.rule.clone(),
                        action: rule.action.as_str().into(),
                        mode: mode.into(),
                    };
                    self.findings.get_or_create(&labels).inc_by(count);
                }
            }
        }
        self.unlisted.inc_by(r.unlisted_findings);
        self.unread.inc_by(u64::from(r.uninspected));
    }

    fn count_limits(&self, r: &Record) {
        for attempt in &r.attempts {
            let labels = l::Attempt {
                key: attempt.key.as_deref().unwrap_or("none").to_owned(),
                status: l::status(attempt.status),
            };
            self.attempts.get_or_create(&labels).inc();
        }
        let limits = &r.rate_limits;
        let each = [
            ("tokens_minute", limits.tokens_minute),
            ("tokens_month", limits.tokens_month),
            ("requests_minute", limits.requests_minute),
            ("requests_10s", limits.requests_10_seconds),
        ];
        for (limit, headroom) in each {
            let label = l::Limit {
                limit: limit.into(),
            };
            if let Some(remaining) = headroom.remaining {
                self.remaining.get_or_create(&label).set(remaining);
            }
            if let Some(limit) = headroom.limit {
                self.limits.get_or_create(&label).set(limit);
            }
        }
    }
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
