//! How bad a finding is, and which question it answers.

use std::fmt;

use serde::Serialize;

use self::{
    Check::{ApiKeyFromEnv, InputValidation, NoHardcodedKeys, OutputSanitization, Wiring},
    Severity::{Critical, High, Low, Medium},
};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// Worth a look.
    Low,
    /// Takes a protection away, or makes a mistake likely.
    Medium,
    /// Gives something away, or lets somebody in.
    High,
    /// Act now.
    Critical,
}

impl Severity {
    /// All, the mildest first.
    pub const ALL: [Self; 4] = [Low, Medium, High, Critical];

    /// In lower case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Low => "low",
            Medium => "medium",
            High => "high",
            Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The questions that a report answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Check {
    /// Do keys come from the environment or a manager of secrets, and from nowhere else?
    ApiKeyFromEnv,
    /// Is no key written down in what was read?
    NoHardcodedKeys,
    /// Is what goes to the model looked at?
    InputValidation,
    /// Is what the model says looked at before it is shown or logged?
    OutputSanitization,
    /// Is all else around the calls in order: addresses, TLS, logs, versions?
    Wiring,
}

impl Check {
    /// All, in the order of a report.
    pub const ALL: [Self; 5] = [
        ApiKeyFromEnv,
        NoHardcodedKeys,
        InputValidation,
        OutputSanitization,
        Wiring,
    ];

    /// In lower case with underscores.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ApiKeyFromEnv => "api_key_from_env",
            NoHardcodedKeys => "no_hardcoded_keys",
            InputValidation => "input_validation",
            OutputSanitization => "output_sanitization",
            Wiring => "wiring",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_report() {
        for check in Check::ALL {
            assert_eq!(serde_json::to_value(check).unwrap(), check.as_str());
        }
        for severity in Severity::ALL {
            assert_eq!(serde_json::to_value(severity).unwrap(), severity.as_str());
        }
    }
}
