//! What is held against what the rules may still claim, by a slow and obvious reading of the
//! definition.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;
#[path = "common/live.rs"]
mod live;

use common::{all_rules, len};
use live::{first_live, unread};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use stream_redactor::{Edit, Redactor, RuleSet, Stream};

/// Checks after each character of `text` that what is held is what the rules that are on may
/// still claim, and what the view holds back.
fn check_held(redactor: &Redactor, rules: RuleSet, text: &str) {
    let mut stream = redactor.stream_with(rules);
    let mut edits = Vec::new();
    for end in 1..=text.len() {
        stream.push(&text[end - 1..end], &mut edits);
        assert_held(redactor, rules, &stream, &edits, &text[..end]);
    }
}

fn assert_held(redactor: &Redactor, on: RuleSet, stream: &Stream, edits: &[Edit], text: &str) {
    let names = redactor
        .rules()
        .iter()
        .map(|rule| rule.entity().as_str())
        .enumerate();
    let on: Vec<_> = names
        .filter(|(n, _)| on.contains(*n))
        .map(|(_, name)| name)
        .collect();
    // Behind a finding all is as if the text began there.
    let (mut at, mut begin) = (0, 0);
    for edit in edits {
        at += len(edit);
        if matches!(edit, Edit::Replace { .. }) {
            begin = at;
        }
    }
    let read = text.len() - unread(&text[begin..]);
    // All that a rule sees of a finding is the bracket that its placeholder ends in.
    let bracket = if begin > 0 { "]" } else { "" };
    let behind = format!("{bracket}{}", &text[begin..read]);
    let live = first_live(&behind, &on).filter(|_| !stream.is_swallowing());
    let first = live.map_or(read, |live| begin + live - bracket.len());
    assert_eq!(text.len() - stream.held(), first, "{text:?} {on:?}");
}

/// Checks what is held for every text of up to `len` pieces.
fn check_held_everywhere(redactor: &Redactor, pieces: &[&str], len: usize) {
    let mut open = vec![(redactor.stream(), Vec::new(), String::new(), len)];
    while let Some((stream, edits, text, len)) = open.pop() {
        for piece in pieces.iter().filter(|_| len > 0) {
            let (mut stream, mut edits) = (stream.clone(), edits.clone());
            let text = format!("{text}{piece}");
            stream.push(piece, &mut edits);
            assert_held(redactor, redactor.all(), &stream, &edits, &text);
            open.push((stream, edits, text, len - 1));
        }
    }
}

/// Pieces of codes: no value is made of them, but for the last of all.
const CODES: &[&str] = &[
    "A",
    "B",
    "AB",
    "ABC",
    "a",
    "bc",
    "1",
    "12",
    "123",
    "0000",
    "A1",
    "b2",
    " ",
    "  ",
    "-",
    ".",
    "/",
    ",",
    "(",
    "\n",
    "I ",
    "AB 12 34 56",
    "x1.x1-x1.x1-x1.x1-x1.x1-x1.x1-",
    "A1 A1 A1 A1 A1 A1 A1 A1 A1 ",
    "000000000000000000000000000000000000000000000000000000000000",
    "AB123456C",
];

/// Pieces of texts, for each kind of claim. Two letters before a digit are no country but `de`
/// and `gb`, and nothing spells an `(at)`.
const WORDS: &[&str] = &[
    "a",
    "bc",
    "cc",
    "@",
    ".",
    "-",
    "_",
    "'",
    "#",
    " ",
    "  ",
    "!",
    "1",
    "12",
    "de",
    "gb",
    "de12",
    "gb12",
    "aaaa",
    "3704 0044 0532 0130",
    "@b.",
    "@b.cc",
    "123-45-6789",
    "x.x.x.x.x.x.x.x.x",
    "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
];
const NUMBERS: &[&str] = &[
    "1",
    "12",
    "123",
    "4567",
    "0",
    "f",
    "x",
    " ",
    "  ",
    "-",
    ".",
    ":",
    "::",
    "+",
    "(",
    ")",
    "/",
    "_",
    ",",
    "\n",
    "123-45-",
    "6789",
    "4111 1111 ",
    "1111",
    "192.0.",
    "2001:",
    "+44 20 ",
    "phone ",
];
/// Runs that grow too long. No value is made of zeros: a run with one would end there.
const ZEROS: &[&str] = &[
    "0",
    "00",
    " ",
    "  ",
    "-",
    ".",
    ":",
    "+",
    "(",
    ")",
    "/",
    "x",
    "_",
    "0 0 0 0 0 0 0 0 ",
    "0.0.0.0.0.0.0.0.0.",
    "00-00-00-",
    "00000000000000000000",
    "0:0:0:0:0:0",
    "000000000000000000000000000000000000000000000000000000000000",
];
const OPENINGS: &[&str] = &[
    "<",
    "s",
    "<s",
    "<script",
    "<scr",
    "ipt",
    ">",
    "/",
    " ",
    "  ",
    "\n",
    "system",
    " prompt",
    "pro",
    "mpt",
    "*",
    "_",
    ":",
    "x",
    "system prompt",
    "</script>",
    "\"",
    "1",
];
const DATES: &[&str] = &[
    "1",
    "17",
    "2024",
    "-",
    "/",
    ".",
    ",",
    ", ",
    " ",
    ":",
    "t",
    "th",
    "ma",
    "may",
    "january",
    "mayo",
    "de",
    " de ",
    " of ",
    "l",
    "10:30",
    ":15",
    "am",
    "z",
    "+02",
    "2024-05-17",
    "17/5/",
    "born ",
    "\n",
    "x",
];
const URLS: &[&str] = &[
    ":",
    "/",
    "://",
    "http",
    "1x+",
    "a",
    "b.cc",
    ".",
    "-",
    "(",
    ")",
    "?q=",
    "\"",
    " ",
    "_",
    "http://a",
    "zzzzzzzzzzzzzzzzzzzzzzzz",
    "0x",
];
const KEYS: &[&str] = &[
    "-",
    "--",
    "-----",
    "begin",
    " ",
    "private key",
    "private ",
    "key",
    "rsa",
    "\n",
    "\n\n",
    "-----begin ",
    "-----begin private key-----\n",
    "miie",
    "m",
    "1",
    "/",
    "miievqibadanbg",
    "-----end private key-----",
    "!",
];

