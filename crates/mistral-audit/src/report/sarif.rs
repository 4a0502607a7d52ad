//! SARIF 2.1.0 (OASIS), in the part that code hosts read.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::Report;
use crate::{check::Severity, finding::Finding, rule::Rule};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn document(report: &Report) -> Value {
    let rules: Vec<_> = Rule::ALL.iter().map(|rule| descriptor(rule)).collect();
    let results: Vec<_> = report.findings.iter().map(result).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "mistral-guard",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{"executionSuccessful": true}],
            "results": results,
        }],
    })
}

fn descriptor(rule: &Rule) -> Value {
    let checks: Vec<_> = rule.checks.iter().map(|check| check.as_str()).collect();
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "help": {"text": rule.advice},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {"tags": checks, "security-severity": score(rule.severity)},
    })
}

fn result(finding: &Finding) -> Value {
    let rule = finding.rule;
    let mut message = rule.title.to_owned();
    if !finding.detail.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(message, " ({})", finding.detail);
    }
    let _ = write!(message, ". To do: {}.", rule.advice);
    let place = &finding.place;
    let mut location = Map::new();
    location.insert(
        "artifactLocation".to_owned(),
        json!({"uri": uri(&place.path)}),
    );
    if let Some(line) = place.line {
        let region = match place.column {
            Some(column) => json!({"startLine": line, "startColumn": column}),
            None => json!({"startLine": line}),
        };
        location.insert("region".to_owned(), region);
    }
    let properties = json!({
        "severity": finding.severity,
        "secret": finding.secret,
        "commit": place.commit,
        "verdict": finding.verdict,
    });
    let index = Rule::ALL.iter().position(|known| *known == rule);
    json!({
        "ruleId": rule.id,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": {"text": message},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"mistralGuardAudit/v1": finding.id},
        "properties": properties,
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// What GitHub sorts by: CVSS-like, as a string.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.0",
        Severity::Low => "2.0",
    }
}

/// A relative reference (RFC 3986): what is no unreserved character is encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
