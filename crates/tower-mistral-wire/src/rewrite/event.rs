//! What one event of a stream says.

use bytes::Bytes;

use super::{
    End, Engines,
    channel::Pushed,
    json::{Unread, is_cut_off},
    shape::Shape,
};
use crate::{
    Reason,
    ext::ReplyFacts,
    json::{Tape, Value},
    sse::Event,
    table::{Found, Rows, Slot, TextKind, walk},
};

/// A string of the event at hand, and what becomes of it.
pub(super) struct Text<'a> {
    pub(super) slot: Slot<'a>,
    pub(super) pushed: Pushed,
    /// Which channel it belongs to, if that lives on in later events.
    pub(super) channel: Option<usize>,
    /// It stands in a part that passes unread.
    pub(super) is_passed: bool,
}

impl Text<'_> {
    /// The spelling that goes out, if it is another one.
    pub(super) fn respelled(&self) -> Option<&[u8]> {
        match &self.pushed {
            Pushed::Same => None,
            Pushed::Respelled(spelled) => Some(spelled),
            Pushed::Swallowed => Some(&[]),
        }
    }
}

/// What a walk over one event finds.
#[derive(Default)]
pub(super) struct Read<'a> {
    pub(super) texts: Vec<Text<'a>>,
    /// Choices that end, or only their thinking.
    pub(super) closed: Vec<(u32, Option<TextKind>, End)>,
    pub(super) padding: Option<Value<'a>>,
    /// Signatures over thinking parts, by choice.
    pub(super) signatures: Vec<(u32, Value<'a>)>,
    pub(super) logprobs: Vec<Value<'a>>,
    pub(super) unread: Unread,
    /// Its counts go into the facts, which keep the last ones.
    pub(super) has_usage: bool,
}

impl<'a> Read<'a> {
    pub(super) fn of(
        tape: &'a Tape,
        rows: &Rows,
        engines: &mut impl Engines,
        facts: &mut ReplyFacts,
    ) -> Result<Self, Reason> {
        let mut read = Self::default();
        walk(tape, rows, |found| {
            facts.note(&found);
            match found {
                Found::Text(mut slot) => {
                    if slot.kind == TextKind::Thinking {
                        // A list's first place in each event says nothing of the whole.
                        slot.group.inner = 0;
                    }
                    read.texts.push(Text {
                        slot,
                        pushed: Pushed::Same,
                        channel: None,
                        is_passed: read.unread.holds(slot.value),
                    });
                }
                Found::UnknownPart(part) => read.unread.ask(part, engines),
                Found::Finish { outer, reason } => {
                    let end = if is_cut_off(reason) {
                        End::Cut
                    } else {
                        End::Complete
                    };
                    read.closed.push((outer, None, end));
                }
                Found::ThinkingClosed { outer } => {
                    read.closed
                        .push((outer, Some(TextKind::Thinking), End::Complete));
                }
                Found::Padding(value) => read.padding = Some(value),
                Found::Signature { group, value } => read.signatures.push((group.outer, value)),
                Found::Logprobs { value, .. } => read.logprobs.push(value),
                Found::Usage(_) => read.has_usage = true,
                _ => {}
            }
        });
        facts.uninspected |= read.unread.check()?;
        Ok(read)
    }

    /// Where text and padding stand, if nothing else in the event is ever touched or says anything.
    pub(super) fn shape(&self) -> Option<Shape> {
        let [text] = self.texts.as_slice() else {
            return None;
        };
        let is_plain = text.slot.piece && text.slot.kind != TextKind::Generic;
        let is_all = self.closed.is_empty()
            && self.signatures.is_empty()
            && self.logprobs.is_empty()
            && self.unread.is_none()
            && !self.has_usage;
        (is_plain && is_all).then(|| Shape {
            text: text.slot.value.span(),
            padding: self.padding.map(Value::span),
        })
    }
}

/// Which text a generic string of an event goes on, where no row says.
#[derive(Default)]
pub(super) struct Tag {
    /// The event's name, its `type`, and the indices by which the Conversations and Responses APIs
    /// number their outputs. Other numbers are left out: one that counts events would end every
    /// text at every event.
    pub(super) name: Bytes,
    /// The event says that something has ended.
    pub(super) ends: bool,
}

impl Tag {
    pub(super) fn of(event: &Event, root: Value<'_>) -> Self {
        const KEYS: [&str; 4] = ["type", "output_index", "content_index", "summary_index"];
        let mut name = event.name().unwrap_or_default().to_vec();
        let mut ends = is_end(&name);
        for (key, value) in root.entries() {
            if KEYS.contains(&key.as_ref()) {
                ends |= key == "type" && is_end(value.raw());
                name.push(b' ');
                name.extend_from_slice(value.raw());
            }
        }
        Self {
            name: name.into(),
            ends,
        }
    }
}

/// Whether the name of an event says that something has ended: `conversation.response.done`.
fn is_end(name: &[u8]) -> bool {
    const ENDS: [&[u8]; 10] = [
        b"done",
        b"complete",
        b"completed",
        b"incomplete",
        b"failed",
        b"error",
        b"end",
        b"stop",
        b"finished",
        b"cancelled",
    ];
    let last = name
        .rsplit(|byte| b"._-/".contains(byte))
        .next()
        .unwrap_or_default();
    ENDS.contains(&last)
}
