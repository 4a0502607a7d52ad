//! One event: its raw bytes and what they say.

use std::{fmt, ops::Range};

use bytes::{Bytes, BytesMut};

/// One event as it came, with its boundary.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Event {
    raw: Bytes,
    name: Option<Bytes>,
    data: Option<Bytes>,
    /// Where the data stands in `raw`, if it is one line.
    data_at: Option<Range<usize>>,
    complete: bool,
    foreign: bool,
    has_others: bool,
}

impl Event {
    /// Reads the lines of `raw`. `first` says that a byte order mark may stand in front of it.
    pub(super) fn parse(raw: Bytes, first: bool, complete: bool) -> Self {
        let mut event = Self {
            raw,
            complete,
            ..Self::default()
        };
        let raw = event.raw.clone();
        let mut lines = 0;
        let mut joined = BytesMut::new();
        for line in Lines::new(&raw, first) {
            let text = raw.get(line.clone()).unwrap_or_default();
            event.has_others |= !text.is_empty() && field(text).0 != b"data";
            match field(text) {
                (b"data", value) => {
                    let at = line.end - value..line.end;
                    if lines > 0 {
                        joined.extend_from_slice(b"\n");
                    }
                    joined.extend_from_slice(raw.get(at.clone()).unwrap_or_default());
                    // A field without a colon has no place for a value.
                    event.data_at =
                        Some(at).filter(|_| line.end - line.start > value + b"data".len());
                    lines += 1;
                }
                (b"event", value) => event.name = Some(raw.slice(line.end - value..line.end)),
                // A line that is empty, or a comment, has an empty name.
                (b"" | b"id" | b"retry", _) => {}
                _ => event.foreign = true,
            }
        }
        match (lines, event.data_at.clone()) {
            (1, Some(at)) => event.data = Some(raw.slice(at)),
            (0, _) => {}
            _ => {
                event.data_at = None;
                event.data = Some(joined.freeze());
            }
        }
        event
    }

    /// The bytes as they came, boundary included.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// The `data`, several lines joined by a line feed; none for comments and the like.
    pub fn data(&self) -> Option<&Bytes> {
        self.data.as_ref()
    }

    /// The `event` field.
    pub fn name(&self) -> Option<&[u8]> {
        self.name.as_deref()
    }

    /// Whether the blank line that ends an event was there.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether a line is no field of the standard. Clients skip such lines, but a body that is no
    /// event stream at all (JSON with a wrong label) consists of them.
    pub fn has_foreign_line(&self) -> bool {
        self.foreign
    }

    /// Where the data stands in [`raw`](Self::raw), if it is one line and there is nothing else.
    pub(crate) fn sole_data(&self) -> Option<Range<usize>> {
        self.data_at.clone().filter(|_| !self.has_others)
    }

    /// The lines that are neither data nor empty: names, ids and comments.
    pub fn other_lines(&self) -> impl Iterator<Item = &[u8]> {
        let raw = if self.has_others { &self.raw[..] } else { &[] };
        let lines = Lines::new(raw, true).map(|line| self.raw.get(line).unwrap_or_default());
        lines.filter(|line| !line.is_empty() && field(line).0 != b"data")
    }

    /// The event with other data, all other lines as they were.
    pub fn with_data(&self, data: &[u8]) -> Bytes {
        let mut out = BytesMut::with_capacity(self.raw.len() + data.len());
        if let Some(at) = &self.data_at {
            out.extend_from_slice(self.raw.get(..at.start).unwrap_or_default());
            out.extend_from_slice(data);
            out.extend_from_slice(self.raw.get(at.end..).unwrap_or_default());
            return out.freeze();
        }
        let mut written = false;
        let mut at = 0;
        for line in Lines::new(&self.raw, true) {
            let text = self.raw.get(line.clone()).unwrap_or_default();
            // What stands between two lines is the line end of the first.
            let next = line.end + line_end(self.raw.get(line.end..).unwrap_or_default());
            let end = self.raw.get(line.end..next).unwrap_or_default();
            if field(text).0 != b"data" {
                out.extend_from_slice(self.raw.get(at..next).unwrap_or_default());
            } else if !written {
                written = true;
                out.extend_from_slice(self.raw.get(at..line.start).unwrap_or_default());
                for part in data.split(|byte| *byte == b'\n') {
                    out.extend_from_slice(b"data: ");
                    out.extend_from_slice(part);
                    out.extend_from_slice(if end.is_empty() { b"\n" } else { end });
                }
            }
            at = next;
        }
        out.extend_from_slice(self.raw.get(at..).unwrap_or_default());
        out.freeze()
    }

    /// A new event with the same `event` field and line feeds, for text that comes in between.
    pub fn sibling(&self, data: &[u8]) -> Bytes {
        let mut out = BytesMut::with_capacity(data.len() + 64);
        if let Some(name) = &self.name {
            out.extend_from_slice(b"event: ");
            out.extend_from_slice(name);
            out.extend_from_slice(b"\n");
        }
        for part in data.split(|byte| *byte == b'\n') {
            out.extend_from_slice(b"data: ");
            out.extend_from_slice(part);
            out.extend_from_slice(b"\n");
        }
        out.extend_from_slice(b"\n");
        out.freeze()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("bytes", &self.raw.len())
            .field("has_data", &self.data.is_some())
            .finish_non_exhaustive()
    }
}

/// The field's name, and how long its value is (which stands at the end of the line).
fn field(line: &[u8]) -> (&[u8], usize) {
    let Some(colon) = memchr::memchr(b':', line) else {
        return (line, 0);
    };
    let (name, value) = line.split_at(colon);
    let value = value.strip_prefix(b":").unwrap_or_default();
    (name, value.strip_prefix(b" ").unwrap_or(value).len())
}

fn line_end(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// The ranges of the lines of an event, without their ends.
struct Lines<'a> {
    raw: &'a [u8],
    at: usize,
}

impl<'a> Lines<'a> {
    fn new(raw: &'a [u8], first: bool) -> Self {
        let has_mark = first && raw.starts_with(b"\xef\xbb\xbf");
        Self {
            raw,
            at: if has_mark { 3 } else { 0 },
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let rest = self.raw.get(self.at..).filter(|rest| !rest.is_empty())?;
        let len = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
        let line = self.at..self.at + len;
        self.at = line.end + line_end(rest.get(len..).unwrap_or_default());
        Some(line)
    }
}
