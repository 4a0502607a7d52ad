//! The incremental decoder.

use std::{collections::VecDeque, fmt};

use bytes::{Bytes, BytesMut};

use super::Event;

/// Cuts a stream of bytes into events, wherever the bytes were cut.
///
/// An event that lies within one chunk is a slice of it; only one that spans chunks is copied
/// together. Lines end with LF, CRLF or CR; a byte order mark in front of the first is skipped.
pub struct Decoder {
    max_event: usize,
    /// The beginning of an event whose end has not come.
    partial: BytesMut,
    scan: Scan,
    ready: VecDeque<Event>,
    first: bool,
}

/// An event is larger than the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventTooLarge;

impl fmt::Display for EventTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event of the stream is too large")
    }
}

impl std::error::Error for EventTooLarge {}

impl Decoder {
    /// A decoder for one stream; `max_event` is the most bytes that an event may have.
    pub fn new(max_event: usize) -> Self {
        Self {
            max_event,
            partial: BytesMut::new(),
            scan: Scan::default(),
            ready: VecDeque::new(),
            first: true,
        }
    }

    /// Takes the next bytes of the stream.
    ///
    /// # Errors
    ///
    /// An event has grown over the limit. Nothing is of use afterwards but
    /// [`take_rest`](Self::take_rest).
    pub fn push(&mut self, mut chunk: Bytes) -> Result<(), EventTooLarge> {
        while !chunk.is_empty() {
            let Some(end) = self.scan.find(&chunk) else {
                self.partial.extend_from_slice(&chunk);
                return self.check(self.partial.len());
            };
            let head = chunk.split_to(end);
            let raw = if self.partial.is_empty() {
                head
            } else {
                self.partial.extend_from_slice(&head);
                self.partial.split().freeze()
            };
            if let Err(error) = self.check(raw.len()) {
                self.partial = raw.into();
                self.partial.extend_from_slice(&chunk);
                return Err(error);
            }
            self.emit(raw, true);
        }
        Ok(())
    }

    /// All bytes that were pushed and are in no event.
    pub fn take_rest(&mut self) -> Bytes {
        self.partial.split().freeze()
    }

    /// The next whole event.
    pub fn pop(&mut self) -> Option<Event> {
        self.ready.pop_front()
    }

    /// What is left at the end of the stream: an event without its blank line. Some clients
    /// read it (the official Python SDK does), so it has to be looked at too.
    pub fn finish(&mut self) -> Option<Event> {
        let raw = self.partial.split().freeze();
        if !raw.is_empty() {
            self.emit(raw, false);
        }
        self.pop()
    }

    fn emit(&mut self, raw: Bytes, complete: bool) {
        self.ready
            .push_back(Event::parse(raw, self.first, complete));
        self.first = false;
    }

    fn check(&self, len: usize) -> Result<(), EventTooLarge> {
        if len > self.max_event {
            Err(EventTooLarge)
        } else {
            Ok(())
        }
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("partial", &self.partial.len())
            .field("ready", &self.ready.len())
            .finish_non_exhaustive()
    }
}

/// Where the scan for the blank line is, across chunks.
///
/// A CR ends a line at once, so that nothing waits for a LF that may never come; a LF that
/// follows it belongs to the same line end and opens no line of its own.
#[derive(Default)]
struct Scan {
    /// The current line has content.
    in_line: bool,
    /// The event has a line.
    in_event: bool,
    after_cr: bool,
}

