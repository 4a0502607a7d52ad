//! A tower layer that lends each call to the Mistral AI API a healthy key of a ring: the next one
//! after an hour, or at once when the API rejects the one in use.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), tower_mistral_wire::BoxError> {
//! use bytes::Bytes;
//! use http::{Request, Response, StatusCode, header::AUTHORIZATION};
//! use http_body_util::Full;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use tower_mistral_key_rotation::{KeyHealth, KeyRotationLayer, Keys};
//! use tower_mistral_wire::{BoxError, body::RequestBody};
//!
//! // In an application: `Keys::env("MISTRAL_API_KEY")`.
//! let layer = KeyRotationLayer::new(Keys::new(["revoked-key", "working-key"]))?;
//! let ring = layer.ring();
//!
//! // Stands for the client: the API knows the second key only.
//! let api = service_fn(|request: Request<RequestBody<Full<Bytes>>>| async move {
//!     let mut response = Response::new(Full::new(Bytes::new()));
//!     if request.headers()[AUTHORIZATION] != "Bearer working-key" {
//!         *response.status_mut() = StatusCode::UNAUTHORIZED;
//!     }
//!     Ok::<_, BoxError>(response)
//! });
//! let client = ServiceBuilder::new().layer(layer).service(api);
//!
//! let request = Request::post("https://api.mistral.ai/v1/chat/completions")
//!     .body(Full::new(Bytes::from(r#"{"model":"m","messages":[]}"#)))?;
//! let response = client.oneshot(request).await?;
//!
//! assert_eq!(response.status(), StatusCode::OK);
//! assert_eq!(ring.keys()[0].health, KeyHealth::Quarantined);
//! assert!(ring.keys()[1].is_current);
//! # Ok(())
//! # }
//! ```
//!
//! # When a key changes
//!
//! - **By time**: the first call after [`rotate_every`](KeyRotationLayer::rotate_every) gets the
//!   next key that is not benched.
//! - **By a 401** for a key that this layer supplied: the key is *benched* for
//!   [`bench_for`](KeyRotationLayer::bench_for), the ring moves on, and the request is sent once
//!   more, with another key. Of many calls that fail with one key at a time, only the first moves
//!   the ring. If the second key is rejected too, its 401 is what the caller gets.
//! - When all keys are benched, the one that was benched longest ago is tried: gateways answer with
//!   401s that pass, and nobody is locked out by them. A success ends the benching of a key.
//!
//! No other answer changes a key: a 403 may be a guardrail's verdict on the content, a 429 counts
//! for the whole organisation, a 5xx and a failed connection are not the key's fault. They pass.
//!
//! A request can be sent again if its body is not larger than
//! [`max_replay`](KeyRotationLayer::max_replay) and the budget has room for it. Otherwise it streams
//! on and is sent once; its 401 passes to the caller, and the key is benched for the next call. No
//! body is kept when there is only one key. Nothing of the first reply is handed on, so a replay
//! never follows a byte that the caller has seen.
//!
//! # Where a key goes
//!
//! Only to the origins that it is for: the three of the API, or those given to
//! [`origin`](KeyRotationLayer::origin). A request to any other, with a URI that is relative or has
//! a user name, with `CONNECT`, `TRACE` or `Upgrade` is refused: 502, `origin_not_allowed`, nothing
//! is sent. `Host` is set from the URI, and `Connection` loses the names `authorization` and `host`,
//! so that neither makes a proxy on the way do something else with the key than the URI says.
//!
//! In a proxy, put [`ToOriginLayer`] outside: what a server receives names the caller's host, or none.
//!
//! A call that comes with an `Authorization` of its own keeps it and is none of this layer's
//! business, unless [`CallerAuthorization::Replace`] is chosen.
//!
//! # Modes
//!
//! | mode | key attached | 401 | forbidden origin |
//! |---|---|---|---|
//! | `Enforce` | yes | key benched, request replayed | refused |
//! | `Observe` | yes, since nothing would work else | reported | reported; goes on without a key |
//! | `Off` | no | passes | goes on without a key |
//!
//! # Ordering
//!
//! Innermost, next to the client: what is outside of this layer sees one call, whatever the number
//! of attempts. The attempts are in the [`CallReport`](tower_mistral_wire::ext::CallReport), by
//! fingerprint. A body is read while the inner service's readiness is held: put a limit on
//! concurrency outside of the layers, where a slow upload holds it anyway.
//!
//! # Guarantees
//!
//! - No key is in any `Debug`, `Display`, error, log line or report. The header is marked as
//!   sensitive, the memory of a key is wiped on drop.
//! - Picking a key takes no lock and waits for nothing.
//! - Clones of the layer and all services that it makes share one ring.
//!
//! # Non-guarantees
//!
//! - Redirects and retries of the client happen below this layer: switch redirects off, or use a
//!   client that drops `Authorization` when the origin changes (reqwest does; hyper follows none).
//! - A proxy that the client takes from the environment sees what it sends over plain `http`.
//! - The value of the header is in ordinary memory, one for each key, and what the client copies of
//!   it into its buffers is not wiped.
//! - State is of one process: each has its own ring.
#![forbid(unsafe_code)]

mod admit;
mod call;
mod future;
mod handle;
mod key;
mod keys;
mod layer;
mod origin;
mod probe;
mod replay;
mod ring;
mod service;
#[cfg(feature = "sources")]
#[cfg_attr(docsrs, doc(cfg(feature = "sources")))]
pub mod source;
mod spec;
mod strategy;
mod to_origin;
mod verdict;
mod wait;

pub use self::{
    admit::CallerAuthorization,
    future::KeyRotationFuture,
    handle::{KeyHealth, KeyRing, KeyState},
    key::{ApiKey, Fingerprint, KeyFault},
    keys::{Keys, KeysError, KeysErrorKind},
    layer::KeyRotationLayer,
    origin::OriginError,
    probe::Checkup,
    replay::ReplayBudget,
    service::KeyRotation,
    spec::{BoxFuture, KeyClass, KeySpec, Refetch},
    strategy::Strategy,
    to_origin::{ToOrigin, ToOriginLayer},
};
