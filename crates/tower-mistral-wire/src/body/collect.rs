//! Reading a body whole, under a cap and a budget.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body::Body;

use super::{
    Budget, Reservation,
    held::{HeldBody, into_bytes},
};
use crate::BoxError;

/// A body that was read whole.
#[derive(Debug)]
#[non_exhaustive]
pub struct Whole {
    /// The bytes; the very chunk, if there was one only.
    pub bytes: Bytes,
    /// The trailers.
    pub trailers: Option<Box<HeaderMap>>,
    /// The part of the budget that the bytes take.
    pub reservation: Reservation,
}

/// How reading a body ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Collected<B> {
    /// All of it is here.
    Whole(Whole),
    /// It is larger than the cap. Nothing is lost: the body begins with what was read.
    TooLarge(HeldBody<B>),
    /// The budget is used up. Nothing is lost.
    NoBudget(HeldBody<B>),
    /// The body failed: what was read of it, and why.
    Failed(Bytes, BoxError),
}

/// Reads a body whole; made by [`Collect::new`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Collect<B> {
    body: Option<B>,
    cap: usize,
    chunk: Option<Bytes>,
    /// Used from the second chunk on, so that a body of one chunk is not copied.
    joined: BytesMut,
    trailers: Option<Box<HeaderMap>>,
    reservation: Option<Reservation>,
}

impl<B: Body> Collect<B> {
    /// Reads `body` up to `cap` bytes.
    pub fn new(body: B, cap: usize, budget: &Budget) -> Self {
        Self {
            body: Some(body),
            cap,
            chunk: None,
            joined: BytesMut::new(),
            trailers: None,
            reservation: Some(budget.reserve()),
        }
    }

    fn len(&self) -> usize {
        self.joined.len() + self.chunk.as_ref().map_or(0, Bytes::len)
    }

    fn append(&mut self, chunk: Bytes) {
        if self.len() == 0 {
            self.chunk = Some(chunk);
            return;
        }
        if let Some(first) = self.chunk.take() {
            self.joined.extend_from_slice(&first);
        }
        self.joined.extend_from_slice(&chunk);
    }

    fn take_bytes(&mut self) -> Bytes {
        self.chunk
            .take()
            .unwrap_or_else(|| self.joined.split().freeze())
    }

    fn give_back(&mut self) -> HeldBody<B> {
        let head = self.take_bytes();
        let rest = self.body.take().expect("polled after it was ready");
        let held = self.reservation.take().expect("taken once, with the body");
        HeldBody::resumed(head, rest, held)
    }
}

impl<B> Future for Collect<B>
where
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    type Output = Collected<B>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Collected<B>> {
        let this = &mut *self;
        loop {
            let body = this.body.as_mut().expect("polled after it was ready");
            let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
            if this.len().saturating_add(announced) > this.cap {
                return Poll::Ready(Collected::TooLarge(this.give_back()));
            }
            let body = this.body.as_mut().expect("just seen");
            let frame = match ready!(Pin::new(body).poll_frame(cx)) {
                Some(Ok(frame)) => frame,
                Some(Err(error)) => {
                    return Poll::Ready(Collected::Failed(this.take_bytes(), error.into()));
                }
                None => {
                    return Poll::Ready(Collected::Whole(Whole {
                        bytes: this.take_bytes(),
                        trailers: this.trailers.take(),
                        reservation: this.reservation.take().expect("taken once, at the end"),
                    }));
                }
            };
            let chunk = match frame.into_data() {
                Ok(data) => into_bytes(data),
                Err(frame) => {
                    this.trailers = frame.into_trailers().ok().map(Box::new);
                    continue;
                }
            };
            if chunk.is_empty() {
                continue;
            }
            let reserved = this
                .reservation
                .as_mut()
                .is_some_and(|held| held.grow(chunk.len()));
            this.append(chunk);
            if !reserved {
                return Poll::Ready(Collected::NoBudget(this.give_back()));
            }
            if this.len() > this.cap {
                return Poll::Ready(Collected::TooLarge(this.give_back()));
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{collections::VecDeque, convert::Infallible, task::Waker};

    use http_body::Frame;

    use super::*;

    struct Chunks(VecDeque<Frame<Bytes>>);

    impl Chunks {
        fn new(chunks: &[&'static str]) -> Self {
            let mut frames: VecDeque<_> = chunks
                .iter()
                .map(|chunk| Frame::data(Bytes::from(*chunk)))
                .collect();
            let mut trailers = HeaderMap::new();
            trailers.insert("x-end", "1".parse().unwrap());
            frames.push_back(Frame::trailers(trailers));
            Self(frames)
        }
    }

    impl Body for Chunks {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.0.pop_front().map(Ok))
        }
    }

    fn run<F: Future + Unpin>(mut future: F) -> F::Output {
        match Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("the test bodies are always ready"),
        }
    }

    /// All data and trailers of a body, as text.
    fn drain(mut body: HeldBody<Chunks>) -> (String, bool) {
        let (mut text, mut trailers) = (String::new(), false);
        let mut cx = Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(frame)) = Pin::new(&mut body).poll_frame(&mut cx) {
            match frame.unwrap().into_data() {
                Ok(data) => text.push_str(std::str::from_utf8(&data).unwrap()),
                Err(_) => trailers = true,
            }
        }
        assert!(body.is_end_stream() || body.as_whole().is_none());
        (text, trailers)
    }

    #[test]
    fn whatever_happens_no_byte_and_no_trailer_is_lost() {
        let (roomy, tight) = (Budget::new(100), Budget::new(4));
        let chunks = || Chunks::new(&["abc", "", "def", "ghi"]);
        let Collected::Whole(whole) = run(Collect::new(chunks(), 9, &roomy)) else {
            panic!()
        };
        assert_eq!(roomy.used(), 9);
        let bytes = whole.bytes.clone();
        let body = HeldBody::collected(whole, bytes);
        // HTTP/1.1 has trailers behind chunks only: a client must not take the length for known.
        assert_eq!(
            (body.size_hint().lower(), body.size_hint().exact()),
            (9, None)
        );
        assert_eq!(drain(body), ("abcdefghi".into(), true));
        assert_eq!(roomy.used(), 0);

        let Collected::TooLarge(body) = run(Collect::new(chunks(), 5, &roomy)) else {
            panic!()
        };
        assert_eq!(drain(body), ("abcdefghi".into(), true));
        let Collected::NoBudget(body) = run(Collect::new(chunks(), 9, &tight)) else {
            panic!()
        };
        assert_eq!(drain(body), ("abcdefghi".into(), true));
        assert_eq!(
            drain(HeldBody::untouched(chunks())),
            ("abcdefghi".into(), true)
        );
    }

    #[test]
    fn one_chunk_is_not_copied() {
        let body = HeldBody::<Chunks>::whole(Bytes::from(vec![b'x'; 9]));
        let at = body.as_whole().unwrap().as_ptr();
        let Collected::Whole(whole) = run(Collect::new(body, 9, &Budget::new(9))) else {
            panic!()
        };
        assert_eq!(whole.bytes.as_ptr(), at);
    }
}
