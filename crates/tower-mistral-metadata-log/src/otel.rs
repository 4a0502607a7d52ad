//! Records as OpenTelemetry's metrics and spans, by its semantic conventions for generative AI.
//!
//! Both sinks take what the application has set up: a `Meter` and a `Tracer` of any exporter.

use std::{borrow::Cow, fmt, time::SystemTime};

use opentelemetry::{
    Array, Context, KeyValue, StringValue, Value as Attribute,
    metrics::{Counter, Histogram, Meter},
    trace::{
        Span as _, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, TraceFlags,
        TraceState, Tracer,
    },
};

use crate::{OnRecord, Record, Value, fields::PROVIDER};

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
/// `mistral_guard.findings_of_one_value` by layer and rule.
#[derive(Clone)]
pub struct OtelMetrics {
    duration: Histogram<f64>,
    first_chunk: Histogram<f64>,
    tokens: Histogram<u64>,
    overhead: Counter<f64>,
    held: Counter<f64>,
    findings: Counter<u64>,
    most_frequent: Counter<u64>,
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

/// Makes each record a span of kind client with all [fields](Record::fields) as attributes, from the
/// call's begin to its end, in the caller's trace or in the one that was begun for the call.
///
/// It is made when the call has ended, so its own id is another than the one that went on to the API
/// in `traceparent`; the trace is the same.
#[derive(Clone)]
pub struct OtelSpans<T>(T);

impl<T: Tracer> OtelSpans<T> {
    /// Spans of `tracer`.
    pub fn new(tracer: T) -> Self {
        Self(tracer)
    }
}

impl<T: Tracer> OnRecord for OtelSpans<T> {
    fn on_record(&self, record: &Record) {
        let name = match (record.operation, &record.request_model) {
            (Some(operation), Some(model)) => format!("{operation} {model}"),
            (Some(operation), None) => operation.to_owned(),
            (None, _) => format!("{} {}", record.method, record.endpoint),
        };
        let mut attributes = Vec::with_capacity(64);
        record.fields(|name, value| {
            // The ids are the span's own.
            if name != "trace_id" && name != "span_id" {
                attributes.push(KeyValue::new(name, attribute(value)));
            }
        });
        let builder = SpanBuilder::from_name(name)
            .with_kind(SpanKind::Client)
            .with_start_time(record.started)
            .with_attributes(attributes);
        let parent = Context::new().with_remote_span_context(parent(record));
        let mut span = builder.start_with_context(&self.0, &parent);
        if let Some(error) = record.error_type() {
            let description = error.into_owned().into();
            span.set_status(Status::Error { description });
        }
        let end = record.started.checked_add(record.duration);
        span.end_with_timestamp(end.unwrap_or_else(SystemTime::now));
    }
}

impl<T> fmt::Debug for OtelSpans<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OtelSpans")
    }
}

/// The caller's span. Without one, that of the call, so that the trace is the one in the logs;
/// nobody has decided then that it is not to be recorded.
fn parent(record: &Record) -> SpanContext {
    let (span, parent) = (record.trace.span, record.trace.parent);
    let flags = match parent {
        Some(_) => TraceFlags::new(span.flags() & 1),
        None => TraceFlags::SAMPLED,
    };
    let id = parent.unwrap_or_else(|| span.span_id());
    SpanContext::new(
        span.trace_id().into(),
        id.into(),
        flags,
        true,
        TraceState::default(),
    )
}

fn attribute(value: Value<'_>) -> Attribute {
    match value {
        Value::Name(name) => name.to_owned().into(),
        Value::Text(text) => text.into(),
        Value::List(items) => {
            let items = items.into_iter().map(StringValue::from);
            Attribute::Array(Array::String(items.collect()))
        }
        // More tokens than that do not fit into a body.
        Value::Number(number) => i64::try_from(number).unwrap_or(i64::MAX).into(),
        Value::Time(time) => time.into(),
        Value::Flag(flag) => flag.into(),
    }
}
