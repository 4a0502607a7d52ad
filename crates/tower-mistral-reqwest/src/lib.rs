//! Adapters between tower and reqwest, in both directions.
//!
//! - [`ReqwestService`] is a `Service<http::Request<B>>` over a [`reqwest::Client`] or a
//!   `reqwest_middleware::ClientWithMiddleware`: a tower stack can stand on it.
//! - `TowerMiddleware` (feature `middleware`) puts a tower layer into a reqwest-middleware client,
//!   so that code that already calls such a client gains the layer and changes nowhere else.
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
//! exact size and by giving all of it at the first poll, is handed over as bytes; also below any
//! number of wrappers that tower layers put around it. All others stream.
//!
//! Bodies must be [`Sync`], as reqwest asks for. `axum::body::Body` is not: in a proxy, prefer
//! a hyper-util client, or give `reqwest::Body::wrap_stream(body.into_data_stream())`.
//!
//! # Pitfalls
//!
//! - The URI of a request must be absolute; a relative one is an error of kind
//!   [`is_builder`](reqwest::Error::is_builder).
//! - A `Host` header is sent as it is. A proxy that passes requests on must remove the one it got.
//! - reqwest's default headers fill vacant names only: what a layer sets, wins.
//! - What reqwest does by itself happens below the stack: see [`client_builder`].
//!
//! # Compatibility and features
//!
//! For reqwest 0.13 and reqwest-middleware 0.5. With reqwest 0.12, let the stack stand on a
//! hyper-util client instead; the types of the two reqwest versions do not mix.
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
