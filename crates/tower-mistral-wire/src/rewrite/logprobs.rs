//! The text once more, token by token: `logprobs` and `prompt_logprobs` of a JSON reply.

use std::ops::Range;

use super::{Edit, End, Engine};
use crate::json::{Kind, Splice, Value};

/// Takes the entries out whose tokens overlap an edit: token, bytes, id and alternatives. A value
/// of another shape than a list of tokens becomes `null` rather than pass unread.
pub(super) fn edit(value: Value<'_>, engine: &mut impl Engine, splice: &mut Splice<'_>) {
    let list = match value.kind() {
        Kind::Object => value.get("content"),
        _ => Some(value),
    };
    let Some(list) = list.filter(|list| matches!(list.kind(), Kind::Array | Kind::Null)) else {
        return splice.replace_value(value, "null");
    };
    let mut text = String::new();
    let mut tokens: Vec<(Value<'_>, Range<usize>)> = Vec::new();
    for entry in list.elements() {
        let Some(token) = entry.get("token").and_then(Value::as_str) else {
            return splice.replace_value(value, "null");
        };
        let start = text.len();
        text.push_str(&token);
        tokens.push((entry, start..text.len()));
    }
    let mut edits = Vec::new();
    engine.push(&text, &mut edits);
    engine.finish(End::Complete, &mut edits);
    let replaced = replaced(&edits);
    if replaced.is_empty() {
        return;
    }
    let mut kept = vec![b'['];
    for (entry, at) in tokens {
        // A token of no text, as of a byte that is part of a character, goes with its neighbours.
        let touches =
            |edit: &Range<usize>| at.start < edit.end && edit.start < at.end.max(at.start + 1);
        if replaced.iter().any(touches) {
            continue;
        }
        if kept.len() > 1 {
            kept.push(b',');
        }
        kept.extend_from_slice(entry.raw());
    }
    kept.push(b']');
    splice.replace_raw(list.span(), kept);
}

/// The ranges of the text that edits replace.
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
