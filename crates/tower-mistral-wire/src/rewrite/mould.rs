//! Events that are made for text that has no slot left.

use bytes::Bytes;

use crate::{
    json::{Limits, Splice, Tape},
    random,
    sse::Event,
    table::{Endpoint, Found, Group, TextKind, walk},
};

/// The last event of a channel as it went out: the mould of one that has to be inserted.
#[derive(Clone, Debug)]
pub(super) struct Mould {
    pub(super) event: Event,
    pub(super) data: Bytes,
}

impl Mould {
    /// An event like this one with the text `tail` alone in one of its channels: no usage, finish
    /// reason or logprobs, and a padding of its own.
    pub(super) fn cast(
        &self,
        endpoint: &Endpoint,
        limits: &Limits,
        (kind, group): (TextKind, Group),
        tail: Vec<u8>,
    ) -> Option<Bytes> {
        let tape = Tape::parse(self.data.clone(), limits).ok()?;
        let mut splice = Splice::new(tape.bytes());
        splice.remove_entry(&tape, tape.root(), "usage");
        let mut tail = Some(tail);
        walk(&tape, endpoint.event(), |found| match found {
            Found::Text(slot) if slot.kind == kind && slot.group == group => {
                splice.replace_raw(slot.value.span(), tail.take().unwrap_or_default());
            }
            Found::Text(slot) if slot.kind != TextKind::Generic || is_delta_key(slot.key) => {
                splice.replace_raw(slot.value.span(), Vec::new());
            }
            Found::Finish { reason, .. } => splice.replace_value(reason, "null"),
            Found::Logprobs { value, .. } => splice.replace_value(value, "null"),
            Found::Padding(value) => splice.replace(value.span(), padding().into()),
            _ => {}
        });
        debug_assert!(tail.is_none(), "the mould has a slot of its channel");
        Some(self.event.sibling(&splice.finish()))
    }
}

/// Keys that hold a piece of a text where no row says so. Under any other key a string is whole.
pub(super) fn is_delta_key(key: &str) -> bool {
    matches!(
        key,
        "delta"
            | "content"
            | "text"
            | "arguments"
            | "message"
            | "output"
            | "refusal"
            | "thinking"
            | "reasoning"
            | "summary"
            | "reply"
            | "answer"
            | "completion"
            | "token"
    )
}

/// Random filler as the API draws it: 1 to 36 characters of a fixed row.
pub(super) fn padding() -> &'static str {
    const ROW: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
    let len = 1 + (random::number() % ROW.len() as u64) as usize;
    ROW.get(..len).unwrap_or(ROW)
}
