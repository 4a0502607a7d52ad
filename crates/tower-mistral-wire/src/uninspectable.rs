//! What cannot be inspected: why, what is done about it, and how often that was.

mod counters;
mod policy;
mod reason;

pub use self::{
    counters::Counters,
    policy::{Handling, OnUninspectable},
    reason::Reason,
};
