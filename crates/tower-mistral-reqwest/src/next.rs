//! The rest of a reqwest-middleware chain as a tower service.

use std::{
    fmt,
    future::Future,
    mem,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::Extensions;
use http_body::Body;
use reqwest_middleware::Next;
use tower_service::Service;

use crate::{BoxError, convert};

/// The middlewares below a [`TowerMiddleware`](crate::TowerMiddleware), and the client: the service
/// that its layer wraps.
///
/// It is always ready, and may be cloned and called any number of times: each call runs the rest of
/// the chain again.
#[derive(Clone)]
pub struct NextService<'a> {
    next: Next<'a>,
    extensions: SharedExtensions,
}

impl<'a> NextService<'a> {
    pub(crate) fn new(next: Next<'a>, extensions: SharedExtensions) -> Self {
        Self { next, extensions }
    }
}

impl<'a, B> Service<http::Request<B>> for NextService<'a>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = http::Response<reqwest::Body>;
    type Error = reqwest_middleware::Error;
    type Future = NextFuture<'a>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> NextFuture<'a> {
        let Self { next, extensions } = self.clone();
        let request = convert::into_reqwest_request(request);
        NextFuture(Box::pin(async move {
            // The chain wants them for itself, while calls may overlap.
            let mut attempt = extensions.get();
            let reply = next.run(request?, &mut attempt).await;
            extensions.set(attempt);
            reply.map(convert::into_http_response)
        }))
    }
}

impl fmt::Debug for NextService<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NextService").finish_non_exhaustive()
    }
}

/// Resolves to the reply of the rest of the chain; made by [`NextService`].
#[must_use = "futures do nothing unless polled"]
pub struct NextFuture<'a>(Pin<Box<dyn Future<Output = Reply> + Send + 'a>>);

type Reply = Result<http::Response<reqwest::Body>, reqwest_middleware::Error>;

impl Future for NextFuture<'_> {
    type Output = Reply;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Reply> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for NextFuture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NextFuture").finish_non_exhaustive()
    }
}

/// The extensions of the chain, which every attempt begins with and leaves its own in.
#[derive(Clone)]
pub(crate) struct SharedExtensions(Arc<Mutex<Extensions>>);

impl SharedExtensions {
    pub(crate) fn new(extensions: Extensions) -> Self {
        Self(Arc::new(Mutex::new(extensions)))
    }

    pub(crate) fn take(&self) -> Extensions {
        mem::take(&mut self.lock())
    }

    fn get(&self) -> Extensions {
        self.lock().clone()
    }

    fn set(&self, extensions: Extensions) {
        // The former ones are dropped after the lock is.
        let _former = mem::replace(&mut *self.lock(), extensions);
    }

    fn lock(&self) -> MutexGuard<'_, Extensions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
