//! Where records go.

use std::{
    fmt::{self, Display, Write},
    time::Duration,
};

use tracing::field;

use crate::Record;

/// Takes the records.
///
/// It is called once per call, at the call's end: in the task that polls or drops the reply, so it
/// should be quick, and never under a lock. A panic is caught and loses the record.
///
/// Closures `Fn(&Record)` are sinks, and `()` takes nothing.
pub trait OnRecord {
    /// A call has ended.
    fn on_record(&self, record: &Record);
}

impl<F: Fn(&Record)> OnRecord for F {
    fn on_record(&self, record: &Record) {
        self(record);
    }
}

impl OnRecord for () {
    fn on_record(&self, _: &Record) {}
}

/// Makes each record one [`tracing`] event: level info, target `tower_mistral`, message `call`.
///
/// Fields are named by OpenTelemetry's semantic conventions for generative AI and HTTP where these
/// have a name, else `mistral_guard.*`. A field without a value is left out; times are
/// milliseconds.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TracingSink;

impl TracingSink {
    /// The sink.
    pub const fn new() -> Self {
        Self
    }
}

impl OnRecord for TracingSink {
    fn on_record(&self, record: &Record) {
        let r = record;
        let error = r.error_type();
        let reasons = list(&r.finish_reasons, |reason, f| f.write_str(reason.as_str()));
        let rules = list(&r.rules, |rule, f| {
            write!(f, "{}:{}+{}", rule.rule, rule.enforced, rule.observed)
        });
        let attempts = list(&r.attempts, |attempt, f| {
            let (key, status) = (attempt.key.as_deref(), attempt.status.unwrap_or(0));
            write!(f, "{}:{status}", key.unwrap_or("-"))
        });
        // Fewer than 32 fields, the message included: older versions of tracing take no more than 32.
        tracing::info!(
            target: "tower_mistral",
            {
                mistral_guard.request_id = r.request_id.as_str(),
                gen_ai.operation.name = r.operation,
                gen_ai.provider.name = "mistral_ai",
                gen_ai.request.model = r.request_model.as_deref(),
                gen_ai.response.model = r.response_model.as_deref(),
                gen_ai.usage.input_tokens = r.prompt_tokens,
                gen_ai.usage.output_tokens = r.completion_tokens,
                gen_ai.response.finish_reasons = reasons.map(field::display),
                http.route = &*r.endpoint,
                http.response.status_code = r.status,
                "error.type" = error.as_deref(),
                mistral_guard.outcome = r.outcome.as_str(),
                mistral_guard.stream = r.stream,
                mistral_guard.messages = r.messages,
                mistral_guard.tools = r.tools,
                mistral_guard.input_chars = r.input_chars,
                mistral_guard.output_chars = r.output_chars,
                mistral_guard.choices = r.choices,
                mistral_guard.tool_calls = r.tool_calls,
                mistral_guard.events = r.events,
                mistral_guard.edits = r.edits,
                mistral_guard.truncations = r.truncations,
                mistral_guard.flags = r.flags,
                mistral_guard.observed = r.observed,
                mistral_guard.rules = rules.map(field::display),
                mistral_guard.attempts = attempts.map(field::display),
                mistral_guard.duration_ms = millis(r.duration),
                mistral_guard.time_to_head_ms = r.time_to_head.map(millis),
                mistral_guard.time_to_first_byte_ms = r.time_to_first_byte.map(millis),
                mistral_guard.uninspected = r.uninspected,
            },
            "call"
        );
    }
}

/// The items with commas between them, written only if someone listens; none for an empty list.
fn list<'a, T>(
    items: &'a [T],
    write: impl Fn(&T, &mut fmt::Formatter<'_>) -> fmt::Result + 'a,
) -> Option<impl Display + 'a> {
    (!items.is_empty()).then_some(List { items, write })
}

struct List<'a, T, W> {
    items: &'a [T],
    write: W,
}

impl<T, W: Fn(&T, &mut fmt::Formatter<'_>) -> fmt::Result> Display for List<'_, T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, item) in self.items.iter().enumerate() {
            if n > 0 {
                f.write_char(',')?;
            }
            (self.write)(item, f)?;
        }
        Ok(())
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
