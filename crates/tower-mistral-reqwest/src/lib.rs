//! Adapters between tower and reqwest, in both directions.
//!
//! - [`ReqwestService`] is a `Service<http::Request<B>>` over a [`reqwest::Client`] or a
//!   `reqwest_middleware::ClientWithMiddleware`: a tower stack can stand on it.
//! - `TowerMiddleware` (feature `middleware`) puts a tower layer into a reqwest-middleware client,
//!   so that code that already calls such a client gains the layer and changes nowhere else.
//! - [`SendThrough`] sends what `client.post(..).json(..)` built through a stack, and gives back a
//!   [`reqwest::Response`].
//! - [`client_builder`] prepares a client that does nothing behind a stack's back.
//!
//! The crate knows nothing of the Mistral API and works with any tower layer.
//!
//! # A tower stack over reqwest
//!
//! ```no_run
//! use http::{Request, header};
//! use http_body_util::{BodyExt, Full};
//! use tower::{ServiceBuilder, ServiceExt};
//! use tower_mistral_reqwest::{ReqwestService, client_builder};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! let service = ServiceBuilder::new()
//!     // .layer(..): the layers, the outermost first
//!     .service(ReqwestService::new(client_builder().build()?));
//!
//! let request = Request::post("https://api.mistral.ai/v1/chat/completions")
//!     .header(header::CONTENT_TYPE, "application/json")
//!     .body(Full::from(r#"{"model": "mistral-small-latest", "messages": []}"#))?;
//! let reply = service.oneshot(request).await?;
//! println!("{} {:?}", reply.status(), reply.into_body().collect().await?.to_bytes());
//! # Ok(())
//! # }
//! ```
//!
//! Code that builds requests with reqwest keeps doing so, and sends with
//! [`send_through`](SendThrough::send_through): its page says when to prefer `TowerMiddleware`.
#![cfg_attr(
    feature = "middleware",
    doc = r##"
# A tower layer inside reqwest-middleware

```no_run
use reqwest_middleware::ClientBuilder;
use tower_mistral_reqwest::{TowerMiddleware, client_builder};

# #[tokio::main]
# async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
let client = ClientBuilder::new(client_builder().build()?)
    .with(TowerMiddleware::new(tower::layer::util::Identity::new())) // any layer or stack
    .build();
let reply = client.get("https://api.mistral.ai/v1/models").send().await?;
println!("{} from {}", reply.status(), reply.url());
# Ok(())
# }
```
"##
)]
//!
//! # What survives the crossing
//!
//! Method, headers, protocol version, body, body trailers and all extensions, in both directions;
//! among the extensions is the time limit of [`reqwest::RequestBuilder::timeout`]. A reply keeps
//! its address: [`reqwest::Response::url`] is right again after `reqwest::Response::from(reply)`.
//! Errors of the client come out as the client's own type.
//!
//! # Request bodies
//!
//! reqwest knows two sorts of bodies: bytes, which it can send again, and streams, which it cannot.
//! [`reqwest::Request::try_clone`] gives `None` for a stream, the `reqwest-retry` middleware fails
//! on one, and so do reqwest's own replays. Therefore a body that is whole, which it shows by an
//! exact size and by giving all of it at the first poll, is handed over as bytes, of whatever size
//! and below any number of wrappers that tower layers put around it. All others stream: layers that
//! read bodies do so up to a limit of theirs, and pass larger ones on as they come.
//!
//! Bodies have to be `Send`, not `Sync`: `axum::body::Body` is welcome as it is.
//!
//! **Trailers** follow chunks. HTTP/1 has no other place for them, and of those only that the
//! request's header `Trailer` names are sent, so with that header a body that may end with trailers
//! goes out in chunks, also if its length is known. Without it they are lost on HTTP/1.
//!
//! # Retries and traces
//!
//! `reqwest-retry` and `reqwest-tracing` work outside and inside of a stack, and so does
//! `tower::retry`. What is *outside* a retry is done once a call, what is *inside* once an attempt:
//!
//! | order, the outermost first | a layer that logs | a layer that lends keys |
//! |---|---|---|
//! | stack, retry | one record a call, of the last attempt | lends one key for all attempts |
//! | retry, stack | one record an attempt | lends a key for each |
//! | a stack that logs, retry, a stack of the rest | one record a call | lends a key for each |
//!
//! A retry *inside* repeats bodies that are bytes, see above. A retry *outside* sees the replies
//! that layers make themselves: the default strategy of `reqwest-retry` repeats those of 5xx, 408
//! and 429.
//!
//! # Pitfalls
//!
//! Each of these has a test in the crate's `tests`.
//!
//! - The URI of a request must be absolute; a relative one is an error of kind
//!   [`is_builder`](reqwest::Error::is_builder).
//! - **Redirects, proxies from the environment and decompression** happen below the stack. A client
//!   as reqwest makes it carries a prompt after a 307 to whatever address the reply names; to
//!   another origin without `Authorization`, but with every other header.
//!   [`client_builder`] turns all of it off.
//! - **Default headers** fill vacant names only: what a layer sets, wins. But they are filled in
//!   below the stack: what must not be sent, a layer cannot take out there.
//! - A **`Host` header** is sent as it is. A proxy that passes requests on must remove the one it
//!   got.
//! - The **protocol version** is sent as it is, too: a request that came by HTTP/2 fails at a server
//!   that speaks HTTP/1 only. A proxy sets `*request.version_mut() = http::Version::default()`.
//! - **Time limits**: one of [`reqwest::RequestBuilder::timeout`] stays with its request through a
//!   stack; a layer that builds requests anew must keep the extensions. It ends streams, too.
//!
//! # Compatibility and features
//!
//! With reqwest 0.12, name 0.13 beside it for the calls that go through a stack (Cargo builds both:
//! `reqwest13 = { package = "reqwest", version = "0.13", .. }`), or let the stack stand on a
//! hyper-util client: the types of the two versions do not mix.
//!
//! For reqwest 0.13 and reqwest-middleware 0.5; tested with reqwest-retry 0.9 and
//! reqwest-tracing 0.7.
//!
//! - `middleware` (off by default): `TowerMiddleware`.
//!
//! No feature turns TLS on. Choose it in your own manifest, or `https` addresses will fail:
//! `reqwest = { version = "0.13", default-features = false, features = ["rustls"] }`.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
mod client;
mod convert;
mod exclusive;
mod future;
#[cfg(feature = "middleware")]
mod middleware;
#[cfg(feature = "middleware")]
mod next;
mod send;
mod service;
#[cfg(feature = "middleware")]
mod stack;

pub use self::{
    client::client_builder, future::ReqwestFuture, send::SendThrough, service::ReqwestService,
};
#[cfg(feature = "middleware")]
pub use self::{
    middleware::TowerMiddleware,
    next::{NextFuture, NextService},
    stack::Stack,
};

/// What bodies may fail with.
type BoxError = Box<dyn std::error::Error + Send + Sync>;
