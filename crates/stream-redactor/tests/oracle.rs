//! The machine against slow and obvious readings of the definition, on small alphabets.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use common::{len, redact};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use stream_redactor::{Edit, Entity, Redactor};

const ALPHABET: &[&str] = &[
    "a", "bc", "@", ".", "-", " ", "_", "1", "12", "123", "45", "6789", "0000", "123-45-", "@b.",
];

/// Redacts by looking for the leftmost and longest value again and again.
fn oracle(text: &str) -> String {
    let (mut shown, mut at) = (String::new(), 0);
    while let Some((start, end, with)) = first_value(text, at) {
        shown.push_str(&text[at..start]);
        shown.push_str(with);
        at = end;
    }
    shown + &text[at..]
}

/// Tries every start from `at` on and every end.
fn first_value(text: &str, at: usize) -> Option<(usize, usize, &'static str)> {
    let starts = at..text.len();
    let mut spans =
        starts.flat_map(|start| (start + 1..=text.len()).rev().map(move |end| (start, end)));
    spans.find_map(|(start, end)| match &text[start..end] {
        value if is_email(&text[at..start], value, &text[end..]) => Some((start, end, "[EMAIL]")),
        value if is_ssn(&text[at..start], value, &text[end..]) => Some((start, end, "[SSN]")),
        _ => None,
    })
}

fn is_email(before: &str, value: &str, after: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else {
        return false;
    };
    let is_local = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let begins = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let run = &before[before.trim_end_matches(is_local).len()..];
    let labels: Vec<_> = domain.split('.').collect();
    let top = labels[labels.len() - 1];
    local.starts_with(begins)
        && local.chars().all(is_local)
        && !run.contains(begins)
        && labels.len() > 1
        && labels
            .iter()
            .all(|label| label.starts_with(|c: char| c.is_ascii_alphanumeric()))
        && labels
            .iter()
            .all(|l| l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
        && top.len() > 1
        && top.chars().all(|c| c.is_ascii_alphabetic())
        && !after.starts_with(|c: char| c.is_ascii_alphanumeric())
}

fn is_ssn(before: &str, value: &str, after: &str) -> bool {
    let [a, b, c, sep, d, e, sep2, f @ ..] = value.as_bytes() else {
        return false;
    };
    sep == sep2
        && b"-. ".contains(sep)
        && f.len() == 4
        && [a, b, c, d, e].into_iter().chain(f).all(u8::is_ascii_digit)
        && !matches!(&value[..3], "000" | "666")
        && *a != b'9'
        && &value[4..6] != "00"
        && f != b"0000"
        && !before.ends_with(|c: char| c.is_ascii_alphanumeric())
        && !after.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// How a text may go on so that what came before is part of a value, or is none.
const CONTINUATIONS: &[&str] = &[
    "",
    " ",
    "a",
    "1",
    "@b.cc",
    "a@b.cc",
    "b.cc",
    ".cc",
    "cc",
    "c",
    "(at)b.cc",
    "(dot)cc",
    "23-45-6789",
    "3-45-6789",
    "-45-6789",
    "45-6789",
    "5-6789",
    "-6789",
    "6789",
    "789",
    "89",
    "9",
    "23.45.6789",
    "3.45.6789",
    ".45.6789",
    "45.6789",
    "5.6789",
    ".6789",
    "23 45 6789",
    "3 45 6789",
    " 45 6789",
    "45 6789",
    "5 6789",
    " 6789",
];

/// For each of the first `n` bytes, the finding that it is part of: what and from where to where.
fn fate(redactor: &Redactor, text: &str, n: usize) -> Vec<Option<(Entity, usize, usize)>> {
    let (mut fate, mut at) = (Vec::new(), 0);
    for edit in redactor.edits(text) {
        let end = at + len(&edit);
        let finding = match edit {
            Edit::Replace { entity, .. } => Some((entity, at, end)),
            _ => None,
        };
        fate.extend(std::iter::repeat_n(finding, end - at));
        at = end;
    }
    fate.truncate(n);
    fate
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..<_>::default() })]

    #[test]
    fn finds_what_trying_everything_finds(parts in vec(select(ALPHABET), 0..12)) {
        let text = parts.concat();
        prop_assert_eq!(redact(&Redactor::basic(), &text), oracle(&text));
    }

    /// Held is what another continuation would change, and nothing before it. (Without blanks:
    /// the view holds them back on its own, for they may belong to an `(at)`.)
    #[test]
    fn holds_no_more_than_is_undecided(parts in vec(select(ALPHABET), 0..10)) {
        let text = parts.concat().replace(' ', "!");
        let redactor = Redactor::basic();
        let mut stream = redactor.stream();
        stream.push(&text, &mut Vec::new());
        let as_is = fate(&redactor, &text, text.len());
        let first = CONTINUATIONS.iter().filter_map(|more| {
            let other = fate(&redactor, &format!("{text}{more}"), text.len());
            as_is.iter().zip(&other).position(|(a, b)| a != b)
        }).min();
        prop_assert_eq!(text.len() - stream.held(), first.unwrap_or(text.len()), "{:?}", text);
    }
}
