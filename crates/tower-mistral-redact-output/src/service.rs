//! The service.

use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use tower_mistral_wire::{
    BoxError, Mode,
    body::{HeldBody, RequestBody},
    ext::{CallPolicy, Layer},
};
use tower_service::Service;

use crate::{RedactOutputBody, RedactOutputFuture, RedactOutputLayer, layer::Options};

/// A service whose replies are redacted; made by [`RedactOutputLayer`].
#[derive(Clone, Debug)]
pub struct RedactOutput<S> {
    inner: S,
    options: Options,
}

impl<S> RedactOutput<S> {
    pub(crate) fn new(inner: S, options: Options) -> Self {
        Self { inner, options }
    }

    /// A layer with the default options.
    pub fn layer() -> RedactOutputLayer {
        RedactOutputLayer::new()
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

impl<S, B, R> Service<Request<B>> for RedactOutput<S>
where
    S: Service<Request<RequestBody<B>>, Response = Response<R>> + Clone,
    B: Body + Unpin,
    B::Error: Into<BoxError>,
    R: Body + Unpin,
    R::Error: Into<BoxError>,
{
    type Response = Response<RedactOutputBody<R>>;
    type Error = S::Error;
    type Future = RedactOutputFuture<S, B, R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The call comes later, when the body is read: the service that is ready goes along.
        let clone = self.inner.clone();
        let ready = std::mem::replace(&mut self.inner, clone);
        let policy = request
            .extensions()
            .get::<CallPolicy>()
            .copied()
            .unwrap_or_default();
        let mode = self
            .options
            .modes
            .get()
            .min(policy.mode(Layer::RedactOutput));
        let options = self.options.clone();
        if mode == Mode::Off {
            let mut ready = ready;
            return RedactOutputFuture::off(ready.call(request.map(HeldBody::untouched)), options);
        }
        RedactOutputFuture::new(ready, request, mode, options)
    }
}
