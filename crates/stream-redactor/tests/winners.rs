//! Who wins where several rules find something, against what each of them finds alone.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use std::cmp::Reverse;
use std::sync::LazyLock;

use common::{len, redact};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use stream_redactor::{Edit, End, Redactor, RedactorBuilder, RuleSet};

const VALUES: &[&str] = &[
    "123-45-6789",
    "4111 1111 1111 1111",
    "4111111111111111",
    "378282246310005",
    "5105 1051 0510 5100",
    "+44 20 7946 0958",
    "212-555-0123",
    "(212) 555-0123",
    "020 7946 0958",
    "phone 555-0123",
    "555 0123",
    "192.0.2.1",
    "2001:db8::1",
    "1::",
    "DE89 3704 0044 0532 0130 00",
    "DE89370400440532013000",
    "GB82 WEST 1234 5698 7654 32",
    "a@b.cc",
    "a@b.",
    "@b.cc",
    ".cc",
    "<script>",
    "</script>",
    "system prompt:",
    "-----BEGIN PRIVATE KEY-----\n",
    "MIIEvQIBADANBgkq",
    "-----END PRIVATE KEY-----",
    "AKIAIOSFODNN7EXAMPLE",
    "sk-a1b2c3d4e5f6g7h8i9j0",
    "password: ",
    "token = ",
    "hunter2",
    "://",
    "u:p@",
    "字",
    "943 476 5919",
    "12345678Z",
    "51 824 753 556",
    "85.07.30-033.28",
    "811218-9876",
    "912-70-1234",
    "AB 12 34 56 C",
    "AB123456C",
    "passport E00007734",
    "рф",
    " ",
    "-",
    ".",
    ":",
    "1",
    "\n",
    ", ",
];
const NOISE: &[&str] = &[
    "a",
    "bc",
    "@",
    "_",
    "'",
    "de12",
    "1",
    "12",
    "4567",
    "0",
    "f",
    "x",
    "  ",
    "::",
    "+",
    "(",
    ")",
    "/",
    "123-45-",
    "6789",
    "4111 1111 ",
    "1111",
    "192.0.",
    "phone ",
    "<",
    "s",
    "<script",
    ">",
    "system",
    " prompt",
    "*",
    "\"",
];

/// Some of the rules, the surest first: those that share characters with others.
const TIERS: [&[&str]; 3] = [
    &[
        "EMAIL_ADDRESS",
        "SCRIPT",
        "SYSTEM_PROMPT",
        "CREDIT_CARD",
        "IBAN_CODE",
        "PRIVATE_KEY",
        "API_TOKEN",
        "URL_CREDENTIALS",
        "SECRET",
        "CRYPTO",
        "UK_NHS",
        "ES_NIF",
        "AU_ABN",
        "BE_NATIONAL_NUMBER",
        "SE_PERSONNUMMER",
        "ACTIVE_CONTENT",
        "EXFILTRATION_URL",
        "TERMINAL_ESCAPE",
    ],
    &[
        "US_SSN",
        "IP_ADDRESS",
        "MAC_ADDRESS",
        "DATE_OF_BIRTH",
        "US_ITIN",
        "UK_NINO",
        "US_PASSPORT",
    ],
    &["PHONE_NUMBER"],
];

static REDACTOR: LazyLock<Redactor> = LazyLock::new(|| {
    let all = Redactor::recommended();
    let entities = all.rules().iter().map(|rule| rule.entity().clone());
    let others = entities.filter(|entity| !TIERS.concat().contains(&entity.as_str()));
    let some = others.fold(Redactor::builder(), RedactorBuilder::without);
    some.build().unwrap()
});

/// The outcome for `text` behind what is shown already: of all that the rules would find alone,
/// the leftmost wins, of two at one place the surer, then the longer, then that of the earlier
/// rule. What stands behind the winner is read anew.
///
/// None if what stands before the winner depends on when it is decided: with the finding in sight
/// it ends there (`1::` is an address), before that it does not (`1::+44 20 7946 0958`).
fn winners(redactor: &Redactor, shown: &str, text: &str) -> Option<String> {
    let rules = redactor.rules().iter().enumerate();
    let found = rules.filter_map(|(n, rule)| {
        let (start, end, with) = first_alone(redactor, n, shown, text)?;
        let tier = TIERS
            .iter()
            .position(|tier| tier.contains(&rule.entity().as_str()));
        Some(((start, tier.unwrap(), Reverse(end), n), with))
    });
    let Some(((start, _, Reverse(end), _), with)) = found.min_by_key(|(key, _)| *key) else {
        return Some(text.to_owned());
    };
    let out = text[..start].to_owned() + &with;
    if start > 0 {
        let ended = winners(redactor, shown, &text[..start])? + &with;
        if ended != out || winners(redactor, shown, &out)? != out {
            return None;
        }
    }
    let behind = winners(redactor, &format!("{shown}{out}"), &text[end..])?;
    Some(out + &behind)
}

/// What one rule alone finds first in `text`: from where to where, and what it shows.
fn first_alone(
    redactor: &Redactor,
    rule: usize,
    shown: &str,
    text: &str,
) -> Option<(usize, usize, String)> {
    let mut edits = Vec::new();
    let mut stream = redactor.stream_with(RuleSet::empty().with(rule));
    stream.push(&format!("{shown}{text}"), &mut edits);
    stream.finish(End::Complete, &mut edits);
    let (mut at, mut first) = (0, None);
    for edit in edits {
        let n = len(&edit);
        match (edit, &mut first) {
            (Edit::Replace { with, .. }, None) if at >= shown.len() => {
                first = Some((at - shown.len(), at + n - shown.len(), with.into_owned()));
            }
            (Edit::Replace { with, .. }, Some((_, end, _))) if with.is_empty() => *end += n,
            (_, Some(_)) => break,
            _ => {}
        }
        at += n;
    }
    first
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..<_>::default() })]

    #[test]
    fn the_first_and_surest_and_longest_wins(
        parts in vec(prop_oneof![
            3 => select(VALUES), 2 => select(NOISE),
        ], 0..9),
    ) {
        let (text, redactor) = (parts.concat(), &*REDACTOR);
        let expected = winners(redactor, "", &text);
        prop_assume!(expected.is_some());
        prop_assert_eq!(redact(redactor, &text), expected.unwrap(), "{:?}", text);
    }
}
