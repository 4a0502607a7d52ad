//! The log on stderr: our own lines, and no dependency's unless it is asked for by name.

use std::{
    fmt::Write,
    io::{self, IsTerminal},
};

use tower_mistral::metadata_log::{OnRecord, Record, TracingSink};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

use crate::config::{ConfigError, LogConfig, LogFormat};

/// Starts the log of the process.
///
/// # Errors
///
/// `RUST_LOG` or the configured filter is none.
pub fn init(config: &LogConfig) -> Result<(), ConfigError> {
    let from_env = std::env::var("RUST_LOG")
        .ok()
        .filter(|text| !text.is_empty());
    let filter = match &from_env {
        Some(text) => filter(text).map_err(|what| ConfigError::key("RUST_LOG", what))?,
        None => filter(&config.filter).map_err(|what| ConfigError::key("log.filter", what))?,
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    // A second log in one process is the first one: nothing to be said.
    let _ = match is_text(config.format) {
        true => builder
            .with_ansi(use_colour())
            .with_target(false)
            .compact()
            .try_init(),
        false => builder
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .try_init(),
    };
    Ok(())
}

/// Checks the text of a filter.
pub(crate) fn check(text: &str) -> Result<(), String> {
    filter(text).map(drop)
}

/// A level means ours alone: a dependency's `trace` lines may hold headers and bytes.
fn filter(text: &str) -> Result<EnvFilter, String> {
    if let Ok(level) = text.parse::<LevelFilter>() {
        let ours = format!("off,mistral_guard={level},tower_mistral={level}");
        return EnvFilter::try_new(ours).map_err(|error| error.to_string());
    }
    EnvFilter::try_new(text).map_err(|error| error.to_string())
}

fn is_text(format: LogFormat) -> bool {
    match format {
        LogFormat::Text => true,
        LogFormat::Json => false,
        LogFormat::Auto => io::stderr().is_terminal(),
    }
}

fn use_colour() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// Writes each record as `format` says: short for people, with all fields for machines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallLog {
    is_text: bool,
}

impl CallLog {
    pub(crate) fn new(format: LogFormat) -> Self {
        Self {
            is_text: is_text(format),
        }
    }
}

impl OnRecord for CallLog {
    fn on_record(&self, record: &Record) {
        match self.is_text {
            true => tracing::info!(target: "tower_mistral", "{}", line(record)),
            false => TracingSink::new().on_record(record),
        }
    }
}

/// A record in one line for people: every part is a number or a checked name.
///
/// `chars=90>31 tokens=40>6` are those of the prompt and those of the reply.
pub fn line(record: &Record) -> String {
    let r = record;
    let mut out = match r.status {
        Some(status) => status.to_string(),
        None => "-".to_owned(),
    };
    let number = |n: Option<u64>| n.map_or("?".to_owned(), |n| n.to_string());
    // Writing to a String cannot fail.
    let _ = write!(out, " {} {}", r.outcome.as_str(), r.endpoint);
    if let Some(model) = r.request_model.as_deref().or(r.response_model.as_deref()) {
        let _ = write!(out, " {model}");
    }
    if r.stream {
        let _ = write!(out, " stream events={}", r.events);
    }
    if r.messages > 0 || r.input_chars > 0 || r.output_chars > 0 {
        let (messages, sent, got) = (r.messages, r.input_chars, r.output_chars);
        let _ = write!(out, " messages={messages} chars={sent}>{got}");
    }
    if r.prompt_tokens.is_some() || r.completion_tokens.is_some() {
        let (prompt, completion) = (number(r.prompt_tokens), number(r.completion_tokens));
        let _ = write!(out, " tokens={prompt}>{completion}");
    }
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
        let _ = write!(out, " {}={}", rule.rule, rule.enforced + rule.observed);
    }
    for attempt in &r.attempts {
        let status = attempt
            .status
            .map_or("-".to_owned(), |status| status.to_string());
        let _ = write!(
            out,
            " key={}:{status}",
            attempt.key.as_deref().unwrap_or("-")
        );
    }
    let _ = write!(out, " {}ms id={}", r.duration.as_millis(), r.request_id);
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_for_our_lines_alone() {
        let shown = filter("trace").unwrap().to_string();
        assert!(shown.split(',').any(|part| part == "off"), "{shown}");
        assert!(shown.contains("mistral_guard=trace"), "{shown}");
        assert!(filter("hyper=debug,mistral_guard=info").is_ok());
        assert!(filter("a=b=c").is_err());
    }
}
