//! What is found against trying every start and every end, on small alphabets.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use std::sync::LazyLock;

use common::{redact, stream};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use stream_redactor::{End, Redactor, RuleSet};

const ALPHABET: &[&str] = &[
    "a", "bc", "@", ".", "-", " ", "_", "1", "12", "123", "45", "6789", "0000", "123-45-", "@b.",
];

/// Whether a stretch is a value, by what stands before it, itself, and what stands behind it.
type IsValue = fn(&str, &str, &str) -> bool;

/// Redacts by looking for the leftmost and longest value again and again.
fn oracle(text: &str, rules: &[(IsValue, &str)]) -> String {
    let (mut shown, mut at) = (String::new(), 0);
    while let Some((start, end, with)) = first_value(text, at, &shown, rules) {
        shown.push_str(&text[at..start]);
        shown.push_str(with);
        at = end;
    }
    shown + &text[at..]
}

/// Tries every start from `at` on and every end. What stands before is what is shown there.
fn first_value<'r>(
    text: &str,
    at: usize,
    shown: &str,
    rules: &[(IsValue, &'r str)],
) -> Option<(usize, usize, &'r str)> {
    let starts = at..text.len();
    let mut spans =
        starts.flat_map(|start| (start + 1..=text.len()).rev().map(move |end| (start, end)));
    spans.find_map(|(start, end)| {
        let before = format!("{shown}{}", &text[at..start]);
        let (value, after) = (&text[start..end], &text[end..]);
        let rule = rules
            .iter()
            .find(|(is_value, _)| is_value(&before, value, after));
        rule.map(|(_, with)| (start, end, *with))
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

const CARDS: &[&str] = &[
    "4111 1111 1111 1111",
    "3782 822463 10005",
    "1.",
    "4111111111111111",
    "4111",
    "1111",
    "411111111111",
    "4111 1111 1111 ",
    "4111-1111-1111-1111",
    "378282246310005",
    "3782",
    "822463",
    "10005",
    "3782 822463 ",
    "510510510510",
    "5105-1051-0510-",
    "5100",
    "1",
    "0",
    "7",
    " ",
    "-",
    ".",
    ",",
    "x",
    "_",
    "$",
];

/// One group, fours and a rest, or 4-6-5; the prefix and length of the networks that the pieces
/// make; a check digit. No part of a word, an identifier, a fraction.
fn is_card(before: &str, value: &str, after: &str) -> bool {
    let Some(first) = value.find(|c: char| !c.is_ascii_digit()) else {
        return is_card_number(value) && is_apart(before, after) && !is_rest(before);
    };
    let groups: Vec<_> = value.split(&value[first..=first]).collect();
    let lens: Vec<_> = groups.iter().map(|group| group.len()).collect();
    let (last, fours) = lens.split_last().unwrap();
    let is_fours = (1..=4).contains(last) && fours.iter().all(|len| *len == 4);
    " -.".contains(&value[first..=first])
        && groups.len() <= 5
        && (is_fours || matches!(lens[..], [4, 6, 4 | 5]))
        && is_card_number(&groups.concat())
        && is_apart(before, after)
        && !is_rest(before)
}

fn is_card_number(digits: &str) -> bool {
    let is_length = match digits.as_bytes() {
        [b'4', ..] => matches!(digits.len(), 13 | 16 | 19),
        [b'5', b'1'..=b'5', ..] => digits.len() == 16,
        [b'3', b'4' | b'7', ..] => digits.len() == 15,
        _ => false,
    };
    let doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let sum = digits.bytes().rev().enumerate().map(|(n, digit)| {
        let digit = usize::from(digit) - usize::from(b'0');
        if n % 2 == 1 { doubled[digit] } else { digit }
    });
    is_length && digits.bytes().all(|b| b.is_ascii_digit()) && sum.sum::<usize>() % 10 == 0
}

fn is_apart(before: &str, after: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric();
    !before.ends_with(is_word) && !after.starts_with(is_word)
}

fn is_rest(before: &str) -> bool {
    let is_fraction = |rest: &str| rest.ends_with(|c: char| c.is_ascii_digit());
    before.ends_with(['_', '$']) || before.strip_suffix('.').is_some_and(is_fraction)
}

const ACCOUNTS: &[&str] = &[
    "de89 3704 0044 0532 0130 00",
    "de89370400440532013000",
    "gb82 west 1234 5698 7654 32",
    "de89",
    "de",
    "89",
    " 3704",
    "3704",
    " 0044 0532 0130 00",
    "00440532013000",
    "gb82",
    " west",
    "west",
    "12345698765432",
    " 1234 5698 7654 32",
    " ",
    "-",
    "0",
    "x",
    "_",
    ".",
    "88",
];

/// A country, two check digits and its structure, single blanks or hyphens anywhere behind them.
fn is_iban(before: &str, value: &str, after: &str) -> bool {
    let is_separator = |c: char| c == ' ' || c == '-';
    let head = value.get(..4).unwrap_or_default();
    let whole: String = value.chars().filter(|c| !is_separator(*c)).collect();
    let (letters, digits) = match head.get(..2) {
        Some("de") => (0, 18),
        Some("gb") => (4, 14),
        _ => return false,
    };
    let account = whole.get(4..).unwrap_or_default();
    let (bank, number) = account.split_at_checked(letters).unwrap_or_default();
    let turned = format!("{account}{head}");
    let values = turned
        .chars()
        .map(|c| c.to_digit(36).unwrap_or(0).to_string());
    let rest = values
        .collect::<String>()
        .bytes()
        .fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    !value.ends_with(is_separator)
        && !value.split(is_separator).any(str::is_empty)
        && head[2..].bytes().all(|b| b.is_ascii_digit())
        && bank.len() == letters
        && bank.bytes().all(|b| b.is_ascii_lowercase())
        && number.len() == digits
        && number.bytes().all(|b| b.is_ascii_digit())
        && rest == 1
        && is_apart(before, after)
}

const HOSTS: &[&str] = &[
    "127.0.0.1",
    "255.255.0.0",
    "10.1.2.3",
    "192",
    "0",
    "2",
    "10",
    "255",
    "256",
    "127",
    "192.0.2.1",
    "0.0.0.0",
    ".",
    ".",
    "..",
    "1",
    "01",
    " ",
    "/",
    "-",
    "x",
    "a",
    "_",
    ",",
];

/// Four numbers below 256 with dots between, but for 127.…, 255.… and 0.0.0.0; not behind another
/// name or number, not before more than a dot that ends a sentence.
fn is_ip(before: &str, value: &str, after: &str) -> bool {
    let is_prefix = |rest: &str| {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let behind = rest[digits..].trim_start_matches(['.', '/']);
        matches!(digits, 1..=3) && !behind.starts_with(|c: char| c.is_ascii_alphanumeric())
    };
    let (value, after) = match value.split_once('/') {
        Some((value, rest))
            if rest.bytes().all(|b| b.is_ascii_digit())
                && is_prefix(&format!("{rest}{after}"))
                && !after.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            (value, after)
        }
        Some(_) => return false,
        None if after.strip_prefix('/').is_some_and(is_prefix) => return false,
        None => (value, after),
    };
    let octets: Vec<_> = value.split('.').collect();
    let is_octet = |octet: &&str| {
        let is_plain = octet.bytes().all(|b| b.is_ascii_digit()) && octet.len() < 4;
        is_plain
            && octet
                .parse::<u16>()
                .is_ok_and(|n| n < 256 && n.to_string() == **octet)
    };
    let goes_on = |c: char| c.is_ascii_alphanumeric() || "-_%[".contains(c);
    let is_ended = |rest: &str| !rest.starts_with(goes_on);
    let ends_range = |c: char| c.is_ascii_digit() || c == ']';
    let is_range = before
        .strip_suffix('-')
        .is_some_and(|rest| rest.ends_with(ends_range));
    octets.len() == 4
        && octets.iter().all(is_octet)
        && !matches!(octets[0], "127" | "255")
        && value != "0.0.0.0"
        && is_apart(before, after)
        && (is_range || !before.ends_with(['.', '-', '_']))
        && after.strip_prefix('.').is_none_or(is_ended)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..<_>::default() })]

    #[test]
    fn finds_what_trying_everything_finds(parts in vec(select(ALPHABET), 0..12)) {
        let text = parts.concat();
        let rules: [(IsValue, &str); 2] = [(is_email, "[EMAIL]"), (is_ssn, "[SSN]")];
        prop_assert_eq!(redact(&Redactor::basic(), &text), oracle(&text, &rules));
    }
}

