//! From a record to what is counted.

use std::{sync::Arc, time::Duration};

use prometheus_client::metrics::{counter::Counter, family::Family};
use tower_mistral::metadata_log::Record;

use super::{Inner, Times, labels as l};

impl Inner {
    /// Counts a call that has ended.
    pub(super) fn count(&self, record: &Record) {
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
        if r.rules.iter().any(|rule| !rule.values.is_empty()) {
            let (mut values, hour) = (self.values(), super::hour());
            for rule in &r.rules {
                for value in &rule.values {
                    values.add(&rule.rule, value.value, value.count, hour);
                }
            }
        }
        for (layer, time) in &r.overhead {
            let layer = layer.as_str().into();
            let overhead = self.overhead.get_or_create(&l::OfLayer { layer });
            overhead.inc_by(time.as_secs_f64());
        }
        for held in &r.held {
            let rule = held.rule.clone().unwrap_or("none".into());
            let sum = self.held.get_or_create(&l::OfRule { rule });
            sum.inc_by(held.byte_seconds);
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
