//! What may be wrong with a trail.

use std::{error::Error, fmt, io, path::PathBuf};

use super::Head;

/// Why a trail cannot be opened.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// Another writer has the directory.
    Locked,
    /// The directory is new, and no start key was given.
    NoKey,
    /// There are files of a trail, but the `state` that would say how it goes on is gone or damaged.
    NoState,
    /// The end of this file is not what was written: changed, cut, or lost with the machine. The
    /// trail can be verified up to there; a new one needs another directory.
    Changed(PathBuf),
    /// A file cannot be read or written.
    Io(PathBuf, io::Error),
}

impl OpenError {
    pub(super) fn io(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io(path, error)
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked => f.write_str("another process writes this audit trail"),
            Self::NoKey => f.write_str("a new audit trail needs a start key"),
            Self::NoState => f.write_str(
                "the audit trail's state is gone or damaged: verify its files, begin a new directory",
            ),
            Self::Changed(path) => write!(
                f,
                "{}: the end is not what was written: verify it, begin a new directory",
                path.display()
            ),
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl Error for OpenError {}

/// The first line of a trail that is not as it was written. It does not show the line.
#[derive(Debug)]
#[non_exhaustive]
pub struct Broken {
    /// The file's name, as it was given.
    pub file: String,
    /// The line's number in the file, from 1; 0 for the trail as a whole.
    pub line: u64,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a line.
#[derive(Debug)]
#[non_exhaustive]
pub enum Fault {
    /// It has not the form of a record.
    NotARecord,
    /// Its tag is not right: it was edited or made up, or the key is another one.
    Tag,
    /// The trail was begun with another key, if this line is what it was.
    OtherKey,
    /// Records are missing before it: deleted, or in a file that was not given.
    Missing {
        /// The record that should stand here.
        expected: u64,
        /// The record that does.
        found: u64,
    },
    /// A record that was there already: a copy, or lines or files in another order.
    OutOfOrder {
        /// The record that should stand here.
        expected: u64,
        /// The record that does.
        found: u64,
    },
    /// It has no end, and is not the last one: no crash leaves that.
    Torn,
    /// The trail ends before the head that was told, or does not begin until after it.
    Cut {
        /// The head that was told.
        head: Head,
    },
    /// The head that was told is another one than that of this record.
    OtherHead,
    /// No record was found.
    Empty,
    /// The file cannot be read.
    Io(io::Error),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotARecord => f.write_str("this is no record"),
            Self::Tag => f.write_str("the tag is not right: edited, made up, or another key"),
            Self::OtherKey => f.write_str("the trail was begun with another key"),
            Self::Missing { expected, found } => {
                write!(f, "record {found} stands here: {expected} is missing")
            }
            Self::OutOfOrder { expected, found } => {
                write!(
                    f,
                    "record {found} stands here instead of {expected}: copied or moved"
                )
            }
            Self::Torn => f.write_str("a line without an end, and more after it"),
            Self::Cut { head } => {
                write!(f, "record {} is not here: the trail was cut", head.record)
            }
            Self::OtherHead => f.write_str("this record is not the one that was told as head"),
            Self::Empty => f.write_str("no record was found"),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => self.fault.fmt(f),
            line => write!(f, "{}, line {line}: {}", self.file, self.fault),
        }
    }
}

impl Error for Broken {}
