//! Tower layers for the Mistral AI API: prompts are screened on the way in, replies are redacted on
//! the way out (streams too), keys rotate without a restart, and logs hold metadata, never content.
//!
//! This crate has no logic of its own but the recommended stack. Each layer is a crate that works
//! alone; here each is behind a feature, and none is on by default:
//!
//! | feature | layer |
//! |---|---|
//! | `sanitize-input` | [`SanitizeInputLayer`](sanitize_input::SanitizeInputLayer) |
//! | `redact-output` | [`RedactOutputLayer`](redact_output::RedactOutputLayer) |
//! | `key-rotation` | [`KeyRotationLayer`](key_rotation::KeyRotationLayer) |
//! | `key-sources` | [`key_rotation::source`]: keys from files, directories, closures, kept fresh |
//! | `gcp` | [`key_source_gcp`]: keys from Google Cloud Secret Manager; needs Rust 1.91 |
//! | `metadata-log` | [`MetadataLogLayer`](metadata_log::MetadataLogLayer) |
//! | `guard` | all four, and [`Guard`]: the recommended stack in one call |
//! | `decode`, `decode-zstd` | compressed requests, and replies that come encoded all the same, are decoded |
//! | `reqwest` | [`GuardRejection`] for `reqwest::Response` |
//! | `audit` | [`audit`]: canaries through your own stack, in a test |
//! | `testing` | [`testing`]: the emulator, scripted deltas, every split of a stream |
//!
#![cfg_attr(feature = "guard", doc = "```")]
#![cfg_attr(not(feature = "guard"), doc = "```text")]
//! use tower_mistral::{Guard, key_rotation::Keys};
//!
//! # fn main() -> Result<(), tower_mistral::BuildError> {
//! let guard = Guard::recommended()
//! #   .keys(Keys::new(["K7hQ2mZx9LpT4vRb8NcY3sWd6FgJ1aUe"]))
//! #   ;
//! # let _ = tower_mistral::key_rotation::Keys::env("MISTRAL_API_KEY");
//! # let guard = guard
//!     .redact(|rules| rules.allow("support@acme.com"))
//!     .build()?;
//! let layer = guard.layer(); // for tower::ServiceBuilder, axum::Router::layer, ...
//! # let _ = layer;
//! # Ok(())
//! # }
//! ```
//!
//! # Order
//!
//! ```text
//! app -> MetadataLog -> SanitizeInput -> RedactOutput -> KeyRotation -> client -> API
//! app <- MetadataLog <- ............. <- RedactOutput <- KeyRotation <- client
//! ```
//!
//! The log stands outside and counts what the caller gets; the key is attached last, so that no
//! other layer ever holds it. `Guard` is all four in this order, as one layer. Whoever puts single
//! layers together has to know on which side a host begins:
//!
//! | host | the outermost layer is |
//! |---|---|
//! | `tower::ServiceBuilder`, over hyper-util, reqwest or anything else | the first `.layer` |
//! | a tuple of layers, `(a, b)`, which is a layer too | the first |
//! | `axum::Router::layer` and `route_layer` | the last; what stands around the router is outside of what stands around a route |
//! | `axum::routing::post(handler).layer(..)` | the only one, or the first of a tuple |
//! | reqwest-middleware | the first `.with` |
//!
//! A log inside of the redaction would count what the API said and the caller never got; redaction
//! outside of something that decompresses replies, or screening inside of something that compresses
//! requests, would find what it has to refuse.
//!
//! # In axum
//!
//! - `post(handler).layer(a).layer(b)` does not compile (E0283), whatever the two layers are: axum
//!   leaves open which error there is between them. Give a tuple: `.layer((b, a))`.
//! - Inside of `Router::nest("/api", ..)` a layer sees the path without `/api`, outside of it the
//!   whole path. The endpoint of `POST /api/chat` is found in both places, be it called `/chat` or
//!   `/api/chat`; if both `/api/chat` and `/admin/chat` are endpoints, put their layers outside. See
//!   [`Endpoints::find`](wire::table::Endpoints::find).
//! - In a proxy, a client's error has to become a response, and a request has to name the API before
//!   a layer looks at where it goes: `axum::error_handling::HandleErrorLayer`, then
//!   `key_rotation::ToOriginLayer`, then the stack, over a hyper-util client. Trailers pass.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "guard")]
mod guard;
mod refusal;
#[cfg(feature = "testing")]
pub mod testing;

pub use tower_mistral_wire as wire;

#[cfg(feature = "guard")]
pub use guard::{BuildError, Guard, GuardBuilder, GuardLayer, GuardService};
#[cfg(feature = "gcp")]
pub use key_source_gcp;
#[cfg(feature = "audit")]
pub use mistral_audit as audit;
#[cfg(feature = "sanitize-input")]
pub use prompt_screen as screen;
pub use refusal::GuardRejection;
#[cfg(feature = "redact-output")]
pub use stream_redactor as redactor;
#[cfg(feature = "key-rotation")]
pub use tower_mistral_key_rotation as key_rotation;
#[cfg(feature = "metadata-log")]
pub use tower_mistral_metadata_log as metadata_log;
#[cfg(feature = "redact-output")]
pub use tower_mistral_redact_output as redact_output;
#[cfg(feature = "sanitize-input")]
pub use tower_mistral_sanitize_input as sanitize_input;
