//! A report for people.

use std::fmt::Write;

use super::{Coverage, Report};
use crate::finding::Finding;

pub(super) fn text(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        one(&mut text, finding);
    }
    if !report.findings.is_empty() {
        text.push('\n');
    }
    for outcome in report.checks() {
        let passed = if outcome.passed { "passed" } else { "FAILED" };
        // Writing to a String cannot fail.
        let _ = write!(text, "{:21}{passed}", outcome.name);
        let _ = match outcome.findings {
            0 => writeln!(text),
            1 => writeln!(text, "  1 finding"),
            n => writeln!(text, "  {n} findings"),
        };
    }
    coverage(&mut text, &report.coverage);
    text
}

fn one(text: &mut String, finding: &Finding) {
    let rule = finding.rule;
    let _ = write!(
        text,
        "{:9}{}  {}",
        finding.severity,
        shown(&finding.place.to_string()),
        rule.id
    );
    if let Some(secret) = &finding.secret {
        let head = secret.head.as_deref().unwrap_or_default();
        let _ = write!(text, "  {}... #{}", shown(head), secret.fingerprint);
    }
    if let Some(verdict) = finding.verdict {
        let _ = write!(text, "  {}", verdict.as_str());
    }
    let _ = write!(text, "\n         {}", rule.title);
    if !finding.detail.is_empty() {
        let _ = write!(text, " ({})", shown(&finding.detail));
    }
    let _ = writeln!(text, "\n         -> {}", rule.advice);
}

fn coverage(text: &mut String, coverage: &Coverage) {
    let _ = write!(
        text,
        "\n{} files, {:.1} MB",
        coverage.files,
        coverage.bytes as f64 / 1e6
    );
    for (n, what) in [
        (coverage.commits, "commits"),
        (coverage.versions, "versions of files in them"),
        (coverage.exchanges, "exchanges"),
        (coverage.binary, "not text"),
        (coverage.lock_files, "lock files"),
        (coverage.too_large.len() as u64, "too large"),
        (coverage.unreadable.len() as u64, "unreadable"),
        (coverage.allowed, "findings allowed by comments"),
        (coverage.known, "findings in the baseline"),
    ] {
        if n > 0 {
            let _ = write!(text, ", {n} {what}");
        }
    }
    text.push('\n');
    let too_large = coverage
        .too_large
        .iter()
        .map(|path| format!("not read, too large: {path}"));
    let unreadable = coverage
        .unreadable
        .iter()
        .map(|path| format!("could not be read: {path}"));
    for line in too_large
        .chain(unreadable)
        .chain(coverage.notes.iter().cloned())
    {
        let _ = writeln!(text, "{}", shown(&line));
    }
}

/// File names are what somebody else chose: a terminal must not obey them.
fn shown(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}
