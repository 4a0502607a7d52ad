//! From a score to what is to be done.

use crate::{
    rule::{Action, Category},
    score::{self, Evidence},
};

/// What is to be done about a text, from the weakest to the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Verdict {
    /// Let it pass.
    Allow,
    /// Let it pass and say so.
    Flag,
    /// Take the offending spans out.
    Filter,
    /// Refuse it.
    Block,
}

impl Verdict {
    /// The name in reports and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Flag => "flag",
            Self::Filter => "filter",
            Self::Block => "block",
        }
    }
}

impl From<Action> for Verdict {
    fn from(action: Action) -> Self {
        match action {
            Action::Flag => Self::Flag,
            Action::Filter => Self::Filter,
            Action::Block => Self::Block,
        }
    }
}

/// The scores, each between 0 and 1, from which on a text is flagged, filtered or blocked.
///
/// `None` means never. By default a text is flagged from 0.5 and filtered from 0.8 on, and blocked
/// by no score: only by rules that ask for it.
///
/// ```
/// use prompt_screen::{Category, Screen, Thresholds, Verdict};
///
/// let strict = Thresholds::default()
///     .block(0.9)
///     .category(Category::TemplateToken, Thresholds::never().block(0.5));
/// let screening = Screen::recommended().screen("Hi [INST] there");
/// assert_eq!(screening.verdict(&strict), Verdict::Block);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Thresholds {
    flag: Option<f32>,
    filter: Option<f32>,
    block: Option<f32>,
    categories: Vec<(Category, Self)>,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            flag: Some(0.5),
            filter: Some(0.8),
            block: None,
            categories: Vec::new(),
        }
    }
}

impl Thresholds {
    /// No score leads to anything.
    pub const fn never() -> Self {
        Self {
            flag: None,
            filter: None,
            block: None,
            categories: Vec::new(),
        }
    }

    /// Flags from this score on; `None` never.
    pub fn flag(mut self, from: impl Into<Option<f32>>) -> Self {
        self.flag = from.into();
        self
    }

    /// Filters from this score on; `None` never.
    pub fn filter(mut self, from: impl Into<Option<f32>>) -> Self {
        self.filter = from.into();
        self
    }

    /// Blocks from this score on; `None` never.
    pub fn block(mut self, from: impl Into<Option<f32>>) -> Self {
        self.block = from.into();
        self
    }

    /// Judges the evidence of one category by thresholds of its own, apart from all other.
    ///
    /// The categories that those name in turn are not looked at. The model is
    /// [`Category::Learned`] and reads the whole text, whatever rules point at: apart from it, the
    /// built-in rules make a score of their own.
    pub fn category(mut self, category: Category, thresholds: Self) -> Self {
        self.categories.retain(|(known, _)| *known != category);
        self.categories.push((category, thresholds));
        self
    }

    /// What these thresholds say of a score, categories aside.
    #[must_use]
    pub fn of_score(&self, score: f32) -> Verdict {
        let reaches = |from: Option<f32>| from.is_some_and(|from| score >= from);
        if reaches(self.block) {
            Verdict::Block
        } else if reaches(self.filter) {
            Verdict::Filter
        } else if reaches(self.flag) {
            Verdict::Flag
        } else {
            Verdict::Allow
        }
    }

    /// If the model is part of the evidence and of the common score, its clues are not.
    pub(crate) fn of_evidence(&self, evidence: &[Evidence]) -> Verdict {
        let is_apart = |category| self.categories.iter().any(|(apart, _)| *apart == category);
        let is_judged = !is_apart(Category::Learned)
            && evidence.iter().any(|e| e.category == Category::Learned);
        let rest = evidence
            .iter()
            .filter(|e| !(is_apart(e.category) || is_judged && e.is_clue));
        let rest = self.of_score(score::join(rest));
        let apart = self.categories.iter().map(|(category, thresholds)| {
            let own = evidence.iter().filter(|e| e.category == *category);
            thresholds.of_score(score::join(own))
        });
        apart.fold(rest, Verdict::max)
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn evidence_adds_up_and_categories_are_judged_apart() {
        let evidence = |category, weight| Evidence {
            category,
            weight,
            is_clue: true,
        };
        let weak = [
            evidence(Category::Jailbreak, 0.3),
            evidence(Category::GoalHijacking, 0.3),
        ];
        let thresholds = Thresholds::default();
        assert_eq!(thresholds.of_evidence(&[]), Verdict::Allow);
        assert_eq!(thresholds.of_evidence(&weak[..1]), Verdict::Allow);
        assert_eq!(thresholds.of_evidence(&weak), Verdict::Flag);
        let strong = [evidence(Category::Jailbreak, 0.8)];
        assert_eq!(thresholds.of_evidence(&strong), Verdict::Filter);
        let blocks = thresholds.clone().block(0.8);
        assert_eq!(blocks.of_evidence(&strong), Verdict::Block);
        let lenient = blocks.category(Category::Jailbreak, Thresholds::never().flag(0.3));
        assert_eq!(lenient.of_evidence(&strong), Verdict::Flag);
        assert_eq!(lenient.of_evidence(&weak), Verdict::Flag);
        assert_eq!(lenient.of_evidence(&weak[1..]), Verdict::Allow);
        // The model has weighed its clues, unless it is judged apart from them.
        let learned = [strong[0], Evidence::learned(0.6)];
        assert_eq!(thresholds.of_evidence(&learned), Verdict::Flag);
        let unheard = thresholds.category(Category::Learned, Thresholds::never());
        assert_eq!(unheard.of_evidence(&learned), Verdict::Filter);
    }
}
