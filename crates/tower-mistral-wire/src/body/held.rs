//! The one body type of requests and replies.

use std::{
    any::Any,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

use super::{Reservation, collect::Whole};
use crate::BoxError;

/// A body as it came, whole, or a head that was read followed by the rest.
pub struct HeldBody<B> {
    /// What was read and goes out first.
    head: Option<Bytes>,
    rest: Option<B>,
    /// Boxed, as they are in all of these: hardly any body has some, and each layer moves its body about.
    trailers: Option<Box<HeaderMap>>,
    /// What ends it, instead of trailers.
    failure: Option<BoxError>,
    /// Given back to the budget when the body is dropped.
    _held: Option<Reservation>,
    /// Dropped when the body has ended.
    guard: Option<Guard>,
}

/// Anything that is to be dropped when a body ends.
type Guard = Arc<dyn Any + Send + Sync>;

impl<B> HeldBody<B> {
    /// A body that nobody has read.
    pub fn untouched(body: B) -> Self {
        Self {
            head: None,
            rest: Some(body),
            trailers: None,
            failure: None,
            _held: None,
            guard: None,
        }
    }

    /// A whole body.
    pub fn whole(bytes: Bytes) -> Self {
        Self {
            head: Some(bytes),
            rest: None,
            trailers: None,
            failure: None,
            _held: None,
            guard: None,
        }
    }

    /// A whole body that was collected, perhaps with other bytes in its place.
    pub fn collected(whole: Whole, bytes: Bytes) -> Self {
        let Whole {
            trailers,
            reservation,
            ..
        } = whole;
        Self {
            head: Some(bytes),
            rest: None,
            trailers,
            failure: None,
            _held: Some(reservation),
            guard: None,
        }
    }

    /// A head that was read, and the rest of the body it was read from.
    pub(super) fn resumed(head: Bytes, rest: B, held: Reservation) -> Self {
        Self {
            head: Some(head),
            rest: Some(rest),
            trailers: None,
            failure: None,
            _held: Some(held),
            guard: None,
        }
    }

    /// What was read of a body that failed, and then its failure.
    pub fn broken(head: Bytes, error: BoxError) -> Self {
        let mut body = Self::whole(head);
        body.failure = Some(error);
        body
    }

    /// Adds the trailers that follow a whole body.
    #[must_use]
    pub fn with_trailers(mut self, trailers: Option<HeaderMap>) -> Self {
        self.trailers = trailers.map(Box::new);
        self
    }

    /// Keeps `guard` until the body has ended, failed or been dropped: for what is in use as long.
    #[must_use]
    pub fn with_guard(mut self, guard: Arc<dyn Any + Send + Sync>) -> Self {
        self.guard = Some(guard);
        self
    }

    /// Puts `bytes` in the place of all data; trailers and the budget's part stay.
    pub(crate) fn replace(&mut self, bytes: Bytes) {
        self.head = Some(bytes);
        self.rest = None;
    }

    /// Whether trailers follow, as far as is known.
    pub(crate) fn has_trailers(&self) -> bool {
        self.trailers.is_some()
    }

    /// The bytes, if the body is whole and nothing of it has gone out.
    pub fn as_whole(&self) -> Option<&Bytes> {
        let whole = self.rest.is_none() && self.failure.is_none();
        self.head.as_ref().filter(|_| whole)
    }
}

impl<B> Body for HeldBody<B>
where
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(head) = self.head.take().filter(|head| !head.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(head))));
        }
        if let Some(rest) = &mut self.rest {
            let frame = match ready!(Pin::new(&mut *rest).poll_frame(cx)) {
                Some(Ok(frame)) => Some(Ok(frame.map_data(into_bytes))),
                Some(Err(error)) => Some(Err(error.into())),
                None => None,
            };
            if !matches!(frame, Some(Ok(_))) || rest.is_end_stream() {
                self.guard = None;
            }
            return Poll::Ready(frame);
        }
        self.guard = None;
        if let Some(error) = self.failure.take() {
            return Poll::Ready(Some(Err(error)));
        }
        Poll::Ready(
            self.trailers
                .take()
                .map(|trailers| Ok(Frame::trailers(*trailers))),
        )
    }

    fn is_end_stream(&self) -> bool {
        self.head.as_ref().is_none_or(Bytes::is_empty)
            && self.rest.as_ref().is_none_or(Body::is_end_stream)
            && self.trailers.is_none()
            && self.failure.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let head = self.head.as_ref().map_or(0, |head| head.len() as u64);
        if self.failure.is_some() {
            return SizeHint::default();
        }
        let Some(rest) = &self.rest else {
            let mut hint = SizeHint::with_exact(head);
            if self.trailers.is_some() {
                // A client that knows the length says so, and then has no place for trailers.
                hint = SizeHint::new();
                hint.set_lower(head);
            }
            return hint;
        };
        let rest = rest.size_hint();
        let mut hint = SizeHint::new();
        if let Some(upper) = rest.upper().and_then(|upper| upper.checked_add(head)) {
            hint.set_upper(upper);
        }
        hint.set_lower(rest.lower().saturating_add(head));
        hint
    }
}

impl<B> Default for HeldBody<B> {
    fn default() -> Self {
        Self::whole(Bytes::new())
    }
}

impl<B> From<Bytes> for HeldBody<B> {
    fn from(bytes: Bytes) -> Self {
        Self::whole(bytes)
    }
}

impl<B> fmt::Debug for HeldBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeldBody")
            .field("head", &self.head.as_ref().map(Bytes::len))
            .field("has_rest", &self.rest.is_some())
            .finish()
    }
}

/// The bytes of a chunk; `Bytes` themselves are not copied.
pub(super) fn into_bytes<D: Buf>(mut data: D) -> Bytes {
    data.copy_to_bytes(data.remaining())
}
