//! Records as events of `tracing`.

use std::fmt::{self, Display, Write};

use tower_mistral_wire::ext::{Action, Layer};
use tracing::{Span, field};

use crate::{
    OnRecord, Record, Start,
    fields::{PROVIDER, millis},
};

/// Makes each record one [`tracing`] event: level info, target `tower_mistral`, message `call`.
///
/// The event stands in the call's span `mistral_call`, which is entered while the call and its reply
/// are polled: what inner layers and the client log there can be told by its `request_id` and
/// `trace_id`. Fields are those of [`Record::fields`]; a field without a value is left out.
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
    fn span(&self, start: &Start<'_>) -> Span {
        let trace = &start.trace.span;
        tracing::info_span!(
            target: "tower_mistral",
            "mistral_call",
            request_id = start.request_id.as_str(),
            trace_id = %format_args!("{:032x}", trace.trace_id()),
            span_id = %format_args!("{:016x}", trace.span_id()),
        )
    }

    fn on_record(&self, record: &Record) {
        if !tracing::enabled!(target: "tower_mistral", tracing::Level::INFO) {
            return;
        }
        let r = record;
        let error = r.error_type();
        let (limits, roles) = (&r.rate_limits, &r.roles);
        let (trace_id, span_id) = (r.trace_id(), r.span_id());
        let verdict = |layer| r.verdict(layer).map(Action::as_str);
        let overhead = |layer| r.overhead_of(layer).map(millis);
        let list = |items: Vec<String>| (!items.is_empty()).then(|| field::display(List(items)));
        tracing::info!(
            target: "tower_mistral",
            {
                mistral_guard.request_id = r.request_id.as_str(),
                trace_id,
                span_id,
                gen_ai.operation.name = r.operation,
                gen_ai.provider.name = PROVIDER,
                gen_ai.request.model = r.request_model.as_deref(),
                gen_ai.request.stream = r.stream,
                gen_ai.response.model = r.response_model.as_deref(),
                gen_ai.response.id = r.response_id.as_deref(),
                gen_ai.response.finish_reasons = list(r.finish_reason_names()),
                gen_ai.response.time_to_first_chunk = r.time_to_first_chunk().map(|time| time.as_secs_f64()),
                gen_ai.usage.input_tokens = r.prompt_tokens,
                gen_ai.usage.output_tokens = r.completion_tokens,
                gen_ai.usage.cache_read.input_tokens = r.cached_tokens,
                gen_ai.usage.reasoning.output_tokens = r.reasoning_tokens,
                gen_ai.conversation.id = r.conversation_id.as_deref(),
                gen_ai.agent.id = r.agent_id.as_deref(),
                server.address = r.server.as_deref(),
                server.port = r.server_port,
                http.request.method = r.method,
                http.route = &*r.endpoint,
                http.response.status_code = r.status,
                http.request.body.size = r.request_bytes,
                http.response.body.size = r.response_bytes,
                "error.type" = error.as_deref(),
                mistral_guard.outcome = r.outcome.as_str(),
                mistral_guard.correlation_id = r.correlation_id.as_deref(),
                mistral_guard.key = r.key(),
                mistral_guard.screening = verdict(Layer::SanitizeInput),
                mistral_guard.redaction = verdict(Layer::RedactOutput),
                mistral_guard.messages = r.messages,
                mistral_guard.messages_system = roles.system,
                mistral_guard.messages_user = roles.user,
                mistral_guard.messages_assistant = roles.assistant,
                mistral_guard.messages_tool = roles.tool,
                mistral_guard.messages_other = roles.other,
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
                mistral_guard.unlisted_findings = r.unlisted_findings,
                mistral_guard.rules = list(r.rule_counts()),
                mistral_guard.attempts = list(r.attempt_names()),
                mistral_guard.tokens_minute_remaining = limits.tokens_minute.remaining,
                mistral_guard.tokens_minute_limit = limits.tokens_minute.limit,
                mistral_guard.tokens_month_remaining = limits.tokens_month.remaining,
                mistral_guard.tokens_month_limit = limits.tokens_month.limit,
                mistral_guard.requests_minute_remaining = limits.requests_minute.remaining,
                mistral_guard.requests_minute_limit = limits.requests_minute.limit,
                mistral_guard.requests_10s_remaining = limits.requests_10_seconds.remaining,
                mistral_guard.requests_10s_limit = limits.requests_10_seconds.limit,
                mistral_guard.query_cost = limits.query_cost,
                mistral_guard.retry_after = limits.retry_after,
                mistral_guard.duration_ms = millis(r.duration),
                mistral_guard.time_to_head_ms = r.time_to_head.map(millis),
                mistral_guard.time_to_first_byte_ms = r.time_to_first_byte.map(millis),
                mistral_guard.time_to_first_text_ms = r.time_to_first_text.map(millis),
                mistral_guard.uninspected = r.uninspected,
                mistral_guard.overhead_sanitize_input_ms = overhead(Layer::SanitizeInput),
                mistral_guard.overhead_redact_output_ms = overhead(Layer::RedactOutput),
                mistral_guard.overhead_metadata_log_ms = overhead(Layer::MetadataLog),
                mistral_guard.held_byte_seconds = r.held_byte_seconds(),
                mistral_guard.held = list(r.held_names()),
                mistral_guard.values = list(r.value_counts()),
                mistral_guard.rule_set = r.rule_set_name(),
                mistral_guard.config_generation = r.config_generation,
            },
            "call"
        );
    }
}

/// Items with commas between them.
struct List(Vec<String>);

impl Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, item) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_char(',')?;
            }
            f.write_str(item)?;
        }
        Ok(())
    }
}
