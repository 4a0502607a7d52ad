//! The tape and the values that are views of it.

use std::{borrow::Cow, fmt, ops::Range};

use bytes::Bytes;

use super::{JsonError, Limits, parse::parse, text};

/// What a node of a tape is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// `{...}`
    Object,
    /// `[...]`
    Array,
    /// A key of an object; its value is the next node.
    Key,
    /// A string.
    String,
    /// A number, spelled as on the wire.
    Number,
    /// `true`
    True,
    /// `false`
    False,
    /// `null`
    Null,
}

/// One key or value: 16 bytes.
#[derive(Clone, Copy)]
pub(crate) struct Node {
    /// Strings and keys: the content without quotes. Containers: with their brackets.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The node after this one and all that is inside it.
    pub(crate) next: u32,
    pub(crate) kind: Kind,
    /// The string's spelling has a backslash in it.
    pub(crate) escaped: bool,
}

impl Node {
    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A JSON text and the list of all keys and values in it, made in one pass.
///
/// It owns a clone of its [`Bytes`] and is made only by [`Tape::parse`]: so
/// [`describes`](Tape::describes) is a proof, since a buffer that is kept alive cannot be freed
/// and come back at the same address with another content.
#[derive(Clone)]
pub struct Tape {
    bytes: Bytes,
    nodes: std::sync::Arc<Vec<Node>>,
}

impl Tape {
    /// Reads `bytes`, which must be one JSON value by RFC 8259, in UTF-8, without duplicate keys.
    ///
    /// # Errors
    ///
    /// Says what is wrong and where, without quoting the text.
    pub fn parse(bytes: Bytes, limits: &Limits) -> Result<Self, JsonError> {
        // Walks over a tape go as deep as it is, on the stack.
        let limits = Limits {
            max_depth: limits.max_depth.min(Limits::DEEPEST),
            ..*limits
        };
        let nodes = parse(&bytes, &limits)?.into();
        Ok(Self { bytes, nodes })
    }

    /// The bytes that the tape describes.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Whether `body` is the very buffer that this tape was made of.
    pub fn describes(&self, body: &Bytes) -> bool {
        self.bytes.as_ptr() == body.as_ptr() && self.bytes.len() == body.len()
    }

    /// The spellings of all keys, without their quotes.
    pub(crate) fn raw_keys(&self) -> impl Iterator<Item = &[u8]> {
        let keys = self.nodes.iter().filter(|node| node.kind == Kind::Key);
        keys.map(|node| self.raw(*node))
    }

    /// The outermost value.
    pub fn root(&self) -> Value<'_> {
        Value { tape: self, at: 0 }
    }

    pub(crate) fn value(&self, at: u32) -> Value<'_> {
        Value { tape: self, at }
    }

    pub(crate) fn raw(&self, node: Node) -> &[u8] {
        self.bytes.get(node.range()).unwrap_or_default()
    }

    /// The decoded text of a string or key.
    pub(crate) fn text(&self, node: Node) -> Cow<'_, str> {
        text::decode(self.raw(node), node.escaped)
    }
}

impl fmt::Debug for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape")
            .field("bytes", &self.bytes.len())
            .field("nodes", &self.nodes.len())
            .finish()
    }
}

/// A value on a tape.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    tape: &'a Tape,
    at: u32,
}

impl<'a> Value<'a> {
    /// What it is.
    pub fn kind(self) -> Kind {
        self.node().kind
    }

    /// The value of an object's key, or none.
    pub fn get(self, key: &str) -> Option<Self> {
        self.raw_entries()
            .find(|(name, _)| *name.text() == *key.as_bytes())
            .map(|(_, value)| value)
    }

