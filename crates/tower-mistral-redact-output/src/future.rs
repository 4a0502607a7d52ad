//! One call: read the request, send it, read the reply.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_mistral_wire::{
    BoxError, Handling, Mode, Reason, Rejection,
    body::{Collect, Collected, HeldBody, RequestBody, Whole},
    ext::{Exempt, Layer},
    intake::{Arrived, Content, Intake},
    json::{Tape, Value},
    mark::{self, Mark},
    media::{self, ReplyMedia},
};
use tower_service::Service;

use crate::{
    RedactOutputBody,
    conversation::Conversation,
    layer::Options,
    reply::{self, Call, Unread},
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
                    let mut call = call.take().expect("polled after it was ready");
                    mark::adopt(&mut response, &call.report);
                    let live_keys = this.options.live_keys.of(response.extensions());
                    call.texts.watch(live_keys);
                    // What follows an upgrade is no body.
                    let switches = response.status() == StatusCode::SWITCHING_PROTOCOLS;
                    let is_empty = response.body().is_end_stream() || *method == Method::HEAD;
                    if is_empty && !switches {
                        return Poll::Ready(Ok(response.map(RedactOutputBody::untouched)));
                    }
                    let (mut head, body) = response.into_parts();
                    let body = match call.mode {
                        Mode::Enforce => Source::of(&mut head, body, this.options.max_reply),
                        _ => Source::plain(body),
                    };
                    let body = body.timed(&call.report);
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
                        ReplyMedia::Opaque(reason) => match opaque(reason, &mut call) {
                            // It has no label to go by, but it may be text all the same.
                            Ok(()) => {
                                let (cap, budget) = (this.options.max_reply, &this.options.budget);
                                State::Reply {
                                    collect: Collect::new(body, cap, budget),
                                    head: Some(head),
                                    call: Some(call),
                                    media: ReplyMedia::Text,
                                }
                            }
                            Err(unread) => {
                                let body = HeldBody::untouched(body);
                                return Poll::Ready(Ok(answer(head, body, unread, &call)));
                            }
                        },
                        _ => {
                            let answer = refuse(Reason::UnsupportedMedia, &call);
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
    let asks_for_upgrade = arrived.reason() == Some(Reason::Upgrade);
    let upgrade = options.on_uninspectable.get(Reason::Upgrade);
    if asks_for_upgrade {
        options.counters.add(Reason::Upgrade, upgrade);
    }
    if mode == Mode::Enforce {
        let answer = |refusal: Rejection| {
            let response = refusal.into_response(&arrived.report);
            Err(Box::new(response.map(RedactOutputBody::held)))
        };
        // A request's body is for others to judge; its path and its protocol decide on the reply.
        match arrived.refusal() {
            Some(refusal) if arrived.path.is_err() => return answer(refusal),
            Some(refusal) if asks_for_upgrade && upgrade != Handling::Pass => {
                return answer(refusal);
            }
            _ => {}
        }
    }
    let tape = match &arrived.content {
        Content::Json(tape) => Some(tape),
        _ => None,
    };
    let json_content = tape.is_some_and(wants_json);
    let reads = options.leaks.mode != Mode::Off || options.allow_from_request;
    let conversation = tape
        .filter(|_| reads)
        .map(|tape| Conversation::read(&arrived.endpoint, tape))
        .unwrap_or_default();
    let system = options.leaks.of(&conversation);
    let exempt = if options.allow_from_request {
        conversation.exempt(&options.redactor, &exempt)
    } else {
        exempt
    };
    let mut request = arrived.request;
    media::ask_for_plain(request.headers_mut(), mode == Mode::Enforce);
    let report = arrived.report;
    let mut texts = Texts::new(options, mode, exempt, json_content, report.clone());
    texts.protect(system);
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
    Response::from_parts(head, RedactOutputBody::stream(body, call, options))
}

/// Whether a reply that is no text by its label is read as text all the same.
fn opaque(reason: Reason, call: &mut Call) -> Result<(), Unread> {
    let asked = call.ask(reason);
    match call.mode {
        Mode::Enforce => asked,
        // Looking on must not delay what nobody expects to be read.
        _ => Err(Unread::Passed),
    }
}

/// A reply that was read whole, or not.
fn whole<R>(
    mut head: response::Parts,
    collected: Collected<Source<R>>,
    media: ReplyMedia,
    mut call: Call,
    options: &Options,
) -> Response<RedactOutputBody<R>> {
    let (body, reason) = match collected {
        Collected::Whole(whole) => return read(head, whole, media, call, options),
        Collected::TooLarge(body) => (body, Reason::BodyTooLarge),
        Collected::NoBudget(body) => (body, Reason::OverBudget),
        Collected::Failed(_, error) => {
            if let Some(reason) = Source::<R>::refusal(&error) {
                // What was decoded of it is gone.
                call.refused(reason);
                return refuse(reason, &call);
            }
            // The caller sees what it would have seen, but for text that nobody can judge.
            media::forget_digests(&mut head.headers);
            return Response::from_parts(
                head,
                RedactOutputBody::held(HeldBody::broken(Bytes::new(), error)),
            );
        }
        _ => return refuse(Reason::UnsupportedMedia, &call),
    };
    match call.ask(reason) {
        Err(unread) => answer(head, body, unread, &call),
        Ok(()) => refuse(reason, &call),
    }
}

/// A reply that was read whole.
fn read<R>(
    mut head: response::Parts,
    whole: Whole,
    media: ReplyMedia,
    mut call: Call,
    options: &Options,
) -> Response<RedactOutputBody<R>> {
    let bytes = whole.bytes.clone();
    let report = call.report.clone();
    let rewrite = || reply::rewrite(&bytes, (media, head.status), &mut call, options);
    match report.time(Layer::RedactOutput, rewrite) {
        Ok(_) if call.texts.is_over() => {
            let rejection = call.blocked();
            rejection
                .into_response(&call.report)
                .map(RedactOutputBody::held)
        }
        Ok((rewritten, uninspected)) => {
            if rewritten != bytes {
                media::forget_digests(&mut head.headers);
                mark::set(&mut head.headers, Mark::Edited, call.report.request_id());
            }
            if uninspected {
                mark::set(&mut head.headers, Mark::Degraded, call.report.request_id());
            }
            let body = RedactOutputBody::held(HeldBody::collected(whole, rewritten));
            Response::from_parts(head, body)
        }
        Err(unread) => answer(head, HeldBody::collected(whole, bytes), unread, &call),
    }
}

/// A reply that cannot be inspected: refused, or passed on with a mark.
fn answer<R>(
    mut head: response::Parts,
    body: HeldBody<Source<R>>,
    unread: Unread,
    call: &Call,
) -> Response<RedactOutputBody<R>> {
    call.report.update_reply(|facts| facts.uninspected = true);
    match unread {
        Unread::Refused(reason) => refuse(reason, call),
        Unread::Passed => {
            if call.mode == Mode::Enforce {
                mark::set(&mut head.headers, Mark::Degraded, call.report.request_id());
            }
            Response::from_parts(head, RedactOutputBody::held(body))
        }
    }
}

fn refuse<R>(reason: Reason, call: &Call) -> Response<RedactOutputBody<R>> {
    Rejection::of_reply(reason, call.report.request_id().clone())
        .into_response(&call.report)
        .map(RedactOutputBody::held)
}
