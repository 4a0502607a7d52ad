//! What a text may cost to read, and why it is not read.

use std::fmt;

/// What a body may cost to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How deep arrays and objects may nest. Default 128, as `serde_json`; at most 512.
    pub max_depth: usize,
    /// How many keys and values a body may have. Default 4,194,304.
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
            max_nodes: 4 << 20,
        }
    }
}

/// Why a text is not the JSON this crate reads. Holds a place, never content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    pub(super) kind: JsonErrorKind,
    pub(super) offset: usize,
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
