//! One text on the wire: an engine, and the spelling of what it holds.

use std::borrow::Cow;

use super::{Edit, End, Engine, JsonText};
use crate::json::text;

/// The engine of a channel: as it is, or reading JSON inside the text.
pub(super) enum Reader<E> {
    Plain(E),
    Json(JsonText<E>),
}

impl<E: Engine> Reader<E> {
    pub(super) fn new(engine: E, holds_json: bool) -> Self {
        if holds_json {
            Self::Json(JsonText::new(engine))
        } else {
            Self::Plain(engine)
        }
    }

    pub(super) fn context(&mut self, key: &str) {
        match self {
            Self::Plain(engine) => engine.context(key),
            Self::Json(engine) => engine.context(key),
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
    /// The first half of a surrogate pair, spelled `\ud83d`, at the end of the last piece.
    half: Vec<u8>,
    edits: Vec<Edit>,
    was_edited: bool,
}

/// What becomes of a piece of text.
pub(super) enum Pushed {
    /// It goes out as it came.
    Same,
    /// This goes out in its place.
    Respelled(Vec<u8>),
    /// All of it is swallowed behind a placeholder that has gone out.
    Swallowed,
}

impl<E: Engine> Channel<E> {
    /// For the text under `key`.
    pub(super) fn new(engine: E, holds_json: bool, key: &str) -> Self {
        let mut reader = Reader::new(engine, holds_json);
        reader.context(key);
        Self {
            reader,
            held: Vec::new(),
            half: Vec::new(),
            edits: Vec::new(),
            was_edited: false,
        }
    }

    /// Whether any of its text was replaced.
    pub(super) fn was_edited(&self) -> bool {
        self.was_edited
    }

    pub(super) fn holds(&self) -> bool {
        !self.held.is_empty() || !self.half.is_empty()
    }

    /// Reads on.
    pub(super) fn push(&mut self, raw: &[u8]) -> Pushed {
        let raw = self.join_halves(raw);
        let escaped = memchr::memchr(b'\\', &raw).is_some();
        let decoded = text::decode(&raw, escaped);
        self.edits.clear();
        self.reader.push(&decoded, &mut self.edits);
        let is_mended = matches!(raw, Cow::Owned(_));
        if self.held.is_empty() && self.half.is_empty() {
            if !is_mended && keeps(&self.edits) == Some(decoded.len()) {
                return Pushed::Same;
            }
            if let [Edit::Replace { n, with }] = self.edits.as_slice() {
                if *n == decoded.len() && with.is_empty() {
                    return Pushed::Swallowed;
                }
            }
        }
        self.held.extend_from_slice(&raw);
        Pushed::Respelled(self.settle())
    }

    /// The text ends: the spelling of the rest.
    pub(super) fn finish(&mut self, end: End) -> Vec<u8> {
        self.edits.clear();
        if !std::mem::take(&mut self.half).is_empty() {
            // The other half never came.
            self.reader.push("\u{fffd}", &mut self.edits);
            self.held.extend_from_slice(LONE);
        }
        self.reader.finish(end, &mut self.edits);
        let mut tail = self.settle();
        // An engine decides all at the end; a byte it forgot is kept rather than lost.
        debug_assert!(self.held.is_empty(), "the engine left text undecided");
        tail.append(&mut self.held);
        tail
    }

    /// Puts the half that waits in front of `raw`, takes the one at its end away, and mends what
    /// stays alone. Borrowed if there is nothing to do.
    fn join_halves<'r>(&mut self, raw: &'r [u8]) -> Cow<'r, [u8]> {
        if raw.is_empty() || (self.half.is_empty() && memchr::memchr(b'\\', raw).is_none()) {
            return Cow::Borrowed(raw);
        }
        let joined = match std::mem::take(&mut self.half) {
            half if half.is_empty() => Cow::Borrowed(raw),
            mut half => {
                half.extend_from_slice(raw);
                Cow::Owned(half)
            }
        };
        let half = text::trailing_high_surrogate(&joined);
        let whole = joined.len() - half;
        self.half
            .extend_from_slice(joined.get(whole..).unwrap_or_default());
        match text::mend_surrogates(joined.get(..whole).unwrap_or_default()) {
            Some(mended) => Cow::Owned(mended),
            None if half == 0 => joined,
            None => Cow::Owned(joined.get(..whole).unwrap_or_default().to_vec()),
        }
    }

    /// Applies the edits to what is held and takes it out.
    fn settle(&mut self) -> Vec<u8> {
        self.was_edited |= keeps(&self.edits).is_none();
        let mut out = Vec::with_capacity(self.held.len());
        let done = respell(&self.held, &self.edits, &mut out);
        self.held.drain(..done);
        out
    }
}

/// How many bytes the edits keep, if they replace none.
fn keeps(edits: &[Edit]) -> Option<usize> {
    edits.iter().try_fold(0, |sum, edit| match edit {
        Edit::Keep(n) => Some(sum + n),
        Edit::Replace { .. } => None,
    })
}

/// How U+FFFD is spelled that stands for an unpaired surrogate.
const LONE: &[u8] = b"\\ufffd";

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
