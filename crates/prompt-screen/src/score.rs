//! Where all evidence becomes one score.
//!
//! The model is one piece of evidence: it has weighed the built-in rules as clues, so that only
//! rules that it does not know, or that ask for an action of their own, count beside it.

use crate::rule::Category;

/// The evidence of one rule, however often it hit, or of the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Evidence {
    pub(crate) category: Category,
    pub(crate) weight: f32,
    /// Whether the model knows it.
    pub(crate) is_clue: bool,
}

impl Evidence {
    pub(crate) const fn learned(probability: f32) -> Self {
        Self {
            category: Category::Learned,
            weight: probability,
            is_clue: false,
        }
    }
}

/// How sure all the evidence makes us: the chance that not all of it is wrong, if each piece is
/// wrong or right for itself (a noisy or).
pub(crate) fn join<'e>(evidence: impl IntoIterator<Item = &'e Evidence>) -> f32 {
    let doubt = evidence
        .into_iter()
        .fold(1.0, |doubt, evidence| doubt * (1.0 - evidence.weight));
    1.0 - doubt
}
