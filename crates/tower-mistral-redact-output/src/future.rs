//! One call: read the request, send it, read the reply.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Method, Request, Response, response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_mistral_wire::{
    BoxError, Mode, OnUninspectable, Rejection, RejectionKind,
    body::{Collect, Collected, HeldBody, RequestBody},
    ext::Exempt,
    intake::{Arrived, Content, Intake},
    json::{Tape, Value},
    mark::{self, Mark},
    media::{self, ReplyMedia},
};
use tower_service::Service;

use crate::{
    RedactOutputBody,
    layer::Options,
    reply::{self, Call},
    source::Source,
    texts::Texts,
};

pin_project! {
    /// The future of [`RedactOutput`](crate::RedactOutput).
    #[must_use = "futures do nothing unless polled"]
    pub struct RedactOutputFuture<S, B, R>
    where
        S: Service<Request<RequestBody<B>>>,
    {
        #[pin]
        state: State<S, S::Future, B, R>,
        options: Options,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<S, F, B, R> {
        Request { inner: S, intake: Intake<B>, mode: Mode },
        Off { #[pin] future: F },
        Call { #[pin] future: F, call: Option<Call>, method: Method },
        Reply { collect: Collect<Source<R>>, head: Option<response::Parts>, call: Option<Call>, media: ReplyMedia },
    }
}

impl<S, B, R> RedactOutputFuture<S, B, R>
where
    S: Service<Request<RequestBody<B>>>,
    B: Body,
{
    /// A call that the layer has no part in.
    pub(crate) fn off(future: S::Future, options: Options) -> Self {
        Self {
            state: State::Off { future },
            options,
        }
    }

    pub(crate) fn new(inner: S, request: Request<B>, mode: Mode, options: Options) -> Self {
        let intake = Intake::new(request, options.intake.clone());
        Self {
            state: State::Request {
                inner,
                intake,
                mode,
            },
            options,
        }
    }
}

impl<S, B, R> Future for RedactOutputFuture<S, B, R>
where
    S: Service<Request<RequestBody<B>>, Response = Response<R>>,
    B: Body + Unpin,
    B::Error: Into<BoxError>,
    R: Body + Unpin,
    R::Error: Into<BoxError>,
{
    type Output = Result<Response<RedactOutputBody<R>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.state.as_mut().project() {
                StateProj::Off { future } => {
                    let response = ready!(future.poll(cx))?;
                    return Poll::Ready(Ok(response.map(RedactOutputBody::untouched)));
                }
                StateProj::Request {
                    inner,
                    intake,
                    mode,
                } => {
                    let arrived = ready!(Pin::new(intake).poll(cx));
                    match begin(arrived, *mode, this.options) {
                        Ok((request, call)) => {
                            let method = request.method().clone();
                            let future = inner.call(request);
                            State::Call {
                                future,
                                call: Some(call),
                                method,
                            }
                        }
                        Err(response) => return Poll::Ready(Ok(*response)),
                    }
                }
                StateProj::Call {
                    future,
                    call,
                    method,
                } => {
                    let mut response = ready!(future.poll(cx))?;
                    let call = call.take().expect("polled after it was ready");
                    mark::adopt(&mut response, &call.report);
                    if response.body().is_end_stream() || *method == Method::HEAD {
                        return Poll::Ready(Ok(response.map(RedactOutputBody::untouched)));
                    }
                    let (mut head, body) = response.into_parts();
                    let body = match call.mode {
                        Mode::Enforce => Source::of(&mut head, body, this.options.max_reply),
                        _ => Source::plain(body),
                    };
                    let media = ReplyMedia::of(method, head.status, &head.headers);
                    match media {
                        ReplyMedia::None => {
                            let body = RedactOutputBody::held(HeldBody::untouched(body));
                            return Poll::Ready(Ok(Response::from_parts(head, body)));
                        }
                        ReplyMedia::EventStream => {
                            return Poll::Ready(Ok(stream(head, body, call, this.options)));
                        }
                        ReplyMedia::Json | ReplyMedia::Text if call.mode == Mode::Observe => {
                            let kind = (media, head.status);
                            let body = RedactOutputBody::watch(body, kind, call, this.options);
                            return Poll::Ready(Ok(Response::from_parts(head, body)));
                        }
                        ReplyMedia::Json | ReplyMedia::Text => {
                            let (cap, budget) = (this.options.max_reply, &this.options.budget);
                            State::Reply {
                                collect: Collect::new(body, cap, budget),
                                head: Some(head),
                                call: Some(call),
                                media,
                            }
                        }
                        _ => {
                            let kind = RejectionKind::UninspectableReply;
                            let body = HeldBody::untouched(body);
                            let answer = unread(head, body, kind, &call, this.options);
                            return Poll::Ready(Ok(answer));
                        }
                    }
                }
                StateProj::Reply {
                    collect,
                    head,
                    call,
                    media,
                } => {
                    let collected = ready!(Pin::new(collect).poll(cx));
                    let head = head.take().expect("polled after it was ready");
                    let call = call.take().expect("polled after it was ready");
                    let media = *media;
                    return Poll::Ready(Ok(whole(head, collected, media, call, this.options)));
                }
            };
            this.state.set(next);
        }
    }
}

impl<S, B, R> fmt::Debug for RedactOutputFuture<S, B, R>
where
    S: Service<Request<RequestBody<B>>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedactOutputFuture")
    }
}

