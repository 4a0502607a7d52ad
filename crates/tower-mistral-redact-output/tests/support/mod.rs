//! A scripted API: a service that answers with one reply, and a body made of given frames.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    missing_debug_implementations
)]

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt, service_fn};
use tower_mistral_redact_output::{
    RedactOutputBody, RedactOutputLayer,
    wire::{BoxError, body::RequestBody},
};

/// A body of given frames; an error ends it.
#[derive(Debug, Default)]
pub struct Frames(VecDeque<Result<Frame<Bytes>, BoxError>>);

impl Frames {
    pub fn data<T: Into<Bytes>>(chunks: impl IntoIterator<Item = T>) -> Self {
        Self(
            chunks
                .into_iter()
                .map(|chunk| Ok(Frame::data(chunk.into())))
                .collect(),
        )
    }

    pub fn then_trailers(mut self) -> Self {
        let mut trailers = HeaderMap::new();
        trailers.insert("x-end", http::HeaderValue::from_static("1"));
        self.0.push_back(Ok(Frame::trailers(trailers)));
        self
    }

    pub fn then_error(mut self) -> Self {
        self.0.push_back(Err("reset by peer".into()));
        self
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Poll::Ready(self.0.pop_front())
    }
}

pub const CHAT: &str = "https://api.mistral.ai/v1/chat/completions";

/// Sends one call through `layer` to an API that answers with `reply`.
pub async fn call(
    layer: &RedactOutputLayer,
    uri: &str,
    reply: Response<Frames>,
) -> Response<RedactOutputBody<Frames>> {
    send(
        layer,
        Request::post(uri).body(Full::default()).unwrap(),
        reply,
    )
    .await
}

/// The same with a request of your own.
pub async fn send(
    layer: &RedactOutputLayer,
    request: Request<Full<Bytes>>,
    reply: Response<Frames>,
) -> Response<RedactOutputBody<Frames>> {
    let reply = std::sync::Arc::new(std::sync::Mutex::new(Some(reply)));
    let api = service_fn(move |_: Request<RequestBody<Full<Bytes>>>| {
        let reply = reply.lock().unwrap().take().expect("one call");
        async { Ok::<_, BoxError>(reply) }
    });
    layer.layer(api).oneshot(request).await.unwrap()
}

pub fn reply(label: &str, body: Frames) -> Response<Frames> {
    Response::builder()
        .header("content-type", label)
        .body(body)
        .unwrap()
}

/// What the reader has when the body has ended: text, trailers, error.
pub async fn read<B: Body<Data = Bytes> + Unpin>(
    mut body: B,
) -> (String, Option<HeaderMap>, Option<B::Error>) {
    let (mut data, mut trailers) = (Vec::new(), None);
    loop {
        match body.frame().await {
            None => return (String::from_utf8(data).unwrap(), trailers, None),
            Some(Err(error)) => return (String::from_utf8(data).unwrap(), trailers, Some(error)),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(chunk) => data.extend_from_slice(&chunk),
                Err(frame) => trailers = frame.into_trailers().ok(),
            },
        }
    }
}
