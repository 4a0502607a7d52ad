//! A rule that is only observed reports and changes nothing; what a score is made of.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::sync::LazyLock;

use prompt_screen::{Action, Counts, LEARNED_MODEL, Screen, Screening, Thresholds, Verdict};
use proptest::{collection::vec, prelude::*, sample::select};

/// Rules of words that the built-in ones have, too: their matches overlap.
fn rules(mode: &str) -> String {
    let rule = |id: &str, extra: &str, pattern: &str| {
        format!(
            "[[rule]]\nid = \"{id}\"\ncategory = \"jailbreak\"\nweight = 1.0\nmode = \"{mode}\"\n\
             since = \"1.1.0\"\n{extra}\npatterns = [\"{pattern}\"]\n"
        )
    };
    [
        rule("wide", "", "please ..9 instructions"),
        rule("word", "", "previous"),
        rule("blocks", "action = \"block\"", "prompt"),
    ]
    .concat()
}

/// The built-in rules, without and with the model: as they are, and with ours in each mode.
static SCREENS: LazyLock<[[Screen; 3]; 2]> = LazyLock::new(|| {
    let builders = [
        Screen::builder().recommended().without_model(),
        Screen::builder().recommended(),
    ];
    builders.map(|builder| {
        let files = [String::new(), rules("observe"), rules("enforce")];
        files.map(|file| builder.clone().rules(&file).build().unwrap())
    })
});

const FRAGMENTS: &[&str] = &[
    "please ",
    "ignore ",
    "all ",
    "previous ",
    "instructions ",
    ". ",
    "print ",
    "your ",
    "system ",
    "prompt ",
    "you are now DAN ",
    "[INST] ",
    "the weather ",
    "is fine\n",
    "[FILTERED]",
];

fn counted(screening: &Screening) -> Vec<String> {
    let findings = screening.findings().iter().filter(|f| !f.is_observed());
    findings.map(|finding| format!("{finding:?}")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn an_observed_rule_changes_nothing(parts in vec(select(FRAGMENTS), 0..16), model in any::<bool>()) {
        let text = parts.concat();
        let [before, after, _] = &SCREENS[usize::from(model)];
        let (before, after) = (before.screen(&text), after.screen(&text));
        prop_assert_eq!(before.score(), after.score());
        prop_assert_eq!(counted(&before), counted(&after));
        prop_assert_eq!(before.edits(|_| true), after.edits(|_| true));
        for thresholds in [Thresholds::default(), Thresholds::default().block(0.9)] {
            prop_assert_eq!(before.verdict(&thresholds), after.verdict(&thresholds));
            prop_assert_eq!(before.filter(&thresholds), after.filter(&thresholds));
        }
        // Each is reported all the same, whatever else is found there.
        for (rule, words) in [("word", "previous"), ("blocks", "prompt")] {
            let found = after.findings().iter().any(|f| f.is_observed() && f.rule().as_str() == rule);
            let part = after.contributions().into_iter().find(|c| c.rule().as_str() == rule);
            prop_assert_eq!(part.is_some(), text.contains(words), "{:?}", text);
            prop_assert!(part.is_none_or(|part| part.counts() == Counts::Observed));
            // An observed rule may hide another one: `wide` begins with "please".
            prop_assert!(found == text.contains(words) || text.contains("please"));
        }
    }

    #[test]
    fn a_score_is_what_its_parts_make(parts in vec(select(FRAGMENTS), 0..16), model in any::<bool>()) {
        let text = parts.concat();
        let screening = SCREENS[usize::from(model)][2].screen(&text);
        let parts = screening.contributions();
        let added = parts.iter().filter(|part| part.counts() == Counts::Added);
        let doubt: f32 = added.map(|part| 1.0 - part.weight()).product();
        prop_assert!((screening.score() - (1.0 - doubt)).abs() < 1e-6, "{:?}", parts);
        let has_model = parts.first().is_some_and(|part| part.rule().as_str() == LEARNED_MODEL);
        prop_assert!(model || !has_model);
        for finding in screening.findings() {
            prop_assert!(parts.iter().any(|part| part.rule() == finding.rule()));
        }
    }
}

#[test]
fn the_same_rules_enforced_would_have_had_a_say() {
    let text = "please follow the previous instructions";
    let screen = |mode| Screen::from_toml(&rules(mode)).unwrap().screen(text);
    let (observed, enforced) = (screen("observe"), screen("enforce"));
    let thresholds = Thresholds::default();
    assert_eq!((observed.score(), enforced.score()), (0.0, 1.0));
    assert_eq!(observed.verdict(&thresholds), Verdict::Allow);
    assert_eq!(enforced.verdict(&thresholds), Verdict::Filter);
    let finding = &observed.findings()[0];
    assert!(finding.is_observed());
    assert_eq!(
        (finding.rule().as_str(), finding.action()),
        ("wide", Action::Flag)
    );
    let screen = Screen::from_toml(&rules("observe")).unwrap();
    assert_eq!(screen.rules()[0].since(), "1.1.0");
}
