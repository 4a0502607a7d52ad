//! Edits in a stream of server-sent events.
//!
//! Events map one to one and in order. What a channel holds back goes out in a later slot of the
//! same channel; what is left when the channel is closed goes into the event that closes it, if
//! that has a slot, else into an event that is inserted before it.

use std::{collections::VecDeque, fmt, sync::Arc};

use bytes::Bytes;

use super::{End, Engines, channel::Channel};
use crate::{
    RejectionKind,
    ext::ReplyFacts,
    json::{Limits, Splice, Tape, Value, text},
    sse::{Decoder, Event},
    table::{Endpoint, Found, Group, Slot, StreamEnd, TextKind, walk},
};

/// What a stream may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamOptions {
    /// The most bytes of one event. Default 1 MiB.
    pub max_event: usize,
    /// The most channels. Default 64.
    pub max_channels: usize,
    /// What the JSON of an event may cost.
    pub json: Limits,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            max_event: 1 << 20,
            max_channels: 64,
            json: Limits::default(),
        }
    }
}

/// Why a stream cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RewriteError {
    /// An event has more bytes than the limit.
    EventTooLarge,
    /// The data of an event is not JSON, or a line is no field of an event stream.
    Malformed,
    /// The stream has more channels than the limit.
    TooManyChannels,
    /// The stream ended without its last event.
    Truncated,
}

impl RewriteError {
    /// The kind of the rejection that a reader is shown.
    pub fn kind(self) -> RejectionKind {
        match self {
            Self::EventTooLarge | Self::TooManyChannels => RejectionKind::ReplyTooLarge,
            Self::Malformed => RejectionKind::MalformedReply,
            Self::Truncated => RejectionKind::TruncatedReply,
        }
    }
}

impl fmt::Display for RewriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EventTooLarge => "an event of the stream is too large",
            Self::Malformed => "an event of the stream is not JSON",
            Self::TooManyChannels => "the stream has too many channels",
            Self::Truncated => "the stream ended before its last event",
        })
    }
}

impl std::error::Error for RewriteError {}

/// Rewrites one streamed reply: bytes in, bytes out, no I/O.
pub struct StreamRewriter<E: Engines> {
    engines: E,
    endpoint: Arc<Endpoint>,
    options: StreamOptions,
    decoder: Decoder,
    channels: Vec<Open<E::Engine>>,
    out: VecDeque<Bytes>,
    facts: ReplyFacts,
    done: bool,
}

/// A channel that has had text.
struct Open<E> {
    kind: TextKind,
    group: Group,
    channel: Channel<E>,
    /// Its last event as it went out: the mould of one that has to be inserted.
    mould: Option<(Event, Bytes)>,
    /// What kind of event that was, where no row says what closes the channel.
    tag: Bytes,
}

/// A string of the event at hand, and what it becomes if it changes.
struct Text<'a> {
    slot: Slot<'a>,
    spelled: Option<Vec<u8>>,
    /// Which channel it belongs to, if that lives on in later events.
    channel: Option<usize>,
}

impl<E: Engines> StreamRewriter<E> {
    /// A rewriter for a reply of `endpoint`.
    pub fn new(engines: E, endpoint: Arc<Endpoint>, options: StreamOptions) -> Self {
        Self {
            engines,
            endpoint,
            options,
            decoder: Decoder::new(options.max_event),
            channels: Vec::new(),
            out: VecDeque::new(),
            facts: ReplyFacts::default(),
            done: false,
        }
    }

    /// Takes the next bytes of the reply.
    ///
    /// # Errors
    ///
    /// The stream cannot go on; what was already decided is still to be [popped](Self::pop).
    pub fn push(&mut self, chunk: Bytes) -> Result<(), RewriteError> {
        let pushed = self.decoder.push(chunk);
        while let Some(event) = self.decoder.pop() {
            self.event(&event).inspect_err(|_| self.abort())?;
        }
        if pushed.is_err() {
            self.abort();
            return Err(RewriteError::EventTooLarge);
        }
        Ok(())
    }

