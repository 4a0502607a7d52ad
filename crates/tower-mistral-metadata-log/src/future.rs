//! One call, up to the head of its reply.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_mistral_wire::{BoxError, Rejection, RejectionKind, body::RequestBody, intake::Intake};
use tower_service::Service;

use crate::{LoggedBody, OnRecord, entry::Entry, settings::Settings};

pin_project! {
    /// The future of [`MetadataLog`](crate::MetadataLog).
    #[must_use = "futures do nothing unless polled"]
    pub struct MetadataLogFuture<S, B, N>
    where
        S: Service<Request<RequestBody<B>>>,
        N: OnRecord,
    {
        #[pin]
        state: State<S, S::Future, B, N>,
        // Stands after `state`: what inner layers report when they are dropped has come by then.
        entry: Option<Box<Entry<N>>>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<S, F, B, N> {
        Read { inner: S, intake: Intake<B>, settings: Arc<Settings<N>> },
        Call { #[pin] future: F },
    }
}

impl<S, B, N> MetadataLogFuture<S, B, N>
where
    S: Service<Request<RequestBody<B>>>,
    N: OnRecord,
    B: Body,
{
    pub(crate) fn unlogged(future: S::Future) -> Self {
        Self {
            state: State::Call { future },
            entry: None,
        }
    }

    pub(crate) fn logged(inner: S, request: Request<B>, settings: Arc<Settings<N>>) -> Self {
        let intake = Intake::new(request, Arc::clone(&settings.intake));
        Self {
            state: State::Read {
                inner,
                intake,
                settings,
            },
            entry: None,
        }
    }
}

impl<S, B, N, R> Future for MetadataLogFuture<S, B, N>
where
    S: Service<Request<RequestBody<B>>, Response = Response<R>>,
    N: OnRecord,
    B: Body + Unpin,
    B::Error: Into<BoxError>,
    R: Body + Unpin,
    R::Error: Into<BoxError>,
{
    type Output = Result<Response<LoggedBody<R, N>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            match this.state.as_mut().project() {
                StateProj::Read {
                    inner,
                    intake,
                    settings,
                } => {
                    // What it costs to open the record is a part of the overhead.
                    let mut from = Duration::ZERO;
                    let entry = match &mut *this.entry {
                        Some(entry) => {
                            from = entry.elapsed();
                            entry
                        }
                        none => {
                            let (parts, endpoint) = intake.head().expect("nothing was read yet");
                            let entry = Entry::new(Arc::clone(settings), parts, endpoint);
                            if !settings.sink.accepts_calls() {
                                return Poll::Ready(Ok(refuse(Box::new(entry))));
                            }
                            none.insert(Box::new(entry))
                        }
                    };
                    let arrived = Pin::new(intake).poll(cx);
                    entry.add_overhead_since(from);
                    let arrived = ready!(arrived);
                    entry.read(&arrived.request);
                    let future = {
                        let _span = entry.enter();
                        inner.call(arrived.request)
                    };
                    this.state.set(State::Call { future });
                }
                StateProj::Call { future } => {
                    let answer = {
                        let _span = this.entry.as_ref().map(|entry| entry.enter());
                        ready!(future.poll(cx))
                    };
                    let mut entry = this.entry.take();
                    return Poll::Ready(match answer {
                        Ok(response) => {
                            let mut response = response.map(RequestBody::untouched);
                            if let Some(entry) = &mut entry {
                                entry.head(&mut response);
                            }
                            Ok(response.map(|body| LoggedBody::new(body, entry)))
                        }
                        Err(error) => {
                            if let Some(mut entry) = entry {
                                entry.fail();
                                entry.end(None);
                            }
                            Err(error)
                        }
                    });
                }
            }
        }
    }
}

/// A sink that must not miss a record cannot take one.
fn refuse<R, N>(mut entry: Box<Entry<N>>) -> Response<LoggedBody<R, N>>
where
    R: Body + Unpin,
    R::Error: Into<BoxError>,
    N: OnRecord,
{
    let report = entry.report().clone();
    let kind = RejectionKind::AuditUnavailable;
    let refusal = Rejection::new(kind, report.request_id().clone());
    let mut response = refusal.into_response(&report);
    entry.head(&mut response);
    response.map(|body| LoggedBody::new(body, Some(entry)))
}

impl<S, B, N> fmt::Debug for MetadataLogFuture<S, B, N>
where
    S: Service<Request<RequestBody<B>>>,
    N: OnRecord,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetadataLogFuture").finish_non_exhaustive()
    }
}
