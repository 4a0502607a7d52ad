//! Edits on the wire: one machine for JSON replies and for streams.
//!
//! An [`Engine`] reads one text (a *channel*: all text of one kind in one message or choice) and
//! answers with [`Edit`]s over it. [`json`](json()) and [`StreamRewriter`] map them to the raw
//! bytes: what is kept keeps its spelling, held text too.

mod channel;
mod deal;
mod edit;
mod event;
mod json;
mod json_text;
mod keys;
mod logprobs;
mod mould;
mod options;
mod plain;
mod shape;
mod skim;
mod stream;

pub use self::{
    deal::respell_text,
    edit::{Edit, End, Engine, Engines},
    json::json,
    json_text::JsonText,
    options::StreamOptions,
    plain::{apply, generic, plain},
    skim::Skimmer,
    stream::StreamRewriter,
};
