//! Edits in a stream of server-sent events.
//!
//! Events map one to one and in order. What a channel holds back goes out in a later slot of the
//! same channel; what is left when the channel is closed goes into the event that closes it, if
//! that has a slot, else into an event that is inserted before it. Events of which nothing is left,
//! since all of their text is swallowed behind a placeholder, are left out: their number would tell
//! how long the secret is.

mod again;
mod unread;

use std::{
    collections::{BTreeSet, VecDeque},
    fmt,
    ops::Range,
    sync::Arc,
};

use bytes::Bytes;

use super::{
    End, Engines, StreamOptions,
    channel::{Channel, Pushed},
    event::{Read, Tag, Text},
    keys::Keys,
    mould::{Mould, padding},
    plain,
};
use crate::{
    Handling, Reason,
    body::{Budget, Reservation},
    ext::ReplyFacts,
    json::{Kind, Splice, Tape, text},
    sse::{Decoder, Event},
    table::{Endpoint, Group, Slot, StreamEnd, TextKind},
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
    /// Choices that have said why they ended.
    finished: BTreeSet<u32>,
    done: bool,
    /// A limit is passed that may be: nothing is read any more.
    blind: bool,
    /// The bytes that moulds keep alive, and the part of the budget that they take.
    moulded: usize,
    reservation: Reservation,
}

