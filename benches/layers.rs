//! What each layer and the whole stack add to a call, against the same service without layers, in
//! the same run. The service is in memory: what is measured is the layers alone.

use std::{
    convert::Infallible,
    fmt::Debug,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use http::{Request, Response, header::CONTENT_TYPE};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tokio::runtime::{Builder, Runtime};
use tower::{Layer, Service, ServiceExt, layer::util::Identity};
use tower_mistral::{
    Guard,
    key_rotation::{KeyRotationLayer, Keys},
    metadata_log::MetadataLogLayer,
    redact_output::RedactOutputLayer,
    sanitize_input::SanitizeInputLayer,
};

#[path = "data.rs"]
mod data;
#[path = "frames.rs"]
mod frames;

use self::frames::Frames;

/// Answers each call with the same frames, having read its body.
#[derive(Clone)]
struct Api {
    content_type: &'static str,
    frames: Arc<[Bytes]>,
}

impl Api {
    fn json() -> Self {
        Self {
            content_type: "application/json",
            frames: Arc::from([data::chat_reply()]),
        }
    }

    fn stream(words: &[&str]) -> Self {
        Self {
            content_type: "text/event-stream",
            frames: data::stream(data::EVENTS, words).into(),
        }
    }
}

impl<B> Service<Request<B>> for Api
where
    B: Body<Error: Debug> + Send + 'static,
    B::Data: Send,
{
    type Response = Response<Frames>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Frames>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let api = self.clone();
        Box::pin(async move {
            let mut body = Box::pin(request.into_body());
            while let Some(frame) = body.frame().await {
                frame.expect("the body is in memory");
            }
            let reply = Response::builder().header(CONTENT_TYPE, api.content_type);
            let reply = reply.body(Frames::new(api.frames));
            Ok(reply.expect("the content type is one"))
        })
    }
}

/// One call, read to its end.
async fn exchange<S, B>(service: S, body: Bytes) -> usize
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error: Debug>,
    B: Body<Data = Bytes, Error: Debug>,
{
    let request = Request::post("https://api.mistral.ai/v1/chat/completions")
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(body))
        .expect("the request is one");
    let response = service.oneshot(request).await.expect("the service answers");
    assert!(response.status().is_success(), "{}", response.status());
    let mut body = Box::pin(response.into_body());
    let mut read = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.expect("the reply is whole");
        read += frame.into_data().map_or(0, |data| data.len());
    }
    read
}

/// The calls that are measured: their name, request and service.
fn exchanges() -> Vec<(&'static str, Bytes, Api)> {
    let small = data::chat_request(4 << 10, true);
    vec![
        ("request 0.5KB", data::chat_request(512, false), Api::json()),
        (
            "request 4KB",
            data::chat_request(4 << 10, false),
            Api::json(),
        ),
        (
            "request 64KB",
            data::chat_request(64 << 10, false),
            Api::json(),
        ),
        ("stream 200 events", small.clone(), Api::stream(data::PROSE)),
        (
            "stream 200 events, redacted",
            small,
            Api::stream(data::FINDINGS),
        ),
    ]
}

fn layers(c: &mut Criterion) {
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime starts");
    let keys = || Keys::new(["bench-key-one", "bench-key-two"]);
    let rotation = KeyRotationLayer::new(keys()).expect("the keys are keys");
    let guard = Guard::recommended()
        .keys(keys())
        .build()
        .expect("the defaults build");

    with(c, &runtime, "no layer", &Identity::new());
    with(c, &runtime, "sanitize-input", &SanitizeInputLayer::new());
    with(c, &runtime, "redact-output", &RedactOutputLayer::new());
    with(c, &runtime, "key-rotation", &rotation);
    with(c, &runtime, "metadata-log", &MetadataLogLayer::new());
    with(c, &runtime, "all four", &guard.layer());
}

/// Measures all exchanges through one layer.
fn with<L, B>(c: &mut Criterion, runtime: &Runtime, name: &str, layer: &L)
where
    L: Layer<Api>,
    L::Service: Service<Request<Full<Bytes>>, Response = Response<B>, Error: Debug> + Clone,
    B: Body<Data = Bytes, Error: Debug>,
{
    for (exchange_name, body, api) in exchanges() {
        let bytes = body.len() + api.frames.iter().map(Bytes::len).sum::<usize>();
        let service = layer.layer(api);
        let mut group = c.benchmark_group(exchange_name);
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function(name, |b| {
            b.iter(|| runtime.block_on(exchange(service.clone(), body.clone())));
        });
        group.finish();
    }
}

criterion_group!(benches, layers);
criterion_main!(benches);
