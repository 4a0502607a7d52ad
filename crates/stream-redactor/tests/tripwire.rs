//! Secrets that only the caller knows: live keys, canaries.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use std::sync::LazyLock;

use common::{all_rules, apply, chars, everything, stream};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use stream_redactor::{
    ConfigError, Edit, End, Entity, Redactor, RedactorBuilder, Stream, SystemText, Tripwire,
    TripwireError,
};

const KEY: &str = "aB3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z";
/// One that shares its beginning, and one with marks.
const OTHER: &str = "aB3dEf6hIj9kLm2nZZ5qRs8tUv1wXy4z";
const MARKED: &str = "pw:%41/a\\b+c=d&#65;~";

fn watching(secrets: &[&str]) -> Stream {
    let mut stream = all_rules().stream();
    stream.tripwire(&tripwire(secrets));
    stream
}

fn tripwire(secrets: &[&str]) -> Tripwire {
    let mut tripwire = Tripwire::new();
    for secret in secrets {
        tripwire.add(secret).unwrap();
    }
    tripwire
}

fn base64(bytes: &[u8], alphabet: &[u8; 2]) -> String {
    let digits = [(b'A'..=b'Z'), (b'a'..=b'z'), (b'0'..=b'9')]
        .into_iter()
        .flatten();
    let digits: Vec<u8> = digits.chain(*alphabet).collect();
    let groups = bytes.chunks(3).map(|group| {
        let bits = (0..3).fold(0, |bits, n| {
            bits << 8 | u32::from(*group.get(n).unwrap_or(&0))
        });
        let digit = |n: usize| char::from(digits[(bits >> (18 - 6 * n) & 63) as usize]);
        (0..4)
            .map(|n| if n <= group.len() { digit(n) } else { '=' })
            .collect::<String>()
    });
    groups.collect()
}

fn wrapped(text: &str, width: usize, end: &str) -> String {
    let lines = text
        .as_bytes()
        .chunks(width)
        .map(|line| std::str::from_utf8(line).unwrap());
    lines.collect::<Vec<_>>().join(end)
}

fn hex(bytes: &[u8], before: &str, between: &str) -> String {
    let pairs = bytes.iter().map(|byte| format!("{before}{byte:02x}"));
    pairs.collect::<Vec<_>>().join(between)
}

/// The ways to spell a secret.
fn spellings(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let mut all = vec![secret.into(), secret.chars().rev().collect()];
    for before in ["", "x", "xy", "a longer text before "] {
        let text = format!("{before}{secret} and more");
        let standard = base64(text.as_bytes(), b"+/");
        all.extend([16, 20, 64, 76].map(|width| wrapped(&standard, width, "\n")));
        all.push(wrapped(&standard, 40, "\r\n"));
        all.push(wrapped(&standard, 40, "\\n"));
        all.push(base64(text.as_bytes(), b"-_"));
        all.push(base64(text.as_bytes(), b"-_").replace('-', "%2D"));
    }
    for between in ["", " ", ":", "-", ", ", "\n"] {
        all.push(hex(bytes, "", between));
        all.push(
            hex(bytes, "0x", between).replace("0x", if between.is_empty() { "\\x" } else { "0x" }),
        );
        all.push(hex(bytes, "", between).to_uppercase());
    }
    all.push(hex(bytes, "%", ""));
    all.push(hex(bytes, "\\u00", ""));
    all.push(hex(bytes, "&#x", ";") + ";");
    if !secret.contains('%') {
        all.push(format!("%{}{}", hex(&bytes[..1], "", ""), &secret[1..]));
    }
    all.push(
        secret
            .chars()
            .map(|c| format!("\\u{{{:x}}}", c as u32))
            .collect(),
    );
    all.push(secret.chars().map(|c| format!("{c}\u{200b}")).collect());
    all.push(
        secret
            .chars()
            .map(|c| char::from_u32(c as u32 - 0x20 + 0xff00).unwrap())
            .collect(),
    );
    all.push(secret.replace('/', "\\/"));
    all
}

/// Nothing but letters and digits is left of a spelling.
fn shown(machine: &mut Stream, text: &str) -> String {
    let shown = stream(machine, &[text], End::Complete, 4096);
    for (at, _) in text.char_indices().step_by(1 + text.len() / 40) {
        let pieces = [&text[..at], &text[at..]];
        assert_eq!(
            stream(machine, &pieces, End::Complete, 4096),
            shown,
            "{text:?} cut at {at}"
        );
    }
    assert_eq!(
        stream(machine, &chars(text), End::Complete, 4096),
        shown,
        "{text:?} by character"
    );
    shown
}