/// A channel that has had text.
struct Open<E> {
    kind: TextKind,
    group: Group,
    channel: Channel<E>,
    mould: Option<Mould>,
    /// Which kind of event it goes on with, where no row tells its channels apart.
    tag: Bytes,
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
            finished: BTreeSet::new(),
            done: false,
            blind: false,
            moulded: 0,
            reservation: Budget::process().reserve(),
        }
    }

    /// Takes what it keeps of past events from this budget. Default [`Budget::process`].
    #[must_use]
    pub fn budget(mut self, budget: &Budget) -> Self {
        self.reservation = budget.reserve();
        self
    }

    /// Takes the next bytes of the reply.
    ///
    /// # Errors
    ///
    /// The stream cannot go on; what was already decided is still to be [popped](Self::pop).
    pub fn push(&mut self, chunk: Bytes) -> Result<(), Reason> {
        if self.blind {
            self.out.push_back(chunk);
            return Ok(());
        }
        let pushed = self.decoder.push(chunk);
        while let Some(event) = self.decoder.pop() {
            self.event(&event).inspect_err(|_| self.abort())?;
        }
        if pushed.is_err() && !self.blind {
            self.stop(Reason::EventTooLarge)?;
        }
        if self.blind {
            let rest = self.decoder.take_rest();
            self.out.extend(Some(rest).filter(|rest| !rest.is_empty()));
        }
        Ok(())
    }

    /// The reply has ended.
    ///
    /// # Errors
    ///
    /// It ended before its last event, or in the middle of one that cannot be read.
    pub fn finish(&mut self) -> Result<(), Reason> {
        while let Some(event) = self.decoder.finish() {
            self.event(&event).inspect_err(|_| self.abort())?;
            let holds = self.channels.iter().any(|open| open.channel.holds());
            if !self.done && !event.is_complete() && holds {
                self.out.push_back(Bytes::from_static(b"\n\n"));
            }
        }
        if self.endpoint.stream_end() == StreamEnd::Done && !self.done && !self.blind {
            self.abort();
            // All that came was read, so there is nothing to scan or to pass: only not to fail.
            return match self.engines.on_uninspectable(Reason::CutOff) {
                Handling::Refuse => Err(Reason::CutOff),
                _ => Ok(()),
            };
        }
        self.close(End::Complete, |_| true, &mut []);
        Ok(())
    }

    /// The reply broke off: what is held goes out, a value that may be cut in two masked.
    pub fn abort(&mut self) {
        self.close(End::Cut, |_| true, &mut []);
    }

    /// Ends the stream here, with nothing of what has not gone out: an event for each choice that goes on,
    /// with the finish reason `error`, and the last event. False, and nothing, if no event has gone
    /// out yet to be made like, or such events have no finish reason.
    pub fn fail(&mut self) -> bool {
        self.out.clear();
        let mut ended = BTreeSet::new();
        for open in &self.channels {
            let outer = open.group.outer;
            if self.finished.contains(&outer) || ended.contains(&outer) {
                continue;
            }
            let mould = open.mould.as_ref();
            let event = mould.and_then(|mould| mould.failed(&self.endpoint, &self.options.json));
            if let Some(event) = event {
                self.out.push_back(event);
                ended.insert(outer);
            }
        }
        if ended.is_empty() || self.endpoint.stream_end() != StreamEnd::Done {
            self.out.clear();
            return false;
        }
        self.done = true;
        self.out.push_back(Bytes::from_static(b"data: [DONE]\n\n"));
        true
    }

    /// The next bytes for the reader.
    pub fn pop(&mut self) -> Option<Bytes> {
        self.out.pop_front()
    }

    /// The facts that were seen so far.
    pub fn facts(&self) -> &ReplyFacts {
        &self.facts
    }

    fn event(&mut self, event: &Event) -> Result<(), Reason> {
        if self.blind {
            self.out.push_back(event.raw().clone());
            return Ok(());
        }
        if event.has_foreign_line() {
            return self.unread(event, event.raw(), Reason::NotJson);
        }
        if self.hides_text(event) {
            self.engines.on_uninspectable(Reason::Misplaced);
            return Err(Reason::Misplaced);
        }
        let Some(data) = event.data().filter(|data| !data.is_empty()) else {
            // By the standard nobody is handed an event without data.
            self.out.push_back(event.raw().clone());
            return Ok(());
        };
        if data.trim_ascii() == b"[DONE]" {
            self.close(End::Complete, |_| true, &mut []);
            self.done = true;
            self.out.push_back(event.raw().clone());
            return Ok(());
        }
        self.facts.events += 1;
        if self.facts.events > self.options.max_events {
            self.stop(Reason::TooManyEvents)?;
            return self.event(event);
        }
        if let Some((at, shape)) = self.fit(event, data) {
            self.same_again(event, at, &shape);
            return Ok(());
        }
        let tape = match Tape::parse(data.clone(), &self.options.json) {
            Ok(tape) => tape,
            Err(error) => return self.unread(event, data, error.kind().into()),
        };
        let mut splice = Splice::new(data);
        let drop_logprobs = self.engines.edits(TextKind::Logprobs);
        let rows = self.endpoint.event();
        let mut read = Read::of(&tape, rows, &mut self.engines, &mut self.facts)?;
        for value in read.logprobs.iter().filter(|_| drop_logprobs) {
            splice.replace_value(*value, "null");
        }

        // Where rows name every text there is nothing to tell apart, and nothing is spent on it.
        let is_generic = |kind| kind == TextKind::Generic;
        let needs_tag = self.channels.iter().any(|open| is_generic(open.kind))
            || read.texts.iter().any(|text| is_generic(text.slot.kind));
        let tag = match needs_tag {
            true => Tag::of(event, tape.root()),
            false => Tag::default(),
        };
        if tag.ends {
            self.close(
                End::Complete,
                |open| open.kind == TextKind::Generic,
                &mut [],
            );
        }
        let mut keys = Keys::of(&tape);
        for text in &mut read.texts {
            self.text(text, &tag.name, &mut keys)?;
        }
        if tag.ends {
            // What such an event says itself is whole.
            self.close(
                End::Complete,
                |open| open.kind == TextKind::Generic,
                &mut read.texts,
            );
        }
        for (outer, kind, end) in &read.closed {
            let of = |open: &Open<_>| {
                open.group.outer == *outer && kind.is_none_or(|kind| kind == open.kind)
            };
            self.close(*end, of, &mut read.texts);
            if kind.is_none() {
                self.finished.insert(*outer);
            }
        }
        if !self.is_swallowed(&read, data) {
            self.emit(event, &read, splice);
        }
        match self.reservation.cover(self.moulded) {
            true => Ok(()),
            false => self.stop(Reason::OverBudget),
        }
    }

    /// Whether a comment, a name or an id holds what is redacted elsewhere. There is no telling
    /// what that is, so it ends the stream.
    fn hides_text(&mut self, event: &Event) -> bool {
        event.other_lines().any(|line| {
            let engine = self.engines.open(TextKind::Generic, Group::default());
            let line = String::from_utf8_lossy(line);
            engine.is_some_and(|mut engine| plain(&line, &mut engine).is_some())
        })
    }

    /// Reads one string of an event.
    fn text(
        &mut self,
        text: &mut Text<'_>,
        tag: &Bytes,
        keys: &mut Keys<'_>,
    ) -> Result<(), Reason> {
        if text.is_passed {
            return Ok(());
        }
        let Slot {
            kind,
            group,
            value,
            key,
            piece,
        } = text.slot;
        if !piece {
            text.pushed = self.whole(text.slot, keys);
            return Ok(());
        }
        let has_ended = self.done || (kind.is_output() && self.finished.contains(&group.outer));
        if has_ended && !value.raw().is_empty() {
            // What has ended was let go as a whole: what comes now could complete a value.
            self.engines.on_uninspectable(Reason::Misplaced);
            return Err(Reason::Misplaced);
        }
        let tag = if kind == TextKind::Generic {
            tag.clone()
        } else {
            Bytes::new()
        };
        let is_it = |open: &Open<_>| open.kind == kind && open.group == group && open.tag == tag;
        let at = match self.channels.iter().position(is_it) {
            Some(at) => at,
            None => {
                if self.channels.len() >= self.options.max_channels {
                    return self.one_too_many(text, keys);
                }
                let Some(engine) = self.engines.open(kind, group) else {
                    return Ok(());
                };
                let channel = Channel::new(engine, self.engines.reads_json(kind), key);
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
            text.pushed = open.channel.push(value.raw());
        }
        Ok(())
    }

    /// Reads a value that is whole, for instance an identifier: it goes out with its own event.
    fn whole(&mut self, slot: Slot<'_>, keys: &mut Keys<'_>) -> Pushed {
        let value = slot.value;
        let Some(engine) = self.engines.open(slot.kind, slot.group) else {
            return Pushed::Same;
        };
        let holds_json = value.kind() == Kind::String && self.engines.reads_json(slot.kind);
        let mut channel = Channel::new(engine, holds_json, slot.key);
        let head = match channel.push(value.raw()) {
            Pushed::Same => None,
            Pushed::Respelled(spelled) => Some(spelled),
            Pushed::Swallowed => Some(Vec::new()),
        };
        let tail = channel.finish(End::Complete);
        let spelled = [head.as_deref().unwrap_or_else(|| value.raw()), &tail].concat();
        match spelled == value.raw() {
            true => Pushed::Same,
            false => Pushed::Respelled(keys.fitted(value, spelled)),
        }
    }

    /// Whether all that an event says is text that is swallowed.
    fn is_swallowed(&self, read: &Read<'_>, data: &Bytes) -> bool {
        let swallowed = |(_, text): &(usize, &Text<'_>)| matches!(text.pushed, Pushed::Swallowed);
        let texts: Vec<_> = read.texts.iter().enumerate().filter(swallowed).collect();
        let Some((_, first)) = texts.first() else {
            return false;
        };
        let open = first.channel.and_then(|at| self.channels.get(at));
        let Some(mould) = open.and_then(|open| open.mould.as_ref()) else {
            return false;
        };
        let ordinals: Vec<usize> = texts.iter().map(|(n, _)| *n).collect();
        read.closed.is_empty()
            && mould.says_the_same(&self.endpoint, &self.options.json, data, &ordinals)
    }

    /// Sends an event out, and keeps it as the mould of its channels.
    fn emit(&mut self, event: &Event, read: &Read<'_>, mut splice: Splice<'_>) {
        let mut touched = Vec::new();
        for (ordinal, text) in read.texts.iter().enumerate() {
            touched.extend(text.channel.map(|at| (at, ordinal)));
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
        // The old one was drawn for the length of the old text.
        let drawn = read.padding.filter(|_| !untouched).map(|value| {
            let padding = padding();
            splice.replace(value.span(), padding.into());
            padding.len()
        });
        let shape = read.shape().map(|shape| {
            let text_len = read
                .texts
                .first()
                .and_then(Text::respelled)
                .map(<[u8]>::len);
            let text_len = text_len.unwrap_or(shape.text.len());
            let padding_len = drawn.or(shape.padding.as_ref().map(Range::len));
            shape.after(text_len, padding_len.unwrap_or_default())
        });
        let data = splice.finish();
        self.out.push_back(match untouched {
            true => event.raw().clone(),
            false => event.with_data(&data),
        });
        for (at, ordinal) in touched {
            if let Some(open) = self.channels.get_mut(at) {
                let (event, data) = (event.clone(), data.clone());
                let shape = shape.clone();
                let mould = Mould {
                    event,
                    data,
                    ordinal,
                    shape,
                };
                open.mould = Some(mould);
            }
        }
        self.moulded = self.kept();
    }

    /// The bytes that moulds keep alive: channels whose last event is the same one share it.
    fn kept(&self) -> usize {
        let moulds = self.channels.iter().filter_map(|open| open.mould.as_ref());
        let parts = moulds.flat_map(|mould| [mould.event.raw(), &mould.data]);
        let mut parts: Vec<_> = parts
            .map(|part| (part.as_ptr() as usize, part.len()))
            .collect();
        parts.sort_unstable();
        let (mut kept, mut end) = (0, 0);
        for (start, len) in parts {
            // Untouched data lies within its event.
            let to = start + len;
            kept += to.saturating_sub(end.max(start));
            end = end.max(to);
        }
        kept
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
                self.out
                    .extend(mould.cast(&self.endpoint, &self.options.json, &tail));
            }
        }
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
