//! What a screening found.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use crate::{
    edit::{self, Edit},
    rule::{Action, Category, Mode, Rule, RuleName},
    score::{self, Evidence},
    select::select,
    verdict::{Thresholds, Verdict},
};

/// One match of one rule. Holds the position of the match, never its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    rule: Arc<Rule>,
    span: Range<usize>,
}

impl Finding {
    pub(crate) const fn new(rule: Arc<Rule>, span: Range<usize>) -> Self {
        Self { rule, span }
    }

    /// The rule that matched.
    #[must_use]
    pub fn rule(&self) -> &RuleName {
        self.rule.name()
    }

    /// The kind of attack that the rule looks for.
    #[must_use]
    pub fn category(&self) -> Category {
        self.rule.category()
    }

    /// How sure this finding alone makes us that the text is an attack: 0 not at all, 1 entirely.
    #[must_use]
    pub fn weight(&self) -> f32 {
        self.rule.weight()
    }

    /// Whether the rule is only watched: the finding counts for nothing.
    #[must_use]
    pub fn is_observed(&self) -> bool {
        self.rule.mode() == Mode::Observe
    }

    /// What the rule asks for, or, if it leaves that to the score, what the default
    /// [`Thresholds`] say of its weight, and at least [`Action::Flag`].
    #[must_use]
    pub fn action(&self) -> Action {
        let by_weight = || match Thresholds::default().of_score(self.weight()) {
            Verdict::Block => Action::Block,
            Verdict::Filter => Action::Filter,
            Verdict::Flag | Verdict::Allow => Action::Flag,
        };
        match self.rule.mode() {
            Mode::Observe => Action::Flag,
            Mode::Enforce => self.rule.action().unwrap_or_else(by_weight),
        }
    }

    /// Where it matched, in bytes of the screened text; never empty, on character boundaries.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    fn counts(&self) -> bool {
        !self.is_observed()
    }

    fn evidence(&self) -> Evidence {
        Evidence {
            category: self.rule.category,
            weight: self.rule.weight,
        }
    }
}

/// The result of screening one text. Holds positions and rule names, never the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Screening {
    len: usize,
    findings: Vec<Finding>,
    /// The findings, and what they overlap.
    all: Vec<Finding>,
    allowed: Vec<Arc<str>>,
}

impl Screening {
    pub(crate) fn new(len: usize, all: Vec<Finding>, allowed: Vec<Arc<str>>) -> Self {
        let findings = select(&all);
        Self {
            len,
            findings,
            all,
            allowed,
        }
    }

    /// The findings by position; they do not overlap. Where matches do, the stronger action stays,
    /// then the leftmost, then the longest; the others count for the score all the same.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    #[cfg(test)]
    pub(crate) fn finds(&self, rule: &RuleName) -> bool {
        self.all.iter().any(|finding| finding.rule() == rule)
    }

    /// How sure we are that the text is an attack: 0 not at all, 1 entirely.
    ///
    /// A rule counts once, however often it matched.
    #[must_use]
    pub fn score(&self) -> f32 {
        score::join(&evidence(
            self.all.iter().filter(|finding| finding.counts()),
        ))
    }

    /// What is to be done: what the thresholds say of the score, or what a rule asks for, if that
    /// is more. Rules with an action of their own count for it only.
    #[must_use]
    pub fn verdict(&self, thresholds: &Thresholds) -> Verdict {
        verdict(self.all.iter(), thresholds)
    }

    /// The reasons of the allow-list entries that kept something from being a finding.
    pub fn allowed(&self) -> impl Iterator<Item = &str> {
        self.allowed.iter().map(AsRef::as_ref)
    }

    /// The rewrite that replaces every [`Action::Filter`] finding that `apply` chooses.
    ///
    /// Findings of other actions are kept whatever `apply` says. The edits tile the text that was
    /// screened; an empty text has none.
    #[must_use]
    pub fn edits(&self, apply: impl Fn(&Finding) -> bool) -> Vec<Edit> {
        let chosen = self
            .findings
            .iter()
            .filter(|finding| finding.action() == Action::Filter && apply(finding));
        edit::tile(self.len, chosen)
    }

    /// The rewrite after which the verdict is below [`Verdict::Filter`], or `None` if there is
    /// none and the text has to be refused: the verdict is [`Verdict::Block`].
    ///
    /// It takes out what rules ask to have taken out, then the strongest matches until the rest
    /// scores less. A text that needs no filter is kept as it is.
    #[must_use]
    pub fn filter(&self, thresholds: &Thresholds) -> Option<Vec<Edit>> {
        if self.verdict(thresholds) == Verdict::Block {
            return None;
        }
        let asks =
            |finding: &&Finding| finding.counts() && finding.rule.action() == Some(Action::Filter);
        let (mut gone, mut left): (Vec<&Finding>, Vec<&Finding>) = self.all.iter().partition(asks);
        while verdict(left.iter().copied(), thresholds) >= Verdict::Filter {
            let weights = left.iter().filter(|finding| finding.counts());
            let strongest = weights.max_by_key(|finding| finding.rule.weight)?;
            let rule = Arc::clone(&strongest.rule);
            let (taken, kept) = left.into_iter().partition(|finding| finding.rule == rule);
            gone.extend::<Vec<_>>(taken);
            left = kept;
        }
        gone.sort_by_key(|finding| finding.span.start);
        let mut merged: Vec<Finding> = Vec::new();
        for finding in gone {
            match merged.last_mut() {
                Some(last) if finding.span.start < last.span.end => {
                    last.span.end = last.span.end.max(finding.span.end);
                }
                _ => merged.push(finding.clone()),
            }
        }
        Some(edit::tile(self.len, merged.iter()))
    }
}

fn verdict<'f>(
    findings: impl Iterator<Item = &'f Finding> + Clone,
    thresholds: &Thresholds,
) -> Verdict {
    let counted = findings.filter(|finding| finding.counts());
    let asked = counted.clone().filter_map(|finding| finding.rule.action());
    let asked = asked.map(Verdict::from).max().unwrap_or(Verdict::Allow);
    let scored = counted.filter(|finding| finding.rule.action().is_none());
    thresholds.of_evidence(&evidence(scored)).max(asked)
}

/// One piece of evidence a rule.
fn evidence<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<Evidence> {
    let mut rules = BTreeSet::new();
    findings
        .filter(|finding| rules.insert(finding.rule()))
        .map(Finding::evidence)
        .collect()
}
