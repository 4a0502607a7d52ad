//! Where all evidence becomes one score.
//!
//! Today the evidence is what the rules found. What a model says of the text joins here as one
//! more piece of evidence, calibrated so that it means the same: how sure it alone makes us.

use crate::rule::{Category, Weight};

/// The evidence of one rule, however often it hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Evidence {
    pub(crate) category: Category,
    pub(crate) weight: Weight,
}

/// How sure all the evidence makes us: the chance that not all of it is wrong, if each piece is
/// wrong or right for itself (a noisy or).
pub(crate) fn join<'e>(evidence: impl IntoIterator<Item = &'e Evidence>) -> f32 {
    let doubt = evidence
        .into_iter()
        .fold(1.0, |doubt, evidence| doubt * (1.0 - evidence.weight.get()));
    1.0 - doubt
}
