//! A reply in memory, of a length that is known: so its end is known with its last chunk, as hyper knows
//! it of a reply with a `content-length`.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame};

/// A frame a chunk.
pub(crate) struct Frames {
    frames: Arc<[Bytes]>,
    at: usize,
}

impl Frames {
    pub(crate) fn new(frames: Arc<[Bytes]>) -> Self {
        Self { frames, at: 0 }
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let frame = self.frames.get(self.at).cloned();
        self.at += 1;
        Poll::Ready(frame.map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.at >= self.frames.len()
    }
}
