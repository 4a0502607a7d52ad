//! Parts of a text that are scored on their own, so that one sentence among many counts.

use std::ops::Range;

/// How many sentences in a row are looked at together, apart from the whole text.
const RUNS: [usize; 2] = [1, 2];

/// All windows of a text of `sentences` sentences.
pub(crate) fn windows(sentences: usize) -> impl Iterator<Item = Range<usize>> {
    let runs = RUNS
        .into_iter()
        .filter(move |run| *run < sentences)
        .flat_map(move |run| (0..=sentences - run).map(move |at| at..at + run));
    runs.chain((sentences > 0).then_some(0..sentences))
}

/// What the sum of a window's weights is divided by: evidence is not diluted as fast as a window
/// grows, and chance does not add up.
pub(crate) fn damping(words: usize) -> f32 {
    #[allow(clippy::cast_precision_loss, reason = "no text has 2^23 words")]
    let words = words as f32;
    (words + 4.0).sqrt()
}
