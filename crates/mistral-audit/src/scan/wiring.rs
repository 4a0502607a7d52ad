//! Wiring in code and settings: certificates, debug logs, telemetry, and what calls the API.

use aho_corasick::AhoCorasick;

use super::eye::{Seen, is_allowed, is_sample, place};
use crate::{check::Severity, finding::Finding, rule::Rule};

/// What a mark says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    /// A finding where it stands.
    Wrong(&'static Rule),
    /// The name of a variable: a finding if it is switched on.
    Switch(&'static Rule, On),
    /// The API is called.
    Calls,
    /// Something screens what goes through.
    Guards,
    /// A guard is a program of its own here.
    Gateway,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum On {
    /// Any value but those that mean no.
    Set,
    /// `0`.
    Zero,
    /// A value that means yes.
    True,
}

/// A mark, and the extensions of files where it means that (all, if there are none).
type Mark = (&'static str, &'static [&'static str], Says);

const PY: &[&str] = &["py", "ipynb", "pyi"];
const JS: &[&str] = &["js", "ts", "mjs", "cjs", "jsx", "tsx"];
const CODE: &[&str] = &[
    "py", "ipynb", "js", "ts", "mjs", "cjs", "jsx", "tsx", "rs", "go", "rb", "php", "java", "kt",
    "cs", "swift", "sh", "ex", "dart", "scala",
];

#[rustfmt::skip]
static MARKS: &[Mark] = &[
    ("danger_accept_invalid_certs(true", &["rs"], Says::Wrong(Rule::TLS_UNVERIFIED)),
    ("danger_accept_invalid_hostnames(true", &["rs"], Says::Wrong(Rule::TLS_UNVERIFIED)),
    ("tls_danger_accept_invalid_certs(true", &["rs"], Says::Wrong(Rule::TLS_UNVERIFIED)),
    ("verify=False", PY, Says::Wrong(Rule::TLS_UNVERIFIED)),
    ("verify = False", PY, Says::Wrong(Rule::TLS_UNVERIFIED)),
    ("ssl._create_unverified_context", PY, Says::Wrong(Rule::TLS_UNVERIFIED)),
    ("check_hostname = False", PY, Says::Wrong(Rule::TLS_UNVERIFIED)),
    ("rejectUnauthorized: false", JS, Says::Wrong(Rule::TLS_UNVERIFIED)),
    ("rejectUnauthorized:false", JS, Says::Wrong(Rule::TLS_UNVERIFIED)),
    ("InsecureSkipVerify: true", &["go"], Says::Wrong(Rule::TLS_UNVERIFIED)),
    ("NODE_TLS_REJECT_UNAUTHORIZED", &[], Says::Switch(Rule::TLS_UNVERIFIED, On::Zero)),
    ("PYTHONHTTPSVERIFY", &[], Says::Switch(Rule::TLS_UNVERIFIED, On::Zero)),
    ("MISTRAL_DEBUG", &[], Says::Switch(Rule::SDK_DEBUG_LOG, On::Set)),
    ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", &[], Says::Switch(Rule::TELEMETRY_CONTENT, On::True)),
    ("TRACELOOP_TRACE_CONTENT", &[], Says::Switch(Rule::TELEMETRY_CONTENT, On::True)),
    ("MISTRAL_OTLP_TRACES_ENDPOINT", &[], Says::Switch(Rule::TELEMETRY_CONTENT, On::Set)),
    ("MistralAiInstrumentor()", PY, Says::Wrong(Rule::TELEMETRY_CONTENT)),
    ("://api.mistral.ai", CODE, Says::Calls),
    ("://api.eu.mistral.ai", CODE, Says::Calls),
    ("://api.us.mistral.ai", CODE, Says::Calls),
    ("://codestral.mistral.ai", CODE, Says::Calls),
    ("from mistralai", PY, Says::Calls),
    ("import mistralai", PY, Says::Calls),
    ("from \"@mistralai/mistralai\"", JS, Says::Calls),
    ("from '@mistralai/mistralai'", JS, Says::Calls),
    ("require(\"@mistralai/mistralai\")", JS, Says::Calls),
    ("require('@mistralai/mistralai')", JS, Says::Calls),
    ("tower_mistral", &["rs"], Says::Guards),
    ("SanitizeInputLayer", &["rs"], Says::Guards),
    ("mistral-guard serve", &[], Says::Gateway),
    ("mistral-guard", &["yml", "yaml", "service", "dockerfile"], Says::Guards),
];

pub(super) struct Wiring {
    marks: AhoCorasick,
}

impl Wiring {
    pub(super) fn new() -> Self {
        let marks = MARKS.iter().map(|(mark, _, _)| mark);
        Self {
            marks: AhoCorasick::new(marks).expect("the marks are few"),
        }
    }

    pub(super) fn look(&self, path: &str, text: &str, seen: &mut Seen) {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name == "mistral-guard.toml" {
            seen.has_gateway = true;
            return;
        }
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let extension = extension.to_ascii_lowercase();
        let mut has_base_url = None;
        let mut calls = Vec::new();
        for found in self.marks.find_iter(text) {
            let Some((_, extensions, says)) = MARKS.get(found.pattern().as_usize()) else {
                continue;
            };
            if !extensions.is_empty() && !extensions.contains(&extension.as_str()) {
                continue;
            }
            let behind = text.get(found.end()..).unwrap_or_default();
            match *says {
                Says::Wrong(rule) => finding(rule, path, text, found.start(), seen),
                Says::Switch(rule, on) if is_on(behind, on) => {
                    finding(rule, path, text, found.start(), seen);
                }
                Says::Switch(..) => {}
                Says::Guards => seen.has_guard = true,
                Says::Gateway => (seen.has_guard, seen.has_gateway) = (true, true),
                Says::Calls => {
                    let is_sdk = !text
                        .get(found.range())
                        .unwrap_or_default()
                        .starts_with("://");
                    // With a base URL of its own, the SDK goes where that leads.
                    let elsewhere =
                        is_sdk && *has_base_url.get_or_insert_with(|| names_base_url(text));
                    if !elsewhere && !is_allowed(text, found.start(), Rule::GUARD_BYPASSED) {
                        calls.push(found.start());
                    }
                }
            }
        }
        // One a file is enough to find them.
        if let Some(at) = calls.first().filter(|_| !is_sample(path)) {
            seen.calls.push(place(path, text, *at, None));
        }
    }
}

fn finding(rule: &'static Rule, path: &str, text: &str, at: usize, seen: &mut Seen) {
    if is_allowed(text, at, rule) {
        seen.report.coverage.allowed += 1;
        return;
    }
    let detail = line_without_values(text, at);
    let mut finding = Finding::new(rule, place(path, text, at, None), "");
    // Two in one file are told apart by what stands before them.
    finding.id = Finding::new(rule, finding.place.clone(), detail).id;
    if is_sample(path) {
        finding.severity = Severity::Low;
        "in tests, examples or documentation".clone_into(&mut finding.detail);
    }
    seen.report.findings.push(finding);
}

/// The line up to the mark: it tells two places apart and holds no value.
fn line_without_values(text: &str, at: usize) -> &str {
    let (start, _) = super::text::line_of(text, at);
    text.get(start..at).unwrap_or_default()
}

/// Whether the SDK is told where to go.
fn names_base_url(text: &str) -> bool {
    [
        "server_url",
        "serverURL",
        "base_url",
        "baseURL",
        "MISTRAL_BASE_URL",
    ]
    .iter()
    .any(|name| text.contains(name))
}

/// Whether a variable is given a value that means `on`: `X=1`, `X: "true"`, `["X"] = '1'`.
fn is_on(behind: &str, on: On) -> bool {
    let line = behind.lines().next().unwrap_or_default();
    let line = line.trim_start_matches(['"', '\'', ']', ' ', ')']);
    // `os.environ.get("X", "0")` and prose set nothing.
    let Some(value) = line
        .strip_prefix(['=', ':', ','])
        .filter(|rest| !rest.starts_with(['=', ':']))
    else {
        return false;
    };
    let value = value.trim_start_matches([' ', '"', '\'', '=']);
    let end = value.find(|c: char| {
        !c.is_ascii_alphanumeric() && !matches!(c, '$' | '{' | '/' | ':' | '.' | '-')
    });
    let value = value
        .get(..end.unwrap_or(value.len()))
        .unwrap_or_default()
        .to_ascii_lowercase();
    let is_no = matches!(
        value.as_str(),
        "" | "0" | "false" | "no" | "off" | "none" | "null"
    );
    match on {
        On::Set => !is_no && !value.starts_with('$'),
        On::Zero => value == "0",
        On::True => matches!(value.as_str(), "1" | "true" | "yes" | "on"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(path: &str, text: &str) -> Vec<&'static str> {
        let mut seen = Seen::default();
        Wiring::new().look(path, text, &mut seen);
        seen.judge_project();
        seen.report
            .findings
            .iter()
            .map(|finding| finding.rule.id)
            .collect()
    }

    #[test]
    fn what_gives_something_away_is_found_where_it_is_switched_on() {
        let tls = ["tls-unverified"].as_slice();
        let debug = ["sdk-debug-log"].as_slice();
        let content = ["telemetry-content"].as_slice();
        for (path, text, expected) in [
            ("a.rs", "b.danger_accept_invalid_certs(true)", tls),
            ("a.rs", "fn danger_accept_invalid_certs(accept: bool)", &[]),
            ("a.py", "httpx.Client(verify=False)", tls),
            ("a.rs", "verify=False", &[]),
            ("run.sh", "export NODE_TLS_REJECT_UNAUTHORIZED=0", tls),
            ("run.sh", "export NODE_TLS_REJECT_UNAUTHORIZED=1", &[]),
            ("compose.yml", "  NODE_TLS_REJECT_UNAUTHORIZED: \"0\"", tls),
            (
                "a.js",
                "process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'",
                tls,
            ),
            ("a.py", "os.environ[\"MISTRAL_DEBUG\"] = \"1\"", debug),
            ("a.py", "os.environ.get(\"MISTRAL_DEBUG\")", &[]),
            ("deploy.env", "MISTRAL_DEBUG=true", debug),
            ("deploy.env", "MISTRAL_DEBUG=false", &[]),
            ("deploy.env", "MISTRAL_DEBUG=", &[]),
            ("a.md", "Set MISTRAL_DEBUG to see more.", &[]),
            ("x.env", "TRACELOOP_TRACE_CONTENT=true", content),
            ("x.env", "TRACELOOP_TRACE_CONTENT=false", &[]),
            (
                "a.py",
                "verify=False  # mistral-guard:allow tls-unverified",
                &[],
            ),
            ("a.py", "verify=False  # mistral-guard:allow api-token", tls),
        ] {
            assert_eq!(ids(path, text), expected, "{path}: {text}");
        }
    }

    #[test]
    fn calls_past_the_guard_are_found_if_there_is_one_and_its_absence_if_not() {
        let call = "r = post('https://api.mistral.ai/v1/chat/completions')\n";
        let sdk = "from mistralai import Mistral\nc = Mistral(api_key=k)\n";
        let elsewhere = "from mistralai import Mistral\nc = Mistral(api_key=k, server_url=guard)\n";
        assert_eq!(ids("a.py", call), ["no-guard"]);
        assert_eq!(ids("a.py", sdk), ["no-guard"]);
        assert_eq!(ids("a.py", elsewhere), [""; 0]);
        assert_eq!(ids("tests/a.py", call), [""; 0]);
        let mut seen = Seen::default();
        let wiring = Wiring::new();
        for (path, text) in [
            ("mistral-guard.toml", ""),
            ("a.py", call),
            ("b.py", elsewhere),
        ] {
            wiring.look(path, text, &mut seen);
        }
        seen.judge_project();
        let found: Vec<_> = seen
            .report
            .findings
            .iter()
            .map(|f| (f.rule.id, f.place.path.as_str()))
            .collect();
        assert_eq!(found, [("guard-bypassed", "a.py")]);
    }
}
