//! The laws of edits in a JSON reply.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use bytes::Bytes;
use tower_mistral_wire::{
    ext::ReplyFacts,
    json::{Kind, Limits, Tape, Value},
    rewrite,
    table::{Found, Group, Rows, TextKind, walk},
};

use super::{chat, mask::Mask};

type Channels<'a> = BTreeMap<(TextKind, Group), Vec<Value<'a>>>;

/// What a walk finds in the reply before it is edited.
#[derive(Default)]
struct Before<'a> {
    channels: Channels<'a>,
    has_keys: bool,
    /// Where values begin that go as a whole, or lose entries.
    others: BTreeSet<usize>,
}

pub(super) fn check(mut mask: Mask, input: &[u8]) {
    let body = Bytes::copy_from_slice(input);
    let Ok(tape) = Tape::parse(body.clone(), &Limits::default()) else {
        return;
    };
    let endpoint = chat();
    let mut facts = ReplyFacts::default();
    let out = rewrite::json(&tape, endpoint.reply(), &mut mask, &mut facts);
    let out = out.expect("nothing is over a limit");
    let before = Before::of(&tape, endpoint.reply());
    if mask.edits_nothing() && before.others.is_empty() {
        let is_same = out.as_ptr() == body.as_ptr() && out == body;
        assert!(is_same, "a reply without an edit is the same buffer");
    }
    let edited = Tape::parse(out.clone(), &Limits::default()).expect("the output is JSON");
    let mut pairs = BTreeMap::new();
    pair(tape.root(), edited.root(), &before.others, &mut pairs);
    for ((kind, _), values) in &before.channels {
        let values: Vec<_> = values
            .iter()
            .map(|value| (*value, pairs[&value.span().start]))
            .collect();
        text(mask, *kind, &values);
    }
    if !before.has_keys && before.others.is_empty() {
        gaps(&body, &out, &before, &pairs);
    }
}

impl<'a> Before<'a> {
    fn of(tape: &'a Tape, rows: &Rows) -> Self {
        let mut before = Self::default();
        walk(tape, rows, |found| match found {
            Found::Text(slot) if slot.value.kind() == Kind::Key => before.has_keys = true,
            Found::Text(slot) => {
                let channel = before.channels.entry((slot.kind, slot.group));
                channel.or_default().push(slot.value);
            }
            Found::Logprobs { value, .. } | Found::Signature { value, .. } => {
                before.others.insert(value.span().start);
            }
            _ => {}
        });
        before
    }
}

/// Finds the value of the output that stands in the place of each value of the input.
fn pair<'o>(
    before: Value<'_>,
    after: Value<'o>,
    others: &BTreeSet<usize>,
    pairs: &mut BTreeMap<usize, Value<'o>>,
) {
    if others.contains(&before.span().start) {
        return;
    }
    let (entries, elements) = (before.entries().count(), before.elements().count());
    assert!(
        entries == after.entries().count() && elements == after.elements().count(),
        "the output has the shape of the input"
    );
    for ((_, before), (_, after)) in before.entries().zip(after.entries()) {
        pair(before, after, others, pairs);
    }
    for (before, after) in before.elements().zip(after.elements()) {
        pair(before, after, others, pairs);
    }
    pairs.insert(before.span().start, after);
}

/// The edits of one text stand where they were asked for.
fn text(mask: Mask, kind: TextKind, values: &[(Value<'_>, Value<'_>)]) {
    let before: String = values.iter().map(|(before, _)| read(*before)).collect();
    let after: String = values.iter().map(|(_, after)| read(*after)).collect();
    let holds_json = kind.holds_json() && values.iter().all(|(v, _)| v.kind() == Kind::String);
    if !holds_json {
        assert!(
            after == mask.apply(&before),
            "the edits stand in their place"
        );
    } else if is_document(&before) {
        assert!(is_document(&after), "JSON in a text stays JSON");
    }
    for (before, after) in values {
        if read(*before) == read(*after) && before.kind() == after.kind() {
            assert!(before.raw() == after.raw(), "what stays keeps its spelling");
        }
    }
}

/// A string's text; a number as it is spelled.
fn read(value: Value<'_>) -> String {
    match value.as_str() {
        Some(text) => text.into_owned(),
        None => String::from_utf8_lossy(value.raw()).into_owned(),
    }
}

/// Whether a text is JSON that is read as such; a number alone is read as a text.
pub(super) fn is_document(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[', '"'])
        && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// What stands between two texts is byte for byte the same.
fn gaps(body: &[u8], out: &[u8], before: &Before<'_>, pairs: &BTreeMap<usize, Value<'_>>) {
    let values = before.channels.values().flatten();
    let mut spans: Vec<_> = values
        .map(|value| (whole(*value), whole(pairs[&value.span().start])))
        .collect();
    spans.sort_by_key(|(before, _)| before.start);
    spans.push((body.len()..body.len(), out.len()..out.len()));
    let (mut at, mut out_at) = (0, 0);
    for (before, after) in spans {
        assert!(
            body[at..before.start] == out[out_at..after.start],
            "what is no text stays as it is"
        );
        (at, out_at) = (before.end, after.end);
    }
}

/// Where a value stands, a string with its quotes.
fn whole(value: Value<'_>) -> Range<usize> {
    let span = value.span();
    match value.kind() {
        Kind::String => span.start - 1..span.end + 1,
        _ => span,
    }
}
