//! A stand-in for the Mistral AI API on loopback, for tests and demos of clients, proxies and
//! middleware: it answers what a test tells it to, in the shapes and the framing of the real
//! service, and remembers what it was sent.
//!
//! ```
//! use bytes::Bytes;
//! use http_body_util::{BodyExt, Full};
//! use hyper_util::{client::legacy::Client, rt::TokioExecutor};
//! use mistral_emulator::{Emulator, Reply};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::start().await?;
//! emulator.reply_with(Reply::text("Paris.").finish_reason("length"));
//!
//! let request = hyper::Request::post(format!("{}/v1/chat/completions", emulator.base_url()))
//!     .header("authorization", format!("Bearer {}", Emulator::DEFAULT_KEY))
//!     .header("content-type", "application/json")
//!     .body(Full::from(
//!         r#"{"model":"mistral-small-latest","stream":true,
//!             "messages":[{"role":"user","content":"The capital of France?"}]}"#,
//!     ))?;
//! let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
//! let response = client.request(request).await?;
//! let events = response.into_body().collect().await?.to_bytes();
//! assert!(events.ends_with(b"data: [DONE]\n\n"));
//!
//! let received = emulator.received();
//! assert_eq!(received.first().map(|r| r.path.as_str()), Some("/v1/chat/completions"));
//! emulator.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! # What it serves
//!
//! POST `/v1/chat/completions`, `/v1/fim/completions`, `/v1/agents/completions`,
//! `/v1/embeddings`, `/v1/moderations`, `/v1/chat/moderations`; GET `/v1/models`,
//! `/v1/models/{id}`. Everything else is the gateway's 404. As the gateway does before it looks for
//! a route, it resolves dot segments, merges slashes and decodes unreserved characters, so
//! `//v1/./ch%61t/completions` is the chat endpoint.
//!
//! # What it checks
//!
//! In this order: the route (404), the key (401), its limit (429), the JSON and its fields (422,
//! with the offending value echoed; fields it does not know are refused, `stream_options` among
//! them), the model (400, code 1500), the order of roles (400, code 3230). Only then a [`Reply`] is
//! taken from the queue, and the guardrails of the request are held against its
//! [flags](Reply::flag) (403).
//!
//! # What it does not know
//!
//! Documentation and recordings of the real service do not settle everything. Assumed here: a
//! guardrail without a threshold of its own uses 0.5; `GET /v1/models/{id}` of an unknown model is
//! `{"detail":"Not Found"}`; the 422's `loc` names of union branches. Not emulated: tokens (one
//! delta counts as one; a prompt as a fourth of its bytes), `max_tokens`, log probabilities and
//! guardrail reports in streams, base64 embeddings, TLS, HTTP/2.
//!
//! # Safety of what it is told
//!
//! No `Debug` of this crate prints a key, a prompt or a reply. It has no logs.
//!
//! # Features
//!
//! `cli` (off by default): the `mistral-emulator` program.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod call;
mod choice;
mod completion;
mod embeddings;
mod emulator;
mod encode;
mod error;
mod events;
mod head;
mod ids;
mod json;
mod keys;
mod models;
mod moderation;
mod playback;
mod record;
mod reply;
mod routes;
mod script;
mod server;
mod service;
mod validate;

pub use self::emulator::{Builder, Emulator};
pub use self::error::ApiError;
pub use self::keys::Keys;
pub use self::record::Received;
pub use self::reply::Reply;
