//! From every hit to the findings: ordered, not overlapping, the strongest first.

use std::{cmp::Reverse, collections::BTreeMap};

use crate::{automaton::Hit, finding::Finding, rule::Rule};

/// Per action, from the strongest to the weakest: the leftmost hit, then the longest, that does
/// not overlap with one taken before.
pub(crate) fn select(hits: Vec<Hit>, rules: &[Rule]) -> Vec<Finding> {
    let mut hits: Vec<(Hit, &Rule)> = hits
        .into_iter()
        .filter_map(|hit| rules.get(hit.rule).map(|rule| (hit, rule)))
        .collect();
    hits.sort_by_key(|(hit, rule)| {
        (
            Reverse(rule.action()),
            hit.span.start,
            Reverse(hit.span.end),
            hit.rule,
        )
    });
    let mut taken = BTreeMap::<usize, Finding>::new();
    for (hit, rule) in hits {
        let before = taken.range(..hit.span.end).next_back();
        if before.is_some_and(|(_, finding)| finding.span().end > hit.span.start) {
            continue;
        }
        taken.insert(hit.span.start, Finding::new(rule.clone(), hit.span));
    }
    taken.into_values().collect()
}
