//! What a screening found.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use crate::{
    contribution::{Contribution, Counts},
    edit::{self, Edit},
    learned::{self, Learned},
    model::clues,
    rule::{Action, Category, Mode, Rule, RuleName},
    score::{self, Evidence},
    select::select,
    verdict::{Thresholds, Verdict},
};

/// One match of one rule, or what the learned model points at ([`LEARNED_MODEL`]). Holds the
/// position of the match, never its text.
///
/// [`LEARNED_MODEL`]: crate::LEARNED_MODEL
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    rule: Arc<Rule>,
    span: Range<usize>,
    weight: f32,
}

impl Finding {
    pub(crate) fn new(rule: Arc<Rule>, span: Range<usize>) -> Self {
        let weight = rule.weight();
        Self { rule, span, weight }
    }

    pub(crate) const fn learned(rule: Arc<Rule>, span: Range<usize>, weight: f32) -> Self {
        Self { rule, span, weight }
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
        self.weight
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

    pub(crate) fn is_clue(&self) -> bool {
        self.rule.is_clue()
    }

    fn replaced(&self) -> (Range<usize>, RuleName) {
        (self.span.clone(), self.rule().clone())
    }

    fn counts(&self) -> bool {
        !self.is_observed()
    }

    fn evidence(&self) -> Evidence {
        Evidence {
            category: self.rule.category,
            weight: self.weight,
            is_clue: self.rule.is_clue(),
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
    learned: Option<Learned>,
}

impl Screening {
    pub(crate) fn new(len: usize, all: Vec<Finding>, allowed: Vec<Arc<str>>) -> Self {
        // Who is only watched neither hides a match that counts nor is hidden by one.
        let (observed, counted): (Vec<Finding>, Vec<_>) =
            all.iter().cloned().partition(Finding::is_observed);
        let mut findings = select(&counted);
        findings.extend(select(&observed));
        findings.sort_by_key(|finding| finding.span.start);
        Self {
            len,
            findings,
            all,
            allowed,
            learned: None,
        }
    }

    /// With the model's opinion, and with its finding if rules point at nothing there.
    pub(crate) fn learned(mut self, learned: Learned, finding: Option<Finding>) -> Self {
        self.learned = Some(learned);
        if let Some(finding) = finding {
            let start = finding.span.start;
            let at = self.findings.partition_point(|f| f.span.start < start);
            self.findings.insert(at, finding);
        }
        self
    }

    /// What the built-in rules tell the model.
    pub(crate) fn clues(&self) -> Vec<u64> {
        clues_of(self.all.iter())
    }

    /// The spans that a filter takes out before the model is asked again, merged and in order, and
    /// what the other findings tell the model then.
    pub(crate) fn spans(&self) -> (Vec<Range<usize>>, Vec<u64>) {
        let (strong, weak): (Vec<&Finding>, Vec<_>) = self.all.iter().partition(|f| is_strong(f));
        let mut spans: Vec<_> = strong.into_iter().map(Finding::span).collect();
        spans.sort_by_key(|span| span.start);
        spans.dedup_by(|next, last| {
            let joins = next.start < last.end;
            if joins {
                last.end = last.end.max(next.end);
            }
            joins
        });
        (spans, clues_of(weak.into_iter()))
    }

    /// Whether a finding that counts overlaps.
    pub(crate) fn shows(&self, span: &Range<usize>) -> bool {
        let counted = self.findings.iter().filter(|finding| finding.counts());
        let mut spans = counted.map(|finding| &finding.span);
        spans.any(|shown| shown.start < span.end && span.start < shown.end)
    }

    /// Whether there is a finding that counts.
    pub(crate) fn has_found(&self) -> bool {
        self.findings.iter().any(Finding::counts)
    }

    /// The findings by position. Those that count do not overlap: where matches do, the stronger
    /// action stays, then the leftmost, then the longest; the others count for the score all the
    /// same. Those of observed rules ([`Finding::is_observed`]) stand beside them, and do not overlap
    /// each other.
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
    /// With the learned model it is the model's probability, who knows what the built-in rules
    /// found, and what other rules and those with an action of their own add. Without it is what
    /// all rules add up to. A rule counts once, however often it matched.
    #[must_use]
    pub fn score(&self) -> f32 {
        let counted = self.all.iter().filter(|finding| finding.counts());
        let evidence = evidence(counted, self.probability());
        let is_left = |e: &&Evidence| self.learned.is_none() || !e.is_clue;
        score::join(evidence.iter().filter(is_left))
    }

    /// What the score is made of: the learned model's part first, then one for each rule that
    /// matched, those whose matches another finding hides included, in the order of their names.
    #[must_use]
    pub fn contributions(&self) -> Vec<Contribution> {
        let mut rules = BTreeMap::<&RuleName, Contribution>::new();
        for finding in &self.all {
            let counts = match finding.counts() {
                false => Counts::Observed,
                true if self.learned.is_some() && finding.is_clue() => Counts::AsClue,
                true => Counts::Added,
            };
            rules
                .entry(finding.rule())
                .or_insert_with(|| Contribution::of_rule(finding, counts))
                .add_match();
        }
        let learned = self.probability().map(Contribution::learned);
        learned.into_iter().chain(rules.into_values()).collect()
    }

    fn probability(&self) -> Option<f32> {
        self.learned.as_ref().map(|learned| learned.probability)
    }

    /// What is to be done: what the thresholds say of the score, or what a rule asks for, if that
    /// is more. Rules with an action of their own count for it only. What would have to be filtered
    /// and cannot be ([`filter`](Self::filter)) is blocked.
    #[must_use]
    pub fn verdict(&self, thresholds: &Thresholds) -> Verdict {
        let verdict = self.asked(thresholds);
        match verdict {
            Verdict::Filter if self.filter(thresholds).is_none() => Verdict::Block,
            verdict => verdict,
        }
    }

    fn asked(&self, thresholds: &Thresholds) -> Verdict {
        verdict(self.all.iter(), self.probability(), thresholds)
    }

    /// What is left of it without the rules that `keep` does not choose, for callers who switch
    /// rules off at run time. Without [`LEARNED_MODEL`] the model has no say; what it has learned
    /// from a rule that goes stays in its probability.
    ///
    /// [`LEARNED_MODEL`]: crate::LEARNED_MODEL
    #[must_use]
    pub fn retain(mut self, keep: impl Fn(&RuleName) -> bool) -> Self {
        let learned = |f: &&Finding| f.category() == Category::Learned;
        let learned = self.findings.iter().find(learned).cloned();
        self.all.retain(|finding| keep(finding.rule()));
        self.findings = select(&self.all);
        match self.learned.take().filter(|_| keep(&RuleName::learned())) {
            Some(model) => self.learned(model, learned),
            None => self,
        }
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
        edit::tile(self.len, chosen.map(Finding::replaced))
    }

    /// The rewrite after which the verdict is below [`Verdict::Filter`], or `None` if there is
    /// none and the text has to be refused: the verdict is [`Verdict::Block`].
    ///
    /// It takes out what rules ask to have taken out. If the rest still scores too much, the
    /// matches that make a flag by themselves go as well, then the sentences that look most like an
    /// attack to the model, up to 32, until the rest scores less; then other matches, the strongest
    /// first. A text that needs no filter is kept as it is. Texts that the model gives less than 0.4
    /// are not filtered by sentences. The model judges what is left without the placeholders: a text
    /// that lost many sentences may score more when it is screened again.
    #[must_use]
    pub fn filter(&self, thresholds: &Thresholds) -> Option<Vec<Edit>> {
        if self.asked(thresholds) == Verdict::Block {
            return None;
        }
        let asks = |f: &&Finding| f.counts() && f.rule.action() == Some(Action::Filter);
        let (gone, mut left): (Vec<&Finding>, Vec<&Finding>) = self.all.iter().partition(asks);
        let mut gone: Vec<_> = gone.into_iter().map(Finding::replaced).collect();
        let mut probability = self.probability();
        if let Some(sure) = probability {
            if verdict(left.iter().copied(), probability, thresholds) >= Verdict::Filter
                && reaches(sure, thresholds)
            {
                let mut rest = self.learned.as_ref()?.rest.clone()?;
                let (strong, weak): (Vec<_>, Vec<_>) = left.into_iter().partition(|f| is_strong(f));
                gone.extend(strong.into_iter().map(Finding::replaced));
                left = weak;
                let mut sure = rest.probability();
                while reaches(sure, thresholds) {
                    gone.push((rest.take()?, RuleName::learned()));
                    sure = rest.probability();
                }
                probability = Some(sure);
            }
        }
        while verdict(left.iter().copied(), probability, thresholds) >= Verdict::Filter {
            let weights = left.iter().filter(|finding| finding.counts());
            let strongest = weights.max_by(|a, b| a.weight.total_cmp(&b.weight))?;
            let rule = Arc::clone(&strongest.rule);
            let (taken, kept): (Vec<_>, _) = left.into_iter().partition(|f| f.rule == rule);
            gone.extend(taken.into_iter().map(Finding::replaced));
            left = kept;
        }
        gone.sort_by_key(|(span, _)| span.start);
        gone.dedup_by(|(next, _), (last, _)| {
            let joins = next.start < last.end;
            if joins {
                last.end = last.end.max(next.end);
            }
            joins
        });
        Some(edit::tile(self.len, gone.into_iter()))
    }
}

/// Whether the model alone makes a filter.
fn reaches(probability: f32, thresholds: &Thresholds) -> bool {
    thresholds.of_evidence(&[Evidence::learned(probability)]) >= Verdict::Filter
}

/// Whether it is a reason to flag by itself.
fn is_strong(finding: &Finding) -> bool {
    finding.counts() && finding.action() != Action::Block && finding.weight >= learned::FLAGGED
}

fn clues_of<'f>(all: impl Iterator<Item = &'f Finding>) -> Vec<u64> {
    let builtin: Vec<Finding> = all
        .filter(|f| f.rule.is_builtin && f.counts())
        .cloned()
        .collect();
    let mut clues: Vec<_> = select(&builtin)
        .iter()
        .map(|finding| clues::of_category(finding.category().as_str()))
        .collect();
    clues.sort_unstable();
    clues.dedup();
    clues.extend(clues::of_score(score::join(&evidence(
        builtin.iter(),
        None,
    ))));
    clues
}

fn verdict<'f>(
    findings: impl Iterator<Item = &'f Finding> + Clone,
    probability: Option<f32>,
    thresholds: &Thresholds,
) -> Verdict {
    let counted = findings.filter(|finding| finding.counts());
    let asked = counted.clone().filter_map(|finding| finding.rule.action());
    let asked = asked.map(Verdict::from).max().unwrap_or(Verdict::Allow);
    let scored = counted.filter(|finding| finding.rule.action().is_none());
    thresholds
        .of_evidence(&evidence(scored, probability))
        .max(asked)
}

/// One piece of evidence a rule, and the model's.
fn evidence<'f>(
    findings: impl Iterator<Item = &'f Finding>,
    probability: Option<f32>,
) -> Vec<Evidence> {
    let mut rules = BTreeSet::new();
    findings
        .filter(|finding| rules.insert(finding.rule()))
        .map(Finding::evidence)
        .chain(probability.map(Evidence::learned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Weight;

    fn finding(name: &'static str, mode: Mode, span: Range<usize>) -> Finding {
        let name = RuleName::new(name.into());
        let rule = Rule {
            weight: Weight::new(0.6).expect("a weight"),
            mode,
            action: None,
            is_builtin: true,
            ..Rule::phrase(name, Category::Jailbreak, Action::Flag)
        };
        Finding::new(Arc::new(rule), span)
    }

    #[test]
    fn a_built_in_rule_that_is_only_observed_tells_the_model_nothing() {
        let counted = finding("old", Mode::Enforce, 4..9);
        let alone = Screening::new(20, vec![counted.clone()], Vec::new());
        assert_ne!(alone.clues(), [0; 0]);
        let observed = finding("new", Mode::Observe, 0..15);
        let both = Screening::new(20, vec![observed.clone(), counted], Vec::new());
        assert_eq!(both.clues(), alone.clues());
        assert_eq!(both.spans(), alone.spans());
        let none = Screening::new(20, vec![observed], Vec::new());
        assert_eq!(
            none.clues(),
            Screening::new(20, Vec::new(), Vec::new()).clues()
        );
    }
}
