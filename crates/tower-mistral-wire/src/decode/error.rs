//! Why a body cannot be decoded.

use std::fmt;

/// Why a coded body cannot be read. Holds no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// Not of the coding, or a checksum is wrong.
    Corrupt,
    /// The body ends before its coding does.
    Incomplete,
    /// The coding ends before the body does.
    TrailingData,
    /// More than [`Limits::max_output`](super::Limits::max_output).
    TooLarge,
    /// A zstd frame wants a larger window than the 8 MiB of RFC 9659.
    WindowTooLarge,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Corrupt => "the coded body is corrupt",
            Self::Incomplete => "the coded body ends too early",
            Self::TrailingData => "data follows the end of the coded body",
            Self::TooLarge => "the decoded body is too large",
            Self::WindowTooLarge => "the coded body wants too large a window",
        })
    }
}

impl std::error::Error for DecodeError {}
