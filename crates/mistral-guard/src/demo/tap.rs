//! Listens to what the API answers, before any layer has touched it.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tower::{Service, util::MapResponse};

use super::reading::Reading;

/// What was heard of the latest reply.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tap(Arc<Mutex<Reading>>);

impl Tap {
    /// What was heard so far.
    pub(crate) fn heard(&self) -> Reading {
        self.lock().clone()
    }

    /// Puts the tap on a client.
    pub(crate) fn on<S, B>(
        &self,
        client: S,
    ) -> MapResponse<S, impl FnOnce(Response<Incoming>) -> Response<Tapped> + Clone + use<S, B>>
    where
        S: Service<Request<B>, Response = Response<Incoming>>,
    {
        let tap = self.clone();
        MapResponse::new(client, move |reply: Response<Incoming>| {
            // A replay is a new reply.
            *tap.lock() = Reading::default();
            reply.map(|body| Tapped { body, tap })
        })
    }

    fn lock(&self) -> MutexGuard<'_, Reading> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A body with a tap on it.
#[derive(Debug)]
pub(crate) struct Tapped {
    body: Incoming,
    tap: Tap,
}

impl Body for Tapped {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame {
            if let Some(chunk) = frame.data_ref() {
                self.tap.lock().push(chunk);
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