    /// The entries of an object, in order; nothing for other kinds.
    pub fn entries(self) -> Entries<'a> {
        let node = self.node();
        let is_object = node.kind == Kind::Object;
        Entries {
            tape: self.tape,
            at: self.at + 1,
            end: if is_object { node.next } else { 0 },
        }
    }

    pub(crate) fn raw_entries(self) -> impl Iterator<Item = (RawKey<'a>, Self)> {
        let tape = self.tape;
        let node = self.node();
        let end = if node.kind == Kind::Object {
            node.next
        } else {
            0
        };
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            let node = (at < end)
                .then(|| tape.nodes.get(at as usize).copied())
                .flatten()?;
            let key = RawKey { tape, node, at };
            let value = tape.value(at + 1);
            at = value.node().next;
            Some((key, value))
        })
    }

    /// The elements of an array, in order; nothing for other kinds.
    pub fn elements(self) -> Elements<'a> {
        let node = self.node();
        let is_array = node.kind == Kind::Array;
        Elements {
            tape: self.tape,
            at: self.at + 1,
            end: if is_array { node.next } else { 0 },
        }
    }

    /// The text of a string, unescaped; an unpaired surrogate becomes U+FFFD.
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        let node = self.node();
        (node.kind == Kind::String).then(|| self.tape.text(node))
    }

    /// The text of a string or key, or the spelling of a number.
    pub fn text(self) -> Cow<'a, str> {
        self.tape.text(self.node())
    }

    /// How many characters (Unicode scalars) the text of a string or key has.
    pub(crate) fn chars(self) -> u64 {
        text::count_chars(self.raw())
    }

    /// A whole number that fits.
    pub fn as_u64(self) -> Option<u64> {
        if self.kind() != Kind::Number {
            return None;
        }
        std::str::from_utf8(self.raw()).ok()?.parse().ok()
    }

    /// `true` or `false`.
    pub fn as_bool(self) -> Option<bool> {
        match self.kind() {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// Where it stands in the bytes: a string without its quotes, everything else whole.
    pub fn span(self) -> Range<usize> {
        self.node().range()
    }

    /// Its spelling on the wire: a string without its quotes, everything else whole.
    pub fn raw(self) -> &'a [u8] {
        self.tape.raw(self.node())
    }

    pub(crate) fn node(self) -> Node {
        // A value is only made for a node that is there; a tape has at least one.
        self.tape
            .nodes
            .get(self.at as usize)
            .copied()
            .unwrap_or(Node {
                start: 0,
                end: 0,
                next: 0,
                kind: Kind::Null,
                escaped: false,
            })
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value")
            .field("kind", &self.kind())
            .field("span", &self.span())
            .finish()
    }
}

/// The entries of an object: keys unescaped, with their values.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    tape: &'a Tape,
    at: u32,
    end: u32,
}

impl<'a> Iterator for Entries<'a> {
    type Item = (Cow<'a, str>, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let key = *self.tape.nodes.get(self.at as usize)?;
        let value = self.tape.value(self.at + 1);
        self.at = value.node().next;
        Some((self.tape.text(key), value))
    }
}

/// A key as it is spelled, for callers that compare many of them.
#[derive(Clone, Copy)]
pub(crate) struct RawKey<'a> {
    tape: &'a Tape,
    node: Node,
    at: u32,
}

impl<'a> RawKey<'a> {
    pub(crate) fn raw(&self) -> &'a [u8] {
        self.tape.raw(self.node)
    }

    pub(crate) fn value(&self) -> Value<'a> {
        self.tape.value(self.at)
    }

    /// The key, unescaped.
    pub(crate) fn text(&self) -> Cow<'a, [u8]> {
        match self.node.escaped {
            true => Cow::Owned(self.tape.text(self.node).into_owned().into_bytes()),
            false => Cow::Borrowed(self.raw()),
        }
    }

    /// The key, if it is spelled without escapes; else the empty string.
    pub(crate) fn plain(&self) -> &'a str {
        if self.node.escaped {
            return "";
        }
        std::str::from_utf8(self.raw()).unwrap_or_default()
    }
}

