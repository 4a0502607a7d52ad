//! Edits in a JSON reply.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use bytes::Bytes;

use super::{Edit, End, Engine, Engines, channel::Reader, keys::Keys, logprobs, respell_text};
use crate::{
    Handling, Reason,
    ext::ReplyFacts,
    json::{Kind, Splice, Tape, Value, text},
    table::{Found, Group, Rows, TextKind, walk},
};

/// Reads every text of a JSON body, edits it in place, and notes the facts on the way.
///
/// Without an edit the answer is the tape's own [`Bytes`]. Of `logprobs` the entries that overlap an
/// edit go: they hold the text once more. The signature of an edited thought becomes `null`.
///
/// # Errors
///
/// A part of an unknown type, if the engines [refuse](Engines::on_uninspectable) such.
pub fn json<E: Engines>(
    tape: &Tape,
    rows: &Rows,
    engines: &mut E,
    facts: &mut ReplyFacts,
) -> Result<Bytes, Reason> {
    let mut texts: BTreeMap<(TextKind, Group), (&str, Vec<Value<'_>>)> = BTreeMap::new();
    let mut repeats = Vec::new();
    let mut signatures = Vec::new();
    let mut cut_off = BTreeSet::new();
    let mut unread = Unread::default();
    walk(tape, rows, |found| {
        facts.note(&found);
        match found {
            Found::UnknownPart(part) => unread.ask(part, engines),
            Found::Text(slot) if unread.holds(slot.value) => {}
            Found::Text(slot) => {
                let text = texts.entry((slot.kind, slot.group));
                let (_, values) = text.or_insert_with(|| (slot.key, Vec::new()));
                values.push(slot.value);
            }
            Found::Logprobs { outer, value } => repeats.push((outer, value)),
            Found::Signature { group, value } => signatures.push((group, value)),
            Found::Finish { outer, reason } if is_cut_off(reason) => {
                cut_off.insert(outer);
            }
            _ => {}
        }
    });
    facts.uninspected |= unread.check()?;
    let mut splice = Splice::new(tape.bytes());
    let mut edited = BTreeSet::new();
    let mut keys = Keys::of(tape);
    for ((kind, group), (key, values)) in texts {
        let Some(engine) = engines.open(kind, group) else {
            values
                .iter()
                .for_each(|value| facts.note_text(kind, *value));
            continue;
        };
        let is_string = |value: &Value<'_>| value.kind() == Kind::String;
        let reads_json = engines.reads_json(kind) && values.iter().all(is_string);
        let end = if cut_off.contains(&group.outer) {
            End::Cut
        } else {
            End::Complete
        };
        let mut reader = Reader::new(engine, reads_json);
        reader.context(key);
        let edits = read_text(&values, &mut reader, end);
        if edits.iter().all(|edit| matches!(edit, Edit::Keep(_))) {
            // Most texts end here: nothing is dealt out, and no string read a second time.
            values
                .iter()
                .for_each(|value| facts.note_text(kind, *value));
            continue;
        }
        for (value, spelled) in respell_text(&values, edits) {
            let Some(spelled) = spelled else {
                facts.note_text(kind, value);
                continue;
            };
            if kind.is_output() {
                facts.output_chars += text::count_chars(&spelled);
            }
            splice.replace_raw(value.span(), keys.fitted(value, spelled));
            edited.insert((kind, group));
        }
    }
    for (group, value) in signatures {
        if edited.contains(&(TextKind::Thinking, group)) {
            splice.replace_value(value, "null");
        }
    }
    for (outer, value) in repeats {
        if let Some(mut engine) = engines.open(TextKind::Logprobs, Group { outer, inner: 0 }) {
            let must = edited.iter().any(|(_, group)| group.outer == outer);
            logprobs::edit(value, must, &mut engine, &mut splice);
        }
    }
    Ok(splice.finish())
}

/// The parts of unknown types, and what is done about them.
#[derive(Default)]
pub(super) struct Unread {
    seen: bool,
    refused: bool,
    passed: Vec<Range<usize>>,
}

impl Unread {
    pub(super) fn ask(&mut self, part: Value<'_>, engines: &mut impl Engines) {
        self.seen = true;
        match engines.on_uninspectable(Reason::UnknownPart) {
            Handling::Scan => {}
            Handling::Pass if self.holds(part) => {}
            Handling::Pass => self.passed.push(part.span()),
            Handling::Refuse => self.refused = true,
        }
    }

    /// Whether a text stands in a part that passes unread.
    pub(super) fn holds(&self, text: Value<'_>) -> bool {
        // In the order of the document: a text stands in the last part that began, or in none.
        let last = self.passed.last();
        last.is_some_and(|part| part.contains(&text.span().start))
    }

    /// Whether there is such a part.
    pub(super) fn is_none(&self) -> bool {
        !self.seen
    }

    /// Whether a part passes unread.
    pub(super) fn check(&self) -> Result<bool, Reason> {
        match self.refused {
            true => Err(Reason::UnknownPart),
            false => Ok(!self.passed.is_empty()),
        }
    }
}

/// Whether a choice says that its text was cut off, so that a value may be too.
pub(super) fn is_cut_off(reason: Value<'_>) -> bool {
    matches!(
        reason.as_str().as_deref(),
        Some("length" | "model_length" | "error")
    )
}

/// Reads one text, which may stand in several strings.
fn read_text<E: Engine>(values: &[Value<'_>], reader: &mut Reader<E>, end: End) -> Vec<Edit> {
    let mut edits = Vec::new();
    for value in values {
        reader.push(&value.text(), &mut edits);
    }
    reader.finish(end, &mut edits);
    edits
}
