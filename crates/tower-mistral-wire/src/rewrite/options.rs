//! What a stream may cost.

use crate::json::Limits;

/// What a stream may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamOptions {
    /// The most bytes of one event. Default 1 MiB.
    pub max_event: usize,
    /// The most events that have data. Default 1,048,576.
    pub max_events: u64,
    /// The most channels. Default 64.
    pub max_channels: usize,
    /// What the JSON of an event may cost.
    pub json: Limits,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            max_event: 1 << 20,
            max_events: 1 << 20,
            max_channels: 64,
            json: Limits::default(),
        }
    }
}
