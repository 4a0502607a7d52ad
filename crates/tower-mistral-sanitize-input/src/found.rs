//! The texts of a request.

use std::{collections::BTreeMap, ops::Range};

use tower_mistral_wire::{
    Handling, Reason,
    json::{Tape, Value},
    table::{Endpoint, Found, Group, TextKind, walk},
};

use crate::config::Config;

/// What a request holds.
pub(crate) struct FoundTexts<'a> {
    pub(crate) texts: Texts<'a>,
    pub(crate) messages: usize,
    /// A part passes unread.
    pub(crate) is_degraded: bool,
}

/// Texts by what they are, each of one or more parts.
pub(crate) type Texts<'a> = Vec<((TextKind, Group), Vec<Value<'a>>)>;

impl<'a> FoundTexts<'a> {
    /// The texts of a request, in the order of their first parts; empty parts left out.
    pub(crate) fn of(config: &Config, endpoint: &Endpoint, tape: &'a Tape) -> Result<Self, Reason> {
        let mut texts = Texts::new();
        let mut places = BTreeMap::new();
        let (mut passed, mut is_refused) = (Vec::new(), false);
        let mut messages = 0;
        walk(tape, endpoint.request(), |found| {
            let slot = match found {
                Found::Text(slot) => slot,
                Found::Element { .. } => {
                    messages += 1;
                    return;
                }
                Found::UnknownPart(part) => {
                    match config.handle(Reason::UnknownPart) {
                        Handling::Scan => {}
                        Handling::Pass if is_passed(&passed, part) => {}
                        Handling::Pass => passed.push(part.span()),
                        _ => is_refused = true,
                    }
                    return;
                }
                _ => return,
            };
            if is_passed(&passed, slot.value) {
                return;
            }
            if slot.kind == TextKind::Media || slot.value.raw().is_empty() {
                return;
            }
            let channel = (slot.kind, slot.group);
            let place = *places.entry(channel).or_insert(texts.len());
            match texts.get_mut(place) {
                Some((_, values)) => values.push(slot.value),
                None => texts.push((channel, vec![slot.value])),
            }
        });
        match is_refused {
            true => Err(Reason::UnknownPart),
            false => Ok(Self {
                texts,
                messages,
                is_degraded: !passed.is_empty(),
            }),
        }
    }
}

/// Whether a value stands in a part that passes: in the order of the document, in the last that
/// began or in none.
fn is_passed(passed: &[Range<usize>], value: Value<'_>) -> bool {
    let last = passed.last();
    last.is_some_and(|part| part.contains(&value.span().start))
}
