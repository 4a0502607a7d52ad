//! Edits in a JSON reply.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::{Edit, End, Engine, Engines, channel::Reader, logprobs, respell_text};
use crate::{
    ext::ReplyFacts,
    json::{Kind, Splice, Tape, Value, text},
    table::{Found, Group, Rows, TextKind, walk},
};

/// Reads every text of a JSON body, edits it in place, and notes the facts on the way.
///
/// Without an edit the answer is the tape's own [`Bytes`]. Of `logprobs` the entries that overlap an
/// edit go: they hold the text once more. The signature of an edited thought becomes `null`.
pub fn json<E: Engines>(
    tape: &Tape,
    rows: &Rows,
    engines: &mut E,
    facts: &mut ReplyFacts,
) -> Bytes {
    let mut texts: BTreeMap<(TextKind, Group), Vec<Value<'_>>> = BTreeMap::new();
    let mut repeats = Vec::new();
    let mut signatures = Vec::new();
    let mut edited_thoughts = BTreeSet::new();
    walk(tape, rows, |found| {
        facts.note(&found);
        match found {
            Found::Text(slot) => texts
                .entry((slot.kind, slot.group))
                .or_default()
                .push(slot.value),
            Found::Logprobs { outer, value } => repeats.push((outer, value)),
            Found::Signature { group, value } => signatures.push((group, value)),
            _ => {}
        }
    });
    let mut splice = Splice::new(tape.bytes());
    for ((kind, group), values) in texts {
        let Some(engine) = engines.open(kind, group) else {
            values
                .iter()
                .for_each(|value| facts.note_text(kind, *value));
            continue;
        };
        let is_string = |value: &Value<'_>| value.kind() == Kind::String;
        let reads_json = engines.reads_json(kind) && values.iter().all(is_string);
        let edits = read_text(&values, &mut Reader::new(engine, reads_json));
        for (value, spelled) in respell_text(&values, edits) {
            let mend = || text::mend_surrogates(value.raw());
            let Some(spelled) = spelled.or_else(mend) else {
                facts.note_text(kind, value);
                continue;
            };
            if kind.is_output() {
                facts.output_chars += text::count_chars(&spelled);
            }
            splice.replace_raw(value.span(), quoted(value, spelled));
            if kind == TextKind::Thinking {
                edited_thoughts.insert(group);
            }
        }
    }
    for (group, value) in signatures {
        if edited_thoughts.contains(&group) {
            splice.replace_value(value, "null");
        }
    }
    for (outer, value) in repeats {
        if let Some(mut engine) = engines.open(TextKind::Logprobs, Group { outer, inner: 0 }) {
            logprobs::edit(value, &mut engine, &mut splice);
        }
    }
    splice.finish()
}

/// A placeholder is a string, also where a number stood.
pub(super) fn quoted(value: Value<'_>, spelled: Vec<u8>) -> Vec<u8> {
    match value.kind() {
        Kind::Number => [b"\"", &spelled[..], b"\""].concat(),
        _ => spelled,
    }
}

/// Reads one text, which may stand in several strings.
fn read_text<E: Engine>(values: &[Value<'_>], reader: &mut Reader<E>) -> Vec<Edit> {
    let mut edits = Vec::new();
    for value in values {
        reader.push(&value.text(), &mut edits);
    }
    reader.finish(End::Complete, &mut edits);
    edits
}
