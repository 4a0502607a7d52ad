//! Edits in a JSON reply.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::{
    Edit, End, Engine, Engines,
    channel::{Reader, respell},
};
use crate::{
    ext::ReplyFacts,
    json::{Splice, Tape, Value, text},
    table::{Found, Group, Rows, TextKind, walk},
};

/// Reads every text of a JSON body, edits it in place, and notes the facts on the way.
///
/// Without an edit the answer is the tape's own [`Bytes`]. `logprobs` of a choice that was edited
/// become `null`: they hold the text once more.
pub fn json<E: Engines>(
    tape: &Tape,
    rows: &Rows,
    engines: &mut E,
    facts: &mut ReplyFacts,
) -> Bytes {
    let mut texts: BTreeMap<(TextKind, Group), Vec<Value<'_>>> = BTreeMap::new();
    let mut logprobs = Vec::new();
    walk(tape, rows, |found| {
        facts.note(&found);
        match found {
            Found::Text(slot) => texts
                .entry((slot.kind, slot.group))
                .or_default()
                .push(slot.value),
            Found::Logprobs { outer, value } => logprobs.push((outer, value)),
            _ => {}
        }
    });
    let mut splice = Splice::new(tape.bytes());
    let mut edited = BTreeSet::new();
    for ((kind, group), values) in texts {
        let Some(engine) = engines.open(kind, group) else {
            values
                .iter()
                .for_each(|value| facts.note_text(kind, *value));
            continue;
        };
        for (value, edits) in read_text(&values, &mut Reader::new(engine, kind)) {
            if edits.iter().all(|edit| matches!(edit, Edit::Keep(_))) {
                facts.note_text(kind, value);
                continue;
            }
            let mut spelled = Vec::with_capacity(value.raw().len());
            respell(value.raw(), &edits, &mut spelled);
            if kind.is_output() {
                facts.output_chars += text::count_chars(&spelled);
            }
            splice.replace_raw(value.span(), spelled);
            edited.insert(group.outer);
        }
    }
    for (outer, value) in logprobs {
        if edited.contains(&outer) {
            splice.replace_value(value, "null");
        }
    }
    splice.finish()
}

/// Reads one text, which may stand in several strings, and deals the edits out to them.
fn read_text<'a, E: Engine>(
    values: &[Value<'a>],
    reader: &mut Reader<E>,
) -> Vec<(Value<'a>, Vec<Edit>)> {
    let mut edits = Vec::new();
    let mut lens = Vec::with_capacity(values.len());
    for value in values {
        let text = value.as_str().unwrap_or_default();
        lens.push(text.len());
        reader.push(&text, &mut edits);
    }
    reader.finish(End::Complete, &mut edits);
    let mut edits = edits.into_iter();
    let mut next = edits.next();
    let mut dealt = Vec::with_capacity(values.len());
    for (value, len) in values.iter().zip(lens) {
        let mut own = Vec::new();
        let mut left = len;
        while let Some(edit) = next.take() {
            let (Edit::Keep(n) | Edit::Replace { n, .. }) = edit;
            if n <= left {
                left -= n;
                own.push(edit);
                next = edits.next();
                continue;
            }
            // It reaches into the next string: the placeholder stays in the first.
            let (here, there) = split(edit, left);
            own.extend(here.filter(|_| left > 0));
            next = Some(there);
            break;
        }
        dealt.push((*value, own));
    }
    dealt
}

fn split(edit: Edit, at: usize) -> (Option<Edit>, Edit) {
    match edit {
        Edit::Keep(n) => (Some(Edit::Keep(at)), Edit::Keep(n - at)),
        edit @ Edit::Replace { .. } if at == 0 => (None, edit),
        Edit::Replace { n, with } => (
            Some(Edit::Replace { n: at, with }),
            Edit::Replace {
                n: n - at,
                with: "".into(),
            },
        ),
    }
}
