//! One text on the wire: an engine, and the spelling of what it holds.

use super::{Edit, End, Engine, JsonText};
use crate::{json::text, table::TextKind};

/// The engine of a channel: as it is, or reading JSON inside the text.
pub(super) enum Reader<E> {
    Plain(E),
    Json(JsonText<E>),
}

impl<E: Engine> Reader<E> {
    pub(super) fn new(engine: E, kind: TextKind) -> Self {
        if kind.holds_json() {
            Self::Json(JsonText::new(engine))
        } else {
            Self::Plain(engine)
        }
    }

    pub(super) fn push(&mut self, text: &str, out: &mut Vec<Edit>) {
        match self {
            Self::Plain(engine) => engine.push(text, out),
            Self::Json(engine) => engine.push(text, out),
        }
    }

    pub(super) fn finish(&mut self, end: End, out: &mut Vec<Edit>) {
        match self {
            Self::Plain(engine) => engine.finish(end, out),
            Self::Json(engine) => engine.finish(end, out),
        }
    }
}

pub(super) struct Channel<E> {
    reader: Reader<E>,
    /// The spelling, inside JSON quotes, of what the engine holds.
    held: Vec<u8>,
    edits: Vec<Edit>,
}

impl<E: Engine> Channel<E> {
    pub(super) fn new(engine: E, kind: TextKind) -> Self {
        Self {
            reader: Reader::new(engine, kind),
            held: Vec::new(),
            edits: Vec::new(),
        }
    }

    pub(super) fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// Reads on. Answers with the spelling of what is decided, or none if it is `raw` itself.
    pub(super) fn push(&mut self, raw: &[u8]) -> Option<Vec<u8>> {
        let escaped = memchr::memchr(b'\\', raw).is_some();
        let decoded = text::decode(raw, escaped);
        self.edits.clear();
        self.reader.push(&decoded, &mut self.edits);
        let untouched = match self.edits.as_slice() {
            [Edit::Keep(n)] => *n == decoded.len(),
            [] => decoded.is_empty(),
            _ => false,
        };
        if untouched && self.held.is_empty() {
            return None;
        }
        self.held.extend_from_slice(raw);
        Some(self.settle())
    }

    /// The text ends: the spelling of the rest.
    pub(super) fn finish(&mut self, end: End) -> Vec<u8> {
        self.edits.clear();
        self.reader.finish(end, &mut self.edits);
        let mut tail = self.settle();
        // An engine decides all at the end; a byte it forgot is kept rather than lost.
        debug_assert!(self.held.is_empty(), "the engine left text undecided");
        tail.append(&mut self.held);
        tail
    }

    /// Applies the edits to what is held and takes it out.
    fn settle(&mut self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.held.len());
        let done = respell(&self.held, &self.edits, &mut out);
        self.held.drain(..done);
        out
    }
}

/// Applies edits over the text of `raw` to its spelling; says how much of `raw` they cover.
pub(super) fn respell(raw: &[u8], edits: &[Edit], out: &mut Vec<u8>) -> usize {
    let mut at = 0;
    for edit in edits {
        let rest = raw.get(at..).unwrap_or_default();
        match edit {
            Edit::Keep(n) => {
                let len = text::spelled_len(rest, *n);
                out.extend_from_slice(rest.get(..len).unwrap_or_default());
                at += len;
            }
            Edit::Replace { n, with } => {
                at += text::spelled_len(rest, *n);
                text::encode(with, out);
            }
        }
    }
    at
}
