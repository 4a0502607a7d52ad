//! Why something cannot be inspected.

use std::fmt;

use crate::{RejectionKind, json::JsonErrorKind};

/// Why a body, or a part of it, cannot be read as what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// No JSON where the label, the endpoint or the stream promises it; no event stream.
    NotJson,
    /// An object has a key twice, and two readers may pick different ones.
    DuplicateKey,
    /// The JSON, the body or the stream ends too early.
    CutOff,
    /// The bytes are no UTF-8 text (UTF-16 is none either).
    InvalidUtf8,
    /// JSON deeper than [`Limits::max_depth`](crate::json::Limits::max_depth).
    TooDeep,
    /// JSON with more keys and values than [`Limits::max_nodes`](crate::json::Limits::max_nodes).
    TooManyValues,
    /// A body that is read whole has more bytes than the limit.
    BodyTooLarge,
    /// An event has more bytes than the limit. What follows in its stream is not read either.
    EventTooLarge,
    /// A stream has more events than the limit. What follows is not read.
    TooManyEvents,
    /// A stream has more texts side by side than the limit.
    TooManyChannels,
    /// The [`Budget`](crate::body::Budget) of all buffers is used up.
    OverBudget,
    /// A content coding that is not decoded, or several of them.
    UnsupportedCoding,
    /// A coded body that is corrupt, cut off, followed by more bytes, or wants too large a window.
    BrokenCoding,
    /// Labelled as no text: a form, media, a charset other than UTF-8.
    UnsupportedMedia,
    /// A part of a reply: 206 or `content-range`.
    PartialReply,
    /// A request that asks for another protocol, or the reply that grants it: what follows is no
    /// HTTP.
    Upgrade,
    /// A part of a message whose `type` the table does not know.
    UnknownPart,
    /// Text where none belongs: after the end of a choice or a stream, or a value to be redacted
    /// in an event's name, id or comment.
    Misplaced,
}

impl Reason {
    /// Every reason, in the order of declaration.
    pub const ALL: [Self; 18] = [
        Self::NotJson,
        Self::DuplicateKey,
        Self::CutOff,
        Self::InvalidUtf8,
        Self::TooDeep,
        Self::TooManyValues,
        Self::BodyTooLarge,
        Self::EventTooLarge,
        Self::TooManyEvents,
        Self::TooManyChannels,
        Self::OverBudget,
        Self::UnsupportedCoding,
        Self::BrokenCoding,
        Self::UnsupportedMedia,
        Self::PartialReply,
        Self::Upgrade,
        Self::UnknownPart,
        Self::Misplaced,
    ];

    /// Its name in configuration and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::DuplicateKey => "duplicate_key",
            Self::CutOff => "cut_off",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::TooDeep => "too_deep",
            Self::TooManyValues => "too_many_values",
            Self::BodyTooLarge => "body_too_large",
            Self::EventTooLarge => "event_too_large",
            Self::TooManyEvents => "too_many_events",
            Self::TooManyChannels => "too_many_channels",
            Self::OverBudget => "over_budget",
            Self::UnsupportedCoding => "unsupported_coding",
            Self::BrokenCoding => "broken_coding",
            Self::UnsupportedMedia => "unsupported_media",
            Self::PartialReply => "partial_reply",
            Self::Upgrade => "upgrade",
            Self::UnknownPart => "unknown_part",
            Self::Misplaced => "misplaced",
        }
    }

    /// What is wrong, in words that hold no content.
    pub fn detail(self) -> &'static str {
        match self {
            Self::NotJson => "it is no JSON",
            Self::DuplicateKey => "an object has the same key twice",
            Self::CutOff => "it ends too early",
            Self::InvalidUtf8 => "it is no UTF-8 text",
            Self::TooDeep => "it is nested too deeply",
            Self::TooManyValues => "it has too many values",
            Self::BodyTooLarge => "it has more bytes than the limit",
            Self::EventTooLarge => "an event has more bytes than the limit",
            Self::TooManyEvents => "it has too many events",
            Self::TooManyChannels => "it has too many texts side by side",
            Self::OverBudget => "the budget for buffers is used up",
            Self::UnsupportedCoding => "it is compressed",
            Self::BrokenCoding => "its compression is broken",
            Self::UnsupportedMedia => "it is labelled as no text",
            Self::PartialReply => "it is a part of a reply",
            Self::Upgrade => "it asks for another protocol",
            Self::UnknownPart => "a part of a message is of an unknown type",
            Self::Misplaced => "text stands where none belongs",
        }
    }

    /// What a request is refused with for it.
    pub fn of_request(self) -> RejectionKind {
        match self {
            Self::BodyTooLarge | Self::EventTooLarge | Self::TooManyEvents => {
                RejectionKind::BodyTooLarge
            }
            Self::TooManyValues | Self::TooManyChannels => RejectionKind::BodyTooLarge,
            Self::OverBudget => RejectionKind::Overloaded,
            Self::UnsupportedCoding | Self::UnsupportedMedia => RejectionKind::UnsupportedBody,
            Self::Upgrade => RejectionKind::UpgradeNotAllowed,
            _ => RejectionKind::InvalidBody,
        }
    }

    /// What a reply is refused with for it, or its stream broken.
    pub fn of_reply(self) -> RejectionKind {
        match self {
            Self::NotJson | Self::DuplicateKey | Self::UnknownPart | Self::Misplaced => {
                RejectionKind::MalformedReply
            }
            Self::CutOff => RejectionKind::TruncatedReply,
            Self::TooDeep | Self::TooManyValues | Self::BodyTooLarge => {
                RejectionKind::ReplyTooLarge
            }
            Self::EventTooLarge | Self::TooManyEvents | Self::TooManyChannels => {
                RejectionKind::ReplyTooLarge
            }
            Self::OverBudget => RejectionKind::Overloaded,
            Self::InvalidUtf8
            | Self::UnsupportedCoding
            | Self::BrokenCoding
            | Self::UnsupportedMedia
            | Self::PartialReply
            | Self::Upgrade => RejectionKind::UninspectableReply,
        }
    }

    /// Whether there is text that can be read as a generic one.
    pub(super) fn can_be_scanned(self) -> bool {
        matches!(
            self,
            Self::NotJson
                | Self::DuplicateKey
                | Self::CutOff
                | Self::TooDeep
                | Self::TooManyValues
                | Self::TooManyChannels
                | Self::UnsupportedMedia
                | Self::UnknownPart
        )
    }

    /// Whether it can be passed on as it came. A broken coding cannot, since a part of it was
    /// decoded; what is misplaced was made to be found by nobody but its reader.
    pub(super) fn can_pass(self) -> bool {
        !matches!(self, Self::BrokenCoding | Self::Misplaced)
    }
}

impl From<JsonErrorKind> for Reason {
    fn from(kind: JsonErrorKind) -> Self {
        match kind {
            JsonErrorKind::Syntax => Self::NotJson,
            JsonErrorKind::Incomplete => Self::CutOff,
            JsonErrorKind::Utf8 => Self::InvalidUtf8,
            JsonErrorKind::DuplicateKey => Self::DuplicateKey,
            JsonErrorKind::TooDeep => Self::TooDeep,
            JsonErrorKind::TooLarge => Self::TooManyValues,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail())
    }
}

impl std::error::Error for Reason {}
