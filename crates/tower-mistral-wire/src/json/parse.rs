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
        open: Vec::with_capacity(16),
        limits,
    };
    parser.document()?;
    Ok(parser.nodes)
}

pub(super) struct Parser<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
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

    fn innermost(&self) -> Option<Kind> {
        let open = *self.open.last()?;
        self.nodes.get(open as usize).map(|node| node.kind)
    }
}
