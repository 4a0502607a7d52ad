//! A reply in Observe that is read whole: it passes as it comes, and a copy is looked at.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body::{Body, Frame, SizeHint};
use tower_mistral_wire::{BoxError, body::Reservation, ext::Layer, media::ReplyMedia};

use crate::{
    layer::Options,
    reply::{self, Call},
    source::Source,
};

pub(crate) struct Watch<R> {
    inner: Source<R>,
    kind: (ReplyMedia, StatusCode),
    options: Options,
    /// Gone when the reply was too large, or has been looked at.
    copy: Option<(BytesMut, Reservation, Call)>,
}

impl<R> Watch<R> {
    pub(crate) fn new(
        inner: Source<R>,
        kind: (ReplyMedia, StatusCode),
        call: Call,
        options: Options,
    ) -> Self {
        let copy = Some((BytesMut::new(), options.budget.reserve(), call));
        Self {
            inner,
            kind,
            options,
            copy,
        }
    }

    fn look_on(&mut self, chunk: &Bytes) {
        let Some((copy, reserved, call)) = &mut self.copy else {
            return;
        };
        let fits = copy.len() + chunk.len() <= self.options.max_reply;
        if fits && reserved.grow(chunk.len()) {
            copy.extend_from_slice(chunk);
            return;
        }
        call.report.update_reply(|facts| facts.uninspected = true);
        self.copy = None;
    }

    fn end(&mut self) {
        let Some((copy, _reserved, mut call)) = self.copy.take() else {
            return;
        };
        let report = call.report.clone();
        let look = || reply::rewrite(&copy.freeze(), self.kind, &mut call, &self.options);
        let read = report.time(Layer::RedactOutput, look);
        if read.is_err() {
            call.report.update_reply(|facts| facts.uninspected = true);
        }
    }
}

impl<R> Watch<R>
where
    R: Body + Unpin,
    R::Error: Into<BoxError>,
{
    pub(crate) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => {
                self.end();
                return Poll::Ready(Some(Err(error)));
            }
            None => {
                self.end();
                return Poll::Ready(None);
            }
        };
        if let Some(chunk) = frame.data_ref() {
            self.look_on(chunk);
        }
        // A reader that knows the length does not ask again.
        if self.inner.is_end_stream() {
            self.end();
        }
        Poll::Ready(Some(Ok(frame)))
    }

    pub(crate) fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
