//! The tape's builder: an iterative RFC 8259 parser.
//!
//! Stricter than many: UTF-8 only, no NaN, no BOM, no control characters in strings, and no
//! duplicate keys. Two parsers that pick different duplicates would let a text through unread.

use std::collections::HashSet;

use super::{
    JsonError, JsonErrorKind, Limits,
    tape::{Kind, Node},
    text,
};

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
        nodes: Vec::with_capacity(16 + bytes.len() / 24),
        innermost: None,
        depth: 0,
        limits,
    };
    parser.document()?;
    Ok(parser.nodes)
}

pub(super) struct Parser<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    nodes: Vec<Node>,
    /// The innermost container that is open, and its kind. While one is open its `next` is the
    /// container around it: so there is no list of them to be kept.
    innermost: Option<(u32, Kind)>,
    /// How many containers are open.
    depth: usize,
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
                    match self.innermost {
                        Some((_, Kind::Object)) => Expect::Key,
                        _ => Expect::Value,
                    }
                }
                (Expect::CommaOrEnd, b'}') if self.is_in(Kind::Object) => self.close()?,
                (Expect::CommaOrEnd, b']') if self.is_in(Kind::Array) => self.close()?,
                _ => return Err(self.error(JsonErrorKind::Syntax)),
            };
            if self.depth == 0 {
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
        if self.depth >= self.limits.max_depth {
            return Err(self.error(JsonErrorKind::TooDeep));
        }
        let opened = self.push(kind, self.at, self.at + 1, false)?;
        // The outermost container is node 0, around which there is none.
        let around = self.innermost.map_or(0, |(around, _)| around);
        if let Some(node) = self.nodes.get_mut(opened as usize) {
            node.next = around;
        }
        self.innermost = Some((opened, kind));
        self.depth += 1;
        self.at += 1;
        Ok(then)
    }

    fn close(&mut self) -> Result<Expect, JsonError> {
        self.at += 1;
        let next = self.nodes.len() as u32;
        let end = self.at as u32;
        let Some((closed, kind)) = self.innermost else {
            return Ok(Expect::CommaOrEnd);
        };
        let mut around = 0;
        if let Some(node) = self.nodes.get_mut(closed as usize) {
            around = std::mem::replace(&mut node.next, next);
            node.end = end;
        }
        self.depth = self.depth.saturating_sub(1);
        let of = self.nodes.get(around as usize).filter(|_| self.depth > 0);
        self.innermost = of.map(|node| (around, node.kind));
        if kind == Kind::Object {
            self.refuse_duplicates(closed as usize + 1)?;
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
        // Most objects have no two keys that are as long and begin with the same letter.
        let (mut marks, mut are_alike) = (0_u64, false);
        for key in keys() {
            let first = self
                .bytes
                .get(key.start as usize)
                .map_or(0, |b| u32::from(*b));
            let mark = 1 << ((key.end - key.start).wrapping_add(first * 5) % 64);
            are_alike |= key.escaped || marks & mark != 0;
            marks |= mark;
        }
        if !are_alike {
            return Ok(());
        }
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
        // Most pairs differ in their length.
        a.end - a.start == b.end - b.start && self.slice(a.range()) == self.slice(b.range())
    }

    pub(super) fn push(
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

    fn is_in(&self, kind: Kind) -> bool {
        matches!(self.innermost, Some((_, innermost)) if innermost == kind)
    }
}
