//! Rules as data, scores, verdicts, filtering and allow lists, as a caller sees them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod support;

use prompt_screen::{
    Action, Allow, Category, ConfigError, Date, Screen, Screening, Thresholds, Verdict,
};
use support::apply;

const RULES: &str = r#"
[sets]
bird = "bluebird jay_bird"

[[rule]]
id = "bird"
category = "custom"
weight = 0.6
patterns = ["project @bird"]

[[rule]]
id = "stone"
category = "jailbreak"
weight = 0.5
patterns = ["stone ..1 cold"]

[[rule]]
id = "watched"
category = "custom"
mode = "observe"
weight = 1.0
patterns = ["river"]

[[rule]]
id = "rows"
category = "many-shot"
at_least = 3
weight = 0.7
patterns = ["^ `Q:`"]

[[rule]]
id = "never"
category = "custom"
action = "block"
weight = 0.1
patterns = ["forbidden"]
"#;

fn screen() -> Screen {
    Screen::from_toml(RULES).unwrap()
}

fn names(screening: &Screening) -> Vec<&str> {
    let findings = screening.findings().iter();
    findings.map(|finding| finding.rule().as_str()).collect()
}

#[test]
fn findings_scores_and_verdicts() {
    let thresholds = Thresholds::default();
    for (text, rules, score, verdict) in [
        ("nothing", &[][..], 0.0, Verdict::Allow),
        ("project Jay-Bird", &["bird"], 0.6, Verdict::Flag),
        // A rule counts once, two rules count together.
        (
            "project bluebird, project bluebird",
            &["bird", "bird"],
            0.6,
            Verdict::Flag,
        ),
        (
            "project bluebird: stone cold",
            &["bird", "stone"],
            0.8,
            Verdict::Filter,
        ),
        // Who only watches says so and has no say.
        ("river", &["watched"], 0.0, Verdict::Allow),
        ("Q: a\nQ: b", &[], 0.0, Verdict::Allow),
        (
            "Q: a\nQ: b\nQ: c",
            &["rows", "rows", "rows"],
            0.7,
            Verdict::Flag,
        ),
        // A rule that asks for more than the score does gets it.
        ("forbidden", &["never"], 0.1, Verdict::Block),
    ] {
        let screening = screen().screen(text);
        assert_eq!(names(&screening), rules, "{text:?}");
        assert!((screening.score() - score).abs() < 1e-6, "{text:?}");
        assert_eq!(screening.verdict(&thresholds), verdict, "{text:?}");
    }
}

#[test]
fn findings_tell_category_weight_and_place() {
    let text = "a stone so cold";
    let screening = screen().screen(text);
    let finding = &screening.findings()[0];
    assert_eq!(&text[finding.span()], "stone so cold");
    assert_eq!(finding.category(), Category::Jailbreak);
    assert_eq!(finding.category().as_str(), "jailbreak");
    assert_eq!((finding.weight(), finding.action()), (0.5, Action::Flag));
}

#[test]
fn a_filter_takes_out_what_it_must_and_no_more() {
    let thresholds = Thresholds::default();
    let filtered = |text, thresholds: &Thresholds| {
        let edits = screen().screen(text).filter(thresholds)?;
        Some(apply(text, &edits))
    };
    let both = "project bluebird: stone cold";
    for (text, thresholds, expected) in [
        (
            "project bluebird",
            thresholds.clone(),
            Some("project bluebird"),
        ),
        (both, thresholds.clone(), Some("[FILTERED]: stone cold")),
        (
            both,
            thresholds.clone().filter(0.5),
            Some("[FILTERED]: [FILTERED]"),
        ),
        (both, thresholds.clone().block(0.8), None),
        ("forbidden", thresholds.clone(), None),
        ("", thresholds, Some("")),
    ] {
        assert_eq!(filtered(text, &thresholds).as_deref(), expected, "{text:?}");
    }
}