    /// The reply has ended.
    ///
    /// # Errors
    ///
    /// It ended before its last event, or in the middle of one that cannot be read.
    pub fn finish(&mut self) -> Result<(), RewriteError> {
        while let Some(event) = self.decoder.finish() {
            self.event(&event).inspect_err(|_| self.abort())?;
            if !self.done && !event.is_complete() && self.channels.iter().any(|c| c.channel.holds())
            {
                self.out.push_back(Bytes::from_static(b"\n\n"));
            }
        }
        if self.endpoint.stream_end() == StreamEnd::Done && !self.done {
            self.abort();
            return Err(RewriteError::Truncated);
        }
        self.close(End::Complete, |_| true, &mut []);
        Ok(())
    }

    /// The reply broke off: what is held goes out, a value that may be cut in two masked.
    pub fn abort(&mut self) {
        self.close(End::Cut, |_| true, &mut []);
    }

    /// The next bytes for the reader.
    pub fn pop(&mut self) -> Option<Bytes> {
        self.out.pop_front()
    }

    /// The facts that were seen so far.
    pub fn facts(&self) -> &ReplyFacts {
        &self.facts
    }

    fn event(&mut self, event: &Event) -> Result<(), RewriteError> {
        if event.has_foreign_line() {
            return Err(RewriteError::Malformed);
        }
        let Some(data) = event.data() else {
            self.out.push_back(event.raw().clone());
            return Ok(());
        };
        if data.trim_ascii() == b"[DONE]" {
            self.close(End::Complete, |_| true, &mut []);
            self.done = true;
            self.out.push_back(event.raw().clone());
            return Ok(());
        }
        let tape = Tape::parse(data.clone(), &self.options.json);
        let tape = tape.map_err(|_| RewriteError::Malformed)?;
        self.facts.events += 1;

        let mut texts = Vec::new();
        let mut closed = Vec::new();
        let mut splice = Splice::new(data);
        let drop_logprobs = self.engines.edits();
        walk(&tape, self.endpoint.event(), |found| {
            self.facts.note(&found);
            match found {
                Found::Text(slot) => texts.push(Text {
                    slot,
                    spelled: None,
                    channel: None,
                }),
                Found::Finish { outer, .. } => closed.push((outer, None)),
                Found::ThinkingClosed { outer } => closed.push((outer, Some(TextKind::Thinking))),
                Found::Logprobs { value, .. } if drop_logprobs => {
                    splice.replace_value(value, "null");
                }
                _ => {}
            }
        });
        let tag = tag(event, tape.root());
        self.close(
            End::Complete,
            |open| open.kind == TextKind::Generic && open.tag != tag,
            &mut [],
        );
        for text in &mut texts {
            self.text(text, &tag)?;
        }
        for (outer, kind) in closed {
            let of = |open: &Open<E::Engine>| {
                open.group.outer == outer && kind.is_none_or(|kind| kind == open.kind)
            };
            self.close(End::Complete, of, &mut texts);
        }
        for text in &texts {
            if text.slot.kind.is_output() {
                let raw = text
                    .spelled
                    .as_deref()
                    .unwrap_or_else(|| text.slot.value.raw());
                self.facts.output_chars += text::count_chars(raw);
            }
        }
        let mut touched = Vec::new();
        for text in texts {
            touched.extend(text.channel);
            if let Some(spelled) = text.spelled {
                splice.replace_raw(text.slot.value.span(), spelled);
            }
        }
        let untouched = splice.is_empty();
        let edited = splice.finish();
        self.out.push_back(match untouched {
            true => event.raw().clone(),
            false => event.with_data(&edited),
        });
        for at in touched {
            if let Some(open) = self.channels.get_mut(at) {
                open.mould = Some((event.clone(), edited.clone()));
            }
        }
        Ok(())
    }

