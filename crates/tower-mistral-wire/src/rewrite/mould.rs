//! Events that are made for text that has no slot left.

use std::{collections::BTreeMap, ops::Range};

use bytes::Bytes;

use crate::{
    json::{Kind, Limits, Splice, Tape, Value, string_len},
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

/// The strings in which most events of a stream differ, as ranges of an event's data, without
/// their quotes.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) text: Range<usize>,
    pub(super) padding: Option<Range<usize>>,
}

impl Shape {
    /// The same places after strings of other lengths were put there.
    pub(super) fn after(self, text_len: usize, padding_len: usize) -> Self {
        let Self { mut text, padding } = self;
        let Some(mut padding) = padding else {
            text.end = text.start + text_len;
            return Self {
                text,
                padding: None,
            };
        };
        let (first, first_len, second, second_len) = match text.start < padding.start {
            true => (&mut text, text_len, &mut padding, padding_len),
            false => (&mut padding, padding_len, &mut text, text_len),
        };
        second.start = second.start - first.len() + first_len;
        second.end = second.start + second_len;
        first.end = first.start + first_len;
        let padding = Some(padding);
        Self { text, padding }
    }

    /// An event of one line of data, which begins at `data_at`, with another text and padding.
    pub(super) fn respell(&self, raw: &[u8], data_at: usize, text: &[u8]) -> Bytes {
        let moved = |range: &Range<usize>| data_at + range.start..data_at + range.end;
        let text = (moved(&self.text), text);
        let old = self.padding.as_ref();
        let drawn = old.map(|range| (moved(range), padding().as_bytes()));
        let (first, second) = match drawn {
            Some(drawn) if drawn.0.start < text.0.start => (drawn, Some(text)),
            drawn => (text, drawn),
        };
        let strings = [Some(first), second];
        let strings = || strings.iter().flatten();
        let taken: usize = strings().map(|(range, _)| range.len()).sum();
        let given: usize = strings().map(|(_, with)| with.len()).sum();
        // Exactly as long as it gets, so that nothing has to be moved once it is made.
        let mut out = Vec::with_capacity((raw.len() + given).saturating_sub(taken));
        let mut done = 0;
        for (range, with) in strings() {
            out.extend_from_slice(raw.get(done..range.start).unwrap_or_default());
            out.extend_from_slice(with);
            done = range.end;
        }
        out.extend_from_slice(raw.get(done..).unwrap_or_default());
        out.into()
    }
}

/// What becomes of a value on the way.
#[derive(Clone, Copy)]
enum Turn {
    Empty,
    Null,
    Padding,
}

impl Mould {
    /// How many bytes it keeps alive, at least.
    pub(super) fn len(&self) -> usize {
        self.event.raw().len() + self.data.len()
    }

    /// An event with the text `tail` alone: the way to its slot with the plain values beside it,
    /// so no usage, no other choices and no tool call that is not its own; no finish reason, and
    /// a padding of its own.
    pub(super) fn cast(&self, endpoint: &Endpoint, limits: &Limits, tail: &[u8]) -> Option<Bytes> {
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
            turns,
            out: Vec::new(),
        };
        cast.value(tape.root());
        Some(self.event.sibling(&cast.out))
    }

    /// Where text and padding stand in `data`, if it is this event's but for these two strings: then
    /// it is JSON, and nothing else in it has to be read again.
    pub(super) fn fit(&self, data: &[u8]) -> Option<Shape> {
        let shape = self.shape.as_ref()?;
        let Some(padding) = &shape.padding else {
            let (text, at) = fit_string(&self.data, data, 0, 0, &shape.text)?;
            let rest = self.data.get(shape.text.end..)?;
            return (data.get(at..)? == rest).then_some(Shape {
                text,
                padding: None,
            });
        };
        let (first, second) = match shape.text.start < padding.start {
            true => (&shape.text, padding),
            false => (padding, &shape.text),
        };
        let (one, at) = fit_string(&self.data, data, 0, 0, first)?;
        let (two, at) = fit_string(&self.data, data, first.end, at, second)?;
        if data.get(at..)? != self.data.get(second.end..)? {
            return None;
        }
        let (text, padding) = match shape.text.start < padding.start {
            true => (one, two),
            false => (two, one),
        };
        let padding = Some(padding);
        Some(Shape { text, padding })
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
                _ => {}
            });
            Some(splice.finish())
        };
        let said = hollow(&self.data);
        said.is_some() && said == hollow(data)
    }
}

/// The string in `data` that stands where `range` does in `mould`, and where it ends. What is in
/// front of it, from `mould_at` and `at` on, must be the same.
fn fit_string(
    mould: &[u8],
    data: &[u8],
    mould_at: usize,
    at: usize,
    range: &Range<usize>,
) -> Option<(Range<usize>, usize)> {
    let fixed = mould.get(mould_at..range.start)?;
    let rest = data.get(at..)?.strip_prefix(fixed)?;
    let start = at + fixed.len();
    let end = start + string_len(rest)?;
    Some((start..end, end))
}

struct Cast<'t> {
    slot: usize,
    tail: &'t [u8],
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
                        self.value(inner);
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
