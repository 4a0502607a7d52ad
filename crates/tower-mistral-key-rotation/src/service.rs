//! The service: who gets a key, and by which way the call goes.

use std::{
    mem,
    task::{Context, Poll},
};

use http::{Request, Response, request::Parts};
use http_body::Body;
use tower_mistral_wire::{
    BoxError, Mode, Rejection, RejectionKind,
    body::{Collect, HeldBody, ReplyBody, RequestBody},
    ext::{Action, CallPolicy, CallReport, Finding, Layer},
};
use tower_service::Service;

use crate::{
    KeyRotationFuture, KeyRotationLayer,
    admit::{Admission, admit},
    call::Call,
};

/// The service of [`KeyRotationLayer`].
#[derive(Clone, Debug)]
pub struct KeyRotation<S> {
    pub(crate) inner: S,
    pub(crate) layer: KeyRotationLayer,
}

impl<S> KeyRotation<S> {
    pub(crate) fn new(inner: S, layer: KeyRotationLayer) -> Self {
        Self { inner, layer }
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

    fn mode(&self, parts: &Parts) -> Mode {
        let policy = parts.extensions.get::<CallPolicy>();
        let policy = policy.copied().unwrap_or_default();
        self.layer.modes.get().min(policy.mode(Layer::KeyRotation))
    }

    /// What the call is; or why it is refused.
    fn begin(&self, parts: &mut Parts, mode: Mode) -> Result<Call, (Rejection, CallReport)> {
        let options = &self.layer.options;
        let report = CallReport::of(&mut parts.extensions, &parts.headers);
        let lends = match admit(parts, options.caller, &options.origins) {
            Admission::Lend => true,
            Admission::CallersOwn => false,
            Admission::Refuse(reason) => {
                let finding = Finding::new(Layer::KeyRotation, "origin", Action::Rejected);
                report.add(finding.enforced(mode == Mode::Enforce));
                if mode == Mode::Enforce {
                    let id = report.request_id().clone();
                    let rejection = Rejection::new(RejectionKind::OriginNotAllowed, id);
                    return Err((rejection.with_detail(reason), report));
                }
                // Observe refuses nothing, but a key is never lent where it must not go.
                false
            }
        };
        let call = Call::new(&self.layer, report, mode, lends, parts.uri.path());
        parts.extensions.insert(call.secrets());
        Ok(call)
    }
}

impl<S, B, R> Service<Request<B>> for KeyRotation<S>
where
    S: Service<Request<RequestBody<B>>, Response = Response<R>> + Clone,
    B: Body + Unpin,
    B::Error: Into<BoxError>,
    R: Body + Unpin,
    R::Error: Into<BoxError>,
{
    type Response = Response<ReplyBody<R>>;
    type Error = S::Error;
    type Future = KeyRotationFuture<S, B, R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let mode = self.mode(&parts);
        if mode == Mode::Off {
            let request = Request::from_parts(parts, HeldBody::untouched(body));
            return KeyRotationFuture::passing(self.inner.call(request));
        }
        let mut call = match self.begin(&mut parts, mode) {
            Ok(call) => call,
            Err((rejection, report)) => return KeyRotationFuture::refused(rejection, report),
        };
        let options = &self.layer.options;
        if !call.may_replay() {
            if let Err(rejection) = call.lend(&mut parts, false) {
                return KeyRotationFuture::refused(rejection, call.report);
            }
            let request = Request::from_parts(parts, HeldBody::untouched(body));
            let budget = options.budget.clone();
            return KeyRotationFuture::calling(self.inner.call(request), call, budget);
        }
        let collect = Collect::new(body, options.max_replay, &options.budget);
        // The one that is ready goes; its clone stays and is asked for readiness again.
        let clone = self.inner.clone();
        let ready = mem::replace(&mut self.inner, clone);
        let budget = options.budget.clone();
        KeyRotationFuture::collecting(ready, call, budget, parts, collect)
    }
}
