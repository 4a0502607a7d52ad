//! `RedactOutputLayer`: redacts the replies of the Mistral AI API, JSON and streams.
//!
//! E-mail addresses become `[EMAIL]`, US social security numbers `[SSN]`, `<script>` goes, a
//! leaked `system prompt: ...` line becomes `[REDACTED]`, and so do cards, accounts, telephone
//! numbers, IP addresses and private keys, each with a placeholder of its own: in content, thinking
//! and tool arguments, in every choice, in error bodies, and in endpoints that the
//! [table](wire::table) does not know.
//! The engine is [`stream_redactor`]; this crate plumbs it into a tower stack.
//!
//! ```
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::{BodyExt, Full};
//! use tower::{Layer, ServiceExt, service_fn};
//! use tower_mistral_redact_output::{RedactOutputLayer, wire::{BoxError, body::RequestBody}};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let api = service_fn(|_: Request<RequestBody<Full<Bytes>>>| async {
//!     let body = r#"{"choices":[{"index":0,"message":{"content":"Ask jane@example.com"}}]}"#;
//!     let reply = Response::builder().header("content-type", "application/json");
//!     Ok::<_, BoxError>(reply.body(Full::new(Bytes::from(body)))?)
//! });
//! let client = RedactOutputLayer::new().layer(api);
//! let call = Request::post("https://api.mistral.ai/v1/chat/completions").body(Full::default())?;
//! let reply = client.oneshot(call).await?.into_body().collect().await?.to_bytes();
//! assert_eq!(&reply[..], br#"{"choices":[{"index":0,"message":{"content":"Ask [EMAIL]"}}]}"#);
//! # Ok(())
//! # }
//! ```
//!
//! # Ordering
//!
//! Outside of whatever sends the request (key rotation, the client), so that it sees what the API
//! answers; inside of whatever logs or shows the reply. It sits outside of decompression: it asks
//! for `Accept-Encoding: identity`. A reply that is encoded all the same is refused, or, with the
//! features `decode` (gzip, deflate, br) and `decode-zstd`, decoded and passed on plain.
//!
//! # Guarantees
//!
//! - For any way in which the API or the network cuts a stream, what the reader has at its end is
//!   byte for byte what redacting each whole text gives.
//! - What cannot be inspected does not pass, unless [`OnUninspectable`] says so for that
//!   [`Reason`]: a reply that is encoded, no text, larger than the cap, or not what its label says
//!   is a 502; a stream that turns out so breaks with a [`Rejection`](wire::Rejection) in its error.
//! - Bytes that need no edit pass untouched; a reply or event without an edit is not copied.
//! - A stream that ends before its `[DONE]` reaches the reader as a broken one; so does one that
//!   goes on after a choice has ended, or that holds a value in an event's name, id or comment.
//! - A key of the [key rotation](wire::ext::Secrets) below never shows, however it is
//!   [spelled](redactor::Tripwire); what is held back for that tells nothing of it.
//! - Tool arguments, and content when the caller asked for `json_object` or `json_schema`, are edited
//!   inside of their strings and stay valid JSON.
//!
//! # Non-guarantees
//!
//! - Where an event may [pass](Handling::Pass) unread, the head of its stream has gone out: only the
//!   report says so.
//! - Names, places and street addresses are not found: that takes a language model.
//! - A model that spells a value out, or encodes it, gets it past any pattern.
//! - `logprobs` become `null` in streams, unless
//!   [kept](RedactOutputLayer::dangerous_keep_logprobs); in JSON the entries that overlap an edit go.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
mod conversation;
mod future;
mod layer;
mod leak;
mod live_keys;
mod profile;
mod reply;
mod service;
mod source;
mod tally;
mod texts;
mod waiting;
mod watch;

pub use stream_redactor as redactor;
pub use tower_mistral_wire as wire;

pub use self::{
    body::RedactOutputBody, future::RedactOutputFuture, layer::RedactOutputLayer, profile::Profile,
    service::RedactOutput,
};
pub use wire::{Counters, Handling, Mode, Modes, OnUninspectable, Reason};
