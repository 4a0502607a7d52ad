//! Where the bytes of a reply come from: as the inner service sends them, or decoded.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use http::response;
use http_body::{Body, Frame, SizeHint};
use tower_mistral_wire::{BoxError, Reason, ext::CallReport};
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
    /// Is told when the first byte comes.
    report: Option<CallReport>,
    #[cfg(feature = "decode")]
    decoder: Option<Box<Decoder>>,
    /// What came and is not decoded yet.
    #[cfg(feature = "decode")]
    coded: Bytes,
}

/// About so much is decoded before it is handed on, whatever it came from.
#[cfg(feature = "decode")]
const ROOM: usize = 64 * 1024;

impl<R> Source<R> {
    /// The bytes as they come.
    pub(crate) fn plain(inner: R) -> Self {
        Self {
            inner,
            report: None,
            #[cfg(feature = "decode")]
            decoder: None,
            #[cfg(feature = "decode")]
            coded: Bytes::new(),
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
        // A stream has no length; its events have, and it is decoded bit by bit.
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
            report: None,
            decoder: Some(Box::new(Decoder::new(coding, Limits { max_output }))),
            coded: Bytes::new(),
        }
    }

    /// The same without a decoder: the coding stays, and the reply is refused for it.
    #[cfg(not(feature = "decode"))]
    pub(crate) fn of(_: &mut response::Parts, inner: R, _: usize) -> Self {
        Self::plain(inner)
    }

    /// Tells `report` when the first byte comes.
    pub(crate) fn timed(mut self, report: &CallReport) -> Self {
        self.report = Some(report.clone());
        self
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

    /// Takes a chunk. What it gives at once is all of it if there is no coding.
    #[cfg(feature = "decode")]
    fn put(&mut self, chunk: Bytes) -> Option<Bytes> {
        if self.decoder.is_none() {
            return Some(chunk);
        }
        self.coded = chunk;
        None
    }

    #[cfg(not(feature = "decode"))]
    #[expect(
        clippy::unnecessary_wraps,
        clippy::unused_self,
        reason = "decoding waits"
    )]
    fn put(&mut self, chunk: Bytes) -> Option<Bytes> {
        Some(chunk)
    }

    /// The next of what was put and is not decoded yet; none if all is.
    #[cfg(feature = "decode")]
    fn decoded(&mut self) -> Option<Result<Bytes, BoxError>> {
        let decoder = self.decoder.as_mut()?;
        while !self.coded.is_empty() || decoder.holds_more() {
            let mut rest = &*self.coded;
            let decoded = decoder.take(&mut rest, ROOM);
            self.coded.advance(self.coded.len() - rest.len());
            match decoded {
                Ok(decoded) if decoded.is_empty() => {}
                Ok(decoded) => return Some(Ok(decoded)),
                Err(error) => {
                    self.coded.clear();
                    return Some(Err(error.into()));
                }
            }
        }
        None
    }

    #[cfg(not(feature = "decode"))]
    #[expect(clippy::unused_self, reason = "nothing is decoded")]
    fn decoded(&mut self) -> Option<Result<Bytes, BoxError>> {
        None
    }

    /// The body is over. A coding that is not at its end fails here.
    #[cfg(feature = "decode")]
    fn end(&mut self) -> Result<(), BoxError> {
        if let Some(mut decoder) = self.decoder.take() {
            decoder.finish()?;
        }
        Ok(())
    }

    #[cfg(not(feature = "decode"))]
    #[expect(
        clippy::unnecessary_wraps,
        clippy::unused_self,
        reason = "decoding can fail"
    )]
    fn end(&mut self) -> Result<(), BoxError> {
        Ok(())
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
        loop {
            if let Some(decoded) = self.decoded() {
                return Poll::Ready(Some(decoded.map(Frame::data)));
            }
            let frame = match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
                Some(Ok(frame)) => frame,
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                None => return Poll::Ready(self.end().err().map(Err)),
            };
            match frame.into_data() {
                Ok(mut data) => {
                    let chunk = data.copy_to_bytes(data.remaining());
                    if !chunk.is_empty() {
                        if let Some(report) = self.report.take() {
                            report.note_byte();
                        }
                    }
                    if let Some(plain) = self.put(chunk) {
                        return Poll::Ready(Some(Ok(Frame::data(plain))));
                    }
                }
                // Trailers end a body, so they end its coding.
                Err(trailers) => {
                    let trailers = trailers.map_data(|_| Bytes::new());
                    return Poll::Ready(Some(self.end().map(|()| trailers)));
                }
            }
        }
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
