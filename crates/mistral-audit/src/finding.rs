//! What was found, without what must not be shown.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct};
use sha2::{Digest, Sha256};

use crate::{check::Severity, rule::Rule};

/// Where something was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// The file, from the root of what was read, with `/` between its parts.
    pub path: String,
    /// The line, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column in characters, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The commit in which the line was first seen, if the history was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

impl Place {
    /// A file as a whole.
    #[must_use]
    pub fn file(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            ..Self::default()
        }
    }

    /// A line of it.
    #[must_use]
    pub fn line(mut self, line: u32, column: Option<u32>) -> Self {
        (self.line, self.column) = (Some(line), column);
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        if let Some(commit) = &self.commit {
            write!(f, " @{}", commit.get(..12).unwrap_or(commit))?;
        }
        Ok(())
    }
}

/// What may be known of a secret: enough to tell two apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Trace {
    /// Sixteen hexadecimal digits, made with a key; equal for equal secrets under one key.
    pub fingerprint: String,
    /// The first two characters, of secrets of 20 characters or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
}

impl Trace {
    /// Characters from which the head of a secret may be shown.
    pub const MIN_SHOWN: usize = 20;

    /// Of a secret with that fingerprint.
    #[must_use]
    pub fn new(secret: &str, fingerprint: u64) -> Self {
        let is_long = secret.chars().count() >= Self::MIN_SHOWN;
        Self {
            fingerprint: format!("{fingerprint:016x}"),
            head: is_long.then(|| secret.chars().take(2).collect()),
        }
    }
}

/// What the API said about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Verdict {
    /// It is accepted.
    Live,
    /// It is rejected.
    Rejected,
    /// There was no answer that says so.
    Unknown,
}

impl Verdict {
    /// In lower case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
        }
    }
}

/// One finding. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub rule: &'static Rule,
    /// How bad it is here.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// What else is to be said, without content: a key of a configuration, a version.
    pub detail: String,
    /// What may be known of the secret, if it is one.
    pub secret: Option<Trace>,
    /// What the API said about it, if that was asked.
    pub verdict: Option<Verdict>,
    /// What stays the same when the file changes elsewhere: made of the rule, the path and the line
    /// without its secrets.
    pub id: String,
}

impl Finding {
    /// A finding at a place. It is told from others there by the detail.
    #[must_use]
    pub fn new(rule: &'static Rule, place: Place, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let id = identity(rule, &place.path, &detail);
        Self {
            rule,
            severity: rule.severity,
            place,
            detail,
            secret: None,
            verdict: None,
            id,
        }
    }

    /// The finding as one about a secret, in a line that is `masked` where secrets are.
    #[must_use]
    pub fn secret(mut self, trace: Trace, masked: &str) -> Self {
        self.id = identity(self.rule, &self.place.path, masked);
        self.secret = Some(trace);
        self
    }

    /// The finding, as bad as that.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut finding = serializer.serialize_struct("Finding", 9)?;
        finding.serialize_field("rule", self.rule)?;
        finding.serialize_field("severity", &self.severity)?;
        finding.serialize_field("title", self.rule.title)?;
        finding.serialize_field("advice", self.rule.advice)?;
        finding.serialize_field("place", &self.place)?;
        finding.serialize_field("detail", &self.detail)?;
        finding.serialize_field("secret", &self.secret)?;
        finding.serialize_field("verdict", &self.verdict)?;
        finding.serialize_field("id", &self.id)?;
        finding.end()
    }
}

fn identity(rule: &Rule, path: &str, line: &str) -> String {
    let mut hash = Sha256::new();
    for part in [rule.id, path, line.trim()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let hash = hash.finalize();
    hash.iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_secrets_show_a_head() {
        assert_eq!(Trace::new("hunter2", 1).head, None);
        assert_eq!(Trace::new("0123456789012345678", 1).head, None);
        assert_eq!(
            Trace::new("01234567890123456789", 1).head.as_deref(),
            Some("01")
        );
    }

    #[test]
    fn a_place_reads_as_compilers_write_it() {
        let place = Place::file("src/a.py").line(3, Some(7));
        assert_eq!(place.to_string(), "src/a.py:3:7");
    }
}
