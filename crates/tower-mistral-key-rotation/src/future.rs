//! The future of a call: one attempt, and a second one if the first key was rejected.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::{Request, Response, request::Parts};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_mistral_wire::{
    BoxError, Rejection, RejectionKind,
    body::{Collect, Collected, HeldBody, ReplyBody, RequestBody, Whole},
    ext::CallReport,
    mark,
};
use tower_service::Service;

use crate::call::Call;

pin_project! {
    /// The future of [`KeyRotation`](crate::KeyRotation).
    #[must_use = "futures do nothing unless polled"]
    pub struct KeyRotationFuture<S, B>
    where
        S: Service<Request<RequestBody<B>>>,
    {
        // The service for attempts that begin later; none if the only one is under way.
        service: Option<S>,
        // None if the layer is off.
        call: Option<Call>,
        #[pin]
        state: State<S::Future, B>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F, B> {
        Refused { rejection: Option<(Rejection, CallReport)> },
        Collecting { parts: Option<Parts>, collect: Collect<B> },
        Calling { #[pin] future: F, spare: Option<Spare> },
        Retrying { spare: Option<Spare> },
    }
}

/// What a second attempt is made of. It holds the part of the budget that the body takes.
struct Spare {
    parts: Parts,
    whole: Whole,
}

impl<S, B> KeyRotationFuture<S, B>
where
    S: Service<Request<RequestBody<B>>>,
{
    pub(crate) fn passing(future: S::Future) -> Self {
        let spare = None;
        Self::new(None, None, State::Calling { future, spare })
    }

    pub(crate) fn refused(rejection: Rejection, report: CallReport) -> Self {
        let rejection = Some((rejection, report));
        Self::new(None, None, State::Refused { rejection })
    }

    pub(crate) fn calling(future: S::Future, call: Call) -> Self {
        let spare = None;
        Self::new(None, Some(call), State::Calling { future, spare })
    }

    pub(crate) fn collecting(ready: S, call: Call, parts: Parts, collect: Collect<B>) -> Self {
        let parts = Some(parts);
        Self::new(
            Some(ready),
            Some(call),
            State::Collecting { parts, collect },
        )
    }

    fn new(service: Option<S>, call: Option<Call>, state: State<S::Future, B>) -> Self {
        Self {
            service,
            call,
            state,
        }
    }
}

impl<S, B, R> Future for KeyRotationFuture<S, B>
where
    S: Service<Request<RequestBody<B>>, Response = Response<R>>,
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<ReplyBody<R>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.state.as_mut().project() {
                StateProj::Refused { rejection } => {
                    let (rejection, report) = rejection.take().expect("polled after it was ready");
                    return Poll::Ready(Ok(rejection.into_response(&report)));
                }
                StateProj::Collecting { parts, collect } => {
                    let call = this.call.as_mut().expect("a body is read for a call");
                    let collected = ready!(Pin::new(collect).poll(cx));
                    let mut parts = parts.take().expect("taken once, with the body");
                    let (body, whole) = match collected {
                        Collected::Whole(whole) => (replica(&whole), Some(whole)),
                        Collected::TooLarge(body) | Collected::NoBudget(body) => (body, None),
                        // The caller's body failed: there is nobody left to answer.
                        _ => {
                            let id = call.report.request_id().clone();
                            let rejection = Rejection::new(RejectionKind::InvalidBody, id)
                                .with_detail("the body broke off");
                            return Poll::Ready(Ok(rejection.into_response(&call.report)));
                        }
                    };
                    let spare = whole.map(|whole| Spare {
                        parts: parts.clone(),
                        whole,
                    });
                    call.lend(&mut parts);
                    let service = this.service.as_mut().expect("there is one to call later");
                    let future = service.call(Request::from_parts(parts, body));
                    State::Calling { future, spare }
                }
                StateProj::Calling { future, spare } => {
                    let result = ready!(future.poll(cx));
                    let Some(call) = this.call else {
                        return Poll::Ready(result.map(|reply| reply.map(HeldBody::untouched)));
                    };
                    let is_rejected = call.settle(result.as_ref().ok().map(Response::status));
                    match spare.take().filter(|_| is_rejected) {
                        Some(spare) => State::Retrying { spare: Some(spare) },
                        None => return Poll::Ready(result.map(|reply| hand_on(reply, call))),
                    }
                }
                StateProj::Retrying { spare } => {
                    let service = this.service.as_mut().expect("there is one to call later");
                    ready!(service.poll_ready(cx))?;
                    let call = this.call.as_mut().expect("a retry is of a call");
                    let Spare { mut parts, whole } = spare.take().expect("taken once, when ready");
                    call.lend(&mut parts);
                    let bytes = whole.bytes.clone();
                    let body = HeldBody::collected(whole, bytes);
                    let future = service.call(Request::from_parts(parts, body));
                    let spare = None;
                    State::Calling { future, spare }
                }
            };
            this.state.set(next);
        }
    }
}

/// The same body for the first attempt; the bytes are shared, not copied.
fn replica<B>(whole: &Whole) -> RequestBody<B> {
    HeldBody::whole(whole.bytes.clone()).with_trailers(whole.trailers.clone())
}

fn hand_on<R>(reply: Response<R>, call: &Call) -> Response<ReplyBody<R>> {
    let mut reply = reply.map(HeldBody::untouched);
    mark::adopt(&mut reply, &call.report);
    reply.extensions_mut().insert(call.secrets.clone());
    reply
}

impl<S, B> fmt::Debug for KeyRotationFuture<S, B>
where
    S: Service<Request<RequestBody<B>>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRotationFuture")
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}
