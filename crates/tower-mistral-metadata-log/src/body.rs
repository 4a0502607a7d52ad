//! The body of a reply that is being recorded.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tower_mistral_wire::{BoxError, Rejection, body::ReplyBody};

use crate::{OnRecord, TracingSink, entry::Entry};

/// The inner body, frame by frame as it comes; the call's record is made when it ends.
pub struct LoggedBody<R, N: OnRecord = TracingSink> {
    inner: ReplyBody<R>,
    // Stands after `inner`: what inner layers report when they are dropped has come by then.
    entry: Option<Box<Entry<N>>>,
}

impl<R, N> LoggedBody<R, N>
where
    R: Body + Unpin,
    R::Error: Into<BoxError>,
    N: OnRecord,
{
    pub(crate) fn new(inner: ReplyBody<R>, mut entry: Option<Box<Entry<N>>>) -> Self {
        // Nobody polls a body that is known to be empty.
        if inner.is_end_stream() {
            if let Some(entry) = entry.take() {
                entry.end(None);
            }
        }
        Self { inner, entry }
    }
}

impl<R, N> Body for LoggedBody<R, N>
where
    R: Body + Unpin,
    R::Error: Into<BoxError>,
    N: OnRecord,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        let frame = {
            let _span = this.entry.as_ref().map(|entry| entry.enter());
            ready!(Pin::new(&mut this.inner).poll_frame(cx))
        };
        let Some(entry) = &mut this.entry else {
            return Poll::Ready(frame);
        };
        let mut now = None;
        let is_last = match &frame {
            None => true,
            Some(Err(error)) => {
                if let Some(rejection) = Rejection::find(error.as_ref()) {
                    entry.report().set_rejected(rejection.kind());
                }
                entry.fail();
                true
            }
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    now = entry.data(data);
                }
                // A reader that was told the length may never ask again.
                frame.is_trailers() || this.inner.is_end_stream()
            }
        };
        if is_last {
            if let Some(entry) = this.entry.take() {
                entry.end(now);
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<R, N: OnRecord> fmt::Debug for LoggedBody<R, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoggedBody")
            .field("recorded", &self.entry.is_none())
            .finish_non_exhaustive()
    }
}
