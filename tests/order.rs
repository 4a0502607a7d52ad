//! In which order the layers of each host stand. A log outside of the redaction counts what the
//! reader got, one inside what the API said: so the figure shows which is which, and each call has
//! one record in either order.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::{Arc, Mutex};

use axum::{Json, Router, body::Body, routing};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use reqwest_middleware::ClientBuilder;
use serde_json::json;
use support::read;
use tower::{Service, ServiceBuilder, ServiceExt};
use tower_mistral::{
    metadata_log::{MetadataLogLayer, OnRecord, Record},
    redact_output::RedactOutputLayer,
    testing::{Emulator, Reply, joined_text},
};
use tower_mistral_reqwest::{ReqwestService, TowerMiddleware, client_builder};

const LEAK: &str = "Ask jane@example.com, please.";
const CLEAN: &str = "Ask [EMAIL], please.";
const PATH: &str = "/v1/chat/completions";

/// Collects the lengths of replies, as records tell them.
#[derive(Clone, Default)]
struct Lengths(Arc<Mutex<Vec<u64>>>);

impl OnRecord for Lengths {
    fn on_record(&self, record: &Record) {
        self.0.lock().unwrap().push(record.output_chars);
    }
}

impl Lengths {
    fn log(&self) -> MetadataLogLayer<Self> {
        MetadataLogLayer::new().on_record(self.clone())
    }
}

fn request<B>(origin: &str, body: impl Into<B>) -> Request<B> {
    let request =
        Request::post(format!("{origin}{PATH}")).header("content-type", "application/json");
    request
        .header("authorization", format!("Bearer {}", Emulator::DEFAULT_KEY))
        .body(body.into())
        .unwrap()
}

fn chat() -> String {
    let messages = json!([{"role": "user", "content": "Hello."}]);
    json!({"model": "mistral-small-latest", "messages": messages}).to_string()
}

/// One call; the reader gets the redacted reply in any case.
async fn call<S, B, R>(service: S, request: Request<B>)
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: std::fmt::Debug,
    R: http_body::Body<Data = Bytes> + Unpin,
{
    let (reply, _) = read(service.oneshot(request).await.unwrap().into_body()).await;
    assert_eq!(joined_text(std::str::from_utf8(&reply).unwrap()), CLEAN);
}

/// That a log outside of the redaction was told what the reader got, and one inside what came.
#[track_caller]
fn assert_order(host: &str, outside: &Lengths, inside: &Lengths) {
    assert_eq!(*outside.0.lock().unwrap(), [CLEAN.len() as u64], "{host}");
    assert_eq!(*inside.0.lock().unwrap(), [LEAK.len() as u64], "{host}");
}

async fn emulator() -> Emulator {
    let emulator = Emulator::start().await.unwrap();
    emulator.reply_always(Reply::text(LEAK));
    emulator
}

#[tokio::test]
async fn service_builder_and_tuples_begin_with_the_outermost() {
    let api = emulator().await;
    let hyper = || Client::builder(TokioExecutor::new()).build_http();
    let reqwest = || ReqwestService::new(client_builder().build().unwrap());
    let full = || request::<Full<Bytes>>(&api.base_url(), chat());
    let body = || request::<reqwest::Body>(&api.base_url(), chat());

    let (outside, inside) = (Lengths::default(), Lengths::default());
    let stack = ServiceBuilder::new()
        .layer(outside.log())
        .layer(RedactOutputLayer::new());
    call(stack.service(hyper()), full()).await;
    let stack = ServiceBuilder::new()
        .layer(RedactOutputLayer::new())
        .layer(inside.log());
    call(stack.service(hyper()), full()).await;
    assert_order("hyper", &outside, &inside);

    let (outside, inside) = (Lengths::default(), Lengths::default());
    let stack = ServiceBuilder::new().layer((outside.log(), RedactOutputLayer::new()));
    call(stack.service(reqwest()), body()).await;
    let stack = ServiceBuilder::new().layer((RedactOutputLayer::new(), inside.log()));
    call(stack.service(reqwest()), body()).await;
    assert_order("reqwest", &outside, &inside);
}

#[tokio::test]
async fn reqwest_middleware_begins_with_the_outermost() {
    let api = emulator().await;
    let client = || ClientBuilder::new(client_builder().build().unwrap());
    let redact = || TowerMiddleware::new(RedactOutputLayer::new());
    let (outside, inside) = (Lengths::default(), Lengths::default());
    let right = client()
        .with(TowerMiddleware::new(outside.log()))
        .with(redact());
    let wrong = client()
        .with(redact())
        .with(TowerMiddleware::new(inside.log()));
    for client in [right.build(), wrong.build()] {
        let request = request::<reqwest::Body>(&api.base_url(), chat());
        call(ReqwestService::new(client), request).await;
    }
    assert_order("reqwest-middleware", &outside, &inside);
}

#[tokio::test]
async fn axum_ends_with_the_outermost_but_for_tuples() {
    let handler =
        || async { Json(json!({"choices": [{"index": 0, "message": {"content": LEAK}}]})) };
    let route = || Router::<()>::new().route(PATH, routing::post(handler));
    let redact = RedactOutputLayer::new;

    let (outside, inside) = (Lengths::default(), Lengths::default());
    call(
        route().layer(redact()).layer(outside.log()),
        request::<Body>("", chat()),
    )
    .await;
    call(
        route().layer(inside.log()).layer(redact()),
        request::<Body>("", chat()),
    )
    .await;
    assert_order("Router::layer", &outside, &inside);

    let (outside, inside) = (Lengths::default(), Lengths::default());
    for route in [
        routing::post(handler).layer((outside.log(), redact())),
        routing::post(handler).layer((redact(), inside.log())),
    ] {
        call(
            Router::new().route(PATH, route),
            request::<Body>("", chat()),
        )
        .await;
    }
    assert_order("MethodRouter::layer", &outside, &inside);

    // Layers of the route stand inside of those of the router.
    let (outside, inside) = (Lengths::default(), Lengths::default());
    let guarded = Router::new().route(PATH, routing::post(handler).layer(redact()));
    call(guarded.layer(outside.log()), request::<Body>("", chat())).await;
    let logged = Router::new().route(PATH, routing::post(handler).layer(inside.log()));
    call(logged.layer(redact()), request::<Body>("", chat())).await;
    assert_order("route and router", &outside, &inside);
}