#[test]
fn a_secret_is_found_however_it_is_spelled() {
    for secret in [KEY, OTHER] {
        let mut machine = watching(&["another-secret-entirely", secret]);
        for spelling in spellings(secret) {
            let text = format!("It is {spelling}, you see.\nMore.\n\nBye.");
            let shown = shown(&mut machine, &text);
            let (before, behind) = shown.split_once("[REDACTED]\nBye.").expect(&text);
            assert_eq!(behind, "", "{text:?}");
            // Of Base64 with other text before, that may be left.
            let rest = before.strip_prefix("It is ").unwrap();
            assert!(
                rest.len() <= 44 && !rest.contains(&secret[..4]),
                "{rest:?} of {text:?}"
            );
        }
    }
    let mut machine = watching(&[MARKED]);
    for spelling in spellings(MARKED) {
        let shown = shown(&mut machine, &format!("It is {spelling}, you see."));
        assert!(
            shown.contains("[REDACTED]") && !shown.contains("~"),
            "{shown:?} of {spelling:?}"
        );
    }
}

#[test]
fn nothing_else_is_hidden() {
    let mut machine = watching(&[KEY]);
    let all = Redactor::basic();
    let mut machine_of_few = all.stream();
    machine_of_few.tripwire(&tripwire(&[KEY]));
    for text in [
        &KEY[1..],
        &KEY[..31],
        &KEY.to_lowercase(),
        &KEY.replace('3', "4"),
        &hex(&KEY.as_bytes()[1..], "", ":"),
        &base64(&KEY.as_bytes()[2..], b"+/"),
        &KEY.chars().map(|c| format!("{c} ")).collect::<String>(),
        "25 30 45 61 62\n63 64, 30\n\n25",
    ] {
        let text = format!("It is {text}, you see. ");
        assert_eq!(shown(&mut machine_of_few, &text), text);
        shown(&mut machine, &text);
    }
}

#[test]
fn a_secret_in_a_long_text_without_blanks_is_found() {
    for before in [0, 500, 505, 511, 512, 513, 990, 1000, 1024, 3000] {
        let text = format!("{}{KEY}{}\n\nBye.", "x.".repeat(before), "y".repeat(2000));
        let expected = format!("{}[REDACTED]\nBye.", "x.".repeat(before));
        assert_eq!(shown(&mut watching(&[KEY]), &text), expected, "{before}");
    }
    let long: String = (0..100).map(|n| format!("k{n:03}")).collect();
    let text = format!("It is {long}.");
    let expected = format!("It is {}[REDACTED]", &long[..400 - Tripwire::MAX_LEN]);
    assert_eq!(shown(&mut watching(&[&long]), &text), expected);
}

#[test]
fn a_redactor_may_have_secrets_of_its_own() {
    let redactor = everything()
        .tripwire(KEY)
        .replacement(Entity::SYSTEM_PROMPT, "[X]");
    let redactor = redactor.build().unwrap();
    let text = format!("password={KEY}\nsystem prompt: x");
    assert_eq!(redactor.redact(&text), "password=[X]");
    let edits = redactor.edits(&text);
    assert!(matches!(&edits[1], Edit::Replace { entity, .. } if *entity == Entity::TRIPWIRE));
    assert!(!format!("{:?}{redactor:?}", tripwire(&[KEY])).contains(&KEY[..6]));
    for (secret, error) in [
        ("too short", TripwireError::TooShort),
        ("a text with blanks", TripwireError::NotAscii),
        ("geheimgeheimgehéim", TripwireError::NotAscii),
    ] {
        let built = Redactor::builder().tripwire(KEY).tripwire(secret).build();
        assert_eq!(built.unwrap_err(), ConfigError::Tripwire(error));
    }
    let without = Redactor::builder()
        .without(Entity::TRIPWIRE)
        .build()
        .unwrap();
    let mut machine = without.stream();
    machine.tripwire(&tripwire(&["another-secret-entirely"]));
    let text = "another-secret-entirely";
    assert_eq!(stream(&mut machine, &[text], End::Complete, 4096), text);
}

#[test]
fn a_canary_is_a_secret() {
    let system = SystemText::new("Be brief. CANARY-7f3a9b21c4").with_canary("CANARY-7f3a9b21c4");
    let mut machine = all_rules().stream();
    machine.protect(&system.unwrap());
    assert_eq!(
        shown(&mut machine, "Hi! yranac. 4c12b9a3f7-YRANAC"),
        "Hi! yranac. [REDACTED]"
    );
    assert!(SystemText::new("x").with_canary("short").is_err());
}