/// The elements of an array.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    tape: &'a Tape,
    at: u32,
    end: u32,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let value = self.tape.value(self.at);
        self.at = value.node().next;
        Some(value)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::json::JsonErrorKind as E;

    fn parse(text: &[u8]) -> Result<Tape, JsonError> {
        Tape::parse(
            Bytes::copy_from_slice(text),
            &Limits {
                max_depth: 8,
                max_nodes: 64,
            },
        )
    }

    #[test]
    fn refuses_what_two_parsers_could_read_differently() {
        let many: Vec<String> = (0..14).map(|n| format!("\"k{n}\":0")).collect();
        let many = format!("{{{},\"\\u006b3\":1}}", many.join(","));
        let deep = "[".repeat(9);
        let wide = format!("[{}0]", "0,".repeat(70));
        let table: &[(&[u8], E)] = &[
            (b"", E::Incomplete),
            (b"{\"a\":1", E::Incomplete),
            (b"\"abc", E::Incomplete),
            (b"tru", E::Incomplete),
            (b"nul1", E::Syntax),
            (b"NaN", E::Syntax),
            (b"-Infinity", E::Syntax),
            (b"01", E::Syntax),
            (b"1.", E::Incomplete),
            (b"{,}", E::Syntax),
            (b"[1,]", E::Syntax),
            (b"{\"a\":1,}", E::Syntax),
            (b"[1}", E::Syntax),
            (b"{\"a\" 1}", E::Syntax),
            (b"{} {}", E::Syntax),
            (b"\xef\xbb\xbf{}", E::Syntax),
            (b"\"\x01\"", E::Syntax),
            (b"\"\\x\"", E::Syntax),
            (b"\"\\u00g0\"", E::Syntax),
            (b"\"\xff\"", E::Utf8),
            (b"{\"a\":1,\"a\":2}", E::DuplicateKey),
            (b"{\"role\":1,\"\\u0072ole\":2}", E::DuplicateKey),
            (b"{\"x\":{\"b\":1,\"c\":{},\"b\":[]}}", E::DuplicateKey),
            (many.as_bytes(), E::DuplicateKey),
            (deep.as_bytes(), E::TooDeep),
            (wide.as_bytes(), E::TooLarge),
        ];
        for (text, kind) in table {
            let shown = String::from_utf8_lossy(text);
            assert_eq!(
                parse(text).map(|_| ()).unwrap_err().kind(),
                *kind,
                "{shown}"
            );
        }
    }

    #[test]
    fn reads_what_is_json() {
        let tape =
            parse(br#" {"a":[1,-2.5e+3,{"b":null}],"\u0062":"x\n\u00e9\ud83d\ude00","c":true} "#);
        let tape = tape.unwrap();
        let root = tape.root();
        assert_eq!(
            root.get("b").unwrap().as_str().unwrap(),
            "x\n\u{e9}\u{1f600}"
        );
        assert_eq!(
            root.get("a").unwrap().elements().next().unwrap().as_u64(),
            Some(1)
        );
        assert_eq!(root.get("a").unwrap().elements().count(), 3);
        assert!(
            root.get("a")
                .unwrap()
                .elements()
                .last()
                .unwrap()
                .get("b")
                .unwrap()
                .is_null()
        );
        assert_eq!(root.get("c").unwrap().as_bool(), Some(true));
        assert!(root.get("d").is_none());
    }

    #[test]
    fn agrees_with_serde_json() {
        let texts = [
            "0", "-0.0", "1e5", "\"\"", "[]", "{}", "[[],{}]", "1E+2", "\"\\/\"", "+1", "'a'",
        ];
        for text in texts {
            let theirs = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert_eq!(parse(text.as_bytes()).is_ok(), theirs, "{text}");
        }
    }

    #[test]
    fn a_tape_knows_its_own_buffer() {
        let body = Bytes::from_static(b"{}");
        let tape = Tape::parse(body.clone(), &Limits::default()).unwrap();
        assert!(tape.describes(&body));
        assert!(!tape.describes(&Bytes::copy_from_slice(b"{}")));
        assert!(!format!("{tape:?}").contains('{') || !format!("{tape:?}").contains("{}"));
    }
}
