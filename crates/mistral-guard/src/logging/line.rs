//! A record in one line for people: every part is a number or a checked name.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use tower_mistral::metadata_log::{Escaped, Outcome, Record};

/// Short, as a sentence has it.
///
/// `chars=90>31 tokens=40>6` are those of the prompt and those of the reply.
pub fn line(record: &Record) -> String {
    let r = record;
    let mut out = status(r);
    // Writing to a String cannot fail, here and below.
    let _ = write!(out, " {} {}", r.outcome.as_str(), Escaped(&r.endpoint));
    if let Some(model) = model(r) {
        let _ = write!(out, " {model}");
    }
    let details = details(r);
    let _ = write!(
        out,
        "{details} {}ms id={}",
        r.duration.as_millis(),
        r.request_id
    );
    out
}

/// In columns, one line under the other: when, status, outcome, duration, time to the first text,
/// route and model; then what there is to say, and the id. With `colour` the status stands out, and
/// what the guard has done.
pub fn aligned(record: &Record, colour: bool) -> String {
    let r = record;
    let paint = |style: Style| if colour { style } else { Style::new() };
    let of_status = paint(match (r.outcome, r.status) {
        (Outcome::Failed, _) | (_, None | Some(500..)) => AnsiColor::Red.on_default().bold(),
        (_, Some(400..)) => AnsiColor::Yellow.on_default(),
        _ => AnsiColor::Green.on_default(),
    });
    let (quiet, loud) = (paint(Style::new().dimmed()), paint(Style::new().bold()));
    let first_text = match r.time_to_first_text {
        Some(time) => format!("{}ms", time.as_millis()),
        None => "-".to_owned(),
    };
    let duration = format!("{}ms", r.duration.as_millis());
    let route = Escaped(&r.endpoint).to_string();
    let model = model(r).unwrap_or_else(|| "-".to_owned());
    let counts = counts(r);
    let mut out = String::new();
    let _ = write!(out, "{quiet}{}{quiet:#}", r.timestamp());
    let _ = write!(
        out,
        "  {of_status}{:<3} {:<8}{of_status:#}",
        status(r),
        r.outcome.as_str()
    );
    let _ = write!(
        out,
        " {duration:>8} {first_text:>8}  {route:<24} {model:<22}"
    );
    let _ = write!(out, "{}{loud}{counts}{loud:#}", sizes(r));
    let _ = write!(out, "{quiet}{} id={}{quiet:#}", keys(r), r.request_id);
    out
}

fn status(r: &Record) -> String {
    r.status.map_or("-".to_owned(), |status| status.to_string())
}

fn model(r: &Record) -> Option<String> {
    // What was asked for is `other` if the API has not said it.
    let asked = r.request_model.as_deref().filter(|model| *model != "other");
    let model = asked
        .or(r.response_model.as_deref())
        .or(r.request_model.as_deref())?;
    Some(Escaped(model).to_string())
}

/// All that is not in a column.
fn details(r: &Record) -> String {
    sizes(r) + &counts(r) + &keys(r)
}

fn sizes(r: &Record) -> String {
    let mut out = String::new();
    if r.stream {
        let _ = write!(out, " stream events={}", r.events);
    }
    if r.messages > 0 || r.input_chars > 0 || r.output_chars > 0 {
        let (messages, sent, got) = (r.messages, r.input_chars, r.output_chars);
        let _ = write!(out, " messages={messages} chars={sent}>{got}");
    }
    let number = |n: Option<u64>| n.map_or("?".to_owned(), |n| n.to_string());
    if r.prompt_tokens.is_some() || r.completion_tokens.is_some() {
        let (prompt, completion) = (number(r.prompt_tokens), number(r.completion_tokens));
        let _ = write!(out, " tokens={prompt}>{completion}");
    }
    out
}

/// What the guard has done.
fn counts(r: &Record) -> String {
    let mut out = String::new();
    let counts = [
        ("edits", r.edits),
        ("cut", r.truncations),
        ("flags", r.flags),
        ("observed", r.observed),
    ];
    for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        let _ = write!(out, " {name}={count}");
    }
    if let Some(kind) = r.rejected {
        let _ = write!(out, " rejected={}", kind.as_str());
    }
    for rule in &r.rules {
        let _ = write!(
            out,
            " {}={}",
            Escaped(&rule.rule),
            rule.enforced + rule.observed
        );
    }
    out
}

fn keys(r: &Record) -> String {
    let mut out = String::new();
    for attempt in &r.attempts {
        let key = attempt.key.as_deref().unwrap_or("-");
        let _ = match attempt.status {
            Some(status) => write!(out, " key={key}:{status}"),
            None => write!(out, " key={key}:-"),
        };
    }
    out
}
