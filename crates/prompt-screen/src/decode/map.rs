//! Decoded texts that know where each byte comes from.

use std::ops::Range;

/// A decoded text.
#[derive(Default)]
pub(crate) struct Decoded {
    pub(crate) text: String,
    /// In order; each reaches to the next.
    pieces: Vec<Piece>,
}

struct Piece {
    decoded: usize,
    source: Range<usize>,
    /// Byte by byte as in the source.
    copied: bool,
}

impl Decoded {
    /// Adds a span of the source as it is.
    pub(crate) fn copy(&mut self, source: &str, span: Range<usize>) {
        let text = source.get(span.clone()).unwrap_or_default();
        self.push(text, span, true);
    }

    /// Adds what stands byte for byte for a span of the source, if it is as long.
    pub(crate) fn replace(&mut self, text: &str, span: Range<usize>) {
        let copied = text.len() == span.len();
        self.push(text, span, copied);
    }

    /// Adds what a span of the source stands for.
    pub(crate) fn put(&mut self, text: &str, span: Range<usize>) {
        self.push(text, span, false);
    }

    /// The bytes of the source that a span of the decoded text comes from.
    pub(crate) fn source(&self, span: Range<usize>) -> Range<usize> {
        let last = span.end.saturating_sub(1).max(span.start);
        let start = self
            .piece(span.start)
            .map_or(0..0, |piece| piece.at(span.start));
        let end = self.piece(last).map_or(0..0, |piece| piece.at(last));
        // What was written backwards begins where it ends.
        start.start.min(end.start)..start.end.max(end.end)
    }

    fn push(&mut self, text: &str, source: Range<usize>, copied: bool) {
        if source.is_empty() {
            return;
        }
        self.pieces.push(Piece {
            decoded: self.text.len(),
            source,
            copied,
        });
        self.text.push_str(text);
    }

    fn piece(&self, at: usize) -> Option<&Piece> {
        let after = self.pieces.partition_point(|piece| piece.decoded <= at);
        self.pieces.get(after.checked_sub(1)?)
    }
}

impl Piece {
    /// Where a byte comes from.
    fn at(&self, decoded: usize) -> Range<usize> {
        if !self.copied {
            return self.source.clone();
        }
        let at = self.source.start + (decoded - self.decoded);
        at..at + 1
    }
}