impl Scan {
    /// The end of the event in `chunk`, if it is there. Bytes before it are not scanned again.
    fn find(&mut self, chunk: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(rest) = chunk.get(at..).filter(|rest| !rest.is_empty()) {
            if std::mem::take(&mut self.after_cr) && rest.first() == Some(&b'\n') {
                at += 1;
                continue;
            }
            let Some(len) = memchr::memchr2(b'\n', b'\r', rest) else {
                self.in_line = true;
                return None;
            };
            self.after_cr = rest.get(len) == Some(&b'\r');
            at += len + 1;
            let blank = len == 0 && !self.in_line;
            self.in_line = false;
            if !blank {
                self.in_event = true;
                continue;
            }
            // A blank line with no line before it is no event, but it is passed on.
            self.in_event = false;
            // Take the LF of a CRLF along when it is already there.
            if self.after_cr && chunk.get(at) == Some(&b'\n') {
                self.after_cr = false;
                at += 1;
            }
            return Some(at);
        }
        None
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn decode(chunks: &[&[u8]]) -> Vec<Event> {
        let mut decoder = Decoder::new(1000);
        let mut events = Vec::new();
        for chunk in chunks {
            decoder.push(Bytes::copy_from_slice(chunk)).unwrap();
            events.extend(std::iter::from_fn(|| decoder.pop()));
        }
        events.extend(decoder.finish());
        events
    }

    fn data(events: &[Event]) -> Vec<String> {
        let text = |bytes: &Bytes| String::from_utf8(bytes.to_vec()).unwrap();
        events
            .iter()
            .filter_map(|event| event.data().map(text))
            .collect()
    }

    const STREAMS: &[(&[u8], &[&str])] = &[
        (b"data: a\n\ndata:b\n\n", &["a", "b"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", &["a", "b"]),
        (b"data: a\r\rdata: b\r\r", &["a", "b"]),
        (b"\xef\xbb\xbfdata: a\n\n", &["a"]),
        (b": hello\n\ndata: a\n: c\nid: 1\nevent: e\n\n", &["a"]),
        (b"data: a\ndata:  b\ndata\n\n", &["a\n b\n"]),
        (b"data: a\r\ndata: b\r\n\r\n", &["a\nb"]),
        (b"\n\n\ndata: a\n\n\n\n", &["a"]),
        (b"data: a\n\ndata: tail", &["a", "tail"]),
        (b"retry: 5\ndata: a\n\nevent: x\n\n", &["a"]),
    ];

    #[test]
    fn any_cut_gives_the_same_events_and_loses_no_byte() {
        for (stream, expected) in STREAMS {
            let whole = decode(&[stream]);
            assert_eq!(data(&whole), *expected);
            let single: Vec<&[u8]> = stream.chunks(1).collect();
            let mut cuts: Vec<Vec<&[u8]>> = vec![single];
            cuts.extend((0..=stream.len()).map(|at| vec![&stream[..at], &stream[at..]]));
            for chunks in cuts {
                let events = decode(&chunks);
                assert_eq!(data(&events), *expected);
                let raw: Vec<u8> = events
                    .iter()
                    .flat_map(|event| event.raw().to_vec())
                    .collect();
                assert_eq!(raw, *stream);
            }
        }
    }

    #[test]
    fn other_data_leaves_the_other_lines_as_they_were() {
        let table: &[(&[u8], &[u8], &[u8])] = &[
            (b"data: a\n\n", b"xy", b"data: xy\n\n"),
            (
                b"id: 1\r\ndata:a\r\n: c\r\n\r\n",
                b"xy",
                b"id: 1\r\ndata:xy\r\n: c\r\n\r\n",
            ),
            (
                b"data: a\nid: 1\ndata: b\n\n",
                b"x\ny",
                b"data: x\ndata: y\nid: 1\n\n",
            ),
            (
                b"\xef\xbb\xbfdata: a\ndata: b\n\n",
                b"x",
                b"\xef\xbb\xbfdata: x\n\n",
            ),
        ];
        for (before, data, after) in table {
            assert_eq!(&decode(&[before])[0].with_data(data)[..], *after);
        }
    }

    #[test]
    fn an_event_in_one_chunk_is_a_slice_of_it() {
        let chunk = Bytes::from_static(b"data: a\n\ndata: b\n\n");
        let mut decoder = Decoder::new(1000);
        decoder.push(chunk.clone()).unwrap();
        assert_eq!(decoder.pop().unwrap().raw().as_ptr(), chunk.as_ptr());
    }

    #[test]
    fn an_endless_line_is_an_error() {
        let mut decoder = Decoder::new(100);
        let pushed = (0..30).try_for_each(|_| decoder.push(Bytes::from_static(b"data")));
        assert_eq!(pushed, Err(EventTooLarge));
    }
}
