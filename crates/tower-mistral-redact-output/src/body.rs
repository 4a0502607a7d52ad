//! The body of a redacted reply.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body::{Body, Frame, SizeHint};
use tower_mistral_wire::{
    BoxError, Mode, Reason, Rejection, body::HeldBody, ext::Layer, media::ReplyMedia,
    rewrite::StreamRewriter,
};

use crate::{layer::Options, reply::Call, source::Source, texts::Texts, watch::Watch};

const LAYER: Layer = Layer::RedactOutput;

/// The body of a redacted reply: as it came, whole, or a stream that is rewritten as it comes.
///
/// Its error is the inner body's, or a [`Rejection`] when a stream cannot be inspected or ends
/// before its last event; [`Rejection::find`] finds it through the errors of hyper and reqwest.
pub struct RedactOutputBody<R>(Kind<R>);

enum Kind<R> {
    Held(HeldBody<Source<R>>),
    /// Boxed since they are large, once a reply.
    Stream(Box<Stream<R>>),
    Watch(Box<Watch<R>>),
}

struct Stream<R> {
    inner: Source<R>,
    rewriter: StreamRewriter<Texts>,
    call: Call,
    state: State,
    /// Wait until all text has gone out.
    trailers: Option<HeaderMap>,
    failure: Option<BoxError>,
    /// A blocked reply ends instead of breaking.
    ends_blocked: bool,
    /// This layer is the one that fills in the facts of the reply.
    claimed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Events are rewritten.
    Rewrite,
    /// Frames pass as they come; a copy is looked at.
    Watch,
    /// Frames pass as they come: the copy could not be read on.
    Blind,
    /// The inner body has ended; the rest goes out.
    Ended,
}

impl<R> RedactOutputBody<R> {
    pub(crate) fn untouched(body: R) -> Self {
        Self(Kind::Held(HeldBody::untouched(Source::plain(body))))
    }

    pub(crate) fn held(body: HeldBody<Source<R>>) -> Self {
        Self(Kind::Held(body))
    }

    pub(crate) fn watch(
        inner: Source<R>,
        kind: (ReplyMedia, StatusCode),
        call: Call,
        options: &Options,
    ) -> Self {
        Self(Kind::Watch(Box::new(Watch::new(
            inner,
            kind,
            call,
            options.clone(),
        ))))
    }

    pub(crate) fn stream(inner: Source<R>, call: Call, options: &Options) -> Self {
        let endpoint = call.endpoint.clone();
        let mut texts = call.texts.clone();
        texts.measure_holding();
        let rewriter = StreamRewriter::new(texts, endpoint, options.stream);
        let rewriter = rewriter.budget(&options.budget);
        let state = if call.mode == Mode::Enforce {
            State::Rewrite
        } else {
            State::Watch
        };
        let claimed = call.report.claim_reply();
        let (trailers, failure) = (None, None);
        let stream = Stream {
            inner,
            rewriter,
            call,
            state,
            trailers,
            failure,
            ends_blocked: options.ends_blocked,
            claimed,
        };
        Self(Kind::Stream(Box::new(stream)))
    }
}

impl<R> Stream<R> {
    fn reject(&mut self, reason: Reason) {
        self.fail_with(Rejection::of_reply(
            reason,
            self.call.report.request_id().clone(),
        ));
    }

    /// Breaks off a reply in which too much was found. What is not out yet stays.
    fn block_if_over(&mut self) {
        if self.state == State::Rewrite && self.call.texts.is_over() {
            let rejection = self.call.blocked();
            if self.ends_blocked && self.rewriter.fail() {
                self.call.report.set_rejected(rejection.kind());
                self.state = State::Ended;
            } else {
                self.rewriter.abort();
                while self.rewriter.pop().is_some() {}
                self.fail_with(rejection);
            }
            self.report();
        }
    }

    fn fail_with(&mut self, rejection: Rejection) {
        self.call.report.set_rejected(rejection.kind());
        self.failure = Some(rejection.into());
        self.state = State::Ended;
    }

