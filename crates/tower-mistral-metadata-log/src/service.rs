//! The service.

use std::{
    fmt, mem,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body::Body;
use tower_mistral_wire::{
    BoxError, Mode,
    body::RequestBody,
    ext::{CallPolicy, Layer},
};
use tower_service::Service;

use crate::{LoggedBody, MetadataLogFuture, OnRecord, settings::Settings};

/// The service that [`MetadataLogLayer`](crate::MetadataLogLayer) makes. A call begins, and its record
/// with it, when its future is first polled.
#[must_use = "services do nothing unless called"]
pub struct MetadataLog<S, N = crate::TracingSink> {
    inner: S,
    settings: Arc<Settings<N>>,
}

impl<S, N> MetadataLog<S, N> {
    pub(crate) fn new(inner: S, settings: Arc<Settings<N>>) -> Self {
        Self { inner, settings }
    }

    /// The inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The inner service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, N, B, R> Service<Request<B>> for MetadataLog<S, N>
where
    S: Service<Request<RequestBody<B>>, Response = Response<R>> + Clone,
    N: OnRecord,
    B: Body + Unpin,
    B::Error: Into<BoxError>,
    R: Body + Unpin,
    R::Error: Into<BoxError>,
{
    type Response = Response<LoggedBody<R, N>>;
    type Error = S::Error;
    type Future = MetadataLogFuture<S, B, N>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let policy = request.extensions().get::<CallPolicy>();
        let allowed = policy.map_or(Mode::Enforce, |policy| policy.mode(Layer::MetadataLog));
        if self.settings.modes.get().min(allowed) == Mode::Off {
            return MetadataLogFuture::unlogged(
                self.inner.call(request.map(RequestBody::untouched)),
            );
        }
        // The inner service that is ready moves into the future; its clone is not ready yet.
        let clone = self.inner.clone();
        let ready = mem::replace(&mut self.inner, clone);
        MetadataLogFuture::logged(ready, request, Arc::clone(&self.settings))
    }
}

impl<S: Clone, N> Clone for MetadataLog<S, N> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone(), Arc::clone(&self.settings))
    }
}

impl<S: fmt::Debug, N> fmt::Debug for MetadataLog<S, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetadataLog")
            .field("inner", &self.inner)
            .field("settings", &self.settings)
            .finish()
    }
}
