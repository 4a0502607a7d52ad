//! Reads the facts off a copy of a reply. No I/O, no errors: what cannot be read is said to be
//! uninspected.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tower_mistral_wire::{
    body::{Budget, Reservation},
    ext::ReplyFacts,
    json::{JsonError, Limits, Tape},
    media::ReplyMedia,
    rewrite::Skimmer,
    sse::{Decoder, Event},
    table::{Endpoint, Found, Rows, walk},
};

pub(crate) struct ReplyReader {
    endpoint: Arc<Endpoint>,
    facts: ReplyFacts,
    format: Format,
}

enum Format {
    /// There is nothing to read, or nothing more can be read.
    Nothing,
    Whole(Copy),
    Events(Decoder, Skimmer),
}

/// A copy of a body; the very chunk while there is one only.
struct Copy {
    chunk: Bytes,
    joined: BytesMut,
    max: usize,
    held: Reservation,
    /// It may be no JSON: then it has no facts.
    is_text: bool,
}

impl ReplyReader {
    /// A reader of a reply from `endpoint`, that keeps at most `max` bytes.
    pub(crate) fn new(
        media: ReplyMedia,
        endpoint: Arc<Endpoint>,
        max: usize,
        budget: &Budget,
    ) -> Self {
        let copy = |is_text| {
            Format::Whole(Copy {
                chunk: Bytes::new(),
                joined: BytesMut::new(),
                max,
                held: budget.reserve(),
                is_text,
            })
        };
        let mut facts = ReplyFacts::default();
        let format = match media {
            ReplyMedia::None => Format::Nothing,
            ReplyMedia::Json => copy(false),
            ReplyMedia::Text => copy(true),
            ReplyMedia::EventStream => Format::Events(Decoder::new(max), Skimmer::new()),
            _ => {
                facts.uninspected = true;
                Format::Nothing
            }
        };
        Self {
            endpoint,
            facts,
            format,
        }
    }

    /// Takes the next bytes of the reply.
    pub(crate) fn push(&mut self, chunk: &Bytes) {
        let is_read = match &mut self.format {
            Format::Nothing => return,
            Format::Whole(copy) => copy.push(chunk),
            Format::Events(decoder, skimmer) => {
                let pushed = decoder.push(chunk.clone());
                let events = std::iter::from_fn(|| decoder.pop());
                let read = read_events(events, skimmer, self.endpoint.event(), &mut self.facts);
                pushed.is_ok() && read.is_ok()
            }
        };
        if !is_read {
            self.give_up();
        }
    }

    /// Whether text of the model's was among the events so far.
    pub(crate) fn has_text(&self) -> bool {
        self.facts.output_chars > 0
    }

    /// The reply has ended: whole, if `has_all`, else it broke off.
    pub(crate) fn finish(mut self, has_all: bool) -> ReplyFacts {
        let is_read = match &mut self.format {
            Format::Nothing => true,
            Format::Whole(copy) => {
                let is_text = copy.is_text;
                let bytes = copy.take();
                bytes.is_empty()
                    || read(bytes, self.endpoint.reply(), &mut self.facts).is_ok()
                    || (is_text && has_all)
            }
            // What is left is a piece of an event, of no use to its reader either.
            Format::Events(..) if !has_all => true,
            Format::Events(decoder, skimmer) => {
                let events = std::iter::from_fn(|| decoder.finish());
                read_events(events, skimmer, self.endpoint.event(), &mut self.facts).is_ok()
            }
        };
        if !is_read {
            self.give_up();
        }
        self.facts
    }

    fn give_up(&mut self) {
        self.facts.uninspected = true;
        self.format = Format::Nothing;
    }
}

impl Copy {
    /// False if it is too large for the limit or the budget.
    fn push(&mut self, chunk: &Bytes) -> bool {
        let len = self.chunk.len() + self.joined.len();
        if len.saturating_add(chunk.len()) > self.max || !self.held.grow(chunk.len()) {
            return false;
        }
        if len == 0 {
            self.chunk = chunk.clone();
            return true;
        }
        self.joined.extend_from_slice(&self.chunk.split_off(0));
        self.joined.extend_from_slice(chunk);
        true
    }

    fn take(&mut self) -> Bytes {
        match self.joined.is_empty() {
            true => self.chunk.split_off(0),
            false => self.joined.split().freeze(),
        }
    }
}

fn read_events(
    events: impl Iterator<Item = Event>,
    skimmer: &mut Skimmer,
    rows: &Rows,
    facts: &mut ReplyFacts,
) -> Result<(), JsonError> {
    for event in events {
        let Some(data) = event.data().filter(|data| data.trim_ascii() != b"[DONE]") else {
            continue;
        };
        skimmer.event(data, rows, facts)?;
    }
    Ok(())
}

fn read(bytes: Bytes, rows: &Rows, facts: &mut ReplyFacts) -> Result<(), JsonError> {
    let tape = Tape::parse(bytes, &Limits::default())?;
    walk(&tape, rows, |found| {
        facts.note(&found);
        if let Found::Text(slot) = found {
            facts.note_text(slot.kind, slot.value);
        }
    });
    Ok(())
}
