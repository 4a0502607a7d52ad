//! What the model is told beside the words: that something was found, whatever its words are.
//!
//! A clue counts once for a text. Like a feature it is a hash.

use crate::{
    decode::{Kind, Oddities},
    read::key,
};

/// The categories of the rules that hit.
pub(crate) fn of_category(category: &str) -> u64 {
    clue("category", category)
}

/// How sure the rules are, together: a clue for each step that is reached.
pub(crate) fn of_score(score: f32) -> impl Iterator<Item = u64> {
    [
        (0.15, "15"),
        (0.3, "30"),
        (0.5, "50"),
        (0.7, "70"),
        (0.85, "85"),
        (0.95, "95"),
    ]
    .into_iter()
    .filter(move |(step, _)| score >= *step)
    .map(|(_, name)| clue("score", name))
}

/// There is another way to read the text.
pub(crate) fn of_reading(kind: Kind) -> u64 {
    clue("reading", &format!("{kind:?}"))
}

/// What is unusual about the text.
pub(crate) fn of_oddities(oddities: &Oddities) -> impl Iterator<Item = u64> + use<> {
    let words = u32::try_from(oddities.words).unwrap_or(u32::MAX);
    let few = |name, count: u32| (count > 0).then(|| clue("some", name));
    let many = |name, count: u32| {
        (count >= 3 && u64::from(count) * 10 >= u64::from(words)).then(|| clue("many", name))
    };
    [
        few("invisible", oddities.invisible),
        many("invisible", oddities.invisible),
        many("tags", oddities.tags),
        many("marks", oddities.marks),
        many("mixed", oddities.mixed_scripts),
        few("disguised", oddities.disguised),
        many("disguised", oddities.disguised),
        few("decoded", oddities.decoded),
    ]
    .into_iter()
    .flatten()
}

fn clue(kind: &str, what: &str) -> u64 {
    key(kind).rotate_left(17) ^ key(what) ^ 0xC1_0E
}
