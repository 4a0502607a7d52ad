//! What is done about it.

use super::Reason;

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

#[cfg(test)]
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
}
