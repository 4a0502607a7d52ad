//! What screening made of a call, for whoever comes next.

use prompt_screen::{Category, Verdict};
use tower_mistral_wire::table::TextKind;

/// What screening made of a call: an extension of the request that goes on and of the response,
/// there if any text is more than allowed. Never holds text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Screened {
    /// The strongest verdict on any text.
    pub verdict: Verdict,
    /// The highest score of these texts.
    pub score: f32,
    /// The texts that are more than allowed, by place; at most [`MAX_TEXTS`](Self::MAX_TEXTS).
    pub texts: Vec<ScreenedText>,
}

/// What screening made of one text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ScreenedText {
    /// What the text is.
    pub kind: TextKind,
    /// Which message.
    pub group: u32,
    /// What was done about it; in Observe, what would have been done.
    pub verdict: Verdict,
    /// How sure we are that it is an attack: 0 not at all, 1 entirely.
    pub score: f32,
    /// The kinds of attack that rules found in it.
    pub categories: Vec<Category>,
}

impl Screened {
    /// How many texts are listed; more count for verdict and score only.
    pub const MAX_TEXTS: usize = 64;

    /// What was made of all texts; none if all are allowed.
    pub(crate) fn of(texts: impl Iterator<Item = ScreenedText>) -> Option<Self> {
        let mut screened: Option<Self> = None;
        for text in texts {
            let all = screened.get_or_insert_with(|| Self {
                verdict: Verdict::Allow,
                score: 0.0,
                texts: Vec::new(),
            });
            all.verdict = all.verdict.max(text.verdict);
            all.score = all.score.max(text.score);
            if all.texts.len() < Self::MAX_TEXTS {
                all.texts.push(text);
            }
        }
        screened
    }
}
