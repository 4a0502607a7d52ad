//! One file: what is found in it, and what that says of the project.

use std::hash::Hasher;

use siphasher::sip::SipHasher24;

use super::{
    FoundKey, about, compromised, env_file,
    secrets::{Secret, Secrets},
    text,
    wiring::Wiring,
};
use crate::{
    check::Severity,
    finding::{Finding, Place, Trace},
    report::Report,
    rule::Rule,
};

/// What looks at files. Shared by all threads.
pub(super) struct Eye {
    secrets: Secrets,
    wiring: Wiring,
    key: [u8; 16],
    keeps_keys: bool,
}

/// What was seen so far.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) report: Report,
    pub(super) keys: Vec<FoundKey>,
    /// Places that call the API at its own address or through its SDK.
    pub(super) calls: Vec<Place>,
    /// Something screens prompts and replies.
    pub(super) has_guard: bool,
    /// A guard stands between as a program of its own.
    pub(super) has_gateway: bool,
}

impl Eye {
    pub(super) fn new(key: [u8; 16], keeps_keys: bool) -> Self {
        Self {
            secrets: Secrets::new(),
            wiring: Wiring::new(),
            key,
            keeps_keys,
        }
    }

    /// Looks at a file of the tree, or at one of a commit.
    pub(super) fn file(&self, path: &str, bytes: &[u8], commit: Option<&str>, seen: &mut Seen) {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_now = commit.is_none();
        let coverage = &mut seen.report.coverage;
        let Some(decoded) = text::decode(bytes) else {
            coverage.binary += 1;
            return;
        };
        coverage.files += 1;
        coverage.bytes += bytes.len() as u64;
        let cells = name.ends_with(".ipynb").then(|| text::notebook(&decoded));
        let text = cells.as_deref().unwrap_or(&decoded);
        if is_now {
            let found = compromised::find(name, text).map(|(at, what)| {
                Finding::new(Rule::COMPROMISED_SDK, place(path, text, at, None), what)
            });
            seen.report.findings.extend(found);
        }
        if compromised::is_lock_file(name) {
            seen.report.coverage.lock_files += 1;
            return;
        }
        if !env_file::is_sample(name) {
            self.secrets(path, text, commit, seen);
        }
        if is_now {
            self.wiring.look(path, text, seen);
        }
    }

    fn secrets(&self, path: &str, text: &str, commit: Option<&str>, seen: &mut Seen) {
        let secrets = self.secrets.find(text, has_quotes(path));
        let is_sample = is_sample(path);
        for secret in &secrets {
            let value = text.get(secret.range.clone()).unwrap_or_default();
            if is_allowed(text, secret.range.start, secret.rule) {
                seen.report.coverage.allowed += 1;
                continue;
            }
            let fingerprint = self.fingerprint(value);
            let trace = Trace::new(value, fingerprint);
            if self.keeps_keys && secret.rule == Rule::MISTRAL_API_KEY {
                seen.keys
                    .push(FoundKey::new(trace.fingerprint.clone(), value));
            }
            let masked = masked(text, secret.range.start, &secrets);
            let place = place(path, text, secret.range.start, commit);
            let mut finding = Finding::new(secret.rule, place, "").secret(trace, &masked);
            let explains = is_sample || is_doc_comment(text, secret.range.start);
            if explains && secret.rule != Rule::MISTRAL_API_KEY {
                finding.severity = Severity::Low;
                finding.detail = "in tests, examples or documentation".to_owned();
            }
            seen.report.findings.push(finding);
        }
    }

    fn fingerprint(&self, value: &str) -> u64 {
        let mut hasher = SipHasher24::new_with_key(&self.key);
        hasher.write(value.as_bytes());
        hasher.finish()
    }
}

/// The comment that allows what stands on its line or on the next one: alone, or with the names of
/// rules behind it.
const ALLOW: &str = "mistral-guard:allow";

pub(super) fn is_allowed(text: &str, at: usize, rule: &Rule) -> bool {
    let (start, end) = text::line_of(text, at);
    let own = text.get(start..end).unwrap_or_default();
    let above = start.checked_sub(1).map_or("", |before| {
        let (start, end) = text::line_of(text, before);
        text.get(start..end).unwrap_or_default()
    });
    // A line above that has code of its own allows that.
    let is_comment = |line: &str| {
        let line = line.trim_start();
        ["#", "//", "/*", "*", "--", ";", "<!--", "%", "\"#"]
            .iter()
            .any(|mark| line.starts_with(mark))
    };
    allows(own, rule) || is_comment(above) && allows(above, rule)
}