    fn data(&mut self, chunk: Bytes) -> Option<Frame<Bytes>> {
        match self.state {
            State::Rewrite => {
                let rewriter = &mut self.rewriter;
                let pushed = self.call.report.time(LAYER, || rewriter.push(chunk));
                if let Err(reason) = pushed {
                    self.reject(reason);
                }
                self.block_if_over();
                None
            }
            State::Watch => {
                let (rewriter, copy) = (&mut self.rewriter, chunk.clone());
                if (self.call.report.time(LAYER, || rewriter.push(copy))).is_err() {
                    self.call
                        .report
                        .update_reply(|facts| facts.uninspected = true);
                    self.state = State::Blind;
                }
                while self.rewriter.pop().is_some() {}
                Some(Frame::data(chunk))
            }
            State::Blind | State::Ended => Some(Frame::data(chunk)),
        }
    }

    fn end(&mut self) {
        let rewriter = &mut self.rewriter;
        match self.state {
            State::Rewrite => match self.call.report.time(LAYER, || rewriter.finish()) {
                Ok(()) => {
                    self.block_if_over();
                    self.state = State::Ended;
                }
                Err(reason) => self.reject(reason),
            },
            State::Blind => self.state = State::Ended,
            _ => {
                // In Observe a cut stream is no error of ours, but its facts count.
                let _ = self.rewriter.finish();
                while self.rewriter.pop().is_some() {}
                self.state = State::Ended;
            }
        }
        self.report();
    }

    fn fail(&mut self, error: BoxError) {
        self.rewriter.abort();
        if let Some(reason) = Source::<R>::refusal(&error) {
            self.call.refused(reason);
            self.reject(reason);
            return self.report();
        }
        if self.state != State::Rewrite {
            while self.rewriter.pop().is_some() {}
        }
        self.failure = Some(error);
        self.state = State::Ended;
        self.report();
    }

    /// Whoever claimed the reply says when its first text goes out.
    fn note_text(&self) {
        if self.claimed && self.rewriter.facts().output_chars > 0 {
            self.call.report.note_text();
        }
    }

    fn report(&mut self) {
        if self.claimed {
            let facts = self.rewriter.facts();
            self.call.report.update_reply(|known| {
                let uninspected = known.uninspected;
                *known = facts.clone();
                known.uninspected |= uninspected;
            });
        }
    }
}

impl<R> Stream<R>
where
    R: Body + Unpin,
    R::Error: Into<BoxError>,
{
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            if let Some(bytes) = self.rewriter.pop() {
                self.note_text();
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
            if self.state == State::Ended {
                if let Some(error) = self.failure.take() {
                    return Poll::Ready(Some(Err(error)));
                }
                let trailers = self.trailers.take();
                return Poll::Ready(trailers.map(|trailers| Ok(Frame::trailers(trailers))));
            }
            match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(chunk) => {
                        if let Some(frame) = self.data(chunk) {
                            self.note_text();
                            return Poll::Ready(Some(Ok(frame)));
                        }
                    }
                    Err(frame) => self.trailers = frame.into_trailers().ok(),
                },
                Some(Err(error)) => self.fail(error),
                None => self.end(),
            }
        }
    }
}

impl<R> Drop for Stream<R> {
    fn drop(&mut self) {
        // The reader may have hung up in mid-stream: what was seen so far counts.
        if self.state != State::Ended {
            self.report();
        }
    }
}

impl<R> Body for RedactOutputBody<R>
where
    R: Body + Unpin,
    R::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.0 {
            Kind::Held(body) => Pin::new(body).poll_frame(cx),
            Kind::Stream(stream) => stream.poll_frame(cx),
            Kind::Watch(watch) => watch.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Held(body) => body.is_end_stream(),
            // Only the rewriter knows whether text is held back, and only when it is polled.
            Kind::Stream(_) => false,
            Kind::Watch(watch) => watch.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Held(body) => body.size_hint(),
            Kind::Stream(stream) if stream.state != State::Rewrite => stream.inner.size_hint(),
            Kind::Stream(_) => SizeHint::default(),
            Kind::Watch(watch) => watch.size_hint(),
        }
    }
}

impl<R> fmt::Debug for RedactOutputBody<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::Held(_) => "RedactOutputBody::Held",
            Kind::Stream(_) => "RedactOutputBody::Stream",
            Kind::Watch(_) => "RedactOutputBody::Watch",
        })
    }
}
