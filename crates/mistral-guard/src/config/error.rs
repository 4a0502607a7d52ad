//! What is wrong with a configuration, without showing its values.

use std::{error::Error, fmt, io};

/// What is wrong with a configuration, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    place: String,
    what: String,
}

impl ConfigError {
    /// The key `key` has a value that it cannot have, together with the rest.
    pub(crate) fn key(key: &str, what: impl fmt::Display) -> Self {
        Self {
            place: key.to_owned(),
            what: what.to_string(),
        }
    }

    pub(super) fn read(name: &str, error: &io::Error) -> Self {
        Self {
            place: name.to_owned(),
            what: format!("cannot be read: {error}"),
        }
    }

    /// The parser's message, with line and key in the place of its picture of the line: that would
    /// show a secret which somebody wrote into the file by mistake.
    pub(super) fn toml(name: &str, text: &str, error: &toml::de::Error) -> Self {
        let Some(span) = error.span() else {
            return Self {
                place: name.to_owned(),
                what: error.message().to_owned(),
            };
        };
        let before = text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let key = key_at(text, line);
        Self {
            place: match &key {
                Some(key) => format!("{name}, line {line}, {key}"),
                None => format!("{name}, line {line}"),
            },
            what: error.message().replace('\n', " "),
        }
    }
}

/// The dotted key that the line sets, if it has the form of one.
fn key_at(text: &str, line: usize) -> Option<String> {
    let is_key = |key: &str| {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
        !key.is_empty() && key.bytes().all(allowed)
    };
    let (key, _) = text.lines().nth(line - 1)?.split_once('=')?;
    let key = Some(key.trim()).filter(|key| is_key(key))?;
    let heading = |line: &str| {
        let line = line.trim().strip_prefix('[')?;
        let (name, _) = line.trim_start_matches('[').split_once(']')?;
        Some(name.trim().to_owned()).filter(|name| is_key(name))
    };
    let section = text.lines().take(line - 1).filter_map(heading).last();
    Some(match section {
        Some(section) => format!("{section}.{key}"),
        None => key.to_owned(),
    })
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl Error for ConfigError {}
