//! From every match to the findings: ordered, not overlapping, the strongest first.

use std::{cmp::Reverse, collections::BTreeMap};

use crate::finding::Finding;

/// Per action, from the strongest to the weakest: the leftmost match, then the longest, that does
/// not overlap with one taken before.
pub(crate) fn select(all: &[Finding]) -> Vec<Finding> {
    let mut all: Vec<&Finding> = all.iter().collect();
    all.sort_by_key(|finding| {
        let span = finding.span();
        (Reverse(finding.action()), span.start, Reverse(span.end))
    });
    let mut taken = BTreeMap::<usize, &Finding>::new();
    for finding in all {
        let span = finding.span();
        let before = taken.range(..span.end).next_back();
        if before.is_none_or(|(_, before)| before.span().end <= span.start) {
            taken.insert(span.start, finding);
        }
    }
    taken.into_values().cloned().collect()
}
