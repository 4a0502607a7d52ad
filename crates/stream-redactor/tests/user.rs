//! Rules of the caller's own.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use std::sync::LazyLock;

use common::{chars, everything, redact, stream};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use regex_automata::dfa::Automaton;
use regex_automata::dfa::dense::DFA;
use regex_automata::{Input, util::syntax};
use stream_redactor::{
    ConfigError, Edit, End, Entity, HashKey, PatternError, Redactor, RedactorBuilder, Show,
    UserRule,
};

fn rule(pattern: &str) -> Result<UserRule, PatternError> {
    UserRule::regex("X", pattern)
}

fn redactor(pattern: &str) -> Redactor {
    let none = Redactor::basic()
        .rules()
        .iter()
        .fold(RedactorBuilder::basic(), |rules, rule| {
            rules.without(rule.entity().clone())
        });
    none.rule(rule(pattern).unwrap()).build().unwrap()
}

#[test]
fn patterns_find_what_stands_for_itself() {
    for (pattern, text, expected) in [
        (
            r"\bcat\b",
            "Cat, cats, bobcat; CAT.",
            "[X], cats, bobcat; [X].",
        ),
        ("[0-9]{3}|[0-9]{5}", "123 1234 12345", "[X] 1234 [X]"),
        ("ab?c", "ac abc abbc", "[X] [X] abbc"),
        // The first to begin, then the longest.
        ("a b|b c d|a b c", "a b c d", "[X] d"),
        ("#[a-f]{1,3}", "x#abc #abcd #a", "x[X] #abcd [X]"),
        ("é+", "Café éé ée", "Café [X] [X]"),
        ("汉字", "这是汉字吗", "这是[X]吗"),
        (
            "€ ?[0-9]{2}",
            "It costs €25 or € 30.",
            "It costs [X] or [X].",
        ),
        ("(ab|a)(c|bcd)", "abcd", "[X]"),
        ("a.{2}", "abc a! a\nbc", "[X] [X]a\nbc"),
        (
            "key-[a-z0-9]{4,}",
            "key-abc key-abcd key-abcd1, key-abcd_",
            "key-abc [X] [X], [X]_",
        ),
        (
            r"(?:id|no)\s{1,3}[0-9]+",
            "ID  12, no\n7 no x",
            "[X], [X] no x",
        ),
    ] {
        assert_eq!(redact(&redactor(pattern), text), expected, "{pattern}");
    }
}

#[test]
fn a_pattern_that_no_stream_can_hold_is_refused() {
    for (pattern, why) in [
        ("a*", PatternError::Empty),
        ("(?:|a)", PatternError::Empty),
        ("", PatternError::Empty),
        ("a.*", PatternError::Unbounded),
        ("a+b", PatternError::Unbounded),
        ("(?:ab)+", PatternError::Unbounded),
        ("a(?:b+|c)", PatternError::Unbounded),
        (r"x\D+", PatternError::Unbounded),
        ("^a", PatternError::LooksAround),
        ("a$", PatternError::LooksAround),
        (r"a\bb", PatternError::LooksAround),
        (r"a\B", PatternError::LooksAround),
        ("a{257}", PatternError::TooLong(257)),
        ("(?:a{100}b{50}){2}", PatternError::TooLong(300)),
        ("a{1000000}", PatternError::TooLong(1_000_000)),
        ("[a-z]{300,}", PatternError::TooLong(300)),
    ] {
        assert_eq!(rule(pattern).unwrap_err(), why, "{pattern}");
    }
    for pattern in ["(", "(?=a)", "(?<!a)b", r"(a)\1"] {
        assert!(
            matches!(rule(pattern), Err(PatternError::Syntax(_))),
            "{pattern}"
        );
    }
    assert_eq!(
        UserRule::list("X", ["a", ""]).unwrap_err(),
        PatternError::Empty
    );
    assert_eq!(
        UserRule::list("X", [""; 0]).unwrap_err(),
        PatternError::Empty
    );
}

#[test]
fn a_value_without_end_disappears_to_its_end() {
    let redactor = redactor("key_[a-z0-9]{8,}");
    for len in [252, 253, 1000, 5000] {
        let text = format!("a key_{}! b", "a1".repeat(len / 2) + "7");
        let shown = stream(&mut redactor.stream(), &chars(&text), End::Complete, 4096);
        assert_eq!(shown, "a [X]! b", "{len}");
        assert_eq!(redactor.redact(&text), shown);
    }
}

