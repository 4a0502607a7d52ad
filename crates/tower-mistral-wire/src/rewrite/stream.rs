//! Edits in a stream of server-sent events.
//!
//! Events map one to one and in order. What a channel holds back goes out in a later slot of the
//! same channel; what is left when the channel is closed goes into the event that closes it, if
//! that has a slot, else into an event that is inserted before it. Events of which nothing is left,
//! since all of their text is swallowed behind a placeholder, are left out: their number would tell
//! how long the secret is.

use std::{collections::VecDeque, fmt, sync::Arc};

use bytes::Bytes;

use super::{
    End, Engines, RewriteError, StreamOptions,
    channel::{Channel, Pushed},
    json::quoted,
    mould::{Mould, is_delta_key, padding},
};
use crate::{
    ext::ReplyFacts,
    json::{Splice, Tape, Value, text},
    sse::{Decoder, Event},
    table::{Endpoint, Found, Group, Slot, StreamEnd, TextKind, walk},
};

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
    mould: Option<Mould>,
    /// What kind of event it goes on with, where no row says what closes it.
    tag: Bytes,
}

/// A string of the event at hand, and what becomes of it.
struct Text<'a> {
    slot: Slot<'a>,
    pushed: Pushed,
    /// Which channel it belongs to, if that lives on in later events.
    channel: Option<usize>,
}

impl Text<'_> {
    /// The spelling that goes out, if it is another one.
    fn respelled(&self) -> Option<&[u8]> {
        match &self.pushed {
            Pushed::Same => None,
            Pushed::Respelled(spelled) => Some(spelled),
            Pushed::Swallowed => Some(&[]),
        }
    }
}

/// What a walk over one event finds.
#[derive(Default)]
struct Read<'a> {
    texts: Vec<Text<'a>>,
    /// Choices that end, or only their thinking.
    closed: Vec<(u32, Option<TextKind>)>,
    padding: Option<Value<'a>>,
    /// Signatures over thinking parts, by choice.
    signatures: Vec<(u32, Value<'a>)>,
    /// It says more than text, so it goes out even if no text is left.
    says_more: bool,
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
            let holds = self.channels.iter().any(|open| open.channel.holds());
            if !self.done && !event.is_complete() && holds {
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
        let mut splice = Splice::new(data);
        let mut read = self.read(&tape, &mut splice);

        let tag = tag(event, tape.root());
        let is_other = |open: &Open<_>| open.kind == TextKind::Generic && open.tag != tag;
        self.close(End::Complete, is_other, &mut []);
        for text in &mut read.texts {
            self.text(text, &tag)?;
        }
        for (outer, kind) in &read.closed {
            let of = |open: &Open<_>| {
                open.group.outer == *outer && kind.is_none_or(|kind| kind == open.kind)
            };
            self.close(End::Complete, of, &mut read.texts);
        }
        if !read.is_swallowed() {
            self.emit(event, &read, splice);
        }
        Ok(())
    }

    fn read<'a>(&mut self, tape: &'a Tape, splice: &mut Splice<'_>) -> Read<'a> {
        let mut read = Read::default();
        let drop_logprobs = self.engines.edits();
        walk(tape, self.endpoint.event(), |found| {
            self.facts.note(&found);
            match found {
                Found::Text(slot) => {
                    read.texts.push(Text {
                        slot,
                        pushed: Pushed::Same,
                        channel: None,
                    });
                }
                Found::Finish { outer, .. } => read.closed.push((outer, None)),
                Found::ThinkingClosed { outer } => {
                    read.closed.push((outer, Some(TextKind::Thinking)));
                }
                Found::Padding(value) => read.padding = Some(value),
                Found::Signature { group, value } => read.signatures.push((group.outer, value)),
                Found::Logprobs { value, .. } if drop_logprobs => {
                    splice.replace_value(value, "null");
                }
                Found::Usage(_) | Found::Inner => read.says_more = true,
                _ => {}
            }
        });
        read
    }

    /// Reads one string of an event.
    fn text(&mut self, text: &mut Text<'_>, tag: &Bytes) -> Result<(), RewriteError> {
        let Slot {
            kind,
            group,
            value,
            key,
        } = text.slot;
        let is_piece = match kind {
            TextKind::Generic => is_delta_key(key),
            _ => value.as_str().is_some(),
        };
        if !is_piece {
            // A whole value, for instance an identifier: it goes out with its own event.
            if let Some(engine) = self.engines.open(kind, group) {
                let mut channel = Channel::new(engine, false);
                let head = match channel.push(value.raw()) {
                    Pushed::Same => None,
                    Pushed::Respelled(spelled) => Some(spelled),
                    Pushed::Swallowed => Some(Vec::new()),
                };
                let tail = channel.finish(End::Complete);
                let spelled = [head.as_deref().unwrap_or_else(|| value.raw()), &tail].concat();
                if spelled != value.raw() {
                    text.pushed = Pushed::Respelled(quoted(value, spelled));
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
                let channel = Channel::new(engine, self.engines.reads_json(kind));
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
            text.pushed = open.channel.push(value.raw());
        }
        Ok(())
    }

    /// Sends an event out, and keeps it as the mould of its channels.
    fn emit(&mut self, event: &Event, read: &Read<'_>, mut splice: Splice<'_>) {
        let mut touched = Vec::new();
        for text in &read.texts {
            touched.extend(text.channel);
            let respelled = text.respelled();
            if text.slot.kind.is_output() {
                let raw = respelled.unwrap_or_else(|| text.slot.value.raw());
                self.facts.output_chars += text::count_chars(raw);
            }
            if let Some(respelled) = respelled {
                splice.replace_raw(text.slot.value.span(), respelled.to_vec());
            }
        }
        for (outer, signature) in &read.signatures {
            let is_void = |open: &Open<_>| {
                let thought = open.kind == TextKind::Thinking && open.group.outer == *outer;
                thought && open.channel.was_edited()
            };
            if self.channels.iter().any(is_void) {
                splice.replace_value(*signature, "null");
            }
        }
        let untouched = splice.is_empty();
        if let Some(value) = read.padding.filter(|_| !untouched) {
            // The old one was drawn for the length of the old text.
            splice.replace(value.span(), padding().into());
        }
        let data = splice.finish();
        self.out.push_back(match untouched {
            true => event.raw().clone(),
            false => event.with_data(&data),
        });
        for at in touched {
            if let Some(open) = self.channels.get_mut(at) {
                open.mould = Some(Mould {
                    event: event.clone(),
                    data: data.clone(),
                });
            }
        }
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
                let head = text.respelled().unwrap_or_else(|| text.slot.value.raw());
                text.pushed = Pushed::Respelled([head, &tail].concat());
                continue;
            }
            if open.kind.is_output() {
                self.facts.output_chars += text::count_chars(&tail);
            }
            // Without a mould its event has not gone out: the stream breaks within it.
            if let Some(mould) = &open.mould {
                let place = (open.kind, open.group);
                self.out
                    .extend(mould.cast(&self.endpoint, &self.options.json, place, tail));
            }
        }
    }
}

impl Read<'_> {
    /// Whether all that it says is text that is swallowed.
    fn is_swallowed(&self) -> bool {
        let mut swallowed = false;
        for text in &self.texts {
            match text.pushed {
                Pushed::Swallowed => swallowed = true,
                _ if text.channel.is_none() || text.slot.value.raw().is_empty() => {}
                _ => return false,
            }
        }
        swallowed && self.closed.is_empty() && !self.says_more
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
