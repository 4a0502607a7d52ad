//! What one call overrides.

use super::Layer;
use crate::mode::Mode;

/// Overrides for one call, put into the request's extensions by code that knows more than the
/// layers' configuration: a route that may answer with addresses, a health check.
///
/// It cannot come from the wire. A layer's own mode is a kill switch and wins when it does less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallPolicy {
    modes: [Option<Mode>; Layer::COUNT],
}

impl CallPolicy {
    /// No override.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what `layer` does for this call at most.
    #[must_use]
    pub fn with_mode(mut self, layer: Layer, mode: Mode) -> Self {
        if let Some(slot) = self.modes.get_mut(layer as usize) {
            *slot = Some(mode);
        }
        self
    }

    /// What `layer` may do at most.
    pub fn mode(&self, layer: Layer) -> Mode {
        self.modes
            .get(layer as usize)
            .copied()
            .flatten()
            .unwrap_or(Mode::Enforce)
    }
}