/// Prepares the request; answers in its place if its path could be read as another one.
fn begin<B, R>(
    arrived: Arrived<B>,
    mode: Mode,
    options: &Options,
) -> Result<(Request<RequestBody<B>>, Call), Box<Response<RedactOutputBody<R>>>> {
    let extensions = arrived.request.extensions();
    let exempt = extensions.get::<Exempt>().cloned().unwrap_or_default();
    if mode == Mode::Enforce && arrived.path.is_err() {
        if let Some(refusal) = arrived.refusal() {
            let response = refusal.into_response(&arrived.report);
            return Err(Box::new(response.map(RedactOutputBody::held)));
        }
    }
    let json_content = match &arrived.content {
        Content::Json(tape) => wants_json(tape),
        _ => false,
    };
    let mut request = arrived.request;
    media::ask_for_plain(request.headers_mut(), mode == Mode::Enforce);
    let report = arrived.report;
    let texts = Texts::new(options, mode, exempt, json_content, report.clone());
    Ok((
        request,
        Call {
            endpoint: arrived.endpoint,
            mode,
            report,
            texts,
        },
    ))
}

/// Whether the request's `response_format` makes the content of the reply a JSON document.
fn wants_json(tape: &Tape) -> bool {
    let kind = tape
        .root()
        .get("response_format")
        .and_then(|format| format.get("type"));
    let kind = kind.and_then(Value::as_str).unwrap_or_default();
    matches!(&*kind, "json_object" | "json_schema")
}

fn stream<R>(
    mut head: response::Parts,
    body: Source<R>,
    call: Call,
    options: &Options,
) -> Response<RedactOutputBody<R>> {
    if call.mode == Mode::Enforce {
        media::forget_digests(&mut head.headers);
    }
    Response::from_parts(head, RedactOutputBody::stream(body, call, options.stream))
}

/// A reply that was read whole, or not.
fn whole<R>(
    mut head: response::Parts,
    collected: Collected<Source<R>>,
    media: ReplyMedia,
    mut call: Call,
    options: &Options,
) -> Response<RedactOutputBody<R>> {
    let whole = match collected {
        Collected::Whole(whole) => whole,
        Collected::TooLarge(body) => {
            return unread(head, body, RejectionKind::ReplyTooLarge, &call, options);
        }
        Collected::NoBudget(body) => {
            return unread(head, body, RejectionKind::Overloaded, &call, options);
        }
        Collected::Failed(_, error) => {
            if let Some(kind) = Source::<R>::refusal(&error) {
                return refuse(kind, &call);
            }
            // The caller sees what it would have seen, but for text that nobody can judge.
            media::forget_digests(&mut head.headers);
            return Response::from_parts(
                head,
                RedactOutputBody::held(HeldBody::broken(Bytes::new(), error)),
            );
        }
        _ => return refuse(RejectionKind::UninspectableReply, &call),
    };
    let bytes = whole.bytes.clone();
    match reply::rewrite(&bytes, (media, head.status), &mut call, options) {
        Ok(rewritten) => {
            if rewritten != bytes {
                media::forget_digests(&mut head.headers);
                mark::set(&mut head.headers, Mark::Edited, call.report.request_id());
            }
            let body = RedactOutputBody::held(HeldBody::collected(whole, rewritten));
            Response::from_parts(head, body)
        }
        Err(kind) => unread(
            head,
            HeldBody::collected(whole, bytes),
            kind,
            &call,
            options,
        ),
    }
}

/// A reply that cannot be inspected: refused, or passed on with a mark.
fn unread<R>(
    mut head: response::Parts,
    body: HeldBody<Source<R>>,
    kind: RejectionKind,
    call: &Call,
    options: &Options,
) -> Response<RedactOutputBody<R>> {
    call.report.update_reply(|facts| facts.uninspected = true);
    if call.mode == Mode::Enforce && options.on_uninspectable == OnUninspectable::Refuse {
        return refuse(kind, call);
    }
    if call.mode == Mode::Enforce {
        mark::set(&mut head.headers, Mark::Degraded, call.report.request_id());
    }
    Response::from_parts(head, RedactOutputBody::held(body))
}

fn refuse<R>(kind: RejectionKind, call: &Call) -> Response<RedactOutputBody<R>> {
    Rejection::new(kind, call.report.request_id().clone())
        .into_response(&call.report)
        .map(RedactOutputBody::held)
}
