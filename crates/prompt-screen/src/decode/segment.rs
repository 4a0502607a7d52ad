//! Letters in a row taken apart into words that are known.

use std::ops::Range;

use crate::key::Hash;

/// Letters of the longest word that is looked for.
const LONGEST: usize = 20;

/// What a letter in no known word costs, where a word costs one.
const STRAY: usize = 4;

/// The words that `letters` are best read as. What is in no known word stands for itself, in one
/// piece. Linear.
pub(crate) fn segment(letters: &[char], knows: impl Fn(u64) -> bool) -> Vec<Range<usize>> {
    // The least that the first letters cost, and where the last word of that reading begins.
    let mut best = vec![(usize::MAX, 0, false); letters.len() + 1];
    if let Some(first) = best.first_mut() {
        first.0 = 0;
    }
    for start in 0..letters.len() {
        let Some((cost, ..)) = best.get(start).copied() else {
            break;
        };
        let mut hash = Hash::default();
        for (end, letter) in (start + 1..).zip(letters.iter().skip(start).take(LONGEST)) {
            hash.push(*letter);
            let known = end > start + 1 && knows(hash.key());
            let cost = match known {
                true => cost + 1,
                false if end == start + 1 => cost + STRAY,
                false => continue,
            };
            if let Some(slot) = best.get_mut(end) {
                if cost < slot.0 {
                    *slot = (cost, start, known);
                }
            }
        }
    }
    let mut words: Vec<(Range<usize>, bool)> = Vec::new();
    let mut end = letters.len();
    while let Some((_, start, known)) = best.get(end).copied() {
        if end == 0 {
            break;
        }
        match words.last_mut() {
            Some((after, false)) if !known => after.start = start,
            _ => words.push((start..end, known)),
        }
        end = start;
    }
    words.into_iter().rev().map(|(word, _)| word).collect()
}
