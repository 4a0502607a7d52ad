//! What an audit has to say, and the forms in which it says so.

mod sarif;
mod table;

use serde::Serialize;

use crate::{
    check::{Check, Severity},
    finding::Finding,
};

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The findings.
    pub findings: Vec<Finding>,
    /// What was read, and what was not.
    pub coverage: Coverage,
}

/// What was read, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Coverage {
    /// Files that were read.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that are no text.
    pub binary: u64,
    /// Files of locked versions, in which only versions are looked at.
    pub lock_files: u64,
    /// Files beyond the limit, which were not read.
    pub too_large: Vec<String>,
    /// Files that could not be read.
    pub unreadable: Vec<String>,
    /// Findings that a comment allows.
    pub allowed: u64,
    /// Findings that the baseline knows.
    pub known: u64,
    /// Commits whose files were read.
    pub commits: u64,
    /// Versions of files in those that were read.
    pub versions: u64,
    /// Calls that were sent through layers.
    pub exchanges: u64,
    /// What could not be looked at, and why.
    pub notes: Vec<String>,
}

/// A check and how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// Which.
    pub name: Check,
    /// No finding speaks against it.
    pub passed: bool,
    /// Those that do.
    pub findings: usize,
}

impl Report {
    /// One of these findings.
    #[must_use]
    pub fn new(findings: Vec<Finding>) -> Self {
        Self {
            findings,
            coverage: Coverage::default(),
        }
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.findings.is_empty()
    }

    /// How each check ended.
    #[must_use]
    pub fn checks(&self) -> Vec<Outcome> {
        let outcome = |name: Check| {
            let is_against = |finding: &&Finding| finding.rule.checks.contains(&name);
            let findings = self.findings.iter().filter(is_against).count();
            Outcome {
                name,
                passed: findings == 0,
                findings,
            }
        };
        Check::ALL.into_iter().map(outcome).collect()
    }

    /// The worst severity there is.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// Takes the findings of another report in.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.findings.extend(other.findings);
        let (own, its) = (&mut self.coverage, other.coverage);
        own.files += its.files;
        own.bytes += its.bytes;
        own.binary += its.binary;
        own.lock_files += its.lock_files;
        own.allowed += its.allowed;
        own.known += its.known;
        own.commits += its.commits;
        own.versions += its.versions;
        own.exchanges += its.exchanges;
        own.too_large.extend(its.too_large);
        own.unreadable.extend(its.unreadable);
        own.notes.extend(its.notes);
        self
    }

    /// The worst first, then by place.
    pub fn sort(&mut self) {
        self.findings.sort_by(|a, b| {
            let by = b
                .severity
                .cmp(&a.severity)
                .then_with(|| a.place.cmp(&b.place));
            by.then_with(|| a.rule.id.cmp(b.rule.id))
        });
    }

    /// The report as one JSON document.
    #[must_use]
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Document<'r> {
            version: u32,
            passed: bool,
            checks: Vec<Outcome>,
            findings: &'r [Finding],
            coverage: &'r Coverage,
        }
        let document = Document {
            version: 1,
            passed: self.passed(),
            checks: self.checks(),
            findings: &self.findings,
            coverage: &self.coverage,
        };
        let mut text = serde_json::to_string_pretty(&document).expect("a report is plain data");
        text.push('\n');
        text
    }

    /// The report in SARIF 2.1.0, for code hosts and editors.
    #[must_use]
    pub fn to_sarif(&self) -> String {
        let mut text = serde_json::to_string_pretty(&sarif::document(self))
            .expect("a JSON value can be written");
        text.push('\n');
        text
    }

    /// The report for people.
    #[must_use]
    pub fn to_table(&self) -> String {
        table::text(self)
    }
}
