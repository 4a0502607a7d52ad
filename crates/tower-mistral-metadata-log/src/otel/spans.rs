//! Records as spans.

use std::{fmt, time::SystemTime};

use opentelemetry::{
    Array, Context, KeyValue, StringValue, Value as Attribute,
    trace::{
        Span as _, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, TraceFlags,
        TraceState, Tracer,
    },
};

use crate::{OnRecord, Record, Value};

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
