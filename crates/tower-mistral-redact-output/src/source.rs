//! Where the bytes of a reply come from: as the inner service sends them, or decoded.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use http::response;
use http_body::{Body, Frame, SizeHint};
use tower_mistral_wire::{BoxError, Reason};
#[cfg(feature = "decode")]
use {
    http::{HeaderValue, header},
    tower_mistral_wire::{
        decode::{Coding, DecodeError, Decoder, Limits},
        media,
    },
};

/// The body of a reply, without its content coding.
#[derive(Debug)]
pub(crate) struct Source<R> {
    inner: R,
    #[cfg(feature = "decode")]
    decoder: Option<Box<Decoder>>,
}

impl<R> Source<R> {
    /// The bytes as they come.
    pub(crate) fn plain(inner: R) -> Self {
        Self {
            inner,
            #[cfg(feature = "decode")]
            decoder: None,
        }
    }

    /// Takes the content coding off a reply, if there is one that can be decoded; else leaves it
    /// for whoever judges what cannot be inspected.
    #[cfg(feature = "decode")]
    pub(crate) fn of(head: &mut response::Parts, inner: R, max_reply: usize) -> Self {
        let Ok(Some(coding)) = Coding::of(&head.headers) else {
            return Self::plain(inner);
        };
        head.headers.remove(header::CONTENT_ENCODING);
        media::forget_digests(&mut head.headers);
        // A stream has no length; its events have, and bound what is held of it.
        let label = head
            .headers
            .get(header::CONTENT_TYPE)
            .map(HeaderValue::as_bytes);
        let is_stream = label.is_some_and(|label| label.starts_with(b"text/event-stream"));
        let max_output = if is_stream {
            usize::MAX
        } else {
            max_reply.saturating_add(1)
        };
        Self {
            inner,
            decoder: Some(Box::new(Decoder::new(coding, Limits { max_output }))),
        }
    }

    /// The same without a decoder: the coding stays, and the reply is refused for it.
    #[cfg(not(feature = "decode"))]
    pub(crate) fn of(_: &mut response::Parts, inner: R, _: usize) -> Self {
        Self::plain(inner)
    }

    /// Why a reply is refused whose body failed in its coding.
    #[cfg(feature = "decode")]
    pub(crate) fn refusal(error: &BoxError) -> Option<Reason> {
        Some(match error.downcast_ref()? {
            DecodeError::TooLarge => Reason::BodyTooLarge,
            _ => Reason::BrokenCoding,
        })
    }

    /// None: nothing is decoded.
    #[cfg(not(feature = "decode"))]
    pub(crate) fn refusal(_: &BoxError) -> Option<Reason> {
        None
    }

    #[cfg(feature = "decode")]
    fn decode(&mut self, chunk: Option<Bytes>) -> Result<Bytes, BoxError> {
        match (&mut self.decoder, chunk) {
            (None, chunk) => Ok(chunk.unwrap_or_default()),
            (Some(decoder), Some(chunk)) => Ok(decoder.push(&chunk)?),
            (Some(decoder), None) => {
                let tail = decoder.finish()?;
                self.decoder = None;
                Ok(tail)
            }
        }
    }

    #[cfg(not(feature = "decode"))]
    #[expect(
        clippy::unnecessary_wraps,
        clippy::unused_self,
        reason = "decoding can fail"
    )]
    fn decode(&mut self, chunk: Option<Bytes>) -> Result<Bytes, BoxError> {
        Ok(chunk.unwrap_or_default())
    }

    fn is_decoded(&self) -> bool {
        #[cfg(feature = "decode")]
        return self.decoder.is_some();
        #[cfg(not(feature = "decode"))]
        false
    }
}

impl<R> Body for Source<R>
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
        let frame = match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
            None => {
                // A coding that is not at its end fails here.
                let tail = self
                    .decode(None)
                    .map(|tail| (!tail.is_empty()).then_some(tail));
                return Poll::Ready(tail.transpose().map(|tail| tail.map(Frame::data)));
            }
        };
        Poll::Ready(Some(match frame.into_data() {
            Ok(mut data) => {
                let chunk = data.copy_to_bytes(data.remaining());
                self.decode(Some(chunk)).map(Frame::data)
            }
            // Trailers end a body, so they end its coding.
            Err(frame) => match self.decode(None) {
                Ok(_) => Ok(frame.map_data(|_| Bytes::new())),
                Err(error) => Err(error),
            },
        }))
    }

    fn is_end_stream(&self) -> bool {
        !self.is_decoded() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.is_decoded() {
            SizeHint::default()
        } else {
            self.inner.size_hint()
        }
    }
}
