//! One record a call to the Mistral AI API: metadata only, never content.
//!
//! [`MetadataLogLayer`] wraps any HTTP client or server that speaks the API. At the true end of
//! each call (the last byte of the reply, an error, or the reader hanging up) it hands exactly one
//! [`Record`] to its sinks: model, messages, characters, tokens, status, times, limits, and what other
//! layers of the family did about the call. The default sink is one [`tracing`] event in a span of
//! the call; [`JsonLines`] writes to a file or a pipe, and any closure is a sink too. Fields are named
//! by OpenTelemetry's conventions for generative AI: see [`Record::fields`].
//!
//! ```
//! use std::sync::{Arc, Mutex};
//!
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::{BodyExt, Full};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use tower_mistral_metadata_log::{MetadataLogLayer, Outcome, Record};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! let records = Arc::new(Mutex::new(Vec::new()));
//! let seen = Arc::clone(&records);
//! let log = MetadataLogLayer::new()
//!     .on_record(move |record: &Record| seen.lock().unwrap().push(record.clone()));
//!
//! // In the place of this service: your HTTP client.
//! let client = ServiceBuilder::new().layer(log).service(service_fn(async |_| {
//!     let reply = r#"{"model":"mistral-small-latest","usage":{"prompt_tokens":4,"completion_tokens":2},
//!         "choices":[{"index":0,"message":{"content":"Bonjour !"},"finish_reason":"stop"}]}"#;
//!     Ok::<_, std::convert::Infallible>(Response::new(Full::<Bytes>::from(reply)))
//! }));
//!
//! let prompt = r#"{"model":"mistral-small-latest","messages":[{"role":"user","content":"Hello"}]}"#;
//! let request = Request::post("https://api.mistral.ai/v1/chat/completions")
//!     .body(Full::<Bytes>::from(prompt))?;
//! let reply = client.oneshot(request).await?;
//! reply.into_body().collect().await?;
//!
//! let records = records.lock().unwrap();
//! assert_eq!(records.len(), 1);
//! assert_eq!(records[0].outcome, Outcome::Complete);
//! assert_eq!((records[0].messages, records[0].input_chars), (1, 5));
//! assert_eq!((records[0].output_chars, records[0].completion_tokens), (9, Some(2)));
//! # Ok(())
//! # }
//! ```
//!
//! # Ordering
//!
//! Put it outermost. The record then tells what the application sent and what its reader got: the
//! characters of a reply are counted after redaction, refusals of inner layers are records too,
//! and an inner layer that reads the reply anyway spares this one from reading it a second time.
//! Further in it works just as well, but records what the API got and sent.
//!
//! While the body of a request is read, a slot of the inner service that
//! [`poll_ready`](tower_service::Service::poll_ready) has reserved is held: limit concurrency
//! inside of what limits slow callers.
//!
//! # Guarantees
//!
//! - One record per call, exactly: also when the future or the reply's body is dropped.
//! - No text of a request or a reply can get into a record: it holds numbers, enumerations and
//!   identifiers whose shape was checked. There is no option that logs content.
//! - A caller can put any text, also a key, in the place of a name. So models, agents and
//!   conversations are named if they are [configured](MetadataLogLayer::models) or if the API itself
//!   has said the name in a successful reply; servers if they are the API's or
//!   [configured](MetadataLogLayer::server). Others are `other`, as are all beyond the first
//!   [`max_names`](MetadataLogLayer::max_names) of a sort, so that labels stay few.
//! - The call's id and its [`traceparent`](wire::ext::TraceContext), the caller's if they have the
//!   shape and new ones if not, go on to the API. `tracestate`, `baggage`, cookies, `forwarded` and
//!   `x-forwarded-*` do not: see [`pass_on`](MetadataLogLayer::pass_on).
//! - The layer refuses nothing: what it cannot read passes as it came, marked
//!   [`uninspected`](Record::uninspected) where a reply is concerned. Only a request whose own
//!   body breaks off is answered here, with a 400, since there is no request left to send.
//!   And a sink that must not miss a record, such as the audit trail (feature `audit-trail`), may
//!   [have calls refused](OnRecord::accepts_calls) while it cannot take one, with a 503.
//! - Replies pass frame by frame, unchanged and not delayed. Memory is bounded: see
//!   [`max_body`](MetadataLogLayer::max_body) and [`max_reply`](MetadataLogLayer::max_reply).
//! - A sink that panics loses its record, not the call, nor the record of other sinks.
//!
//! # Non-guarantees
//!
//! - A caller's name for a trace or a request that has the right shape is kept, whatever it means.
//! - A reader that stops after the last event of a stream and hangs up before the body's end is
//!   recorded as [`Outcome::Complete`]; whether its own program has read the bytes is unknown.
//! - A compressed reply is not decoded: its facts are missing.
#![forbid(unsafe_code)]

#[cfg(feature = "audit-trail")]
pub mod audit;
mod body;
mod entry;
mod escape;
mod fields;
mod future;
mod json;
mod json_lines;
mod layer;
mod names;
#[cfg(feature = "opentelemetry")]
mod otel;
mod outgoing;
mod rate;
mod reader;
mod record;
mod reply_head;
mod service;
mod settings;
mod sink;
mod tracing_sink;

pub use tower_mistral_wire as wire;
pub use tracing::Span;

#[cfg(feature = "opentelemetry")]
pub use self::otel::{OtelMetrics, OtelSpans};
pub use self::{
    body::LoggedBody,
    escape::Escaped,
    fields::Value,
    future::MetadataLogFuture,
    json_lines::JsonLines,
    layer::MetadataLogLayer,
    outgoing::Trace,
    rate::{Headroom, RateLimits},
    record::{Outcome, Record, RuleCount, ValueCount},
    service::MetadataLog,
    sink::{OnRecord, Start},
    tracing_sink::TracingSink,
};
