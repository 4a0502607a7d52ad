//! The service in the place of the API: it answers as it was told and remembers what it got.

use std::{
    collections::VecDeque,
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tower_service::Service;

/// What stands in the place of the API. All clones share what they know.
#[derive(Clone, Default)]
pub struct Recorder {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    answer: Answer,
    seen: Vec<Seen>,
}

/// What it answers.
#[derive(Clone, Default)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) media: &'static str,
    pub(super) frames: Vec<Bytes>,
    /// What stands in frames in the place of the key of the call.
    pub(super) shows_key: bool,
}

/// The stand-in for a key in an answer.
pub(super) const KEY_HERE: &str = "{key}";

/// A call as it reached the API.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) key: String,
    pub(super) body: String,
}

impl Recorder {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Answers so from now on. What was seen is forgotten.
    pub(super) fn answer(&self, answer: Answer) {
        let mut state = self.lock();
        state.answer = answer;
        state.seen.clear();
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.lock().seen.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reply(&self, seen: Seen) -> Response<ReplyBody> {
        let mut state = self.lock();
        let answer = state.answer.clone();
        let key = seen.key.clone();
        state.seen.push(seen);
        let frames = answer.frames.into_iter().map(|frame| {
            if !answer.shows_key {
                return frame;
            }
            String::from_utf8_lossy(&frame)
                .replace(KEY_HERE, &key)
                .into()
        });
        let mut response = Response::new(ReplyBody(frames.collect()));
        *response.status_mut() = answer.status;
        let media = HeaderValue::from_static(answer.media);
        response.headers_mut().insert(header::CONTENT_TYPE, media);
        response
    }
}

/// What was seen may hold keys.
impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

impl<B> Service<Request<B>> for Recorder
where
    B: Body + Send + 'static,
    B::Data: Send,
{
    type Response = Response<ReplyBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let recorder = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let key = head.headers.get(header::AUTHORIZATION);
            let key = key
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            let key = key.strip_prefix("Bearer ").unwrap_or(key).to_owned();
            // A body that breaks off was refused on the way.
            let body = match body.collect().await {
                Ok(body) => body.to_bytes(),
                Err(_) => Bytes::new(),
            };
            let body = String::from_utf8_lossy(&body).into_owned();
            Ok(recorder.reply(Seen { key, body }))
        })
    }
}

/// The body of a reply: frames as they were cut.
pub struct ReplyBody(VecDeque<Bytes>);

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.iter().map(|bytes| bytes.remaining() as u64).sum())
    }
}

impl fmt::Debug for ReplyBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyBody")
            .field("frames", &self.0.len())
            .finish()
    }
}
