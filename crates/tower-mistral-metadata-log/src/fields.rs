//! The names of all that is recorded.

use std::{fmt::Write, time::Duration};

use tower_mistral_wire::ext::{Action, Layer};

use crate::{Escaped, Record};

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// A name or an identifier.
    Name(&'a str),
    /// A name that was put together.
    Text(String),
    /// Several of them.
    List(Vec<String>),
    /// A count.
    Number(u64),
    /// A time: seconds or, in names that end in `_ms`, milliseconds.
    Time(f64),
    /// A yes or a no.
    Flag(bool),
}

impl Record {
    /// Hands over each field that has a value, by its name in logs.
    ///
    /// Names are those of OpenTelemetry's semantic conventions for generative AI, HTTP and servers
    /// where these have one, `trace_id` and `span_id` as its log files have them, else
    /// `mistral_guard.*`.
    pub fn fields<'a>(&'a self, mut field: impl FnMut(&'static str, Value<'a>)) {
        let mut name = |key, value: Option<&'a str>| {
            if let Some(value) = value {
                field(key, Value::Name(value));
            }
        };
        name("mistral_guard.request_id", Some(self.request_id.as_str()));
        name("mistral_guard.outcome", Some(self.outcome.as_str()));
        name("gen_ai.operation.name", self.operation);
        name("gen_ai.provider.name", Some(PROVIDER));
        name("gen_ai.request.model", self.request_model.as_deref());
        name("gen_ai.response.model", self.response_model.as_deref());
        name("gen_ai.response.id", self.response_id.as_deref());
        name("gen_ai.conversation.id", self.conversation_id.as_deref());
        name("gen_ai.agent.id", self.agent_id.as_deref());
        name("server.address", self.server.as_deref());
        name("http.request.method", Some(self.method));
        name("http.route", Some(&self.endpoint));
        name(
            "mistral_guard.correlation_id",
            self.correlation_id.as_deref(),
        );
        name("mistral_guard.key", self.key());
        let verdict = |layer| self.verdict(layer).map(Action::as_str);
        name("mistral_guard.screening", verdict(Layer::SanitizeInput));
        name("mistral_guard.redaction", verdict(Layer::RedactOutput));

        let mut number = |key, value: Option<u64>| {
            if let Some(value) = value {
                field(key, Value::Number(value));
            }
        };
        number("server.port", self.server_port.map(u64::from));
        number("http.response.status_code", self.status.map(u64::from));
        number("http.request.body.size", self.request_bytes);
        number("http.response.body.size", Some(self.response_bytes));
        number("gen_ai.usage.input_tokens", self.prompt_tokens);
        number("gen_ai.usage.output_tokens", self.completion_tokens);
        number("gen_ai.usage.cache_read.input_tokens", self.cached_tokens);
        number(
            "gen_ai.usage.reasoning.output_tokens",
            self.reasoning_tokens,
        );
        number("mistral_guard.messages", Some(self.messages));
        let roles = &self.roles;
        number("mistral_guard.messages_system", Some(roles.system));
        number("mistral_guard.messages_user", Some(roles.user));
        number("mistral_guard.messages_assistant", Some(roles.assistant));
        number("mistral_guard.messages_tool", Some(roles.tool));
        number("mistral_guard.messages_other", Some(roles.other));
        number("mistral_guard.tools", Some(self.tools));
        number("mistral_guard.input_chars", Some(self.input_chars));
        number("mistral_guard.output_chars", Some(self.output_chars));
        number("mistral_guard.choices", Some(self.choices));
        number("mistral_guard.tool_calls", Some(self.tool_calls));
        number("mistral_guard.events", Some(self.events));
        number("mistral_guard.edits", Some(self.edits));
        number("mistral_guard.truncations", Some(self.truncations));
        number("mistral_guard.flags", Some(self.flags));
        number("mistral_guard.observed", Some(self.observed));
        number(
            "mistral_guard.unlisted_findings",
            Some(self.unlisted_findings),
        );
        let limits = &self.rate_limits;
        let (tokens, month) = (limits.tokens_minute, limits.tokens_month);
        let (requests, burst) = (limits.requests_minute, limits.requests_10_seconds);
        number("mistral_guard.tokens_minute_remaining", tokens.remaining);
        number("mistral_guard.tokens_minute_limit", tokens.limit);
        number("mistral_guard.tokens_month_remaining", month.remaining);
        number("mistral_guard.tokens_month_limit", month.limit);
        number(
            "mistral_guard.requests_minute_remaining",
            requests.remaining,
        );
        number("mistral_guard.requests_minute_limit", requests.limit);
        number("mistral_guard.requests_10s_remaining", burst.remaining);
        number("mistral_guard.requests_10s_limit", burst.limit);
        number("mistral_guard.query_cost", limits.query_cost);
        number("mistral_guard.config_generation", self.config_generation);
        number("mistral_guard.retry_after", limits.retry_after);

        let mut time = |key, value: Option<Duration>| {
            if let Some(value) = value {
                field(key, Value::Time(millis(value)));
            }
        };
        time("mistral_guard.duration_ms", Some(self.duration));
        time("mistral_guard.time_to_head_ms", self.time_to_head);
        time(
            "mistral_guard.time_to_first_byte_ms",
            self.time_to_first_byte,
        );
        time(
            "mistral_guard.time_to_first_text_ms",
            self.time_to_first_text,
        );
        time(
            "mistral_guard.overhead_sanitize_input_ms",
            self.overhead_of(Layer::SanitizeInput),
        );
        time(
            "mistral_guard.overhead_redact_output_ms",
            self.overhead_of(Layer::RedactOutput),
        );
        time(
            "mistral_guard.overhead_metadata_log_ms",
            self.overhead_of(Layer::MetadataLog),
        );
        if let Some(held) = self.held_byte_seconds() {
            field("mistral_guard.held_byte_seconds", Value::Time(held));
        }
        if let Some(time) = self.time_to_first_chunk() {
            let key = "gen_ai.response.time_to_first_chunk";
            field(key, Value::Time(time.as_secs_f64()));
        }

        field("gen_ai.request.stream", Value::Flag(self.stream));
        field("mistral_guard.uninspected", Value::Flag(self.uninspected));
        field("trace_id", Value::Text(self.trace_id()));
        field("span_id", Value::Text(self.span_id()));
        if let Some(rules) = self.rule_set_name() {
            field("mistral_guard.rule_set", Value::Text(rules));
        }
        if let Some(error) = self.error_type() {
            field("error.type", Value::Text(error.into_owned()));
        }
        let lists = [
            ("gen_ai.response.finish_reasons", self.finish_reason_names()),
            ("mistral_guard.rules", self.rule_counts()),
            ("mistral_guard.values", self.value_counts()),
            ("mistral_guard.held", self.held_names()),
            ("mistral_guard.attempts", self.attempt_names()),
        ];
        for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            field(key, Value::List(list));
        }
    }

    /// Of a stream: from the call to its first byte.
    pub(crate) fn time_to_first_chunk(&self) -> Option<Duration> {
        self.time_to_first_byte.filter(|_| self.stream)
    }

    pub(crate) fn trace_id(&self) -> String {
        format!("{:032x}", self.trace.span.trace_id())
    }

    pub(crate) fn span_id(&self) -> String {
        format!("{:016x}", self.trace.span.span_id())
    }

    pub(crate) fn finish_reason_names(&self) -> Vec<String> {
        let reasons = self.finish_reasons.iter();
        reasons.map(|reason| reason.as_str().to_owned()).collect()
    }

    /// `layer/rule:action=enforced+observed`
    pub(crate) fn rule_counts(&self) -> Vec<String> {
        let each = self.rules.iter().map(|count| {
            let (layer, action) = (count.layer.as_str(), count.action.as_str());
            let (rule, enforced, observed) = (Escaped(&count.rule), count.enforced, count.observed);
            format!("{layer}/{rule}:{action}={enforced}+{observed}")
        });
        each.collect()
    }

    /// `layer/rule=distinct/most`: how many values a rule has told apart, and how often it has found
    /// the most frequent of them.
    pub(crate) fn value_counts(&self) -> Vec<String> {
        let told = self.rules.iter().filter(|rule| !rule.values.is_empty());
        let each = told.map(|count| {
            let (layer, rule) = (count.layer.as_str(), Escaped(&count.rule));
            let most = count.values.first().map_or(0, |value| value.count);
            format!("{layer}/{rule}={}/{most}", count.values.len())
        });
        each.collect()
    }

    /// `rule=byte_seconds`, `none` for text in which nothing was found.
    pub(crate) fn held_names(&self) -> Vec<String> {
        let each = self.held.iter().map(|held| {
            let rule = held.rule.as_deref().unwrap_or("none");
            format!("{}={:.6}", Escaped(rule), held.byte_seconds)
        });
        each.collect()
    }

    pub(crate) fn held_byte_seconds(&self) -> Option<f64> {
        let sum = self.held.iter().map(|held| held.byte_seconds).sum();
        (!self.held.is_empty()).then_some(sum)
    }

    pub(crate) fn overhead_of(&self, layer: Layer) -> Option<Duration> {
        let mut each = self.overhead.iter();
        each.find(|(of, _)| *of == layer).map(|(_, time)| *time)
    }

    pub(crate) fn rule_set_name(&self) -> Option<String> {
        self.rule_set.map(|rules| format!("{rules:016x}"))
    }

    /// `fingerprint:status`, a dash for what is not known.
    pub(crate) fn attempt_names(&self) -> Vec<String> {
        let each = self.attempts.iter().map(|attempt| {
            let mut out = attempt.key.as_deref().unwrap_or("-").to_owned();
            // Writing to a String cannot fail.
            let _ = match attempt.status {
                Some(status) => write!(out, ":{status}"),
                None => write!(out, ":-"),
            };
            out
        });
        each.collect()
    }
}

/// OpenTelemetry's name of the provider.
pub(crate) const PROVIDER: &str = "mistral_ai";

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
