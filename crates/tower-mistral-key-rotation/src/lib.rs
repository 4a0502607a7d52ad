//! A tower layer that lends each call to the Mistral AI API a healthy key of a ring: the next one
//! after an hour, or at once when the API rejects the one in use or limits its organisation.
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
//! # Which key a call gets
//!
//! By [`Strategy`]: one for all calls, the next one after
//! [`rotate_every`](KeyRotationLayer::rotate_every); or all in turn; or the one with the fewest calls
//! in flight. A key that is not healthy is passed over as long as there is a better one, and lent if
//! there is none: a wrong verdict locks nobody out. Keys of [`KeyClass::Admin`] are for `/v1/admin`
//! alone. A key that expires soon is left before, one that has expired is the last to be tried.
//!
//! Keys belong to organisations ([`KeySpec::group`]), since that is what rate limits count for.
//!
//! # What a failure does
//!
//! | answer | to the key | to the call |
//! |---|---|---|
//! | 401 for a key of this layer, of the class that the endpoint takes | suspected: *benched* for [a minute](KeyRotationLayer::bench_for) at most | the [source](KeyRing::on_suspicion) is asked for fresh keys; goes on with another key, a fresh one, or at last a suspected one |
//! | success after that, with another key | the first one is known to be dead: *quarantined* for [ten minutes](KeyRotationLayer::quarantine_for) | |
//! | 401 for all keys | none is quarantined: it may be the API | the last 401 |
//! | 429 | its organisation *cools* as long as the answer [asks](KeyRotationLayer::cool_at_most) | goes on with a key of another organisation |
//! | 429 since a model has no capacity | none | passes |
//! | 403 without permission | none | goes on with a key of another organisation |
//! | 403 of a guardrail, or of nobody who says so in JSON | none | passes |
//! | any other, and a failed connection | none | passes |
//!
//! - Of many calls that fail with one key at a time, only the first moves the ring. A success that was
//!   asked for while the key was benched makes it healthy again, and so does
//!   [`check_keys`](KeyRotation::check_keys), which asks `GET /v1/models`.
//! - When a bench or a quarantine is over, one call tries the key, and the others go on without it.
//! - For how long: `retry-after-ms`, `Retry-After` in seconds or as a date, `ratelimitbysize-reset`,
//!   or the window of the `x-ratelimit-remaining-...` header that says 0; a second if nothing is said;
//!   [`cool_at_most`](KeyRotationLayer::cool_at_most) that it asks for.
//! - When every organisation was told to wait, and for how long, calls end here: 429, `rate_limited`,
//!   with the `Retry-After` of the one whose time is over first. Nothing is sent that the API has said
//!   it would refuse, and nobody waits longer than it said. A time that is only guessed (an empty
//!   window, or nothing said) stops no call: one that has no better key goes out.
//! - Of 403s and 429s in JSON, 16 KiB of the body are looked at; all of it goes on to the caller.
//!
//! A call makes at most one attempt for each key, within a [budget](ReplayBudget). Its body must not
//! be larger than [`max_replay`](KeyRotationLayer::max_replay), and the budget of memory must have
//! room for it: otherwise it streams on and is sent once; its failure passes to the caller, and the
//! key is judged all the same. No body is kept when there is only one key and no source to ask.
//! Nothing of an earlier reply is handed on, so a replay never follows a byte that the caller has
//! seen.
//!
//! # Keys come and go
//!
//! [`KeyRing::update`] puts the keys that a source knows in the place of those that the ring has: what
//! is said again keeps its health, what is not is retired. Calls that use a retired key may end, none
//! begins with it; when [it is not in flight](KeyState::in_flight) any more, it stays so. The handle
//! also adds, retires and quarantines single keys.
//!
//! With the feature `sources` the module `source` does so: it reads the environment, files, directories
//! and closures, and asks again in the background and when the API rejects a key. What a source gave
//! last serves on while it fails.
//!
//! # Where a key goes
//!
//! Only to the origins that it is for: the three of the API, or those given to
//! [`origin`](KeyRotationLayer::origin). A request to any other, with a URI that is relative or has
//! a user name, with `CONNECT`, `TRACE`, `Upgrade` or a header that names another method is refused:
//! 502, `origin_not_allowed`, nothing is sent. `Host` is set from the URI, and `Connection` loses the names `authorization` and `host`,
//! so that neither makes a proxy on the way do something else with the key than the URI says.
//!
//! In a proxy, put [`ToOriginLayer`] outside: what a server receives names the caller's host, or none.
//!
//! A call that comes with an `Authorization` or an `x-api-key` of its own keeps it and is none of this
//! layer's business, unless [`CallerAuthorization::Replace`] is chosen.
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
//! - Picking a key takes no lock and waits for nothing. Locks are taken to write the list of keys,
//!   to take a replay from the budget, and to publish the live keys.
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
