//! `SECRET` behind a name that no `:` or `=` follows: `setProperty("API_TOKEN", "...")`,
//! `--api-key ...`, `Bearer ...`, `the secret key is ...`.
//!
//! Only what is random counts here, in runs as tokens stand in.

use super::names::{self, MAX_NAME, Name};
use super::random::{Mix, counts_up};
use super::run::{Grouped, Run};
use super::runs::{MAX_RUN, SECRET};
use super::stand_in::{self, Setting};
use super::{Finder, Spec, Tier};
use crate::context::Context;
use crate::edit::Entity;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::SECRET,
    placeholder: "[SECRET]",
    tier: Tier::Certain,
    about: "a random word behind the name of a secret",
    source: "RFC 6750; elsewhere the name is the context",
    finder: Finder::Runs(&FINDER),
    hits: &[
        "System.setProperty(\"TWITCH_TOKEN\", \"«idleso30gg5ux471a3jbufjx86s0jd»\")",
        "tool --api-key «9f8c1d2e3b4a59687786» run",
        "Bearer «mF_9.B5f-4.1JqMrT2x»",
        "buildConfigField 'String' , 'API_KEY' , '\"«9f8c1d2e3b4a596877864bd0»\"'",
        "My Mistral API key is «aB3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z».",
        "Your new key for Mistral (keep it!) «aB3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z»",
    ],
    misses: &[
        "f(\"token\", \"gpt-4o-mini-2024-07-18\")",
        "the key idea is 9f8c1d2e3b4a59687786",
        "id 9f8c1d2e3b4a59687786",
        "the token count of aB3dEf6h, the key 8f844bc79b0556fe585535ac611d679d",
    ],
};

pub(super) static FINDER: Grouped = Grouped {
    runs: &SECRET,
    min_len: 12,
    value,
    anchored,
};

/// The least length of a key that stands somewhere behind a word for keys.
const MIN_KEY: usize = 24;

fn value(run: &Run<'_>) -> Option<(usize, usize)> {
    let mut room = [0; MAX_RUN];
    let text = run.spelled(&mut room);
    // The first look stops at digits only.
    if run.groups.is_empty() {
        return None;
    }
    let Some(name) = name(run) else {
        let is_key = is_key(text) && run.contexts().has(Context::SECRET);
        return is_key.then_some((0, text.len()));
    };
    let setting = Setting {
        name: if name == Name::Password {
            Name::Secret
        } else {
            name
        },
        is_quoted: false,
        is_plain: false,
    };
    stand_in::is_secret(text, setting).then_some((0, text.len()))
}

fn anchored(run: &Run<'_>) -> Option<usize> {
    value(run).map(|(from, _)| from)
}

/// A word of letters of both cases and digits, as the keys of many hosts are (Mistral: 32 of them),
/// and nothing that one could read or a hash in hexadecimal digits.
fn is_key(text: &[u8]) -> bool {
    let mix = Mix::of(text);
    let is_word = text.iter().all(u8::is_ascii_alphanumeric);
    let is_random = mix.is_surely_random() && !counts_up(text);
    mix.len >= MIN_KEY && is_word && mix.upper > 1 && mix.lower > 1 && is_random
}

/// The name before a run, if it is one.
fn name(run: &Run<'_>) -> Option<Name> {
    if !matches!(run.before, b'"' | b'\'' | b'`' | b' ') {
        return None;
    }
    let (mut room, mut len) = ([0; MAX_NAME], 0);
    for (slot, byte) in room.iter_mut().rev().zip(run.back()) {
        *slot = byte;
        len += 1;
    }
    named_before(room.get(MAX_NAME - len..)?)
}

/// What the name at the end of a line promises for the word behind it.
pub(crate) fn named_before(line: &[u8]) -> Option<Name> {
    let [head @ .., last] = names::last_line(line) else {
        return None;
    };
    let head = trim_blanks(head);
    if *last != b' ' {
        // `'API_KEY', '"…"'`: a text in another language's marks.
        let head = head.strip_suffix(b"'").unwrap_or(head);
        return names::named(trim_blanks(trim_blanks(head).strip_suffix(b",")?), b',');
    }
    let words = ["is", "was", "as", "is:", "ist", "est", "es", "lautet"];
    let verb = words
        .iter()
        .find_map(|word| head.strip_suffix(word.as_bytes()));
    let verb = verb.filter(|head| head.last() == Some(&b' '));
    let named = names::kind(verb.map_or(head, trim_blanks))?;
    // `Key 1a2b...` may be anything; a phrase is not.
    (named != Name::Key || verb.is_some()).then_some(named)
}

fn trim_blanks(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|b| *b != b' ').map_or(0, |n| n + 1);
    text.get(..end).unwrap_or_default()
}
