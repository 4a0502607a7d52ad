//! What cannot be inspected: why, what is done about it, and how often that was.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

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
    fn can_be_scanned(self) -> bool {
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
    fn can_pass(self) -> bool {
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

/// What is done about something that cannot be inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Handling {
    /// It is read as generic text, by the same rules. Where there is no text to read (compressed,
    /// binary, over a limit of bytes) this is [`Refuse`](Self::Refuse).
    Scan,
    /// It passes unread; the response carries the mark `degraded`, unless its head has gone out.
    Pass,
    /// The call is refused, or the stream broken.
    Refuse,
}

impl Handling {
    /// Every handling, in the order of declaration.
    pub const ALL: [Self; 3] = [Self::Scan, Self::Pass, Self::Refuse];

    /// Its name in configuration and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Pass => "pass",
            Self::Refuse => "refuse",
        }
    }
}

/// What a layer does with what it cannot inspect, reason by reason.
///
/// By default all is refused but [`Reason::UnknownPart`], which is scanned: a new type of part is
/// no outage, and no hole.
///
/// ```
/// use tower_mistral_wire::{Handling, OnUninspectable, Reason};
///
/// let policy = OnUninspectable::default().with(Reason::UnsupportedMedia, Handling::Pass);
/// assert_eq!(policy.get(Reason::UnsupportedMedia), Handling::Pass);
/// assert_eq!(policy.get(Reason::NotJson), Handling::Refuse);
/// assert_eq!(policy.get(Reason::UnknownPart), Handling::Scan);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnUninspectable([Handling; Reason::ALL.len()]);

impl OnUninspectable {
    /// Does `handling` for `reason`.
    #[must_use]
    pub fn with(mut self, reason: Reason, handling: Handling) -> Self {
        if let Some(slot) = self.0.get_mut(reason as usize) {
            *slot = handling;
        }
        self
    }

    /// Does `handling` for each of `reasons`.
    #[must_use]
    pub fn with_all(self, reasons: impl IntoIterator<Item = Reason>, handling: Handling) -> Self {
        reasons
            .into_iter()
            .fold(self, |policy, reason| policy.with(reason, handling))
    }

    /// What is done for `reason`: what was asked for, or [`Handling::Refuse`] where that cannot be
    /// done. [`Reason::BrokenCoding`] and [`Reason::Misplaced`] are always refused.
    pub fn get(&self, reason: Reason) -> Handling {
        match self.0.get(reason as usize) {
            Some(Handling::Scan) if reason.can_be_scanned() => Handling::Scan,
            Some(Handling::Pass) if reason.can_pass() => Handling::Pass,
            _ => Handling::Refuse,
        }
    }
}

impl Default for OnUninspectable {
    fn default() -> Self {
        Self([Handling::Refuse; Reason::ALL.len()]).with(Reason::UnknownPart, Handling::Scan)
    }
}

/// How often something could not be inspected, by reason and by what was done about it. In
/// [`Mode::Observe`](crate::Mode::Observe) what would have been done counts.
///
/// A shared handle: clones count together, and layers that are given the same one do.
#[derive(Clone, Default)]
pub struct Counters(Arc<[[AtomicU64; Handling::ALL.len()]; Reason::ALL.len()]>);

impl Counters {
    /// Counts one.
    pub fn add(&self, reason: Reason, handling: Handling) {
        if let Some(count) = self.slot(reason, handling) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How often `handling` was the answer to `reason`.
    pub fn get(&self, reason: Reason, handling: Handling) -> u64 {
        self.slot(reason, handling)
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// All that are not zero.
    pub fn iter(&self) -> impl Iterator<Item = (Reason, Handling, u64)> + '_ {
        let each = |reason| Handling::ALL.map(|handling| (reason, handling));
        let all = Reason::ALL.into_iter().flat_map(each);
        let counted = all.map(|(reason, handling)| (reason, handling, self.get(reason, handling)));
        counted.filter(|(_, _, count)| *count > 0)
    }

    fn slot(&self, reason: Reason, handling: Handling) -> Option<&AtomicU64> {
        self.0.get(reason as usize)?.get(handling as usize)
    }
}

impl fmt::Debug for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.iter();
        f.debug_map()
            .entries(counts.map(|(reason, handling, n)| ((reason, handling), n)))
            .finish()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_a_name_a_place_and_what_can_be_done_about_it() {
        let mut names: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Reason::ALL.len());
        for (place, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, place);
            let done = |handling| {
                OnUninspectable::default()
                    .with(reason, handling)
                    .get(reason)
            };
            assert_eq!(done(Handling::Refuse), Handling::Refuse);
            let passes = !matches!(reason, Reason::BrokenCoding | Reason::Misplaced);
            assert_eq!(done(Handling::Pass) == Handling::Pass, passes, "{reason:?}");
        }
        let binary = OnUninspectable::default().with(Reason::InvalidUtf8, Handling::Scan);
        assert_eq!(binary.get(Reason::InvalidUtf8), Handling::Refuse);
    }

    #[test]
    fn clones_count_together() {
        let counters = Counters::default();
        counters.clone().add(Reason::NotJson, Handling::Pass);
        counters.add(Reason::NotJson, Handling::Pass);
        counters.add(Reason::CutOff, Handling::Refuse);
        let counted: Vec<_> = counters.iter().collect();
        let expected = [
            (Reason::NotJson, Handling::Pass, 2),
            (Reason::CutOff, Handling::Refuse, 1),
        ];
        assert_eq!(counted, expected);
    }
}
