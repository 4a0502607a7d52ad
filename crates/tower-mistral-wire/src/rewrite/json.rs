//! Edits in a JSON reply.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::{Edit, End, Engine, Engines, channel::Reader, respell_text};
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
        let edits = read_text(&values, &mut Reader::new(engine, kind));
        for (value, spelled) in respell_text(&values, edits) {
            let Some(spelled) = spelled else {
                facts.note_text(kind, value);
                continue;
            };
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

/// Reads one text, which may stand in several strings.
fn read_text<E: Engine>(values: &[Value<'_>], reader: &mut Reader<E>) -> Vec<Edit> {
    let mut edits = Vec::new();
    for value in values {
        reader.push(&value.as_str().unwrap_or_default(), &mut edits);
    }
    reader.finish(End::Complete, &mut edits);
    edits
}
