//! The decoded parts of a text, gathered by kind.

use std::ops::Range;

use super::{Kind, map::Decoded};

/// What was decoded, each kind as one text: words that were encoded one by one are a phrase again.
#[derive(Default)]
pub(crate) struct Parts {
    kinds: Vec<Part>,
}

pub(crate) struct Part {
    pub(crate) kind: Kind,
    pub(crate) decoded: Decoded,
    pub(crate) count: u32,
    end: usize,
}

impl Parts {
    /// Adds what the bytes of a span of `text` stand for. Spans of a kind come in order.
    pub(crate) fn put(&mut self, kind: Kind, text: &str, span: Range<usize>, decoded: &str) {
        let at = self.kinds.iter().position(|part| part.kind == kind);
        let at = at.unwrap_or_else(|| {
            self.kinds.push(Part {
                kind,
                decoded: Decoded::default(),
                count: 0,
                end: 0,
            });
            self.kinds.len() - 1
        });
        let Some(part) = self.kinds.get_mut(at) else {
            return;
        };
        if part.count > 0 {
            let between = text.get(part.end..span.start).unwrap_or_default();
            let blank = match kind {
                // A line goes on in the next one.
                Kind::Uuencode if between.trim().is_empty() => "",
                _ if between.len() > 4 || between.contains(char::is_alphanumeric) => "\n\n",
                _ => " ",
            };
            part.decoded.put(blank, span.clone());
        }
        part.count += 1;
        part.end = span.end;
        part.decoded.put(decoded, span);
    }

    pub(crate) fn into_vec(self) -> Vec<Part> {
        self.kinds
    }
}