    /// Reads one string of an event.
    fn text(&mut self, text: &mut Text<'_>, tag: &Bytes) -> Result<(), RewriteError> {
        let Slot {
            kind,
            group,
            value,
            key,
        } = text.slot;
        if kind == TextKind::Generic && !is_delta_key(key) {
            // A whole value, for instance an identifier: it goes out with its own event.
            if let Some(engine) = self.engines.open(kind, group) {
                let mut channel = Channel::new(engine, kind);
                let head = channel.push(value.raw());
                let tail = channel.finish(End::Complete);
                if head.is_some() || !tail.is_empty() {
                    let head = head.unwrap_or_else(|| value.raw().to_vec());
                    text.spelled = Some([head, tail].concat());
                }
            }
            return Ok(());
        }
        let known = self
            .channels
            .iter()
            .position(|open| open.kind == kind && open.group == group);
        let at = match known {
            Some(at) => at,
            None => {
                let Some(engine) = self.engines.open(kind, group) else {
                    return Ok(());
                };
                if self.channels.len() >= self.options.max_channels {
                    return Err(RewriteError::TooManyChannels);
                }
                let channel = Channel::new(engine, kind);
                let tag = tag.clone();
                self.channels.push(Open {
                    kind,
                    group,
                    channel,
                    mould: None,
                    tag,
                });
                self.channels.len() - 1
            }
        };
        if let Some(open) = self.channels.get_mut(at) {
            text.channel = Some(at);
            open.tag.clone_from(tag);
            text.spelled = open.channel.push(value.raw());
        }
        Ok(())
    }

    /// Ends the texts of some channels: into their last slot in `texts`, or with an own event.
    fn close(
        &mut self,
        end: End,
        which: impl Fn(&Open<E::Engine>) -> bool,
        texts: &mut [Text<'_>],
    ) {
        for at in 0..self.channels.len() {
            let Some(open) = self.channels.get_mut(at).filter(|open| which(open)) else {
                continue;
            };
            let tail = open.channel.finish(end);
            if tail.is_empty() {
                continue;
            }
            if let Some(text) = texts.iter_mut().rev().find(|text| text.channel == Some(at)) {
                let raw = || text.slot.value.raw().to_vec();
                text.spelled
                    .get_or_insert_with(raw)
                    .extend_from_slice(&tail);
                continue;
            }
            let (kind, group, mould) = (open.kind, open.group, open.mould.clone());
            if kind.is_output() {
                self.facts.output_chars += text::count_chars(&tail);
            }
            // Without a mould its event has not gone out: the stream breaks within it.
            if let Some((event, data)) = mould {
                self.out.extend(self.cast(&event, data, kind, group, tail));
            }
        }
    }

    /// An event like `mould` with the text `tail` alone: no usage, finish reason or logprobs.
    fn cast(
        &self,
        mould: &Event,
        data: Bytes,
        kind: TextKind,
        group: Group,
        tail: Vec<u8>,
    ) -> Option<Bytes> {
        let tape = Tape::parse(data, &self.options.json).ok()?;
        let mut splice = Splice::new(tape.bytes());
        splice.remove_entry(&tape, tape.root(), "usage");
        let mut tail = Some(tail);
        walk(&tape, self.endpoint.event(), |found| match found {
            Found::Text(slot) if slot.kind == kind && slot.group == group => {
                splice.replace_raw(slot.value.span(), tail.take().unwrap_or_default());
            }
            Found::Text(slot) if slot.kind != TextKind::Generic || is_delta_key(slot.key) => {
                splice.replace_raw(slot.value.span(), Vec::new());
            }
            Found::Finish { reason, .. } => splice.replace_value(reason, "null"),
            Found::Logprobs { value, .. } => splice.replace_value(value, "null"),
            _ => {}
        });
        debug_assert!(tail.is_none(), "the mould has a slot of its channel");
        Some(mould.sibling(&splice.finish()))
    }
}

impl<E: Engines> fmt::Debug for StreamRewriter<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamRewriter")
            .field("endpoint", &self.endpoint)
            .field("channels", &self.channels.len())
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}

/// Keys that hold a piece of a text where no row says so. Under any other key a string is whole.
fn is_delta_key(key: &str) -> bool {
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

/// Which text a generic string of an event goes on, where no row says: the event's name, its
/// `type`, and the indices by which the Conversations and Responses APIs number their outputs.
/// Other numbers are left out: one that counts events would end every text at every event.
fn tag(event: &Event, root: Value<'_>) -> Bytes {
    const KEYS: [&str; 4] = ["type", "output_index", "content_index", "summary_index"];
    let mut tag = event.name().unwrap_or_default().to_vec();
    for (name, value) in root.entries() {
        if KEYS.contains(&name.as_ref()) {
            tag.push(b' ');
            tag.extend_from_slice(value.raw());
        }
    }
    tag.into()
}
