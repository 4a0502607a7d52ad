//! The future of a call: one attempt, and one more for each key that the API rejects.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{Request, Response, StatusCode, request, response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_mistral_wire::{
    BoxError, Rejection, RejectionKind,
    body::{Budget, Collect, Collected, HeldBody, ReplyBody, RequestBody, Whole},
    ext::CallReport,
    mark,
};
use tower_service::Service;

use crate::{
    BoxFuture,
    call::{Call, Next},
    verdict::{self, Verdict},
};

pin_project! {
    /// The future of [`KeyRotation`](crate::KeyRotation).
    #[must_use = "futures do nothing unless polled"]
    pub struct KeyRotationFuture<S, B, R>
    where
        S: Service<Request<RequestBody<B>>>,
    {
        // The service for attempts that begin later; none if the only one is under way.
        service: Option<S>,
        // None if the layer is off.
        call: Option<Call>,
        // What is needed to send the request again.
        spare: Option<Spare>,
        // What the look at a reply takes from.
        budget: Option<Budget>,
        // A 429 of another key: a truer answer than the 401 of the last resort.
        limit: Option<Response<ReplyBody<R>>>,
        #[pin]
        state: State<S::Future, B, R>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F, B, R> {
        Refused { rejection: Option<(Rejection, CallReport)> },
        Collecting { parts: Option<request::Parts>, collect: Collect<B> },
        Calling { #[pin] future: F },
        Looking { parts: Option<response::Parts>, collect: Collect<R> },
        Refetching { fetch: BoxFuture<'static, ()>, reply: Option<Response<ReplyBody<R>>> },
        Retrying { reply: Option<Response<ReplyBody<R>>> },
    }
}

/// What more attempts are made of. It holds the part of the budget that the body takes.
struct Spare {
    parts: request::Parts,
    whole: Whole,
}

impl<S, B, R> KeyRotationFuture<S, B, R>
where
    S: Service<Request<RequestBody<B>>>,
{
    pub(crate) fn passing(future: S::Future) -> Self {
        Self::new(None, None, None, State::Calling { future })
    }

    pub(crate) fn refused(rejection: Rejection, report: CallReport) -> Self {
        let rejection = Some((rejection, report));
        Self::new(None, None, None, State::Refused { rejection })
    }

    pub(crate) fn calling(future: S::Future, call: Call, budget: Budget) -> Self {
        Self::new(None, Some(call), Some(budget), State::Calling { future })
    }

    pub(crate) fn collecting(
        ready: S,
        call: Call,
        budget: Budget,
        parts: request::Parts,
        collect: Collect<B>,
    ) -> Self {
        let parts = Some(parts);
        let state = State::Collecting { parts, collect };
        Self::new(Some(ready), Some(call), Some(budget), state)
    }

    fn new(
        service: Option<S>,
        call: Option<Call>,
        budget: Option<Budget>,
        state: State<S::Future, B, R>,
    ) -> Self {
        Self {
            service,
            call,
            spare: None,
            budget,
            limit: None,
            state,
        }
    }
}

impl<S, B, R> Future for KeyRotationFuture<S, B, R>
where
    S: Service<Request<RequestBody<B>>, Response = Response<R>>,
    B: Body + Unpin,
    B::Error: Into<BoxError>,
    R: Body + Unpin,
    R::Error: Into<BoxError>,
{
    type Output = Result<Response<ReplyBody<R>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let (reply, verdict) = match this.state.as_mut().project() {
                StateProj::Refused { rejection } => {
                    let (rejection, report) = rejection.take().expect("polled after it was ready");
                    return Poll::Ready(Ok(rejection.into_response(&report)));
                }
                StateProj::Collecting { parts, collect } => {
                    let call = this.call.as_mut().expect("a body is read for a call");
                    let collected = ready!(Pin::new(collect).poll(cx));
                    let mut parts = parts.take().expect("taken once, with the body");
                    let body = match collected {
                        Collected::Whole(whole) => {
                            let body = replica(&whole);
                            let parts = parts.clone();
                            *this.spare = Some(Spare { parts, whole });
                            body
                        }
                        Collected::TooLarge(body) | Collected::NoBudget(body) => body,
                        // The caller's body failed: there is nobody left to answer.
                        _ => {
                            let id = call.report.request_id().clone();
                            let rejection = Rejection::new(RejectionKind::InvalidBody, id)
                                .with_detail("the body broke off");
                            return Poll::Ready(Ok(rejection.into_response(&call.report)));
                        }
                    };
                    if let Err(rejection) = call.lend(&mut parts, this.spare.is_some()) {
                        return Poll::Ready(Ok(rejection.into_response(&call.report)));
                    }
                    let service = this.service.as_mut().expect("there is one to call later");
                    let future = service.call(Request::from_parts(parts, body));
                    this.state.set(State::Calling { future });
                    continue;
                }
                StateProj::Calling { future } => {
                    let result = ready!(future.poll(cx));
                    let Some(call) = this.call else {
                        return Poll::Ready(result.map(|reply| reply.map(HeldBody::untouched)));
                    };
                    call.end_attempt(result.as_ref().ok().map(Response::status));
                    let (parts, body) = result?.into_parts();
                    let verdict = match verdict::at_head(&parts) {
                        Some(verdict) => verdict,
                        None if !call.judges() => Verdict::Passes,
                        None => {
                            let budget = this.budget.as_ref().expect("there is one for a call");
                            let collect = Collect::new(body, verdict::LOOK, budget);
                            let parts = Some(parts);
                            this.state.set(State::Looking { parts, collect });
                            continue;
                        }
                    };
                    let body = HeldBody::untouched(body);
                    (Response::from_parts(parts, body), verdict)
                }
                StateProj::Looking { parts, collect } => {
                    let collected = ready!(Pin::new(collect).poll(cx));
                    let parts = parts.take().expect("taken once, with the body");
                    let (verdict, body) = look(&parts, collected);
                    (Response::from_parts(parts, body), verdict)
                }
                StateProj::Refetching { fetch, reply } => {
                    ready!(fetch.as_mut().poll(cx));
                    let reply = reply.take();
                    this.state.set(State::Retrying { reply });
                    continue;
                }
                StateProj::Retrying { reply } => {
                    let service = this.service.as_mut().expect("there is one to call later");
                    ready!(service.poll_ready(cx))?;
                    let call = this.call.as_mut().expect("a retry is of a call");
                    let Spare { parts, whole } = this.spare.as_ref().expect("kept for retries");
                    let mut parts = parts.clone();
                    let reply = reply.take().expect("taken once, when ready");
                    if !call.lend_again(&mut parts) {
                        return Poll::Ready(Ok(hand_on(this.limit.take(), reply, call)));
                    }
                    if reply.status() == StatusCode::TOO_MANY_REQUESTS {
                        *this.limit = Some(reply);
                    }
                    let future = service.call(Request::from_parts(parts, replica(whole)));
                    this.state.set(State::Calling { future });
                    continue;
                }
            };
            let call = this.call.as_mut().expect("only a call is judged");
            let next = match call.judge(verdict, this.spare.is_some()) {
                Next::HandOn => return Poll::Ready(Ok(hand_on(this.limit.take(), reply, call))),
                Next::Replay => State::Retrying { reply: Some(reply) },
                Next::Refetch(fetch) => State::Refetching {
                    fetch,
                    reply: Some(reply),
                },
            };
            this.state.set(next);
        }
    }
}

/// The same body for one more attempt; the bytes are shared, not copied.
fn replica<B>(whole: &Whole) -> RequestBody<B> {
    HeldBody::whole(whole.bytes.clone()).with_trailers(whole.trailers.as_deref().cloned())
}

/// The verdict, and the body as it was.
fn look<R>(parts: &response::Parts, collected: Collected<R>) -> (Verdict, ReplyBody<R>) {
    match collected {
        Collected::Whole(whole) => {
            let verdict = verdict::at_body(parts, Some(&whole.bytes));
            let bytes = whole.bytes.clone();
            (verdict, HeldBody::collected(whole, bytes))
        }
        Collected::TooLarge(body) | Collected::NoBudget(body) => {
            (verdict::at_body(parts, None), body)
        }
        Collected::Failed(head, error) => {
            let verdict = verdict::at_body(parts, None);
            (verdict, HeldBody::broken(head, error))
        }
        _ => unreachable!("invariant: a body is whole, too large, or has failed"),
    }
}

/// Ends the call with the last reply, or with the `limit` that came before a 401.
fn hand_on<R>(
    limit: Option<Response<ReplyBody<R>>>,
    last: Response<ReplyBody<R>>,
    call: &mut Call,
) -> Response<ReplyBody<R>> {
    let is_rejected = last.status() == StatusCode::UNAUTHORIZED;
    let mut reply = limit.filter(|_| is_rejected).unwrap_or(last);
    mark::adopt(&mut reply, &call.report);
    reply.extensions_mut().insert(call.secrets());
    match call.take_lease() {
        Some(lease) => reply.map(|body| body.with_guard(Arc::new(lease))),
        None => reply,
    }
}

impl<S, B, R> fmt::Debug for KeyRotationFuture<S, B, R>
where
    S: Service<Request<RequestBody<B>>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRotationFuture")
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}
