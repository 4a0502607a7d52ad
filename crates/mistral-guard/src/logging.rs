//! The log on stderr: our own lines, and no dependency's unless it is asked for by name.

mod line;

use std::io::{self, IsTerminal, Write};

use tower_mistral::metadata_log::{OnRecord, Record, TracingSink};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

pub use self::line::{aligned, line};
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

/// Writes each record as `format` says: one aligned line for people, all fields for machines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallLog {
    is_text: bool,
    colour: bool,
}

impl CallLog {
    pub(crate) fn new(format: LogFormat) -> Self {
        Self {
            is_text: is_text(format),
            colour: use_colour(),
        }
    }
}

impl OnRecord for CallLog {
    fn on_record(&self, record: &Record) {
        if !self.is_text {
            return TracingSink::new().on_record(record);
        }
        // Not an event: in those colours are escaped, as they should be.
        if tracing::enabled!(target: "tower_mistral", tracing::Level::INFO) {
            let line = aligned(record, self.colour);
            // There is nobody to tell that nobody can be told.
            let _ = writeln!(io::stderr(), "{line}");
        }
    }
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
