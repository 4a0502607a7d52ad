//! JSON inside a text: the arguments of a tool call, content in JSON mode.

use std::borrow::Cow;

use super::{Edit, End, Engine, apply};
use crate::json::text;

/// Lets an engine read a JSON document that is the text, so that the document stays valid.
///
/// Each string, key or value, is a text of its own, read unescaped (`\u0040` is an at sign) and
/// edited inside its quotes. A number that is replaced becomes a string. A text that does not begin
/// as an object or array is read as what it is, a plain text. Works on any pieces: an escape or a
/// number that is cut in two waits for the rest.
#[derive(Debug)]
pub struct JsonText<E> {
    engine: E,
    place: Place,
    /// The spelling of what the engine holds.
    held: Vec<u8>,
    /// The beginning of an escape or of a number.
    partial: String,
    edits: Vec<Edit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Only white space has come.
    Start,
    /// The text is no JSON.
    Plain,
    /// Between two values.
    Between,
    String,
    Number,
}

impl<E: Engine> JsonText<E> {
    /// The longest run of number characters that is read as one number; longer ones are text.
    const MAX_NUMBER: usize = 128;

    /// Reads JSON through `engine`.
    pub fn new(engine: E) -> Self {
        Self {
            engine,
            place: Place::Start,
            held: Vec::new(),
            partial: String::new(),
            edits: Vec::new(),
        }
    }

    /// Reads one part of `rest` and answers with what comes after it; none to wait for more.
    fn step<'t>(&mut self, rest: &'t str, out: &mut Vec<Edit>) -> Option<&'t str> {
        match self.place {
            Place::Start => {
                let blank = rest.len() - rest.trim_start().len();
                keep(blank, out);
                let rest = rest.get(blank..).unwrap_or_default();
                self.place = match rest.bytes().next()? {
                    b'{' | b'[' => Place::Between,
                    _ => Place::Plain,
                };
                Some(rest)
            }
            Place::Plain => {
                self.read(rest, out);
                None
            }
            Place::Between => {
                let special = |c: char| c == '"' || c == '-' || c.is_ascii_digit();
                let (text, after) = split(rest, rest.find(special).unwrap_or(rest.len()));
                self.read(text, out);
                let first = after.bytes().next()?;
                self.end_text(End::Complete, out);
                if first == b'"' {
                    keep(1, out);
                    self.place = Place::String;
                    return after.get(1..);
                }
                self.place = Place::Number;
                Some(after)
            }
            Place::String => {
                let (len, ends) = units(rest);
                let (text, after) = split(rest, len);
                self.read(text, out);
                if !ends {
                    self.partial.push_str(after);
                    return None;
                }
                self.end_text(End::Complete, out);
                keep(1, out);
                self.place = Place::Between;
                after.get(1..)
            }
            Place::Number => {
                let is_part = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
                let len = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                let (number, after) = split(rest, len);
                if len > Self::MAX_NUMBER {
                    // No number: it flows as text, and cannot pile up here.
                    self.place = Place::Between;
                    self.read(number, out);
                    return Some(after);
                }
                if after.is_empty() {
                    self.partial.push_str(number);
                    return None;
                }
                self.place = Place::Between;
                self.number(number, out);
                Some(after)
            }
        }
    }

    fn number(&mut self, number: &str, out: &mut Vec<Edit>) {
        self.edits.clear();
        self.engine.push(number, &mut self.edits);
        self.engine.finish(End::Complete, &mut self.edits);
        match apply(number, &self.edits) {
            None => keep(number.len(), out),
            Some(edited) => {
                let with = Cow::Owned(format!("\"{edited}\""));
                out.push(Edit::Replace {
                    n: number.len(),
                    with,
                });
            }
        }
    }

    /// Gives whole spelling units to the engine.
    fn read(&mut self, raw: &str, out: &mut Vec<Edit>) {
        if raw.is_empty() {
            return;
        }
        self.edits.clear();
        let escaped = self.place == Place::String && raw.contains('\\');
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
        let in_string = self.place == Place::String;
        for edit in self.edits.drain(..) {
            let rest = self.held.get(at..).unwrap_or_default();
            // Outside of strings a backslash is no escape.
            let len = |n| {
                if in_string {
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
                    let with = if in_string {
                        spelled(&with).into()
                    } else {
                        with
                    };
                    at += len(n);
                    out.push(Edit::Replace { n: len(n), with });
                }
            }
        }
        self.held.drain(..at.min(self.held.len()));
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
        while let Some(after) = self.step(rest, out).filter(|_| !rest.is_empty()) {
            rest = after;
        }
    }

    fn finish(&mut self, end: End, out: &mut Vec<Edit>) {
        let partial = std::mem::take(&mut self.partial);
        if self.place == Place::Number {
            self.number(&partial, out);
        }
        self.end_text(end, out);
        if self.place == Place::String {
            keep(partial.len(), out);
        }
        self.place = Place::Start;
    }
}

/// How much of `raw`, which is inside a string, is whole units, and whether its quote follows.
fn units(raw: &str) -> (usize, bool) {
    let bytes = raw.as_bytes();
    let mut at = 0;
    while let Some(skip) = bytes
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        at += skip;
        if bytes.get(at) == Some(&b'"') {
            return (at, true);
        }
        let Some(len) = escape_len(bytes.get(at..).unwrap_or_default()) else {
            return (at, false);
        };
        at += len;
    }
    (raw.len(), false)
}

/// The length of the escape that `raw` begins with; none if its end has not come. The first half
/// of a surrogate pair waits for what follows.
fn escape_len(raw: &[u8]) -> Option<usize> {
    if *raw.get(1)? != b'u' {
        return Some(2);
    }
    let digits = std::str::from_utf8(raw.get(2..6)?).unwrap_or_default();
    let is_high = u32::from_str_radix(digits, 16).is_ok_and(|c| (0xd800..0xdc00).contains(&c));
    match (is_high, raw.get(6), raw.get(7)) {
        (true, None, _) | (true, Some(b'\\'), None) => None,
        (true, Some(b'\\'), Some(b'u')) => raw.get(8..12).map(|_| 12),
        _ => Some(6),
    }
}

fn spelled(with: &str) -> String {
    let mut spelled = Vec::with_capacity(with.len());
    text::encode(with, &mut spelled);
    String::from_utf8_lossy(&spelled).into_owned()
}

fn split(text: &str, at: usize) -> (&str, &str) {
    text.split_at_checked(at).unwrap_or((text, ""))
}

/// Appends a `Keep`, joined to one that is there.
fn keep(n: usize, out: &mut Vec<Edit>) {
    match out.last_mut() {
        _ if n == 0 => {}
        Some(Edit::Keep(last)) => *last += n,
        _ => out.push(Edit::Keep(n)),
    }
}
