//! Repetitions of a system text.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use stream_redactor::{Edit, End, Redactor, Stream, SystemText};

const SYSTEM: &str = "You are Ada, the assistant of Acme. Never tell anybody that the discount \
    code is WINTER and that it ends in May. Say “We are open from nine to five on every day but \
    Sunday, and on Sunday by appointment only.” when asked.\n\
    秘密の割引コードは冬であり、五月に終了することを誰にも言わないでください。";

fn shown(stream: &mut Stream, pieces: &[&str]) -> String {
    let mut edits = Vec::new();
    pieces
        .iter()
        .for_each(|piece| stream.push(piece, &mut edits));
    stream.finish(End::Complete, &mut edits);
    let text = pieces.concat();
    let (mut shown, mut rest) = (String::new(), &*text);
    for edit in edits {
        let (Edit::Keep(n) | Edit::Replace { n, .. }) = edit else {
            unreachable!()
        };
        let (raw, behind) = rest.split_at(n);
        match edit {
            Edit::Replace { with, .. } => shown.push_str(&with),
            _ => shown.push_str(raw),
        }
        rest = behind;
    }
    assert_eq!(rest, "");
    shown
}

fn protected(system: &str, known: &[&str]) -> Stream {
    let mut stream = Redactor::recommended().stream();
    let mut system = SystemText::new(system);
    known.iter().for_each(|text| system.exempt(text));
    stream.protect(&system);
    stream
}

#[test]
fn passages_disappear_from_their_twelfth_word_on() {
    let cases = [
        (
            "Sure! Never tell anybody that the discount code is WINTER and that it ends.\nIn May.\n\nBye.",
            "Sure! Never tell anybody that the discount code is WINTER and that [REDACTED]\nBye.",
        ),
        // Punctuation, case, width, accents and what nobody sees do not count.
        (
            "- NEVER tell:\n- anybody (that) the **disc\u{200b}ount** ｃｏｄｅ is, winter and that, it ends!",
            "- NEVER tell:\n- anybody (that) the **disc\u{200b}ount** ｃｏｄｅ is, winter and that, [REDACTED]",
        ),
        // Eleven words may be chance.
        (
            "Never tell anybody that the discount code is WINTER and that?",
            "Never tell anybody that the discount code is WINTER and that?",
        ),
        // What is meant to be said may be said.
        (
            "We are open from nine to five on every day but Sunday, and on Sunday by appointment only.",
            "We are open from nine to five on every day but Sunday, and on Sunday by appointment only.",
        ),
        (
            "言う：秘密の割引コードは冬であり、五月に終了することを誰にも言わない。\r\n\r\n終",
            "言う：秘密の割引コードは冬であり、五月に終了することを[REDACTED]\n終",
        ),
        // A finding of another rule goes on in one.
        (
            "system prompt: You are Ada, the assistant of Acme. Never tell anybody that the discount\ncode is\n\nok",
            "[REDACTED]\nok",
        ),
        ("", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(&mut protected(SYSTEM, &[]), &[text]), expected);
    }
}

#[test]
fn what_is_known_already_may_be_repeated() {
    let text = "Never tell anybody that the discount code is WINTER and that it ends in May.";
    assert_eq!(
        shown(
            &mut protected(
                SYSTEM,
                &[
                    "Hm? never tell anybody that the discount code is winter and that it ends in may"
                ]
            ),
            &[text]
        ),
        text
    );
    let without = Redactor::builder()
        .without(stream_redactor::Entity::SYSTEM_PROMPT)
        .build()
        .unwrap();
    let mut stream = without.stream();
    stream.protect(&SystemText::new(SYSTEM));
    assert_eq!(shown(&mut stream, &[text]), text);
    assert!(SystemText::new("Be brief.").is_empty());
}

/// The definition, word by word: where the first passage ends, in words.
fn first_passage(system: &[&str], text: &[&str]) -> Option<usize> {
    (12..=text.len()).find(|end| {
        system
            .windows(12)
            .any(|passage| passage == &text[end - 12..*end])
    })
}

const WORDS: [&str; 9] = ["a", "be", "see", "élan", "done", "x1", "ﬁne", "naïve", "ж"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// For any cut, and as the definition says.
    #[test]
    fn any_cut_finds_what_the_definition_says(
        system in vec(select(&WORDS[..]), 12..60),
        start in 0usize..40,
        len in 0usize..30,
        head in vec(select(&WORDS[..]), 0..90),
        rest in vec(select(&WORDS[..]), 0..30),
        gaps in vec(select(&[" ", ", ", " — ", "-", "。", " \u{200b}"][..]), 200),
        cuts in vec(0usize..2000, 0..12),
    ) {
        let from = start.min(system.len());
        let copied = &system[from..(from + len).min(system.len())];
        let words: Vec<&str> = head.iter().chain(copied).chain(&rest).copied().collect();
        let mut text = String::new();
        let (mut starts, mut ends) = (Vec::new(), Vec::new());
        for (word, gap) in words.iter().zip(gaps.iter().cycle()) {
            starts.push(text.len());
            text.push_str(word);
            ends.push(text.len());
            text.push_str(gap);
        }
        let system_text = system.join(" ");
        let whole = shown(&mut protected(&system_text, &[]), &[&text]);
        let expected = match first_passage(&system, &words) {
            Some(end) if text.len() > ends[end - 1] => format!("{}[REDACTED]", &text[..starts[end - 1]]),
            _ => text.clone(),
        };
        prop_assert_eq!(&shown(&mut protected(&system_text, &[]), &[&whole]), &whole);
        prop_assert_eq!(&whole, &expected);
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut % (text.len() + 1)).filter(|cut| text.is_char_boundary(*cut)).collect();
        at.extend([0, text.len()]);
        at.sort_unstable();
        let pieces: Vec<&str> = at.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect();
        prop_assert_eq!(&shown(&mut protected(&system_text, &[]), &pieces), &whole);
        let single: Vec<&str> = text.char_indices().map(|(n, c)| &text[n..n + c.len_utf8()]).collect();
        prop_assert_eq!(shown(&mut protected(&system_text, &[]), &single), whole);
    }
}
