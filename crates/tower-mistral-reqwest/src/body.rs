//! Any body as a `reqwest::Body`.

use std::{
    any::Any,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::{BoxError, exclusive::Exclusive};

/// Hands a body over to reqwest; `None` if it is empty.
///
/// reqwest can send bytes again but not a stream: no `try_clone`, no retry. So whatever can be
/// bytes becomes bytes.
pub(crate) fn into_reqwest<B>(body: B) -> Option<reqwest::Body>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    if body.is_end_stream() {
        return None;
    }
    let body = match try_downcast::<reqwest::Body, B>(body) {
        Ok(body) => return Some(body),
        Err(body) => body,
    };
    match body.size_hint().exact() {
        Some(size) => peek(Box::pin(body), size),
        None => Some(stream(body)),
    }
}

/// The body of a reply, which nobody sends again, as reqwest's own.
pub(crate) fn reply_into_reqwest<B>(body: B) -> reqwest::Body
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    match try_downcast::<reqwest::Body, B>(body) {
        Ok(body) => body,
        Err(body) => stream(body),
    }
}

/// Asks a body of known size once, and takes it for whole if it gives all at once.
///
/// This sees through wrappers of any type and depth. A body that is not ready is polled again by
/// the client, with a waker that counts.
fn peek<B>(mut body: Pin<Box<B>>, size: u64) -> Option<reqwest::Body>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let polled = body
        .as_mut()
        .poll_frame(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(first) = polled else {
        return Some(stream(body));
    };
    if first.is_none() && size == 0 {
        return None;
    }
    let first = match first.map(|frame| frame.map(Frame::into_data)) {
        // Trailers may still follow, unless the body says that it has ended.
        Some(Ok(Ok(bytes))) if bytes.len() as u64 == size && body.is_end_stream() => {
            let whole = Bytes::from_owner(Whole { bytes, _body: body });
            return Some(whole.into());
        }
        Some(Ok(Ok(bytes))) => Some(Ok(Frame::data(bytes))),
        Some(Ok(Err(frame))) => Some(Ok(frame)),
        Some(Err(error)) => Some(Err(error.into())),
        None => None,
    };
    Some(stream(Peeked {
        first: Some(first),
        rest: body,
    }))
}

/// The body as reqwest's, to be sent once.
fn stream<B>(body: B) -> reqwest::Body
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    reqwest::Body::wrap(Exclusive::new(body))
}

/// The bytes of a body with the body itself, whose drop may give memory back to a budget: that must
/// not happen before the bytes are gone.
struct Whole<B> {
    bytes: Bytes,
    _body: Pin<Box<B>>,
}

impl<B> AsRef<[u8]> for Whole<B> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// What the first poll gave, then the rest.
struct Peeked<B> {
    first: Option<Option<Result<Frame<Bytes>, BoxError>>>,
    rest: Pin<Box<B>>,
}

impl<B> Body for Peeked<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(first);
        }
        self.rest
            .as_mut()
            .poll_frame(cx)
            .map_err(Into::<BoxError>::into)
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let first = match &self.first {
            Some(Some(Ok(frame))) => frame.data_ref().map_or(0, Bytes::len) as u64,
            _ => 0,
        };
        let rest = self.rest.size_hint();
        let mut hint = SizeHint::new();
        if let Some(upper) = rest.upper().and_then(|upper| upper.checked_add(first)) {
            hint.set_upper(upper);
        }
        hint.set_lower(rest.lower().saturating_add(first));
        hint
    }
}

/// The value as a `T`, if it is one.
fn try_downcast<T: 'static, K: 'static>(value: K) -> Result<T, K> {
    let mut value = Some(value);
    match (&mut value as &mut dyn Any).downcast_mut::<Option<T>>() {
        Some(value) => Ok(value.take().expect("filled above")),
        None => Err(value.expect("filled above, and not taken")),
    }
}
