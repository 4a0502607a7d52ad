//! What the whole-stack tests share.
#![allow(dead_code, unreachable_pub)]

pub mod client;
#[cfg(feature = "decode")]
pub mod encode;
pub mod exchanges;
pub mod places;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Method, Request, Response, Uri};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, ServiceExt};
use tower_mistral::{
    Guard, GuardBuilder, GuardLayer, key_rotation::Keys, testing::Chunks, wire::BoxError,
};

pub const KEY: &str = "K7hQ2mZx9LpT4vRb8NcY3sWd6FgJ1aUe";
pub const CHAT: &str = "https://api.mistral.ai/v1/chat/completions";

pub fn recommended() -> GuardBuilder {
    Guard::recommended().keys(Keys::new([KEY]))
}

/// What the API saw of a request.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: Method,
    pub uri: Uri,
    pub headers: http::HeaderMap,
    pub body: Bytes,
}

/// An API in memory that answers every call with the same reply and remembers what it saw.
#[derive(Clone, Debug)]
pub struct Api {
    reply: Arc<Mutex<http::response::Parts>>,
    chunks: Chunks,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Api {
    pub fn new(reply: http::response::Builder, chunks: Chunks) -> Self {
        let (parts, ()) = reply.body(()).unwrap().into_parts();
        Self {
            reply: Arc::new(Mutex::new(parts)),
            chunks,
            seen: Arc::default(),
        }
    }

    pub fn json(body: impl Into<Bytes>) -> Self {
        let reply = Response::builder().header("content-type", "application/json");
        Self::new(reply, Chunks::new([body.into()]))
    }

    pub fn stream(chunks: Vec<Bytes>) -> Self {
        let label = "text/event-stream; charset=utf-8";
        Self::new(
            Response::builder().header("content-type", label),
            Chunks::new(chunks),
        )
    }

    /// The same with one more header in its replies.
    pub fn with_header(self, name: &'static str, value: &'static str) -> Self {
        let value = http::HeaderValue::from_static(value);
        self.reply.lock().unwrap().headers.insert(name, value);
        self
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl<B> Service<Request<B>> for Api
where
    B: Body<Data = Bytes, Error = BoxError> + Send + Unpin + 'static,
{
    type Response = Response<Chunks>;
    type Error = BoxError;
    type Future =
        std::pin::Pin<Box<dyn Future<Output = Result<Response<Chunks>, BoxError>> + Send>>;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), BoxError>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let (method, uri, headers) = (parts.method, parts.uri, parts.headers);
            this.seen.lock().unwrap().push(Seen {
                method,
                uri,
                headers,
                body,
            });
            let reply = this.reply.lock().unwrap().clone();
            Ok(Response::from_parts(reply, this.chunks))
        })
    }
}

/// Sends one call through the whole stack and reads the reply to its end.
pub async fn exchange(
    layer: GuardLayer,
    api: &Api,
    request: Request<Full<Bytes>>,
) -> (http::response::Parts, Bytes, Option<BoxError>) {
    let response = layer.layer(api.clone()).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let (bytes, error) = read(body).await;
    (parts, bytes, error)
}

/// All data of a body, and its error.
pub async fn read<B: Body<Data = Bytes> + Unpin>(mut body: B) -> (Bytes, Option<B::Error>) {
    let mut data = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame.map(http_body::Frame::into_data) {
            Ok(Ok(chunk)) => data.extend_from_slice(&chunk),
            Ok(Err(_trailers)) => {}
            Err(error) => return (data.into(), Some(error)),
        }
    }
    (data.into(), None)
}

pub fn post(uri: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let request = Request::post(uri).header("content-type", "application/json");
    request.body(Full::new(body.into())).unwrap()
}
