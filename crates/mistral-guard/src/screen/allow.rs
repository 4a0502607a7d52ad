//! The file of an allow list.

use serde::Deserialize;
use toml::Spanned;
use tower_mistral::{
    screen::{Allow, Date},
    wire::BoxError,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    allow: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    text: Option<String>,
    pattern: Option<String>,
    reason: String,
    until: Option<String>,
}

/// Reads the entries of a list.
///
/// # Errors
///
/// What is wrong and in which line, never what stands there.
pub(super) fn parse(text: &str) -> Result<Vec<Allow>, BoxError> {
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        format!("line {line}: {}", error.message())
    })?;
    let entries = file.allow.into_iter().map(|spanned| {
        let line = line_of(text, spanned.span().start);
        entry(spanned.into_inner()).map_err(|problem| format!("line {line}: {problem}").into())
    });
    entries.collect()
}

fn entry(entry: Entry) -> Result<Allow, String> {
    let allow = match (entry.text, entry.pattern) {
        (Some(text), None) => Allow::exact(&text, entry.reason),
        (None, Some(pattern)) => Allow::pattern(&pattern, entry.reason),
        _ => return Err("an entry has a text or a pattern".to_owned()),
    };
    let Some(until) = entry.until else {
        return Ok(allow);
    };
    let until: Date = until.parse().map_err(|error| format!("until: {error}"))?;
    Ok(allow.until(until))
}

fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}
