//! Server-sent events, by the WHATWG's HTML standard, section 9.2: decoded incrementally, written
//! back with every byte that was not edited.

mod decode;
mod event;

pub use self::{
    decode::{Decoder, EventTooLarge},
    event::Event,
};
