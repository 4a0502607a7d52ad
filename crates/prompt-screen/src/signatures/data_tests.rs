//! Every rule that comes with the crate finds what it says it finds, and leaves alone what it says.

use std::collections::BTreeSet;

use super::{builtin, version};
use crate::{Mode, Screen, Thresholds, Verdict};

#[test]
fn each_rule_hits_its_hits_and_misses_its_misses() {
    let screen = Screen::builder()
        .signatures()
        .without_model()
        .build()
        .unwrap();
    let mut wrong = Vec::new();
    for entry in &builtin().1.rules {
        let rule = entry.rule.name();
        for (text, expected) in entry
            .hits
            .iter()
            .map(|text| (text, true))
            .chain(entry.misses.iter().map(|text| (text, false)))
        {
            let screening = screen.screen(text);
            if screening.finds(rule) != expected {
                wrong.push(format!("{rule}: hit={expected} expected of {text:?}"));
            }
            // A near miss of one rule is no attack by any other either.
            let verdict = screening.verdict(&Thresholds::default());
            if !expected && verdict != Verdict::Allow {
                let by = screening.findings().first().map(|f| f.rule().to_string());
                wrong.push(format!("{rule}: {verdict:?} by {by:?} of {text:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn near_misses_are_no_attacks_to_the_model_either() {
    let screen = Screen::recommended();
    let misses = builtin().1.rules.iter().flat_map(|entry| &entry.misses);
    let (mut all, mut flagged) = (0, Vec::new());
    for text in misses {
        let verdict = screen.screen(text).verdict(&Thresholds::default());
        assert!(verdict <= Verdict::Flag, "{verdict:?} of {text:?}");
        all += 1;
        if verdict == Verdict::Flag {
            flagged.push(text);
        }
    }
    // It is right about most texts, not about each one.
    assert!(flagged.len() * 50 <= all, "of {all}: {flagged:?}");
}

#[test]
fn rules_are_documented() {
    let numbers = |version: &str| -> Vec<u32> {
        let numbers = version.split('.').map(|n| n.parse().unwrap());
        numbers.collect()
    };
    let of_set = version().split('+').next().unwrap();
    let (first, now) = (numbers("1.0.0"), numbers(of_set));
    let mut names = BTreeSet::new();
    for entry in &builtin().1.rules {
        let rule = &entry.rule;
        let name = rule.name();
        assert!(names.insert(name.clone()), "{name} twice");
        assert!(!rule.about().is_empty(), "{name} is for something");
        let since = numbers(rule.since());
        assert!(since >= first && since <= now, "{name}: {:?}", rule.since());
        assert!(rule.weight() > 0.0, "{name} counts");
        assert!(entry.hits.len() >= 2, "{name} has hits");
        assert!(entry.misses.len() >= 2, "{name} has near misses");
        // Whoever upgrades sees first what a rule would do.
        let is_new = since == now && now != first;
        assert!(!is_new || rule.mode() == Mode::Observe, "{name} is new");
    }
}
