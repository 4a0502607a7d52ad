//! Records as OpenTelemetry's metrics and spans, by its semantic conventions for generative AI.
//!
//! Both sinks take what the application has set up: a `Meter` and a `Tracer` of any exporter.

mod seen;
mod spans;

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use opentelemetry::{
    KeyValue,
    metrics::{Counter, Gauge, Histogram, Meter},
};

use self::seen::Seen;
pub use self::spans::OtelSpans;
use crate::{OnRecord, Record, fields::PROVIDER};

/// The buckets of durations that the convention names, in seconds.
const SECONDS: [f64; 14] = [
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

/// The buckets of tokens that the convention names.
const TOKENS: [f64; 14] = [
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1024.0,
    4096.0,
    16384.0,
    65536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];

/// The convention's histograms of calls to a model: `gen_ai.client.operation.duration`,
/// `gen_ai.client.operation.time_to_first_chunk` of streams, and `gen_ai.client.token.usage` by
/// `gen_ai.token.type`. Calls that are no operation of the convention's (a list of models) are left
/// out of them. Beside them, counters of what the layers have done: `mistral_guard.overhead` by layer,
/// `mistral_guard.held_byte_seconds` by rule, `mistral_guard.findings` and, of these,
/// `mistral_guard.findings_of_one_value` by layer and rule. And gauges: `mistral_guard.values_distinct`,
/// the values that a rule has found in the hour, of at most 128 rules and up to 64, which stands for
/// more; `mistral_guard.config_generation` by `rule_set`, a hash of the rules: the highest is the one
/// in force, and from the 17th set of rules of a process on all are `other`.
#[derive(Clone)]
pub struct OtelMetrics {
    duration: Histogram<f64>,
    first_chunk: Histogram<f64>,
    tokens: Histogram<u64>,
    overhead: Counter<f64>,
    held: Counter<f64>,
    findings: Counter<u64>,
    most_frequent: Counter<u64>,
    distinct: Gauge<u64>,
    generation: Gauge<u64>,
    seen: Arc<Mutex<Seen>>,
}

impl OtelMetrics {
    /// The histograms, made by `meter`.
    pub fn new(meter: &Meter) -> Self {
        let seconds = |name, description| {
            let builder = meter.f64_histogram(name).with_unit("s");
            let builder = builder.with_description(description);
            builder.with_boundaries(SECONDS.to_vec()).build()
        };
        Self {
            duration: seconds(
                "gen_ai.client.operation.duration",
                "GenAI operation duration.",
            ),
            first_chunk: seconds(
                "gen_ai.client.operation.time_to_first_chunk",
                "Time to receive the first chunk.",
            ),
            tokens: meter
                .u64_histogram("gen_ai.client.token.usage")
                .with_unit("{token}")
                .with_description("Number of input and output tokens used.")
                .with_boundaries(TOKENS.to_vec())
                .build(),
            overhead: meter
                .f64_counter("mistral_guard.overhead")
                .with_unit("s")
                .with_description("Time that layers have spent on calls themselves.")
                .build(),
            held: meter
                .f64_counter("mistral_guard.held_byte_seconds")
                .with_unit("By.s")
                .with_description("Text of streams that was held back, by what was found in it.")
                .build(),
            findings: meter
                .u64_counter("mistral_guard.findings")
                .with_description("What rules have found.")
                .build(),
            most_frequent: meter
                .u64_counter("mistral_guard.findings_of_one_value")
                .with_description("Findings of the value that its call had most of, by rule.")
                .build(),
            distinct: meter
                .u64_gauge("mistral_guard.values_distinct")
                .with_description("Values that a rule has found in the hour; 64 stands for more.")
                .build(),
            generation: meter
                .u64_gauge("mistral_guard.config_generation")
                .with_description("The generation of the configuration, by a hash of its rules.")
                .build(),
            seen: Arc::default(),
        }
    }
}

impl OtelMetrics {
    /// What layers have done: labels are names of the program and of rules.
    fn count_layers(&self, record: &Record) {
        for (layer, time) in &record.overhead {
            let layer = KeyValue::new("layer", layer.as_str());
            self.overhead.add(time.as_secs_f64(), &[layer]);
        }
        for held in &record.held {
            let rule = held.rule.as_deref().unwrap_or("none").to_owned();
            self.held
                .add(held.byte_seconds, &[KeyValue::new("rule", rule)]);
        }
        for rule in &record.rules {
            let labels = [
                KeyValue::new("layer", rule.layer.as_str()),
                KeyValue::new("rule", rule.rule.to_string()),
            ];
            self.findings.add(rule.enforced + rule.observed, &labels);
            if let Some(most) = rule.values.first() {
                self.most_frequent.add(most.count, &labels);
            }
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for rule in record.rules.iter().filter(|rule| !rule.values.is_empty()) {
            let values = rule.values.iter().map(|value| value.value);
            if let Some(distinct) = seen.values(&rule.rule, values, record.started) {
                let label = KeyValue::new("rule", rule.rule.to_string());
                self.distinct.record(distinct, &[label]);
            }
        }
        if let (Some(rules), Some(generation)) = (record.rule_set, record.config_generation) {
            let label = KeyValue::new("rule_set", seen.rule_set(rules));
            self.generation.record(generation, &[label]);
        }
    }
}

impl OnRecord for OtelMetrics {
    fn on_record(&self, record: &Record) {
        self.count_layers(record);
        let Some(operation) = record.operation else {
            return;
        };
        let mut common = vec![
            KeyValue::new("gen_ai.operation.name", operation),
            KeyValue::new("gen_ai.provider.name", PROVIDER),
        ];
        let names = [
            ("gen_ai.request.model", &record.request_model),
            ("gen_ai.response.model", &record.response_model),
            ("server.address", &record.server),
        ];
        for (key, name) in names {
            common.extend(name.clone().map(|name| KeyValue::new(key, name)));
        }
        let port = record.server_port.map(i64::from);
        common.extend(port.map(|port| KeyValue::new("server.port", port)));
        for (kind, count) in [
            ("input", record.prompt_tokens),
            ("output", record.completion_tokens),
        ] {
            if let Some(count) = count {
                let mut labels = common.clone();
                labels.push(KeyValue::new("gen_ai.token.type", kind));
                self.tokens.record(count, &labels);
            }
        }
        if let Some(time) = record.time_to_first_chunk() {
            self.first_chunk.record(time.as_secs_f64(), &common);
        }
        let error = record.error_type().map(Cow::into_owned);
        common.extend(error.map(|error| KeyValue::new("error.type", error)));
        self.duration.record(record.duration.as_secs_f64(), &common);
    }
}

impl fmt::Debug for OtelMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OtelMetrics")
    }
}
