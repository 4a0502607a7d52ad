//! What to keep and what to replace.

use std::{borrow::Cow, ops::Range};

use crate::rule::RuleName;

/// What a filtered span is replaced with. It is never part of a finding itself.
pub const PLACEHOLDER: &str = "[FILTERED]";

/// One step of a rewrite. The steps of one text tile it: their `n` add up to its length.
///
/// `n` counts UTF-8 bytes of the input and ends on a character boundary; it is never 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Edit {
    /// Copy the next `n` bytes.
    Keep(usize),
    /// Skip the next `n` bytes and write `with` instead.
    Replace {
        /// Bytes of the input that go.
        n: usize,
        /// The rule that asked for it.
        rule: RuleName,
        /// What takes their place.
        with: Cow<'static, str>,
    },
}

/// Tiles `len` bytes; what is `gone` is in order and does not overlap.
pub(crate) fn tile(len: usize, gone: impl Iterator<Item = (Range<usize>, RuleName)>) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut done = 0;
    for (Range { start, end }, rule) in gone {
        keep(&mut edits, start - done);
        edits.push(Edit::Replace {
            n: end - start,
            rule,
            with: Cow::Borrowed(PLACEHOLDER),
        });
        done = end;
    }
    keep(&mut edits, len - done);
    edits
}

fn keep(edits: &mut Vec<Edit>, n: usize) {
    if n > 0 {
        edits.push(Edit::Keep(n));
    }
}
