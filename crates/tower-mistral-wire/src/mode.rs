//! What a layer does with what it finds: the kill switch.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
};

use crate::table::TextKind;

/// What a layer, a rule or a channel does.
///
/// Ordered by how much it does: where several apply, the least wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Nothing.
    Off,
    /// The same work, but nothing is edited, refused or delayed: the report says what would be.
    Observe,
    /// Edits and refuses.
    #[default]
    Enforce,
}

impl Mode {
    /// Its name in configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Observe => "observe",
            Self::Enforce => "enforce",
        }
    }

    fn from_u8(value: u8) -> Self {
        match value {
            0 => Self::Off,
            1 => Self::Observe,
            _ => Self::Enforce,
        }
    }
}

/// The modes of one layer: for the whole of it, by rule and by kind of text.
///
/// A shared handle: clones switch together, at run time, for calls that begin afterwards. The
/// mode of a finding is the least of all that apply to it.
#[derive(Clone, Default)]
pub struct Modes(Arc<Inner>);

struct Inner {
    layer: AtomicU8,
    kinds: [AtomicU8; TextKind::ALL.len()],
    rules: RwLock<BTreeMap<Box<str>, Own>>,
    /// Spares the lock when no rule has a mode of its own, which is the usual case.
    has_rules: AtomicBool,
}

/// The modes of one rule.
#[derive(Clone, Debug, Default)]
struct Own {
    all: Mode,
    kinds: Vec<(TextKind, Mode)>,
}

impl Default for Inner {
    fn default() -> Self {
        Self {
            layer: AtomicU8::new(Mode::Enforce as u8),
            kinds: std::array::from_fn(|_| AtomicU8::new(Mode::Enforce as u8)),
            rules: RwLock::default(),
            has_rules: AtomicBool::new(false),
        }
    }
}

impl Modes {
    /// All of it in `mode`.
    pub fn new(mode: Mode) -> Self {
        let modes = Self::default();
        modes.set(mode);
        modes
    }

    /// The mode of the whole layer.
    pub fn get(&self) -> Mode {
        Mode::from_u8(self.0.layer.load(Ordering::Relaxed))
    }

    /// Switches the whole layer.
    pub fn set(&self, mode: Mode) {
        self.0.layer.store(mode as u8, Ordering::Relaxed);
    }

    /// Switches one rule, by the name that reports and logs show.
    pub fn set_rule(&self, rule: &str, mode: Mode) {
        self.change(rule, |own| own.all = mode);
    }

    /// Switches one rule for one kind of text.
    pub fn set_rule_in(&self, rule: &str, kind: TextKind, mode: Mode) {
        self.change(rule, |own| {
            own.kinds.retain(|(known, _)| *known != kind);
            own.kinds.push((kind, mode));
        });
    }

    fn change(&self, rule: &str, change: impl FnOnce(&mut Own)) {
        let mut rules = self
            .0
            .rules
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        change(rules.entry(rule.into()).or_default());
        self.0.has_rules.store(true, Ordering::Release);
    }

    /// Switches one kind of text.
    pub fn set_kind(&self, kind: TextKind, mode: Mode) {
        if let Some(slot) = self.0.kinds.get(kind as usize) {
            slot.store(mode as u8, Ordering::Relaxed);
        }
    }

    /// The mode of a kind of text, whatever the rule.
    pub fn of_kind(&self, kind: TextKind) -> Mode {
        let own = self.0.kinds.get(kind as usize);
        let own = own.map_or(Mode::Enforce, |slot| {
            Mode::from_u8(slot.load(Ordering::Relaxed))
        });
        self.get().min(own)
    }

    /// The mode of a rule, whatever the kind of text.
    pub fn of_rule(&self, rule: &str) -> Mode {
        self.get().min(self.own_of_rule(rule, None))
    }

    /// The mode of what `rule` finds in text of `kind`.
    pub fn of(&self, rule: &str, kind: TextKind) -> Mode {
        self.of_kind(kind).min(self.own_of_rule(rule, Some(kind)))
    }

    /// Whether a rule has a mode of its own; if not, the kind of text decides alone.
    pub fn has_rules(&self) -> bool {
        self.0.has_rules.load(Ordering::Acquire)
    }

    fn own_of_rule(&self, rule: &str, kind: Option<TextKind>) -> Mode {
        if !self.has_rules() {
            return Mode::Enforce;
        }
        let rules = self
            .0
            .rules
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(own) = rules.get(rule) else {
            return Mode::Enforce;
        };
        let in_kind = own.kinds.iter().find(|(known, _)| Some(*known) == kind);
        in_kind.map_or(own.all, |(_, mode)| own.all.min(*mode))
    }
}

impl fmt::Debug for Modes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Modes")
            .field("layer", &self.get())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_of_layer_rule_and_kind_wins_and_clones_switch_together() {
        let modes = Modes::default();
        let handle = modes.clone();
        assert_eq!(modes.of("EMAIL_ADDRESS", TextKind::Content), Mode::Enforce);
        handle.set_rule("EMAIL_ADDRESS", Mode::Observe);
        assert_eq!(modes.of("EMAIL_ADDRESS", TextKind::Content), Mode::Observe);
        assert_eq!(modes.of("US_SSN", TextKind::Content), Mode::Enforce);
        handle.set_rule_in("US_SSN", TextKind::Thinking, Mode::Off);
        assert_eq!(modes.of("US_SSN", TextKind::Thinking), Mode::Off);
        assert_eq!(modes.of("US_SSN", TextKind::Content), Mode::Enforce);
        handle.set_kind(TextKind::ToolArguments, Mode::Off);
        assert_eq!(
            modes.of("EMAIL_ADDRESS", TextKind::ToolArguments),
            Mode::Off
        );
        handle.set(Mode::Observe);
        assert_eq!(modes.of("US_SSN", TextKind::Content), Mode::Observe);
    }
}
