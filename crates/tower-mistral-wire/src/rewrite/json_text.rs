//! JSON inside a text: the arguments of a tool call, content in JSON mode.

mod keys;

use std::borrow::Cow;

use self::keys::Keys;
use super::{Edit, End, Engine, apply};
use crate::json::text;

/// Lets an engine read a JSON document that is the text, so that the document stays valid.
///
/// Each string, key or value, is a text of its own, read unescaped (`\u0040` is an at sign) and
/// edited inside its quotes; a key is [context](Engine::context) for its value. A number that is replaced becomes a string. Of the keys that are edited
/// each after the first gets a number, since an object cannot have a key twice. From the first character on that
/// cannot stand in JSON the rest is read as what it is, a plain text. Works on any pieces: an escape or a
/// number that is cut in two waits for the rest.
#[derive(Debug)]
pub struct JsonText<E> {
    engine: E,
    place: Place,
    /// A value has ended and nothing but blanks has come since.
    after_value: bool,
    keys: Keys,
    /// The spelling of what the engine holds.
    held: Vec<u8>,
    /// The beginning of an escape, a number or a literal.
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
    /// A number or a literal.
    Token,
}

impl<E: Engine> JsonText<E> {
    /// The longest number that is read as one; a longer one is text.
    const MAX_TOKEN: usize = 128;

