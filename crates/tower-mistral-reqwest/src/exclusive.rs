//! A body that any thread may poll, one at a time.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use sync_wrapper::SyncWrapper;

pin_project! {
    /// Makes a body [`Sync`], which reqwest asks for although it never shares one.
    ///
    /// Whoever holds the body shared sees only notes of what it said of itself when it was polled
    /// last; the body itself is reached through `&mut` alone.
    pub(crate) struct Exclusive<B> {
        #[pin]
        body: SyncWrapper<B>,
        size_hint: SizeHint,
        is_end_stream: bool,
    }
}

impl<B: Body> Exclusive<B> {
    pub(crate) fn new(body: B) -> Self {
        Self {
            size_hint: body.size_hint(),
            is_end_stream: body.is_end_stream(),
            body: SyncWrapper::new(body),
        }
    }
}

impl<B: Body<Data = Bytes>> Body for Exclusive<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.project();
        let mut body = this.body.get_pin_mut();
        let polled = body.as_mut().poll_frame(cx);
        *this.size_hint = body.size_hint();
        *this.is_end_stream = body.is_end_stream();
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.is_end_stream
    }

    #[allow(clippy::clone_on_copy, reason = "`Copy` since http-body 1.1 only")]
    fn size_hint(&self) -> SizeHint {
        self.size_hint.clone()
    }
}