#[test]
fn what_is_allowed_is_no_finding_and_its_reason_is_said() {
    let last = Date::new(2031, 6, 30).unwrap();
    let screen = Screen::builder()
        .rules(RULES)
        .allow(Allow::exact("project bluebird", "the press release"))
        .allow(Allow::pattern("my project @bird", "the owner's words"))
        .allow(Allow::pattern("stone is cold", "geology week").until(last))
        .build()
        .unwrap();
    let allowed = |text, day| {
        let screening = match day {
            Some(day) => screen.screen_on(text, day),
            None => screen.screen(text),
        };
        let reasons: Vec<_> = screening.allowed().map(str::to_owned).collect();
        (screening.findings().len(), reasons.join(","))
    };
    let found = |n, reason: &str| (n, reason.to_owned());
    assert_eq!(
        allowed(" project bluebird\n", None),
        found(0, "the press release")
    );
    assert_eq!(
        allowed("My project bluebird", None),
        found(0, "the owner's words")
    );
    // The same words elsewhere are a finding still.
    let twice = "my project bluebird, your project bluebird";
    assert_eq!(allowed(twice, None), found(1, "the owner's words"));
    let stone = "stone is cold";
    assert_eq!(allowed(stone, Some(last)), found(0, "geology week"));
    assert_eq!(allowed(stone, Date::new(2031, 7, 1)), found(1, ""));
    assert_eq!(allowed(stone, None), found(1, ""));
}

#[test]
fn what_is_wrong_with_a_rule_file_is_said_with_rule_and_line() {
    let rule = |lines: &str| format!("[[rule]]\nid = \"r\"\ncategory = \"custom\"\n{lines}");
    for (file, expected) in [
        ("x".to_owned(), "line 1: "),
        (
            rule("weight = 0.5\npatterns = [\"a\"]\ncolour = 1"),
            "line 6: unknown field `colour`",
        ),
        (
            rule("weight = 2.0\npatterns = [\"a\"]"),
            "line 1: rule r: a weight is",
        ),
        (
            rule("weight = 0.5\npatterns = []"),
            "line 1: rule r: a rule needs a pattern",
        ),
        (
            rule("weight = 0.5\npatterns = [\n\"a\",\n\"b @c\"]"),
            "line 7: rule r: a pattern names a set",
        ),
        (rule("patterns = [\"a\"]"), "line 1: missing field `weight`"),
        (
            "[[rule]]\nid = \"A b\"\ncategory = \"custom\"\nweight = 1.0\npatterns = [\"a\"]"
                .to_owned(),
            "line 1: an id is",
        ),
        (
            "[[rule]]\nid = \"a\"\ncategory = \"cake\"\nweight = 1.0\npatterns = [\"a\"]"
                .to_owned(),
            "line 3: unknown variant `cake`",
        ),
    ] {
        let error = Screen::from_toml(&file).unwrap_err();
        assert!(matches!(error, ConfigError::Rules(_)), "{error}");
        let error = error.to_string();
        assert!(error.starts_with(&format!("rules, {expected}")), "{error}");
    }
    let twice = Screen::builder().rules(RULES).rules(RULES).build();
    assert!(matches!(twice, Err(ConfigError::Twice(_))));
    let no_reason = Screen::builder().allow(Allow::exact("a", " ")).build();
    assert_eq!(no_reason.unwrap_err(), ConfigError::NoReason);
}

#[test]
fn versions_differ_when_rules_do() {
    let (recommended, basic) = (Screen::recommended(), Screen::basic());
    assert!(recommended.version().starts_with("1.0.0+"));
    let again = Screen::builder().recommended().build().unwrap();
    assert_eq!(recommended.version(), again.version());
    let phrase = |action| Screen::builder().phrase("r", "a", action);
    let builders = [
        Screen::builder(),
        Screen::builder().signatures(),
        Screen::builder().signatures().without_model(),
        Screen::builder().recommended().rules(RULES),
        Screen::builder().rules(RULES),
        phrase(Action::Flag),
        phrase(Action::Block),
        phrase(Action::Flag).allow(Allow::exact("a", "known")),
        phrase(Action::Flag).allow(Allow::pattern("a", "known")),
        phrase(Action::Flag)
            .allow(Allow::exact("a", "known").until(Date::new(2031, 1, 1).unwrap())),
    ];
    let screens = builders.map(|builder| builder.build().unwrap());
    let screens = screens.iter().chain([&recommended]);
    let mut versions: Vec<_> = screens.map(Screen::version).collect();
    versions.push(basic.version());
    versions.sort_unstable();
    let all = versions.len();
    versions.dedup();
    assert_eq!(versions.len(), all);
}

#[test]
fn debug_output_shows_no_allowed_text() {
    let allow = Allow::exact("top secret words", "agreed");
    assert!(!format!("{allow:?}").contains("secret"));
}