#[test]
fn a_rule_of_ones_own_is_a_rule() {
    let even = |value: &str| value.bytes().filter(u8::is_ascii_digit).count() % 2 == 0;
    let rules = || {
        Redactor::builder()
            .rule(
                UserRule::regex("BADGE", "b-[0-9]{1,6}")
                    .unwrap()
                    .check(even),
            )
            .rule(
                UserRule::list("PROJECT", ["Blue Heron", "Zürich-7"])
                    .unwrap()
                    .placeholder("<p>"),
            )
    };
    let redactor = rules().build().unwrap();
    let text = "B-1234 b-123 BLUE\u{a0}HERON zu\u{308}rich-7 jane@example.com blue herons";
    let expected = "[BADGE] b-123 <p> <p> [EMAIL] blue herons";
    assert_eq!(redact(&redactor, text), expected);
    let only = redactor
        .rules()
        .iter()
        .position(|rule| rule.entity().as_str() == "BADGE");
    let set = stream_redactor::RuleSet::empty().with(only.unwrap());
    let shown = stream(&mut redactor.stream_with(set), &[text], End::Complete, 4096);
    assert_eq!(shown, text.replace("B-1234", "[BADGE]"));
    let shown = rules()
        .show(Entity::new("PROJECT"), Show::Hash(HashKey::new([1; 16])))
        .show(Entity::new("BADGE"), Show::LastFour)
        .allow("b-12")
        .build()
        .unwrap();
    let shown = shown.redact("b-12, Blue heron, b-123456").into_owned();
    assert!(
        shown.starts_with("b-12, <p>:") || shown.starts_with("b-12, <p"),
        "{shown}"
    );
    let many = (0..40).fold(Redactor::builder(), |rules, _| {
        rules.rule(rule("x-y").unwrap())
    });
    assert_eq!(many.build().unwrap_err(), ConfigError::TooManyRules);
    let own = Redactor::builder().rule(rule(r"\[x\]").unwrap());
    assert!(matches!(
        own.build(),
        Err(ConfigError::ReplacementMatches { .. })
    ));
}

const PATTERNS: &[&str] = &[
    "ab?c",
    "a b{1,2}",
    "[ab]{2,4}c?",
    "(?:ab|ba){1,3}",
    "a[^c]b",
    "#a?",
    "c(?: ?a){0,3}#",
    "(?:a|ab)(?:c|bcd|#)",
];

/// What is found, by trying each stretch: the first to begin, then the longest, each for itself.
fn slowly(dfa: &DFA<Vec<u32>>, text: &str) -> String {
    let (mut shown, mut at, mut behind_finding) = (String::new(), 0, false);
    while at < text.len() {
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let before = text[..at].chars().next_back().filter(|_| !behind_finding);
        let ends = (at + 1..=text.len()).rev().find(|end| {
            let value = &text[at..*end];
            let joins = |a: Option<char>, b: Option<char>| is_word(a) && is_word(b);
            let is_joined = joins(before, value.chars().next())
                || joins(value.chars().next_back(), text[*end..].chars().next());
            let whole = dfa.try_search_fwd(&Input::new(value));
            !is_joined && whole.unwrap().is_some()
        });
        match ends {
            Some(end) => {
                shown.push_str("[X]");
                (at, behind_finding) = (end, true);
            }
            None => {
                shown.push_str(&text[at..=at]);
                (at, behind_finding) = (at + 1, false);
            }
        }
    }
    shown
}

/// All rules and some of the caller's own.
fn mixed() -> Redactor {
    static MIXED: LazyLock<Redactor> = LazyLock::new(|| {
        let luhn = |value: &str| value.bytes().filter(u8::is_ascii_digit).count() % 3 == 0;
        everything()
            .rule(UserRule::regex("TICKET", "(?:ops|dev)-[0-9]{3,6}").unwrap())
            .rule(UserRule::regex("TOKEN", "acme_[a-z0-9]{6,}").unwrap())
            .rule(
                UserRule::regex("NAME", "j(?:ane|oe)( [a-z.@]{1,20}){1,2}")
                    .unwrap()
                    .check(luhn),
            )
            .rule(
                UserRule::regex("NUMBER", r"(?:\d[ -]?){4,60}")
                    .unwrap()
                    .check(luhn),
            )
            .rule(UserRule::regex("MARK", r"[<@#€][^\s\[\]]{0,9}!").unwrap())
            .rule(UserRule::list("PROJECT", ["blue heron", "汉字", "system"]).unwrap())
            .build()
            .unwrap()
    });
    MIXED.clone()
}