fn allows(line: &str, rule: &Rule) -> bool {
    let Some((_, behind)) = line.split_once(ALLOW) else {
        return false;
    };
    let words = behind.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let mut named = words
        .filter(|word| Rule::ALL.iter().any(|rule| rule.id == *word))
        .peekable();
    named.peek().is_none() || named.any(|word| word == rule.id)
}

/// The line of a secret without its secrets.
fn masked(text: &str, at: usize, secrets: &[Secret]) -> String {
    let (start, end) = text::line_of(text, at);
    let mut masked = String::new();
    let mut from = start;
    for secret in secrets {
        let range = &secret.range;
        if range.end <= start || range.start >= end || range.start < from {
            continue;
        }
        masked.push_str(text.get(from..range.start).unwrap_or_default());
        masked.push('*');
        from = range.end.min(end);
    }
    masked.push_str(text.get(from..end).unwrap_or_default());
    masked
}

pub(super) fn place(path: &str, text: &str, at: usize, commit: Option<&str>) -> Place {
    let (line, column) = text::position(text, at);
    let mut place = Place::file(path).line(line, Some(column));
    place.commit = commit.map(str::to_owned);
    place
}

/// Whether a file explains or tests: what is written down there is rarely the key to anything.
pub(super) fn is_sample(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "test",
        "tests",
        "testing",
        "testdata",
        "test_data",
        "test-data",
        "test_vectors",
        "test-vectors",
        "testsuite",
        "test-suite",
        "conformance",
        "fixtures",
        "examples",
        "example",
        "docs",
        "doc",
        "benches",
        "spec",
        "specs",
        "__tests__",
        "mocks",
        "cassettes",
        "samples",
    ];
    let lower = path.to_ascii_lowercase();
    let mut parts = lower.rsplit('/');
    let name = parts.next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or(name);
    parts.any(|part| FOLDERS.contains(&part) || part.ends_with("-test-suite"))
        || FOLDERS.contains(&stem)
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_tests")
        || name.contains(".test.")
        || name.contains(".spec.")
        || name.ends_with(".md")
        || name.ends_with(".rst")
}

/// Whether a line documents code: `///`, `//!`.
fn is_doc_comment(text: &str, at: usize) -> bool {
    let (start, end) = text::line_of(text, at);
    let line = text.get(start..end).unwrap_or_default().trim_start();
    line.starts_with("///") || line.starts_with("//!")
}

/// Whether texts stand in quotation marks in the language of a file.
fn has_quotes(path: &str) -> bool {
    const CODE: &[&str] = &[
        "rs", "c", "cc", "cpp", "h", "hpp", "go", "java", "kt", "cs", "swift", "scala", "js", "ts",
        "jsx", "tsx", "mjs", "cjs", "py", "ipynb", "rb", "php", "dart", "ex", "lua", "zig",
    ];
    path.rsplit_once('.')
        .is_some_and(|(_, extension)| CODE.contains(&extension))
}

impl Seen {
    /// Takes what another thread saw.
    pub(super) fn add(&mut self, other: Self) {
        self.report = std::mem::take(&mut self.report).with(other.report);
        self.keys.extend(other.keys);
        self.calls.extend(other.calls);
        self.has_guard |= other.has_guard;
        self.has_gateway |= other.has_gateway;
    }

    /// What only the whole project tells: whether what calls the API has a guard.
    pub(super) fn judge_project(&mut self) {
        self.calls.sort();
        let calls = std::mem::take(&mut self.calls);
        if self.has_gateway {
            let found = calls
                .into_iter()
                .map(|place| Finding::new(Rule::GUARD_BYPASSED, place, ""));
            self.report.findings.extend(found);
        } else if !self.has_guard {
            if let Some(first) = calls.first() {
                let n = calls.len();
                let detail = if n == 1 {
                    "1 place".to_owned()
                } else {
                    format!("{n} places")
                };
                self.report
                    .findings
                    .push(Finding::new(Rule::NO_GUARD, first.clone(), detail));
            }
        }
    }

    pub(super) fn push(&mut self, rule: &'static Rule, path: &str, detail: &str) {
        self.report.findings.push(about(rule, path, detail));
    }
}
