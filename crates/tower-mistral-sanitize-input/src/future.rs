//! The future of a call.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_mistral_wire::{
    BoxError, Mode,
    body::{HeldBody, ReplyBody, RequestBody},
    ext::{CallReport, Layer},
    intake::Intake,
    mark::{self, Mark},
};
use tower_service::Service;

use crate::{
    config::Config,
    decide::{self, Decision},
    screened::Screened,
    switch::Switch,
};

pin_project! {
    /// The future of [`SanitizeInput`](crate::SanitizeInput): reads the request's body, screens it
    /// and calls the inner service, or answers itself.
    #[must_use = "futures do nothing unless polled"]
    pub struct SanitizeInputFuture<S, B>
    where
        S: Service<Request<RequestBody<B>>>,
    {
        #[pin]
        state: State<S, B, S::Future>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<S, B, F> {
        Reading {
            intake: Intake<B>,
            // Ready, and taken for the call.
            service: Option<S>,
            config: Arc<Config>,
            mode: Mode,
            report: CallReport,
        },
        Calling {
            #[pin]
            future: F,
            // None if the layer is off.
            done: Option<Done>,
        },
    }
}

/// What the response is to say of what was done.
struct Done {
    report: CallReport,
    marks: Vec<Mark>,
    screened: Option<Screened>,
}

impl Done {
    fn tell<R>(self, response: &mut Response<R>) {
        mark::adopt(response, &self.report);
        for mark in self.marks {
            mark::set(response.headers_mut(), mark, self.report.request_id());
        }
        if let Some(screened) = self.screened {
            response.extensions_mut().insert(screened);
        }
    }
}

impl<S, B> SanitizeInputFuture<S, B>
where
    S: Service<Request<RequestBody<B>>>,
{
    pub(crate) fn off(future: S::Future) -> Self {
        let state = State::Calling { future, done: None };
        Self { state }
    }

    pub(crate) fn new(
        intake: Intake<B>,
        service: S,
        config: Arc<Config>,
        mode: Mode,
        report: CallReport,
    ) -> Self {
        let state = State::Reading {
            intake,
            service: Some(service),
            config,
            mode,
            report,
        };
        Self { state }
    }
}

impl<S, B, R> Future for SanitizeInputFuture<S, B>
where
    S: Service<Request<RequestBody<B>>, Response = Response<R>>,
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<ReplyBody<R>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProj::Reading {
                    intake,
                    service,
                    config,
                    mode,
                    report,
                } => {
                    let arrived = ready!(Pin::new(intake).poll(cx));
                    let switch = Switch::new(&config.modes, *mode);
                    let decide = || decide::decide(config, &switch, arrived);
                    let (request, marks) = match report.time(Layer::SanitizeInput, decide) {
                        Decision::Call(request, marks) => (request, marks),
                        Decision::Answer(response) => return Poll::Ready(Ok(response)),
                    };
                    let screened = request.extensions().get::<Screened>().cloned();
                    let mut service = service.take().expect("polled after it was ready");
                    State::Calling {
                        future: service.call(request),
                        done: Some(Done {
                            report: report.clone(),
                            marks,
                            screened,
                        }),
                    }
                }
                StateProj::Calling { future, done } => {
                    let mut response = ready!(future.poll(cx))?;
                    if let Some(done) = done.take() {
                        done.tell(&mut response);
                    }
                    return Poll::Ready(Ok(response.map(HeldBody::untouched)));
                }
            };
            state.set(next);
        }
    }
}

impl<S, B> fmt::Debug for SanitizeInputFuture<S, B>
where
    S: Service<Request<RequestBody<B>>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Reading { .. } => "reading",
            State::Calling { .. } => "calling",
        };
        f.debug_tuple("SanitizeInputFuture").field(&state).finish()
    }
}
