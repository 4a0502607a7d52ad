//! The service.

use std::{
    mem,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body::Body;
use tower_mistral_wire::{
    BoxError, Mode,
    body::{HeldBody, ReplyBody, RequestBody},
    ext::{CallPolicy, CallReport, Layer},
    intake::Intake,
};
use tower_service::Service;

use crate::{config::Config, future::SanitizeInputFuture};

/// Screens the user's text before the inner service gets the request; made by
/// [`SanitizeInputLayer`](crate::SanitizeInputLayer).
#[derive(Clone, Debug)]
pub struct SanitizeInput<S> {
    inner: S,
    config: Arc<Config>,
}

impl<S> SanitizeInput<S> {
    pub(crate) fn new(inner: S, config: Arc<Config>) -> Self {
        Self { inner, config }
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

impl<S, B, R> Service<Request<B>> for SanitizeInput<S>
where
    S: Service<Request<RequestBody<B>>, Response = Response<R>> + Clone,
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    type Response = Response<ReplyBody<R>>;
    type Error = S::Error;
    type Future = SanitizeInputFuture<S, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let policy = request.extensions().get::<CallPolicy>();
        let policy = policy.map_or(Mode::Enforce, |policy| policy.mode(Layer::SanitizeInput));
        let mode = self.config.modes.get().min(policy);
        if mode == Mode::Off {
            let request = request.map(HeldBody::untouched);
            return SanitizeInputFuture::off(self.inner.call(request));
        }
        let (mut parts, body) = request.into_parts();
        let report = CallReport::of(&mut parts.extensions, &parts.headers);
        let request = Request::from_parts(parts, body);
        let intake = Intake::new(request, Arc::clone(&self.config.intake));
        // The inner call comes later: the service that is ready goes along, its clone stays.
        let clone = self.inner.clone();
        let ready = mem::replace(&mut self.inner, clone);
        SanitizeInputFuture::new(intake, ready, Arc::clone(&self.config), mode, report)
    }
}
