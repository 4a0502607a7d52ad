//! The tape's builder: an iterative RFC 8259 parser.
//!
//! Stricter than many: UTF-8 only, no NaN, no BOM, no control characters in strings, and no
//! duplicate keys. Two parsers that pick different duplicates would let a text through unread.

use std::{collections::HashSet, fmt, ops::Range};

use super::{
    tape::{Kind, Node},
    text,
};

/// What a body may cost to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How deep arrays and objects may nest. Default 128, as `serde_json`; at most 512.
    pub max_depth: usize,
    /// How many keys and values a body may have. Default 1,048,576.
    pub max_nodes: usize,
}

impl Limits {
    /// The highest [`max_depth`](Self::max_depth) that is heeded.
    pub const DEEPEST: usize = 512;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_depth: 128,
            max_nodes: 1 << 20,
        }
    }
}

/// Why a text is not the JSON this crate reads. Holds a place, never content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    kind: JsonErrorKind,
    offset: usize,
}

impl JsonError {
    /// What is wrong.
    pub fn kind(&self) -> JsonErrorKind {
        self.kind
    }

    /// Where, in bytes from the start of the text.
    pub fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind.as_str(), self.offset)
    }
}

impl std::error::Error for JsonError {}

/// The ways in which a text is not the JSON this crate reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// Not JSON by RFC 8259 (also NaN, comments, a byte order mark).
    Syntax,
    /// The text ends before the value does.
    Incomplete,
    /// Not UTF-8.
    Utf8,
    /// An object has the same key twice, compared after unescaping.
    DuplicateKey,
    /// Deeper than [`Limits::max_depth`].
    TooDeep,
    /// More keys and values than [`Limits::max_nodes`], or more than 4 GiB.
    TooLarge,
}

impl JsonErrorKind {
    /// A short English reason.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "invalid JSON",
            Self::Incomplete => "JSON that ends too early",
            Self::Utf8 => "invalid UTF-8",
            Self::DuplicateKey => "a duplicate key",
            Self::TooDeep => "JSON nested too deeply",
            Self::TooLarge => "JSON with too many values",
        }
    }
}

/// Reads `bytes` into nodes in document order.
pub(super) fn parse(bytes: &[u8], limits: &Limits) -> Result<Vec<Node>, JsonError> {
    if u32::try_from(bytes.len()).is_err() {
        return Err(JsonError {
            kind: JsonErrorKind::TooLarge,
            offset: 0,
        });
    }
    if let Err(error) = std::str::from_utf8(bytes) {
        return Err(JsonError {
            kind: JsonErrorKind::Utf8,
            offset: error.valid_up_to(),
        });
    }
    let mut parser = Parser {
        bytes,
        at: 0,
        nodes: Vec::with_capacity(16),
        open: Vec::new(),
        limits,
    };
    parser.document()?;
    Ok(parser.nodes)
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    /// Indices of the containers that are open.
    open: Vec<u32>,
    limits: &'a Limits,
}

enum Expect {
    Value,
    /// A value, or `]` right after `[`.
    ValueOrEnd,
    /// A key, or `}` right after `{`.
    KeyOrEnd,
    Key,
    CommaOrEnd,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<(), JsonError> {
        let mut expect = Expect::Value;
        loop {
            self.skip_space();
            let Some(byte) = self.peek() else {
                return Err(self.error(JsonErrorKind::Incomplete));
            };
            expect = match (expect, byte) {
                (Expect::KeyOrEnd, b'}') | (Expect::ValueOrEnd, b']') => self.close()?,
                (Expect::KeyOrEnd | Expect::Key, b'"') => self.key()?,
                (Expect::Value | Expect::ValueOrEnd, _) => self.value(byte)?,
                (Expect::CommaOrEnd, b',') => {
                    self.at += 1;
                    match self.innermost() {
                        Some(Kind::Object) => Expect::Key,
                        _ => Expect::Value,
                    }
                }
                (Expect::CommaOrEnd, b'}') if self.innermost() == Some(Kind::Object) => {
                    self.close()?
                }
                (Expect::CommaOrEnd, b']') if self.innermost() == Some(Kind::Array) => {
                    self.close()?
                }
                _ => return Err(self.error(JsonErrorKind::Syntax)),
            };
            if self.open.is_empty() {
                break;
            }
        }
        self.skip_space();
        if self.at < self.bytes.len() {
            return Err(self.error(JsonErrorKind::Syntax));
        }
        Ok(())
    }

    fn value(&mut self, first: u8) -> Result<Expect, JsonError> {
        match first {
            b'{' => return self.open(Kind::Object, Expect::KeyOrEnd),
            b'[' => return self.open(Kind::Array, Expect::ValueOrEnd),
            b'"' => self.string(Kind::String)?,
            b't' => self.literal(b"true", Kind::True)?,
            b'f' => self.literal(b"false", Kind::False)?,
            b'n' => self.literal(b"null", Kind::Null)?,
            b'-' | b'0'..=b'9' => self.number()?,
            _ => return Err(self.error(JsonErrorKind::Syntax)),
        }
        Ok(Expect::CommaOrEnd)
    }

