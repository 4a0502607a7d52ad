//! The line that is written for a text.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;
use tower_mistral::screen::{Edit, Finding, RuleName, Screen, Screening, Thresholds, Verdict};

/// What is said of one text.
#[derive(Serialize)]
pub(super) struct Record<'l> {
    id: Option<&'l RawValue>,
    score: f32,
    verdict: &'static str,
    findings: Vec<Found<'l>>,
    /// What may go on.
    text: Option<Cow<'l, str>>,
    /// Why something is no finding.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed: Vec<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<Vec<Part>>,
    #[serde(skip)]
    judged: Verdict,
}

#[derive(Serialize)]
struct Found<'l> {
    rule: &'l str,
    category: &'static str,
    weight: f32,
    /// Characters of the text before it, and before what follows it.
    start: usize,
    end: usize,
    /// It counts for nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    observed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'l str>,
}

/// What a rule or the model adds to a score.
#[derive(Serialize)]
struct Part {
    rule: String,
    weight: f32,
    matches: usize,
    counts: &'static str,
}

impl<'l> Record<'l> {
    pub(super) fn new(
        id: Option<&'l RawValue>,
        text: &'l str,
        screening: &'l Screening,
        thresholds: &Thresholds,
    ) -> Self {
        let judged = screening.verdict(thresholds);
        let places = places(text, screening.findings());
        let findings = screening.findings().iter().zip(places);
        Self {
            id,
            score: screening.score(),
            verdict: judged.as_str(),
            findings: findings.map(|(f, place)| Found::new(f, place)).collect(),
            text: passed(text, screening, thresholds, judged),
            allowed: screening.allowed().collect(),
            parts: None,
            judged,
        }
    }

    pub(super) const fn verdict(&self) -> Verdict {
        self.judged
    }

    /// Adds what each finding is about, and what the score is made of.
    pub(super) fn explain(&mut self, screen: &'l Screen, screening: &Screening) {
        for (found, finding) in self.findings.iter_mut().zip(screening.findings()) {
            found.why = Some(about(screen, finding.rule()));
        }
        let parts = screening.contributions().into_iter().map(|part| Part {
            rule: part.rule().to_string(),
            weight: part.weight(),
            matches: part.matches(),
            counts: part.counts().as_str(),
        });
        self.parts = Some(parts.collect());
    }
}

impl<'l> Found<'l> {
    fn new(finding: &'l Finding, (start, end): (usize, usize)) -> Self {
        Self {
            rule: finding.rule().as_str(),
            category: finding.category().as_str(),
            weight: finding.weight(),
            start,
            end,
            observed: finding.is_observed(),
            why: None,
        }
    }
}

/// What the rule is for.
pub(super) fn about<'s>(screen: &'s Screen, rule: &RuleName) -> &'s str {
    let mut rules = screen.rules().iter();
    let rule = rules.find(|known| known.name() == rule);
    rule.map_or("", |rule| rule.about())
}

/// Start and end of each finding in characters.
pub(super) fn places(text: &str, findings: &[Finding]) -> Vec<(usize, usize)> {
    let spans = findings.iter().map(Finding::span);
    let mut bytes: Vec<usize> = spans.flat_map(|span| [span.start, span.end]).collect();
    bytes.sort_unstable();
    bytes.dedup();
    let (mut at, mut count) = (0, 0);
    let chars: Vec<usize> = bytes
        .iter()
        .map(|byte| {
            count += text.get(at..*byte).unwrap_or_default().chars().count();
            at = *byte;
            count
        })
        .collect();
    let place = |byte: usize| {
        let at = bytes.partition_point(|known| *known < byte);
        chars.get(at).copied().unwrap_or(count)
    };
    let spans = findings.iter().map(Finding::span);
    spans
        .map(|span| (place(span.start), place(span.end)))
        .collect()
}

fn passed<'t>(
    text: &'t str,
    screening: &Screening,
    thresholds: &Thresholds,
    verdict: Verdict,
) -> Option<Cow<'t, str>> {
    match verdict {
        Verdict::Allow | Verdict::Flag => Some(Cow::Borrowed(text)),
        Verdict::Filter => Some(Cow::Owned(apply(text, &screening.filter(thresholds)?))),
        _ => None,
    }
}

fn apply(text: &str, edits: &[Edit]) -> String {
    let mut rest = text;
    let mut out = String::new();
    for edit in edits {
        let (n, with) = match edit {
            Edit::Keep(n) => (*n, None),
            Edit::Replace { n, with, .. } => (*n, Some(with)),
            _ => unreachable!("there are no other edits"),
        };
        let (head, tail) = rest.split_at_checked(n).expect("edits tile the text");
        out.push_str(with.map_or(head, AsRef::as_ref));
        rest = tail;
    }
    out
}
