//! Why a source gave no keys.

use std::{borrow::Cow, error::Error, fmt, io};

use crate::KeyFault;

/// Why a source gave no keys: its name and the reason, never what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    source: String,
    kind: SourceErrorKind,
    detail: Option<Cow<'static, str>>,
}

/// What is wrong with a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceErrorKind {
    /// It is an environment variable that is not set.
    Unset,
    /// It does not exist.
    Missing,
    /// It exists and holds no key.
    Empty,
    /// It must not be read by this process.
    Denied,
    /// It was asked too often.
    Throttled,
    /// It did not answer in time.
    TimedOut,
    /// It cannot be reached, or fails itself.
    Unavailable,
    /// What it gave is not what was put in: a checksum is wrong, or it is still being written.
    Corrupt,
    /// What it holds is larger than keys are.
    TooLarge,
    /// One of its keys is no key.
    Key {
        /// Which one, counted from 1.
        number: usize,
        /// What is wrong with it.
        fault: KeyFault,
    },
    /// One of its keys is followed by something that is not `expires=` with a date, `group=` with a
    /// name or `class=` with one.
    Attribute {
        /// Which key, counted from 1.
        number: usize,
    },
    /// Something else.
    Other,
}

impl SourceErrorKind {
    /// Its name, for labels of metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unset => "unset",
            Self::Missing => "missing",
            Self::Empty => "empty",
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::TimedOut => "timed_out",
            Self::Unavailable => "unavailable",
            Self::Corrupt => "corrupt",
            Self::TooLarge => "too_large",
            Self::Key { .. } => "key",
            Self::Attribute { .. } => "attribute",
            Self::Other => "other",
        }
    }
}

impl SourceError {
    /// The source called `name` fails for this reason.
    pub fn new(name: impl Into<String>, kind: SourceErrorKind) -> Self {
        Self {
            source: name.into(),
            kind,
            detail: None,
        }
    }

    /// Adds what an operator should know. It is shown: it must tell nothing of a key.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Which source it was.
    pub fn name(&self) -> &str {
        &self.source
    }

    /// What is wrong.
    pub fn kind(&self) -> SourceErrorKind {
        self.kind
    }

    pub(super) fn io(name: &str, error: &io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => SourceErrorKind::Missing,
            io::ErrorKind::PermissionDenied => SourceErrorKind::Denied,
            io::ErrorKind::TimedOut => SourceErrorKind::TimedOut,
            io::ErrorKind::InvalidData => SourceErrorKind::Corrupt,
            io::ErrorKind::FileTooLarge => SourceErrorKind::TooLarge,
            _ => SourceErrorKind::Unavailable,
        };
        match kind {
            SourceErrorKind::Unavailable => {
                Self::new(name, kind).with_detail(error.kind().to_string())
            }
            _ => Self::new(name, kind),
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.source)?;
        match self.kind {
            SourceErrorKind::Unset => f.write_str("is not set; it should hold an API key")?,
            SourceErrorKind::Missing => f.write_str("is not there")?,
            SourceErrorKind::Empty => f.write_str("holds no key")?,
            SourceErrorKind::Denied => f.write_str("must not be read by this process")?,
            SourceErrorKind::Throttled => f.write_str("was asked too often")?,
            SourceErrorKind::TimedOut => f.write_str("did not answer in time")?,
            SourceErrorKind::Unavailable => f.write_str("is not available")?,
            SourceErrorKind::Corrupt => f.write_str("gave something that is not whole")?,
            SourceErrorKind::TooLarge => f.write_str("is too large to hold keys")?,
            SourceErrorKind::Key { number, fault } => {
                write!(f, "has a bad key at position {number}: {fault}")?;
            }
            SourceErrorKind::Attribute { number } => write!(
                f,
                "has something after the key at position {number} that is not \
                 expires=YYYY-MM-DD, group=NAME or class=admin"
            )?,
            SourceErrorKind::Other => f.write_str("failed")?,
        }
        match &self.detail {
            Some(detail) => write!(f, " ({detail})"),
            None => Ok(()),
        }
    }
}

impl Error for SourceError {}
