//! A tower service over reqwest.

use std::{
    fmt,
    marker::PhantomData,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::Body;
use tower_service::Service;

use crate::{BoxError, convert, future::ReqwestFuture};

/// A `Service<http::Request<B>>` over a [`reqwest::Client`], a
/// `reqwest_middleware::ClientWithMiddleware`, or any other service of [`reqwest::Request`]s.
///
/// The error type is the client's. What survives the crossing, and how bodies are handed over, says
/// the [crate's page](crate).
///
/// `B` is the type of the request bodies that the innermost layer sends; it is inferred where the
/// service is called.
#[must_use = "a service does nothing unless it is called"]
pub struct ReqwestService<C, B = reqwest::Body> {
    inner: C,
    // On the type, as in hyper-util: were it on the impl alone, `service.ready()` would not know
    // which of the many services is meant.
    body: PhantomData<fn(B)>,
}

impl<C, B> ReqwestService<C, B> {
    /// A service that sends with `client`; [`client_builder`](crate::client_builder) prepares one.
    pub const fn new(client: C) -> Self {
        Self {
            inner: client,
            body: PhantomData,
        }
    }

    /// The client.
    pub const fn get_ref(&self) -> &C {
        &self.inner
    }

    /// The client, to change it.
    pub const fn get_mut(&mut self) -> &mut C {
        &mut self.inner
    }

    /// Gives the client back.
    pub fn into_inner(self) -> C {
        self.inner
    }
}

impl<C, B> Service<http::Request<B>> for ReqwestService<C, B>
where
    C: Service<reqwest::Request, Response = reqwest::Response>,
    C::Error: From<reqwest::Error>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = http::Response<reqwest::Body>;
    type Error = C::Error;
    type Future = ReqwestFuture<C::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), C::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        match convert::into_reqwest_request(request) {
            Ok(request) => ReqwestFuture::sent(self.inner.call(request)),
            Err(error) => ReqwestFuture::refused(error),
        }
    }
}

// By hand: no bound on the body type is needed.
impl<C: Clone, B> Clone for ReqwestService<C, B> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone())
    }
}

// By hand: the client would print its default headers, and with them perhaps a key.
impl<C, B> fmt::Debug for ReqwestService<C, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestService").finish_non_exhaustive()
    }
}