const PIECES: &[&str] = &[
    "ops-",
    "dev",
    "123",
    "45",
    "6789",
    "-",
    " ",
    "  ",
    "\n",
    "acme_",
    "a1b2c3",
    "joe",
    "jane",
    "@",
    "example.com",
    "<",
    "!",
    "#",
    "€",
    "blue",
    " heron",
    "汉字",
    "字",
    "system",
    " prompt:",
    "<script>",
    "</script>",
    "&#64;",
    "%40",
    "\u{200b}",
    "ａ",
    "é",
    "(at)",
    "+44 20 7946 0958",
    "password=",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "[",
    "]",
    "[TICKET]",
    "x",
    ".",
    "4111 1111 1111 1111",
    "\u{202e}",
];

fn texts() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        12 => select(PIECES).prop_map(str::to_owned),
        1 => (select(&["a1", "1 ", "\u{200b}", "<", "x "][..]), 1_usize..140).prop_map(|(unit, n)| unit.repeat(n)),
    ];
    vec(word, 0..14).prop_map(|words| words.concat())
}

fn cut<'t>(text: &'t str, cuts: &[Index]) -> Vec<&'t str> {
    let places: Vec<usize> = text
        .char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .collect();
    let cuts = cuts.iter().map(|cut| places[cut.index(places.len())]);
    let mut cuts: Vec<usize> = cuts.chain([0, text.len()]).collect();
    cuts.sort_unstable();
    cuts.windows(2)
        .map(|pair| &text[pair[0]..pair[1]])
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..<_>::default() })]

    #[test]
    fn finds_what_the_definition_says(text in "[abc# ]{0,14}", n in 0..PATTERNS.len()) {
        static DFAS: LazyLock<Vec<DFA<Vec<u32>>>> = LazyLock::new(|| {
            let build = |pattern: &&str| {
                let syntax = syntax::Config::new().unicode(false).utf8(false);
                DFA::builder().syntax(syntax).build(&format!("^(?:{pattern})$")).unwrap()
            };
            PATTERNS.iter().map(build).collect()
        });
        prop_assert_eq!(redact(&redactor(PATTERNS[n]), &text), slowly(&DFAS[n], &text));
    }

    #[test]
    fn the_laws_hold_with_rules_of_ones_own(text in texts(), cuts in vec(any::<Index>(), 0..5), gaps in any::<bool>()) {
        let redactor = mixed();
        let whole = redact(&redactor, &text);
        let mut machine = redactor.stream();
        let every = 1 + text.len() / 80;
        for (at, _) in text.char_indices().step_by(every) {
            let pieces = [&text[..at], &text[at..]];
            prop_assert_eq!(&stream(&mut machine, &pieces, End::Complete, 4096), &whole);
        }
        let broken = stream(&mut machine, &cut(&text, &cuts), End::Cut, 4096);
        prop_assert_eq!(stream(&mut machine, &chars(&text), End::Cut, 4096), broken);
        if !gaps {
            prop_assert_eq!(redact(&redactor, &whole), whole);
        }
        // What passes over text is what reads it.
        let (mut fast, mut slow) = (redactor.stream(), redactor.stream());
        slow.read_all();
        for piece in cut(&text, &cuts) {
            let (mut passed, mut read) = (Vec::new(), Vec::new());
            fast.push(piece, &mut passed);
            slow.push(piece, &mut read);
            prop_assert_eq!(merged(&passed), merged(&read));
            prop_assert_eq!(fast.held(), slow.held());
        }
    }
}

fn merged(edits: &[Edit]) -> (usize, String) {
    let mut sum = (0, String::new());
    for edit in edits {
        let (Edit::Keep(n) | Edit::Replace { n, .. }) = edit else {
            unreachable!()
        };
        sum.0 += n;
        if let Edit::Replace { with, .. } = edit {
            sum.1 += &format!("{} {with}", sum.0);
        }
    }
    sum
}
