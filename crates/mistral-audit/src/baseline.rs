//! Findings that are known and accepted.

use std::{collections::BTreeMap, error::Error, fmt};

use serde::{Deserialize, Serialize};

use crate::finding::Finding;

/// Findings that are known: each by its path, its rule and its line without the secret, as a hash,
/// and how many there are of it. A further key on a line that looks the same is a new finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: u32,
    findings: Vec<Known>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    path: String,
    rule: String,
    line: String,
    count: u32,
}

impl Baseline {
    const VERSION: u32 = 1;

    /// Of these findings.
    #[must_use]
    pub fn new(findings: &[Finding]) -> Self {
        let mut known: BTreeMap<_, u32> = BTreeMap::new();
        for finding in findings {
            let key = (
                finding.place.path.clone(),
                finding.rule.id,
                finding.id.clone(),
            );
            *known.entry(key).or_default() += 1;
        }
        let known = known.into_iter().map(|((path, rule, line), count)| Known {
            path,
            rule: rule.to_owned(),
            line,
            count,
        });
        Self {
            version: Self::VERSION,
            findings: known.collect(),
        }
    }

    /// Reads the text of a baseline.
    ///
    /// # Errors
    ///
    /// It is none, or one of a later version.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let baseline: Self = serde_json::from_str(text).map_err(|_| BaselineError::NotOne)?;
        if baseline.version != Self::VERSION {
            return Err(BaselineError::Version(baseline.version));
        }
        Ok(baseline)
    }

    /// The text of the baseline: JSON with a line for each finding, for diffs.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a baseline is plain data");
        text.push('\n');
        text
    }

    /// Takes out what is known. Says how many there were.
    pub fn filter(&self, findings: &mut Vec<Finding>) -> usize {
        let known = self.findings.iter().map(|known| {
            let key = [known.path.clone(), known.rule.clone(), known.line.clone()];
            (key, known.count)
        });
        let mut left: BTreeMap<_, u32> = known.collect();
        let before = findings.len();
        findings.retain(|finding| {
            let key = [
                finding.place.path.clone(),
                finding.rule.id.to_owned(),
                finding.id.clone(),
            ];
            match left.get_mut(&key) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            }
        });
        before - findings.len()
    }
}

/// Why a text is no baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BaselineError {
    /// It is not the JSON of one.
    NotOne,
    /// It has a version that is not known here.
    Version(u32),
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOne => f.write_str("this is no baseline"),
            Self::Version(version) => write!(f, "version {version} of baselines is not known"),
        }
    }
}

impl Error for BaselineError {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        finding::{Place, Trace},
        rule::Rule,
    };

    fn finding(line: u32, masked: &str) -> Finding {
        let place = Place::file("a.py").line(line, None);
        Finding::new(Rule::API_TOKEN, place, "").secret(Trace::new("x", 1), masked)
    }

    #[test]
    fn known_findings_go_wherever_their_line_moved_and_new_ones_stay() {
        let baseline = Baseline::new(&[finding(3, "token = \"*\"")]);
        let baseline = Baseline::parse(&baseline.to_text()).unwrap();
        let mut findings = vec![
            finding(9, "token = \"*\""),
            finding(10, "token = \"*\""),
            finding(11, "other = \"*\""),
        ];
        assert_eq!(baseline.filter(&mut findings), 1);
        let lines: Vec<_> = findings.iter().map(|f| f.place.line.unwrap()).collect();
        assert_eq!(lines, [10, 11]);
    }

    #[test]
    fn what_is_none_is_said_to_be_none() {
        assert_eq!(Baseline::parse("{}"), Err(BaselineError::NotOne));
        let later = r#"{"version":2,"findings":[]}"#;
        assert_eq!(Baseline::parse(later), Err(BaselineError::Version(2)));
    }
}
