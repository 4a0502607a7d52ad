//! What a stream may cost, and why it cannot go on.

use std::fmt;

use crate::{RejectionKind, json::Limits};

/// What a stream may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamOptions {
    /// The most bytes of one event. Default 1 MiB.
    pub max_event: usize,
    /// The most channels. Default 64.
    pub max_channels: usize,
    /// What the JSON of an event may cost.
    pub json: Limits,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            max_event: 1 << 20,
            max_channels: 64,
            json: Limits::default(),
        }
    }
}

/// Why a stream cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RewriteError {
    /// An event has more bytes than the limit.
    EventTooLarge,
    /// The data of an event is not JSON, or a line is no field of an event stream.
    Malformed,
    /// The stream has more channels than the limit.
    TooManyChannels,
    /// The stream ended without its last event.
    Truncated,
}

impl RewriteError {
    /// The kind of the rejection that a reader is shown.
    pub fn kind(self) -> RejectionKind {
        match self {
            Self::EventTooLarge | Self::TooManyChannels => RejectionKind::ReplyTooLarge,
            Self::Malformed => RejectionKind::MalformedReply,
            Self::Truncated => RejectionKind::TruncatedReply,
        }
    }
}

impl fmt::Display for RewriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EventTooLarge => "an event of the stream is too large",
            Self::Malformed => "an event of the stream is not JSON",
            Self::TooManyChannels => "the stream has too many channels",
            Self::Truncated => "the stream ended before its last event",
        })
    }
}

impl std::error::Error for RewriteError {}
