//! What hyper and axum, which need no adapter, ask of a call for having layers that do nothing: the
//! host's own way of holding a layer, the address of a proxy, and our layers switched off. Against
//! the same call without them, in the same run, in memory.
//!
//! `cargo bench -p tower-mistral-benches --bench servers`

use std::{
    convert::Infallible,
    fmt::Debug,
    future::{Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

use axum::{Router, routing};
use bytes::Bytes;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use http::{Request, Response, header::CONTENT_TYPE};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, layer::util::Identity};
use tower_mistral::{
    key_rotation::{KeyRotationLayer, Keys, ToOriginLayer},
    redact_output::RedactOutputLayer,
    sanitize_input::SanitizeInputLayer,
    wire::Mode,
};

#[path = "data.rs"]
mod data;

const PATH: &str = "/v1/chat/completions";

/// Polls once: nothing here has to wait, so no runtime is measured.
fn finish<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("everything is in memory"),
    }
}

/// Calls a service and reads the reply to its end.
fn measure<S, B, R>(
    c: &mut Criterion,
    group: &str,
    name: &str,
    mut service: S,
    body: fn(Bytes) -> B,
) where
    S: Service<Request<B>, Response = Response<R>, Error = Infallible>,
    R: Body<Error: Debug>,
{
    let bytes = data::chat_request(4 << 10, false);
    let request = || {
        let request = Request::post(PATH).header(CONTENT_TYPE, "application/json");
        request
            .body(body(bytes.clone()))
            .expect("the request is one")
    };
    let mut call = |request| {
        let Ok(reply) = finish(service.call(request));
        let body = finish(reply.into_body().collect());
        body.expect("the reply is whole").to_bytes().len()
    };
    let mut group = c.benchmark_group(group);
    group.bench_function(name, |b| {
        b.iter_batched(request, &mut call, BatchSize::SmallInput);
    });
    group.finish();
}

/// A hyper client without a network.
#[derive(Clone)]
struct Client(Bytes);

impl<B> Service<Request<B>> for Client {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        drop(request);
        ready(Ok(Response::new(Full::new(self.0.clone()))))
    }
}

/// Three layers that are there and do nothing.
fn off() -> (SanitizeInputLayer, RedactOutputLayer, KeyRotationLayer) {
    let keys = KeyRotationLayer::new(Keys::new(["K7hQ2mZx9LpT4vRb8NcY3sWd6FgJ1aUe"]));
    (
        SanitizeInputLayer::new().mode(Mode::Off),
        RedactOutputLayer::new().mode(Mode::Off),
        keys.expect("the key is one").mode(Mode::Off),
    )
}

fn hyper(c: &mut Criterion) {
    let client = Client(data::chat_reply());
    measure(c, "hyper", "the client itself", client.clone(), Full::new);
    let proxied = ToOriginLayer::mistral().layer(client.clone());
    measure(c, "hyper", "ToOriginLayer", proxied, Full::new);
    measure(
        c,
        "hyper",
        "three layers, off",
        off().layer(client),
        Full::new,
    );
}

fn axum(c: &mut Criterion) {
    let reply = data::chat_reply();
    let route = || routing::post_service(Client(reply.clone()));
    let body: fn(Bytes) -> axum::body::Body = axum::body::Body::from;
    let app = |route| -> Router { Router::new().route(PATH, route) };
    measure(c, "axum", "the router itself", app(route()), body);
    let around = app(route()).layer(Identity::new());
    measure(
        c,
        "axum",
        "a layer of tower that does nothing",
        around,
        body,
    );
    measure(
        c,
        "axum",
        "three layers, off, around the router",
        app(route()).layer(off()),
        body,
    );
    measure(
        c,
        "axum",
        "three layers, off, on the route",
        app(route().layer(off())),
        body,
    );
}

criterion_group!(benches, hyper, axum);
criterion_main!(benches);
