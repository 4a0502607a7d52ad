//! Edits put back into the bytes they were made for.

use std::{borrow::Cow, fmt, ops::Range};

use bytes::{Bytes, BytesMut};

use super::{Kind, Tape, Value};

/// Collects replacements of byte ranges and makes the new body in one copy.
///
/// Without a replacement [`finish`](Self::finish) gives back the same [`Bytes`].
pub struct Splice<'a> {
    bytes: &'a Bytes,
    edits: Vec<(Range<usize>, Cow<'a, [u8]>)>,
}

impl<'a> Splice<'a> {
    /// A splice over `bytes` with no edit yet.
    pub fn new(bytes: &'a Bytes) -> Self {
        Self {
            bytes,
            edits: Vec::new(),
        }
    }

    /// Puts `with` in the place of `range`. Ranges may come in any order and must not overlap.
    pub fn replace(&mut self, range: Range<usize>, with: Cow<'a, str>) {
        let with = match with {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        self.edits.push((range, with));
    }

    /// The same with bytes, for spellings that were cut from the wire.
    pub fn replace_raw(&mut self, range: Range<usize>, with: Vec<u8>) {
        self.edits.push((range, Cow::Owned(with)));
    }

    /// Replaces a whole value, a string with its quotes, by the JSON text `with`.
    pub fn replace_value(&mut self, value: Value<'_>, with: &'a str) {
        self.replace(whole(value), Cow::Borrowed(with));
    }

    /// Takes the entry `key` out of `object`, with the comma that belongs to it.
    pub fn remove_entry(&mut self, tape: &Tape, object: Value<'_>, key: &str) {
        if object.kind() != Kind::Object {
            return;
        }
        let mut previous_end = None;
        let mut entries = object.entries().peekable();
        while let Some((name, value)) = entries.next() {
            let end = whole(value).end;
            if name == key {
                // With a neighbour on the left its comma goes, otherwise the one on the right.
                let range = match (previous_end, entries.peek()) {
                    (Some(left), _) => left..end,
                    (None, None) => object.span().start + 1..end,
                    (None, Some(_)) => {
                        let tail = tape.bytes().get(end..).unwrap_or_default();
                        let comma = memchr::memchr(b',', tail).map_or(0, |at| at + 1);
                        object.span().start + 1..end + comma
                    }
                };
                self.replace(range, Cow::Borrowed(""));
                return;
            }
            previous_end = Some(end);
        }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The edited bytes.
    pub fn finish(mut self) -> Bytes {
        if self.edits.is_empty() {
            return self.bytes.clone();
        }
        self.edits.sort_by_key(|(range, _)| range.start);
        let grown: usize = self.edits.iter().map(|(_, with)| with.len()).sum();
        let mut out = BytesMut::with_capacity(self.bytes.len() + grown);
        let mut at = 0;
        for (range, with) in &self.edits {
            debug_assert!(range.start >= at, "edits overlap");
            out.extend_from_slice(self.bytes.get(at..range.start).unwrap_or_default());
            out.extend_from_slice(with);
            at = range.end.max(at);
        }
        out.extend_from_slice(self.bytes.get(at..).unwrap_or_default());
        out.freeze()
    }
}

impl fmt::Debug for Splice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Splice")
            .field("bytes", &self.bytes.len())
            .field("edits", &self.edits.len())
            .finish()
    }
}

fn whole(value: Value<'_>) -> Range<usize> {
    let span = value.span();
    match value.kind() {
        Kind::String => span.start - 1..span.end + 1,
        _ => span,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::json::Limits;

    #[test]
    fn takes_entries_out_wherever_they_stand() {
        let table = [
            (r#"{"a":1,"b":2,"c":"x"}"#, "a", r#"{"b":2,"c":"x"}"#),
            (r#"{"a":1 , "b":2,"c":"x"}"#, "a", r#"{ "b":2,"c":"x"}"#),
            (r#"{"a":1, "b":[2],"c":"x"}"#, "b", r#"{"a":1,"c":"x"}"#),
            (r#"{"a":1,"b":2,"c":"x" }"#, "c", r#"{"a":1,"b":2 }"#),
            (r#"{ "a":"1" }"#, "a", "{ }"),
            (r#"{"a":1}"#, "z", r#"{"a":1}"#),
        ];
        for (before, key, after) in table {
            let tape = Tape::parse(Bytes::from(before), &Limits::default()).unwrap();
            let mut splice = Splice::new(tape.bytes());
            splice.remove_entry(&tape, tape.root(), key);
            assert_eq!(splice.finish(), after);
        }
    }

    #[test]
    fn nothing_to_do_is_the_same_bytes() {
        let body = Bytes::from(vec![b'x'; 10]);
        assert_eq!(Splice::new(&body).finish().as_ptr(), body.as_ptr());
    }
}
