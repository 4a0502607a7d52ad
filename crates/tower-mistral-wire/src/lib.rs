//! What an exchange with the Mistral AI API looks like, for layers that read and rewrite it.
//!
//! The crate is sans-IO: it holds the endpoint [`table`], a one-pass JSON [`Tape`](json::Tape), an
//! incremental [`sse`] decoder, [`rewrite`] (edits spliced into the original bytes, whole or
//! streamed), the API's [`error`] shapes, [`body`] types for any `http_body::Body`, and the agreed
//! request and response extensions in [`ext`]. It knows nothing of tower and of any engine.
//!
//! ```
//! use bytes::Bytes;
//! use tower_mistral_wire::json::{Limits, Splice, Tape};
//!
//! let body = Bytes::from_static(br#"{"model":"m", "messages":[{"role":"user","content":"hi"}]}"#);
//! let tape = Tape::parse(body.clone(), &Limits::default()).unwrap();
//! let content = tape.root().get("messages").and_then(|m| m.elements().next());
//! let content = content.and_then(|m| m.get("content")).unwrap();
//! assert_eq!(content.as_str().unwrap(), "hi");
//!
//! let mut splice = Splice::new(&body);
//! splice.replace(content.span(), "bye".into());
//! assert_eq!(&splice.finish()[..], br#"{"model":"m", "messages":[{"role":"user","content":"bye"}]}"#);
//! ```
//!
//! # Guarantees
//!
//! - Bytes that no edit touches pass untouched: key order, white space, number spelling and `\u`
//!   escapes survive, and a body with no edit is the same [`bytes::Bytes`].
//! - No function panics on data from the network, and no error, `Debug` or `Display` shows it.
//! - What is classified is what is sent: see [`table::RequestPath`].
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod body;
#[cfg(feature = "decode")]
pub mod decode;
pub mod error;
pub mod ext;
pub mod intake;
pub mod json;
pub mod mark;
pub mod media;
pub mod mode;
mod random;
pub mod rejection;
pub mod rewrite;
pub mod sse;
pub mod table;
pub mod uninspectable;

pub use self::{
    mode::{Mode, Modes},
    rejection::{Rejection, RejectionKind},
    uninspectable::{Counters, Handling, OnUninspectable, Reason},
};

/// The error type of every body of this crate: what `http_body` users pass around.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
