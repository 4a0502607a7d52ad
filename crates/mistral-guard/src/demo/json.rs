//! The demo as data. The keys are stable.

use std::io::{self, Write};

use serde_json::{Value, json};
use tower_mistral::metadata_log::Record;

use super::{reading::Reading, stage::Exchange};

pub(crate) fn print(exchanges: &[Exchange], mut out: impl Write) -> io::Result<()> {
    let exchanges: Vec<_> = exchanges.iter().map(exchange).collect();
    writeln!(out, "{:#}", json!({ "exchanges": exchanges }))
}

fn exchange(exchange: &Exchange) -> Value {
    let saw = exchange.saw.iter();
    let saw: Vec<_> = saw
        .map(|saw| json!({"key": saw.key, "status": saw.status, "text": saw.text}))
        .collect();
    json!({
        "name": exchange.scene.name,
        "title": exchange.scene.title,
        "app_sent": {"text": exchange.scene.prompt, "stream": exchange.scene.stream},
        "api_saw": saw,
        "api_answered": reading(&exchange.answered),
        "reader_got": {
            "status": exchange.status,
            "mark": exchange.mark,
            "text": exchange.got.text(),
            "deltas": exchange.got.deltas,
        },
        "logged": record(&exchange.record),
    })
}

fn reading(reading: &Reading) -> Value {
    json!({"text": reading.text(), "deltas": reading.deltas})
}

fn record(r: &Record) -> Value {
    let rules = r
        .rules
        .iter()
        .map(|rule| (rule.rule.to_string(), json!(rule.enforced)));
    let attempts = r.attempts.iter();
    let attempts: Vec<_> = attempts
        .map(|attempt| json!({"key": attempt.key, "status": attempt.status}))
        .collect();
    json!({
        "request_id": r.request_id.as_str(),
        "endpoint": &*r.endpoint,
        "model": r.request_model.as_deref(),
        "stream": r.stream,
        "status": r.status,
        "outcome": r.outcome.as_str(),
        "messages": r.messages,
        "input_chars": r.input_chars,
        "output_chars": r.output_chars,
        "prompt_tokens": r.prompt_tokens,
        "completion_tokens": r.completion_tokens,
        "events": r.events,
        "edits": r.edits,
        "rules": rules.collect::<serde_json::Map<_, _>>(),
        "attempts": attempts,
        "duration_ms": r.duration.as_secs_f64() * 1000.0,
    })
}
