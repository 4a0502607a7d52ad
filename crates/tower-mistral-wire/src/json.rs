//! A one-pass, strict, bounded reading of JSON that keeps the bytes it read.
//!
//! [`Tape::parse`] makes a flat list of all keys and values (kind and span); every view of a body
//! is a walk over it. [`Splice`] puts edits back into the original bytes. [`text`] holds the
//! mapping between a string's decoded text and its spelling on the wire.

mod limits;
mod parse;
mod scan;
mod splice;
mod tape;
pub mod text;

pub use self::{
    limits::{JsonError, JsonErrorKind, Limits},
    splice::Splice,
    tape::{Elements, Entries, Kind, Tape, Value},
};

pub(crate) use self::scan::string_len;