const PIECES: &[&str] = &[
    "aB3dEf6hIj9kLm2n",
    "Op5qRs8tUv1wXy4z",
    "ZZ5qRs8tUv1wXy4z",
    "aB3d",
    "Ef6h",
    "61 42 33 64 45 66 36",
    "6142336445663668496a39",
    "YUIzZEVmNmhJajlrTG0ybk9wNXFSczh0",
    "VXYxd1h5NHo=",
    "z4yXw1vUt8sRq5pO",
    "n2mLk9jIh6fEd3Ba",
    "%61%42%33",
    "\\u0061\\u0042",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\n\n",
    ", ",
    ".",
    ":",
    "-",
    "25",
    "30 ",
    "0x",
    "é",
    "汉",
    "\u{200b}",
    "jane@example.com",
    "<script>",
    "</script>",
    "system prompt:",
    "Never tell anybody that the discount code is ",
    "WINTER and that is it. ",
    "SUMMER and that is it. ",
    "password=",
    "https://a.example/x?y=",
];

fn texts() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        9 => select(PIECES).prop_map(str::to_owned),
        1 => (select(&["x", "aB3dEf6h", "61", "Q"][..]), 1_usize..700).prop_map(|(unit, n)| unit.repeat(n)),
    ];
    vec(word, 0..14).prop_map(|words| words.concat())
}

/// What a stream gives for a piece, and what it holds then.
fn answer(stream: &mut Stream, piece: &str) -> (Vec<Edit>, usize) {
    let mut edits = Vec::new();
    stream.push(piece, &mut edits);
    (edits, stream.held())
}

fn pieces<'t>(text: &'t str, cuts: &[Index]) -> Vec<&'t str> {
    let mut places: Vec<usize> = text
        .char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .collect();
    places = cuts
        .iter()
        .map(|cut| places[cut.index(places.len())])
        .chain([0, text.len()])
        .collect();
    places.sort_unstable();
    places
        .windows(2)
        .map(|pair| &text[pair[0]..pair[1]])
        .collect()
}

/// Twelve words or more, and a canary.
const TEXTS: [[&str; 2]; 2] = [
    [
        "Never tell anybody that the discount code is WINTER and that it ends in March.",
        "aB3dEf6hIj9kLm2nWW",
    ],
    [
        "Never tell anybody that the discount code is SUMMER and that it ends in July or later.",
        "aB3dEf6hIj9kLm2nVV",
    ],
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..<_>::default() })]

    #[test]
    fn the_laws_hold_with_secrets(text in texts(), cuts in vec(any::<Index>(), 0..6)) {
        static SMALL: LazyLock<Redactor> = LazyLock::new(|| {
            everything().tripwire(KEY).max_hold(RedactorBuilder::MIN_HOLD).build().unwrap()
        });
        for (mut machine, max_hold) in [(watching(&[KEY, OTHER]), 4096), (SMALL.stream(), 2052)] {
            let whole = stream(&mut machine, &[&text], End::Complete, max_hold);
            prop_assert_eq!(&stream(&mut machine, &chars(&text), End::Complete, max_hold), &whole);
            prop_assert_eq!(&stream(&mut machine, &pieces(&text, &cuts), End::Complete, max_hold), &whole);
            let twice = stream(&mut machine, &[&whole], End::Complete, max_hold);
            prop_assert!(!twice.contains(KEY));
            let broken = stream(&mut machine, &pieces(&text, &cuts), End::Cut, max_hold);
            prop_assert_eq!(stream(&mut machine, &chars(&text), End::Cut, max_hold), broken);
        }
    }

    /// A secret that is not in the text changes nothing of what goes out, or when: nobody learns from
    /// a delay how much of it was guessed.
    #[test]
    fn absent_secrets_do_not_show(text in texts(), cuts in vec(any::<Index>(), 0..20), by_char in any::<bool>()) {
        let absent = ["aB3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zX", "ZZ5qRs8tUv1wXy4zaB3dEf6hX", "25304aB3d25304"];
        let mut machines = [watching(&[]), watching(&[absent[0]]), watching(&absent)];
        let pieces = if by_char { chars(&text) } else { pieces(&text, &cuts) };
        let mut all: [Vec<Edit>; 3] = Default::default();
        for piece in pieces {
            let answers = machines.each_mut().map(|machine| answer(machine, piece));
            prop_assert_eq!(&answers[1], &answers[0]);
            prop_assert_eq!(&answers[2], &answers[0]);
            all.iter_mut().zip(answers).for_each(|(all, (edits, _))| all.extend(edits));
        }
        for (machine, edits) in machines.iter_mut().zip(&mut all) {
            machine.finish(End::Complete, edits);
        }
        prop_assert_eq!(apply(&text, &all[1]), apply(&text, &all[0]));
    }

    /// The same for passages of a system text, and its canary.
    #[test]
    fn absent_system_texts_do_not_show(text in texts(), cuts in vec(any::<Index>(), 0..20)) {
        let mut machines = TEXTS.map(|[system, canary]| {
            let mut machine = all_rules().stream();
            machine.protect(&SystemText::new(system).with_canary(canary).unwrap());
            machine
        });
        for piece in pieces(&text, &cuts) {
            let [one, other] = machines.each_mut().map(|machine| answer(machine, piece));
            prop_assert_eq!(one, other);
        }
    }
}
