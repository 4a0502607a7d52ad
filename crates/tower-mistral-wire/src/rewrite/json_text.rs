//! JSON inside a text: the arguments of a tool call.

use std::borrow::Cow;

use super::{Edit, End, Engine};
use crate::json::text;

/// Lets an engine read a JSON document that is the text, so that the document stays valid.
///
/// Each string is a text of its own, read unescaped (`\u0040` is an at sign) and edited inside its
/// quotes; so is what stands between two strings, in case it is no JSON at all. Works on any
/// pieces: an escape that is cut in two waits for its other half.
#[derive(Debug)]
pub struct JsonText<E> {
    engine: E,
    in_string: bool,
    /// The spelling of what the engine holds.
    held: Vec<u8>,
    /// The beginning of an escape.
    partial: String,
    edits: Vec<Edit>,
}

impl<E: Engine> JsonText<E> {
    /// Reads JSON through `engine`.
    pub fn new(engine: E) -> Self {
        Self {
            engine,
            in_string: false,
            held: Vec::new(),
            partial: String::new(),
            edits: Vec::new(),
        }
    }

    /// Gives whole spelling units to the engine.
    fn read(&mut self, raw: &str, out: &mut Vec<Edit>) {
        if raw.is_empty() {
            return;
        }
        self.edits.clear();
        let escaped = self.in_string && raw.contains('\\');
        self.engine
            .push(&text::decode(raw.as_bytes(), escaped), &mut self.edits);
        self.held.extend_from_slice(raw.as_bytes());
        self.settle(out);
    }

    fn end_text(&mut self, end: End, out: &mut Vec<Edit>) {
        self.edits.clear();
        self.engine.finish(end, &mut self.edits);
        self.settle(out);
        let left = std::mem::take(&mut self.held).len();
        keep(left, out);
    }

    /// Turns edits over the string's text into edits over its spelling.
    fn settle(&mut self, out: &mut Vec<Edit>) {
        let mut at = 0;
        for edit in self.edits.drain(..) {
            let rest = self.held.get(at..).unwrap_or_default();
            // Outside of strings a backslash is no escape.
            let len = |n| {
                if self.in_string {
                    text::spelled_len(rest, n)
                } else {
                    n
                }
            };
            match edit {
                Edit::Keep(n) => {
                    at += len(n);
                    keep(len(n), out);
                }
                Edit::Replace { n, with } => {
                    let mut spelled = Vec::new();
                    text::encode(&with, &mut spelled);
                    let with = Cow::Owned(String::from_utf8_lossy(&spelled).into_owned());
                    at += len(n);
                    out.push(Edit::Replace { n: len(n), with });
                }
            }
        }
        self.held.drain(..at.min(self.held.len()));
    }

    /// How much of `raw`, which is inside a string, is whole units, and whether a quote follows.
    fn units(raw: &str) -> (usize, bool) {
        let mut bytes = raw.bytes().enumerate();
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'"' => return (at, true),
                b'\\' => {
                    let Some(end) = escape_end(raw.as_bytes().get(at..).unwrap_or_default()) else {
                        return (at, false);
                    };
                    for _ in 1..end {
                        bytes.next();
                    }
                }
                _ => {}
            }
        }
        (raw.len(), false)
    }
}

impl<E: Engine> Engine for JsonText<E> {
    fn push(&mut self, text: &str, out: &mut Vec<Edit>) {
        let joined;
        let mut rest = text;
        if !self.partial.is_empty() {
            joined = std::mem::take(&mut self.partial) + text;
            rest = &joined;
        }
        while !rest.is_empty() {
            let (len, quote) = if self.in_string {
                Self::units(rest)
            } else {
                (rest.find('"').unwrap_or(rest.len()), rest.contains('"'))
            };
            let (part, after) = rest.split_at_checked(len).unwrap_or((rest, ""));
            self.read(part, out);
            if !quote {
                self.partial.push_str(after);
                return;
            }
            self.end_text(End::Complete, out);
            keep(1, out);
            self.in_string = !self.in_string;
            rest = after.strip_prefix('"').unwrap_or_default();
        }
    }

    fn finish(&mut self, end: End, out: &mut Vec<Edit>) {
        self.end_text(end, out);
        keep(std::mem::take(&mut self.partial).len(), out);
        self.in_string = false;
    }
}

/// Appends a `Keep`, joined to one that is there.
fn keep(n: usize, out: &mut Vec<Edit>) {
    match out.last_mut() {
        _ if n == 0 => {}
        Some(Edit::Keep(last)) => *last += n,
        _ => out.push(Edit::Keep(n)),
    }
}

/// The length of the escape that `raw` begins with; none if its end has not come. The first half
/// of a surrogate pair waits for what follows.
fn escape_end(raw: &[u8]) -> Option<usize> {
    match raw.get(1)? {
        b'u' => {
            let digits = std::str::from_utf8(raw.get(2..6)?).unwrap_or_default();
            let is_high =
                u32::from_str_radix(digits, 16).is_ok_and(|c| (0xd800..0xdc00).contains(&c));
            if !is_high {
                return Some(6);
            }
            match (raw.get(6), raw.get(7)) {
                (Some(b'\\'), Some(b'u')) => raw.get(8..12).map(|_| 12),
                (Some(b'\\'), None) | (None, _) => None,
                _ => Some(6),
            }
        }
        _ => Some(2),
    }
}
