//! The text once more, token by token: `logprobs` and `prompt_logprobs` of a JSON reply.

use std::ops::Range;

use super::{Edit, End, Engine, plain};
use crate::json::{Kind, Splice, Value};

/// Takes the entries out that show what is edited: token, bytes, id and alternatives. A value of
/// another shape than a list of tokens becomes `null` rather than pass unread.
///
/// `must` says that the text itself was edited: if no token shows the edit (an escape inside of tool
/// arguments does that), all of it becomes `null`.
pub(super) fn edit(
    value: Value<'_>,
    must: bool,
    engine: &mut impl Engine,
    splice: &mut Splice<'_>,
) {
    let list = match value.kind() {
        Kind::Object => value.get("content"),
        _ => Some(value),
    };
    let kept = list
        .filter(|list| list.kind() == Kind::Array)
        .map(|list| kept(list, engine));
    match (list, kept) {
        (Some(list), Some(Some(kept))) => splice.replace_raw(list.span(), kept),
        (Some(_), Some(None)) if !must => {}
        _ => splice.replace_value(value, "null"),
    }
}

/// The list without the entries that have to go; none if all of them stay. An entry without a
/// token has to go.
fn kept(list: Value<'_>, engine: &mut impl Engine) -> Option<Vec<u8>> {
    let mut text = String::new();
    let mut tokens: Vec<(Value<'_>, Range<usize>)> = Vec::new();
    let mut total = 0;
    for entry in list.elements() {
        total += 1;
        if let Some(token) = entry.get("token").and_then(Value::as_str) {
            let start = text.len();
            text.push_str(&token);
            tokens.push((entry, start..text.len()));
        }
    }
    let mut edits = Vec::new();
    engine.push(&text, &mut edits);
    engine.finish(End::Complete, &mut edits);
    let replaced = replaced(&edits);
    let mut next = replaced.iter().peekable();
    let mut kept = vec![b'['];
    let mut count = 0;
    for (entry, at) in tokens {
        while next.next_if(|edit| edit.end <= at.start).is_some() {}
        // A token of no text, as of a byte that is part of a character, goes with its neighbours.
        let touches = next
            .peek()
            .is_some_and(|edit| edit.start < at.end.max(at.start + 1));
        if touches || shows_more(entry, engine) {
            continue;
        }
        if count > 0 {
            kept.push(b',');
        }
        count += 1;
        kept.extend_from_slice(entry.raw());
    }
    kept.push(b']');
    (count < total).then_some(kept)
}

/// Whether an alternative token is one that would be edited.
fn shows_more(entry: Value<'_>, engine: &mut impl Engine) -> bool {
    let alternatives = entry
        .get("top_logprobs")
        .into_iter()
        .flat_map(Value::elements);
    alternatives
        .filter_map(|entry| entry.get("token").and_then(Value::as_str))
        .any(|token| plain(&token, engine).is_some())
}

/// The ranges of the text that edits replace, in order.
fn replaced(edits: &[Edit]) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut ranges = Vec::new();
    for edit in edits {
        match edit {
            Edit::Keep(n) => at += n,
            Edit::Replace { n, .. } => {
                ranges.push(at..at + n);
                at += n;
            }
        }
    }
    ranges
}