static RECOMMENDED: LazyLock<Redactor> = LazyLock::new(Redactor::recommended);

proptest! {
    // Few of the texts have a value, and a rule has many conditions.
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..<_>::default() })]

    /// In texts that no run is too long for.
    #[test]
    fn a_rule_alone_finds_what_trying_everything_finds(
        (parts, entity, rule) in prop_oneof![
            (vec(select(CARDS), 0..5), Just("CREDIT_CARD"), Just((is_card as IsValue, "[CARD]"))),
            (vec(select(ACCOUNTS), 0..5), Just("IBAN_CODE"), Just((is_iban as IsValue, "[IBAN]"))),
            (vec(select(HOSTS), 0..6), Just("IP_ADDRESS"), Just((is_ip as IsValue, "[IP]"))),
        ],
    ) {
        let mut text = parts.concat();
        text.truncate(64);
        let redactor = &*RECOMMENDED;
        let rules = redactor.rules().iter().enumerate();
        let on = rules.filter(|(_, other)| other.entity().as_str() == entity);
        let on = on.fold(RuleSet::empty(), |on, (n, _)| on.with(n));
        let alone = stream(&mut redactor.stream_with(on), &[&*text], End::Complete, 4096);
        prop_assert_eq!(alone, oracle(&text, &[rule]), "{:?}", text);
    }
}