const TOKENS: &[&str] = &[
    "a",
    "1",
    "ghp_",
    "_",
    "-",
    ".",
    ":",
    "/",
    "://",
    "+",
    "~",
    " ",
    "__",
    "AKIA",
    "iosfodnn7example",
    "a1b2c3d4e5f6g7h8i9j0",
    "sk-",
    "eyJhbGciOiJIUzI1NiJ9",
    "=",
    "\"",
];

const ASSIGNED: &[&str] = &[
    "password",
    "token",
    ": ",
    ":",
    "=",
    " = \"",
    "\"",
    " ",
    "hunter2",
    "a1B2c3",
    "-",
    "!",
    ",",
    ";",
    "http://",
    "x",
    "://",
    "/",
    "@",
    "0123456789abcdef0123456789abcdef",
];
const MARKUP: &[&str] = &[
    "<",
    "<iframe",
    "<base",
    "target",
    " ",
    "\n",
    "/",
    ">",
    "=",
    "onclick",
    "(",
    "x",
    "1",
    "javascript",
    " javascript",
    "](javascript",
    ":",
    "v",
    "!",
    ".",
];
const LINKS: &[&str] = &[
    "](",
    "https:",
    "http",
    "//",
    "/",
    "x",
    " ",
    "\n",
    "?q=1",
    "file:",
    "javascript",
    ".",
    "x.example",
];
const ESCAPES: &[&str] = &["\u{1b}", "[", "3", ";", " ", "/", "m", "x", "\n", "!", "?"];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..<_>::default() })]

    #[test]
    fn holds_what_a_rule_may_claim(
        parts in prop_oneof![
            vec(select(WORDS), 0..12),
            vec(select(NUMBERS), 0..14),
            vec(select(ZEROS), 0..14),
            vec(select(OPENINGS), 0..10),
            vec(select(KEYS), 0..10),
            vec(select(TOKENS), 0..10),
            vec(select(ASSIGNED), 0..10),
            vec(select(DATES), 0..10),
            vec(select(URLS), 0..10),
            vec(select(CODES), 0..14),
            vec(select(MARKUP), 0..12),
            vec(select(LINKS), 0..12),
            vec(select(ESCAPES), 0..10),
        ],
        on in prop_oneof![2 => Just(vec![true; 256]), 1 => vec(any::<bool>(), 256)],
    ) {
        let redactor = all_rules();
        let rules = 0..redactor.rules().len();
        // Two rules of one entity are on or off together.
        let entity = |n: usize| redactor.rules()[n].entity();
        let first = |n| (0..n).find(|m| entity(*m) == entity(n)).unwrap_or(n);
        let rules = rules.filter(|n| on[first(*n)]).fold(RuleSet::empty(), RuleSet::with);
        check_held(&redactor, rules, &parts.concat());
    }
}

#[test]
fn holds_what_a_rule_may_claim_in_every_short_text() {
    let redactor = all_rules();
    for (alphabet, len) in [
        ("1a@.- !", 5),
        ("1:.fx ", 5),
        ("1+( )-x", 5),
        ("<s-\n>", 5),
        ("de1b ", 5),
        ("a1_:. ", 5),
        ("A1b -.", 5),
        ("A1 /,", 5),
    ] {
        let pieces: Vec<_> = alphabet
            .split("")
            .filter(|piece| !piece.is_empty())
            .collect();
        check_held_everywhere(&redactor, &pieces, len);
    }
}