    fn key(&mut self) -> Result<Expect, JsonError> {
        self.string(Kind::Key)?;
        self.skip_space();
        match self.peek() {
            Some(b':') => {
                self.at += 1;
                Ok(Expect::Value)
            }
            Some(_) => Err(self.error(JsonErrorKind::Syntax)),
            None => Err(self.error(JsonErrorKind::Incomplete)),
        }
    }

    fn open(&mut self, kind: Kind, then: Expect) -> Result<Expect, JsonError> {
        if self.open.len() >= self.limits.max_depth {
            return Err(self.error(JsonErrorKind::TooDeep));
        }
        let node = self.push(kind, self.at, self.at + 1, false)?;
        self.open.push(node);
        self.at += 1;
        Ok(then)
    }

    fn close(&mut self) -> Result<Expect, JsonError> {
        self.at += 1;
        let next = self.nodes.len() as u32;
        let end = self.at as u32;
        if let Some(open) = self.open.pop() {
            if let Some(node) = self.nodes.get_mut(open as usize) {
                node.next = next;
                node.end = end;
                if node.kind == Kind::Object {
                    self.refuse_duplicates(open as usize + 1)?;
                }
            }
        }
        Ok(Expect::CommaOrEnd)
    }

    /// Compares the keys of the object whose first key is node `first`.
    fn refuse_duplicates(&self, first: usize) -> Result<(), JsonError> {
        /// Up to here comparing every pair is cheaper than hashing.
        const FEW: usize = 12;
        let keys = || {
            let mut at = first;
            std::iter::from_fn(move || {
                let key = *self.nodes.get(at)?;
                at = self.nodes.get(at + 1)?.next as usize;
                Some(key)
            })
        };
        let duplicate = |key: Node| {
            Err(JsonError {
                kind: JsonErrorKind::DuplicateKey,
                offset: key.start as usize,
            })
        };
        if keys().nth(FEW).is_none() {
            for (n, key) in keys().enumerate() {
                if keys().take(n).any(|earlier| self.same_key(earlier, key)) {
                    return duplicate(key);
                }
            }
            return Ok(());
        }
        let mut seen = HashSet::new();
        for key in keys() {
            if !seen.insert(text::decode(self.slice(key.range()), key.escaped)) {
                return duplicate(key);
            }
        }
        Ok(())
    }

    fn same_key(&self, a: Node, b: Node) -> bool {
        if a.escaped || b.escaped {
            return text::decode(self.slice(a.range()), a.escaped)
                == text::decode(self.slice(b.range()), b.escaped);
        }
        self.slice(a.range()) == self.slice(b.range())
    }

    fn string(&mut self, kind: Kind) -> Result<(), JsonError> {
        let start = self.at + 1;
        let mut escaped = false;
        self.at = start;
        loop {
            match self.peek() {
                None => return Err(self.error(JsonErrorKind::Incomplete)),
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(0..=0x1f) => return Err(self.error(JsonErrorKind::Syntax)),
                Some(_) => self.at += 1,
            }
        }
        self.push(kind, start, self.at, escaped)?;
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    match self.peek() {
                        Some(byte) if byte.is_ascii_hexdigit() => self.at += 1,
                        Some(_) => return Err(self.error(JsonErrorKind::Syntax)),
                        None => return Err(self.error(JsonErrorKind::Incomplete)),
                    }
                }
            }
            Some(_) => return Err(self.error(JsonErrorKind::Syntax)),
            None => return Err(self.error(JsonErrorKind::Incomplete)),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        self.push(Kind::Number, start, self.at, false)?;
        Ok(())
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        match (self.at > start, self.peek()) {
            (true, _) => Ok(()),
            (false, Some(_)) => Err(self.error(JsonErrorKind::Syntax)),
            (false, None) => Err(self.error(JsonErrorKind::Incomplete)),
        }
    }

    fn literal(&mut self, word: &[u8], kind: Kind) -> Result<(), JsonError> {
        let rest = self.slice(self.at..self.bytes.len());
        if !rest.starts_with(word) {
            let cut = word.starts_with(rest);
            let kind = if cut {
                JsonErrorKind::Incomplete
            } else {
                JsonErrorKind::Syntax
            };
            return Err(self.error(kind));
        }
        self.push(kind, self.at, self.at + word.len(), false)?;
        self.at += word.len();
        Ok(())
    }

    fn push(
        &mut self,
        kind: Kind,
        start: usize,
        end: usize,
        escaped: bool,
    ) -> Result<u32, JsonError> {
        if self.nodes.len() >= self.limits.max_nodes {
            return Err(self.error(JsonErrorKind::TooLarge));
        }
        // `parse` made sure that every offset fits, and a node takes at least one byte.
        let at = self.nodes.len() as u32;
        self.nodes.push(Node {
            start: start as u32,
            end: end as u32,
            next: at + 1,
            kind,
            escaped,
        });
        Ok(at)
    }

    fn innermost(&self) -> Option<Kind> {
        let open = *self.open.last()?;
        self.nodes.get(open as usize).map(|node| node.kind)
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn slice(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError {
            kind,
            offset: self.at,
        }
    }
}
