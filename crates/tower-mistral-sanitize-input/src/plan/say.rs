//! What a plan says of a text: findings, and what it was found to be.

use prompt_screen::{Action as Ask, Category, Verdict};
use tower_mistral_wire::{
    Mode, RejectionKind,
    ext::{Action, Finding, Layer},
};

use super::Planner;
use crate::{
    SCORE,
    judge::{Gone, Hit, Judged},
    screened::ScreenedText,
};

impl Planner<'_> {
    /// Says what was found, and what `verdict` does about it.
    pub(super) fn report(
        &mut self,
        judged: &Judged,
        verdict: Verdict,
        gone: &[Gone],
        start: usize,
    ) {
        for hit in judged.hits.iter().filter(|hit| hit.is_observed) {
            self.watched(hit, start);
        }
        if verdict == Verdict::Allow {
            return;
        }
        self.plan.screened = Some(ScreenedText {
            kind: self.kind,
            group: self.group,
            verdict,
            score: judged.score,
            categories: categories(&judged.hits),
        });
        let rejects = |hit: &Hit| verdict == Verdict::Block && hit.action == Ask::Block;
        // Where no rule asks for a block, all that adds up to it is the reason.
        let is_asked = judged.hits.iter().any(&rejects);
        let mut said: Vec<(usize, usize, &str, Action)> = Vec::new();
        for (span, rule) in gone {
            said.push((span.start, span.len(), rule.as_str(), Action::Edited));
        }
        for hit in judged.hits.iter().filter(|hit| !hit.is_observed) {
            let is_gone = |(span, _): &Gone| span.start < hit.span.end && hit.span.start < span.end;
            if gone.iter().any(is_gone) {
                continue;
            }
            let action = match verdict == Verdict::Block && (rejects(hit) || !is_asked) {
                true => Action::Rejected,
                false => Action::Flagged,
            };
            said.push((hit.span.start, hit.span.len(), hit.rule.as_str(), action));
        }
        if said.is_empty() {
            let action = match verdict {
                Verdict::Block => Action::Rejected,
                _ => Action::Flagged,
            };
            said.push((0, 0, SCORE, action));
        }
        said.sort_by_key(|(at, ..)| *at);
        for (at, len, rule, action) in said {
            self.add(rule, action, start + at, len);
        }
    }

    /// Says which phrases reach into this text, whose end is at `end`.
    pub(super) fn cross(&mut self, start: usize, end: usize) {
        let crossings = self.crossings;
        for crossing in crossings {
            let verdict = self.policy.of_verdict(crossing.verdict, self.kind);
            let action = match verdict {
                Verdict::Allow => continue,
                Verdict::Block => Action::Rejected,
                Verdict::Filter if crossing.span.start < end => Action::Edited,
                _ => Action::Flagged,
            };
            let (at, len) = (crossing.span.start.max(start), crossing.span.len());
            self.add(crossing.rule.as_str(), action, at, len);
            if verdict == Verdict::Block && self.applies(crossing.rule.as_str()) {
                self.plan.refusal = Some(RejectionKind::Blocked);
            }
            let screened = self.plan.screened.get_or_insert_with(|| ScreenedText {
                kind: self.kind,
                group: self.group,
                verdict,
                score: crossing.score,
                categories: Vec::new(),
            });
            screened.verdict = screened.verdict.max(verdict);
            screened.score = screened.score.max(crossing.score);
            screened.categories.extend(crossing.category);
        }
    }

    /// A finding of a rule that is only watched.
    fn watched(&mut self, hit: &Hit, start: usize) {
        let (at, len) = (start + hit.span.start, hit.span.len());
        let finding = self.finding(hit.rule.as_str(), Action::Flagged, at, len);
        self.plan.findings.push(finding.enforced(false));
    }

    pub(super) fn add(&mut self, rule: &str, action: Action, offset: usize, len: usize) {
        let mode = self.switch.of(rule, self.kind);
        if mode == Mode::Off {
            return;
        }
        let finding = self.finding(rule, action, offset, len);
        let finding = finding.enforced(mode == Mode::Enforce);
        self.plan.findings.push(finding);
    }

    fn finding(&self, rule: &str, action: Action, offset: usize, len: usize) -> Finding {
        Finding::new(Layer::SanitizeInput, rule.to_owned(), action).at(
            self.kind,
            self.group,
            offset as u64,
            len as u64,
        )
    }
}

fn categories(hits: &[Hit]) -> Vec<Category> {
    let mut categories: Vec<_> = hits.iter().map(|hit| hit.category).collect();
    categories.sort_unstable();
    categories.dedup();
    categories
}
