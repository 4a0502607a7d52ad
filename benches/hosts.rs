//! What the adapter to a host adds to a call when no layer is in between, against the same call
//! without it, in the same run. Replies are made in memory: no socket, no clock, no server.
//!
//! `cargo bench -p tower-mistral-benches --bench hosts`

use std::{
    future::{Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use http::{Extensions, Request, Response, header::CONTENT_TYPE};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next};
use tower::{Service, layer::util::Identity};
use tower_mistral_reqwest::{ReqwestService, SendThrough, TowerMiddleware, client_builder};
use tower_mistral_wire::body::RequestBody;

#[path = "data.rs"]
mod data;

const URL: &str = "https://api.mistral.ai/v1/chat/completions";

/// Polls once: nothing here has to wait, so no runtime is measured.
fn finish<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("everything is in memory"),
    }
}

/// The reply, read to its end.
fn read<B: Body<Error: std::fmt::Debug>>(reply: Response<B>) -> usize {
    let body = finish(reply.into_body().collect());
    body.expect("the reply is whole").to_bytes().len()
}

fn request<B>(body: B) -> Request<B> {
    Request::post(URL)
        .header(CONTENT_TYPE, "application/json")
        .body(body)
        .expect("the request is one")
}

fn reqwest_request(body: Bytes) -> reqwest::Request {
    request(body).try_into().expect("the URI is absolute")
}

/// The reply of all hosts.
fn reply(body: &Bytes) -> reqwest::Response {
    Response::new(body.clone()).into()
}

/// A reqwest client without a network.
#[derive(Clone)]
struct Client(Bytes);

impl Service<reqwest::Request> for Client {
    type Response = reqwest::Response;
    type Error = reqwest::Error;
    type Future = Ready<Result<reqwest::Response, reqwest::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), reqwest::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: reqwest::Request) -> Self::Future {
        drop(request);
        ready(Ok(reply(&self.0)))
    }
}

/// `ReqwestService` over a client, against the client itself.
fn reqwest_service(c: &mut Criterion) {
    let body = data::chat_request(4 << 10, false);
    let mut client = Client(data::chat_reply());
    let mut group = c.benchmark_group("reqwest");
    group.bench_function("the client itself", |b| {
        let request = || reqwest_request(body.clone());
        let call = |request| read(finish(client.call(request)).expect("it answers").into());
        b.iter_batched(request, call, BatchSize::SmallInput);
    });
    let mut service = ReqwestService::new(client.clone());
    group.bench_function("ReqwestService, reqwest's body", |b| {
        let request = || request(reqwest::Body::from(body.clone()));
        let call = |request| read(finish(service.call(request)).expect("it answers"));
        b.iter_batched(request, call, BatchSize::SmallInput);
    });
    let mut service = ReqwestService::new(client.clone());
    group.bench_function("ReqwestService, a layer's body", |b| {
        let request = || request(RequestBody::<Full<Bytes>>::whole(body.clone()));
        let call = |request| read(finish(service.call(request)).expect("it answers"));
        b.iter_batched(request, call, BatchSize::SmallInput);
    });
    let service = ReqwestService::new(client);
    group.bench_function("send_through", |b| {
        let request = || reqwest_request(body.clone());
        let call = |request: reqwest::Request| {
            let reply = finish(request.send_through(service.clone()));
            read(reply.expect("it answers").into())
        };
        b.iter_batched(request, call, BatchSize::SmallInput);
    });
    group.finish();
}

/// The end of a chain: answers, and asks no client.
struct Answer(Bytes);

#[async_trait::async_trait]
impl Middleware for Answer {
    async fn handle(
        &self,
        _: reqwest::Request,
        _: &mut Extensions,
        _: Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        Ok(reply(&self.0))
    }
}

/// A middleware that does nothing.
struct Nothing;

#[async_trait::async_trait]
impl Middleware for Nothing {
    async fn handle(
        &self,
        request: reqwest::Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        next.run(request, extensions).await
    }
}

/// `TowerMiddleware` around nothing, against a middleware that does nothing.
fn reqwest_middleware(c: &mut Criterion) {
    let body = data::chat_request(4 << 10, false);
    let client = || {
        let client = client_builder().build().expect("no option is wrong");
        ClientBuilder::new(client)
    };
    let answer = || Answer(data::chat_reply());
    let mut group = c.benchmark_group("reqwest-middleware");
    let mut measure = |name, client: ClientWithMiddleware| {
        group.bench_function(name, |b| {
            let request = || reqwest_request(body.clone());
            let call = |request| {
                let reply = finish(client.execute(request));
                read(reply.expect("it answers").into())
            };
            b.iter_batched(request, call, BatchSize::SmallInput);
        });
    };
    measure("no middleware", client().with(answer()).build());
    let nothing = client().with(Nothing).with(answer()).build();
    measure("a middleware that does nothing", nothing);
    let tower = TowerMiddleware::new(Identity::new());
    let tower = client().with(tower).with(answer()).build();
    measure("TowerMiddleware", tower);
    group.finish();
}

criterion_group!(benches, reqwest_service, reqwest_middleware);
criterion_main!(benches);
