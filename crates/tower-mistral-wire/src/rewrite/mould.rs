//! Events that are made for text that has no slot left.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::shape::Shape;
use crate::{
    json::{Kind, Limits, Splice, Tape, Value},
    random,
    sse::Event,
    table::{Endpoint, Found, TextKind, walk},
};

/// The last event of a channel as it went out: the mould of one that has to be inserted.
#[derive(Clone, Debug)]
pub(super) struct Mould {
    pub(super) event: Event,
    pub(super) data: Bytes,
    /// Which of the event's texts is the channel's. Its place would not do: a key above it may
    /// have been redacted.
    pub(super) ordinal: usize,
    /// Where its text and its padding stand, if all else of it can be taken as read.
    pub(super) shape: Option<Shape>,
}

/// What becomes of a value on the way.
#[derive(Clone, Copy)]
enum Turn {
    Empty,
    Null,
    Padding,
}

/// The key of why a choice ended, in all tables that have one, and what stands there if it failed.
const FINISH_REASON: &[u8] = b"finish_reason";
const FAILED: &[u8] = b"\"error\"";

impl Mould {
    /// An event with the text `tail` alone: the way to its slot with the plain values beside it,
    /// so no usage, no other choices and no tool call that is not its own; no finish reason, and
    /// a padding of its own.
    pub(super) fn cast(&self, endpoint: &Endpoint, limits: &Limits, tail: &[u8]) -> Option<Bytes> {
        self.cast_with(endpoint, limits, (tail, false))
            .map(|(event, _)| event)
    }

    /// An event without text that ends its choice with the finish reason `error`; none if events of this
    /// kind have no finish reason.
    pub(super) fn failed(&self, endpoint: &Endpoint, limits: &Limits) -> Option<Bytes> {
        let cast = self.cast_with(endpoint, limits, (b"", true));
        cast.filter(|(_, ends)| *ends).map(|(event, _)| event)
    }

    /// The event, and whether it says how its choice ended.
    fn cast_with(
        &self,
        endpoint: &Endpoint,
        limits: &Limits,
        (tail, fails): (&[u8], bool),
    ) -> Option<(Bytes, bool)> {
        let tape = Tape::parse(self.data.clone(), limits).ok()?;
        let mut turns = BTreeMap::new();
        let mut texts = 0;
        let mut slot = None;
        walk(&tape, endpoint.event(), |found| {
            let (value, turn) = match found {
                Found::Text(text) => {
                    texts += 1;
                    if texts - 1 == self.ordinal {
                        slot = Some(text.value.span().start);
                        return;
                    }
                    if !text.piece && text.kind != TextKind::ToolName {
                        return;
                    }
                    (text.value, Turn::Empty)
                }
                Found::Finish { reason, .. } => (reason, Turn::Null),
                Found::Logprobs { value, .. } => (value, Turn::Null),
                Found::Padding(value) => (value, Turn::Padding),
                _ => return,
            };
            turns.insert(value.span().start, turn);
        });
        let mut cast = Cast {
            slot: slot?,
            tail,
            fails,
            ends: false,
            turns,
            out: Vec::new(),
        };
        cast.value(tape.root());
        Some((self.event.sibling(&cast.out), cast.ends))
    }

    /// Whether an event says nothing that this one has not said, but for the texts in `ordinals`.
    pub(super) fn says_the_same(
        &self,
        endpoint: &Endpoint,
        limits: &Limits,
        data: &Bytes,
        ordinals: &[usize],
    ) -> bool {
        let hollow = |data: &Bytes| {
            let tape = Tape::parse(data.clone(), limits).ok()?;
            let mut splice = Splice::new(tape.bytes());
            let mut texts = 0;
            walk(&tape, endpoint.event(), |found| match found {
                Found::Text(text) => {
                    if ordinals.contains(&texts) {
                        splice.replace_raw(text.value.span(), Vec::new());
                    }
                    texts += 1;
                }
                Found::Padding(value) => splice.replace_raw(value.span(), Vec::new()),
                // They went out as null, or say no more than the text does.
                Found::Logprobs { value, .. } => splice.replace_value(value, "null"),
                _ => {}
            });
            Some(splice.finish())
        };
        let said = hollow(&self.data);
        said.is_some() && said == hollow(data)
    }
}

struct Cast<'t> {
    slot: usize,
    tail: &'t [u8],
    /// It says that its choice failed.
    fails: bool,
    /// The finish reason was written.
    ends: bool,
    turns: BTreeMap<usize, Turn>,
    out: Vec<u8>,
}

impl Cast<'_> {
    fn value(&mut self, value: Value<'_>) {
        match value.kind() {
            Kind::Object => {
                self.out.push(b'{');
                for (key, inner) in value.raw_entries() {
                    if self.stays(inner) {
                        self.comma(b'{');
                        self.string(key.raw());
                        self.out.push(b':');
                        self.entry(key.raw(), inner);
                    }
                }
                self.out.push(b'}');
            }
            Kind::Array => {
                self.out.push(b'[');
                for element in value.elements() {
                    if self.leads_to_slot(element) {
                        self.comma(b'[');
                        self.value(element);
                    }
                }
                self.out.push(b']');
            }
            _ => self.scalar(value),
        }
    }

    fn entry(&mut self, key: &[u8], value: Value<'_>) {
        if self.fails && key == FINISH_REASON {
            self.ends = true;
            self.out.extend_from_slice(FAILED);
        } else {
            self.value(value);
        }
    }

    fn scalar(&mut self, value: Value<'_>) {
        let at = value.span().start;
        if at == self.slot {
            return self.string(self.tail);
        }
        match self.turns.get(&at) {
            Some(Turn::Empty) => self.string(b""),
            Some(Turn::Padding) => self.string(padding().as_bytes()),
            Some(Turn::Null) => self.out.extend_from_slice(b"null"),
            None if value.kind() == Kind::String => self.string(value.raw()),
            None => self.out.extend_from_slice(value.raw()),
        }
    }

    fn stays(&self, value: Value<'_>) -> bool {
        !matches!(value.kind(), Kind::Object | Kind::Array) || self.leads_to_slot(value)
    }

    fn leads_to_slot(&self, value: Value<'_>) -> bool {
        // An empty string begins and ends at its slot.
        let span = value.span();
        span.start == self.slot || span.contains(&self.slot)
    }

    fn comma(&mut self, opening: u8) {
        if self.out.last() != Some(&opening) {
            self.out.push(b',');
        }
    }

    fn string(&mut self, raw: &[u8]) {
        self.out.push(b'"');
        self.out.extend_from_slice(raw);
        self.out.push(b'"');
    }
}

/// Random filler as the API draws it: 1 to 36 characters of a fixed row.
pub(super) fn padding() -> &'static str {
    const ROW: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
    let len = 1 + (random::number() % ROW.len() as u64) as usize;
    ROW.get(..len).unwrap_or(ROW)
}