    /// Reads JSON through `engine`.
    pub fn new(engine: E) -> Self {
        Self {
            engine,
            place: Place::Start,
            after_value: false,
            keys: Keys::default(),
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
                    b'{' | b'[' | b'"' => Place::Between,
                    _ => Place::Plain,
                };
                Some(rest)
            }
            Place::Plain => {
                self.read(rest, out);
                None
            }
            Place::Between => self.between(rest, out),
            Place::String => {
                let (len, ends) = units(rest);
                let (text, after) = split(rest, len);
                self.read(text, out);
                if !ends {
                    self.partial.push_str(after);
                    return None;
                }
                self.end_text(End::Complete, out);
                if let Some(number) = self.keys.end_string() {
                    let with = format!(" {number}").into();
                    out.push(Edit::Replace { n: 0, with });
                }
                keep(1, out);
                self.place = Place::Between;
                after.get(1..)
            }
            Place::Token => self.token(rest, out),
        }
    }

    /// Structure passes; a value begins; anything else shows that it is no JSON.
    fn between<'t>(&mut self, rest: &'t str, out: &mut Vec<Edit>) -> Option<&'t str> {
        let is_structure = |c: char| c.is_ascii_whitespace() || "{}[]:,".contains(c);
        let len = rest.find(|c| !is_structure(c)).unwrap_or(rest.len());
        let (structure, after) = split(rest, len);
        keep(len, out);
        structure.bytes().for_each(|byte| self.keys.structure(byte));
        let was_value = std::mem::replace(&mut self.after_value, false);
        self.after_value = structure.trim_ascii().is_empty() && was_value;
        let first = after.bytes().next()?;
        match first {
            b'"' => {
                keep(1, out);
                self.keys.begin_string();
                if let Some(key) = self.keys.of_value() {
                    self.engine.context(key);
                }
                self.place = Place::String;
                self.after_value = true;
                after.get(1..)
            }
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' | b'N' | b'I' if !self.after_value => {
                self.place = Place::Token;
                self.after_value = true;
                Some(after)
            }
            _ => {
                self.place = Place::Plain;
                Some(after)
            }
        }
    }

    /// A number or a literal, once all of it has come.
    fn token<'t>(&mut self, rest: &'t str, out: &mut Vec<Edit>) -> Option<&'t str> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        let len = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (token, after) = split(rest, len);
        if after.is_empty() && len <= Self::MAX_TOKEN {
            self.partial.push_str(token);
            return None;
        }
        let ends_well = after.starts_with(|c: char| c.is_ascii_whitespace() || ",]}".contains(c));
        if !ends_well || !is_json_token(token) {
            // No JSON after all: all of it is text, so that nothing is cut in two.
            self.place = Place::Plain;
            return Some(rest);
        }
        self.place = Place::Between;
        self.value(token, out);
        Some(after)
    }

    fn value(&mut self, number: &str, out: &mut Vec<Edit>) {
        self.edits.clear();
        self.keys.begin_string();
        if let Some(key) = self.keys.of_value() {
            self.engine.context(key);
        }
        self.engine.push(number, &mut self.edits);
        self.engine.finish(End::Complete, &mut self.edits);
        match apply(number, &self.edits) {
            None => keep(number.len(), out),
            Some(edited) => {
                let with = Cow::Owned(format!("\"{}\"", spelled(&edited)));
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
        let text = text::decode(raw.as_bytes(), escaped);
        if self.place == Place::String {
            self.keys.read(&text);
        }
        self.engine.push(&text, &mut self.edits);
        self.settle(raw.as_bytes(), out);
    }

    fn end_text(&mut self, end: End, out: &mut Vec<Edit>) {
        self.edits.clear();
        self.engine.finish(end, &mut self.edits);
        self.settle(&[], out);
        let left = std::mem::take(&mut self.held).len();
        keep(left, out);
    }

    /// Turns edits over the string's text into edits over its spelling: what is held, and `raw`
    /// behind it, of which only what stays undecided is copied.
    fn settle(&mut self, raw: &[u8], out: &mut Vec<Edit>) {
        let mut held = std::mem::take(&mut self.held);
        let was_empty = held.is_empty();
        if !was_empty {
            held.extend_from_slice(raw);
        }
        let spelling = if was_empty { raw } else { &held };
        let mut at = 0;
        let in_string = self.place == Place::String;
        for edit in self.edits.drain(..) {
            let rest = spelling.get(at..).unwrap_or_default();
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
                    self.keys.is_edited = true;
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
        if was_empty {
            held.extend_from_slice(raw.get(at..).unwrap_or_default());
        } else {
            held.drain(..at.min(held.len()));
        }
        self.held = held;
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

    /// For a text that is no JSON. JSON has keys of its own.
    fn context(&mut self, key: &str) {
        self.engine.context(key);
    }

    fn finish(&mut self, end: End, out: &mut Vec<Edit>) {
        let partial = std::mem::take(&mut self.partial);
        if self.place == Place::Token {
            if is_json_token(&partial) {
                self.value(&partial, out);
            } else {
                self.place = Place::Plain;
                self.read(&partial, out);
            }
        }
        self.end_text(end, out);
        if self.place == Place::String {
            keep(partial.len(), out);
        }
        self.place = Place::Start;
        self.after_value = false;
        self.keys = Keys::default();
    }
}

fn is_json_token(token: &str) -> bool {
    // Some writers write, and many readers read, the last three as well.
    matches!(
        token,
        "true" | "false" | "null" | "NaN" | "Infinity" | "-Infinity"
    ) || token
        .bytes()
        .all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b))
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
/// of a surrogate pair waits for what follows; a `\u` without four digits is no more than that.
fn escape_len(raw: &[u8]) -> Option<usize> {
    if *raw.get(1)? != b'u' {
        return Some(2);
    }
    let hex = |at: usize| {
        let digits = raw.get(at..).unwrap_or_default().iter().take(4);
        digits.take_while(|byte| byte.is_ascii_hexdigit()).count()
    };
    match hex(2) {
        4 => {}
        digits if raw.len() == 2 + digits => return None,
        _ => return Some(2),
    }
    let digits = std::str::from_utf8(raw.get(2..6)?).unwrap_or_default();
    let is_high = u32::from_str_radix(digits, 16).is_ok_and(|c| (0xd800..0xdc00).contains(&c));
    match (is_high, raw.get(6), raw.get(7)) {
        (true, None, _) | (true, Some(b'\\'), None) => None,
        (true, Some(b'\\'), Some(b'u')) => match hex(8) {
            4 => Some(12),
            digits if raw.len() == 8 + digits => None,
            _ => Some(6),
        },
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
