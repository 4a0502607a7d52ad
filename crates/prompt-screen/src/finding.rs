//! What a screening found.

use std::ops::Range;

use crate::{
    edit::{self, Edit},
    rule::{Action, Rule, RuleName},
};

/// One match of one rule. Holds the position of the match, never its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    rule: Rule,
    span: Range<usize>,
}

impl Finding {
    pub(crate) const fn new(rule: Rule, span: Range<usize>) -> Self {
        Self { rule, span }
    }

    /// The rule that matched.
    #[must_use]
    pub const fn rule(&self) -> &RuleName {
        self.rule.name()
    }

    /// What the rule asks for.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.rule.action()
    }

    /// Where it matched, in bytes of the screened text; never empty, on character boundaries.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

/// The result of screening one text. Holds positions and rule names, never the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screening {
    len: usize,
    findings: Vec<Finding>,
}

impl Screening {
    pub(crate) const fn new(len: usize, findings: Vec<Finding>) -> Self {
        Self { len, findings }
    }

    /// The findings by position; they do not overlap.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The strongest action that any finding asks for, `None` if nothing was found.
    #[must_use]
    pub fn verdict(&self) -> Option<Action> {
        self.findings.iter().map(Finding::action).max()
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
}
