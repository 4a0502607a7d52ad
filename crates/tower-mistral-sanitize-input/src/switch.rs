//! The modes of one call.

use tower_mistral_wire::{Mode, Modes, table::TextKind};

/// The layer's modes, capped by what the call began with.
pub(crate) struct Switch<'a> {
    modes: &'a Modes,
    call: Mode,
}

impl<'a> Switch<'a> {
    pub(crate) fn new(modes: &'a Modes, call: Mode) -> Self {
        Self { modes, call }
    }

    pub(crate) fn enforces(&self) -> bool {
        self.call == Mode::Enforce
    }

    /// Whether a rule has a mode of its own.
    pub(crate) fn has_rules(&self) -> bool {
        self.modes.has_rules()
    }

    pub(crate) fn of_kind(&self, kind: TextKind) -> Mode {
        self.modes.of_kind(kind).min(self.call)
    }

    pub(crate) fn of(&self, rule: &str, kind: TextKind) -> Mode {
        self.modes.of(rule, kind).min(self.call)
    }
}
