//! What tower asks of a layer.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use support::{CHAT, Frames, call, read, reply};
use tower::{Layer, Service, ServiceExt};
use tower_mistral_redact_output::{
    Mode, RedactOutput, RedactOutputBody, RedactOutputFuture, RedactOutputLayer,
    wire::body::RequestBody,
};

/// Panics when it is called without having been made ready; a clone never is.
#[derive(Default)]
struct Probe {
    ready: bool,
}

impl Clone for Probe {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<B> Service<Request<B>> for Probe {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        assert!(
            std::mem::take(&mut self.ready),
            "called before it was ready"
        );
        std::future::ready(Ok(Response::new(Full::default())))
    }
}

#[tokio::test]
async fn the_service_that_was_made_ready_is_the_one_that_is_called() {
    let mut service = RedactOutputLayer::new().layer(Probe::default());
    for _ in 0..2 {
        let request = Request::post(CHAT).body(Full::<Bytes>::default()).unwrap();
        let ready = ServiceExt::<Request<Full<Bytes>>>::ready(&mut service)
            .await
            .unwrap();
        ready.call(request).await.unwrap();
    }
}

#[tokio::test]
async fn services_of_one_layer_share_its_state() {
    let layer = RedactOutputLayer::new();
    let (one, two) = (layer.clone(), layer.clone());
    one.modes().set(Mode::Off);
    let frames = Frames::data(["{\"a\":\"jane@example.com\"}"]);
    let response = call(&two, CHAT, reply("application/json", frames)).await;
    assert_eq!(
        read(response.into_body()).await.0,
        "{\"a\":\"jane@example.com\"}"
    );
}

#[test]
fn types_are_as_free_as_their_parts() {
    fn free<T: Send + Sync + Unpin>() {}
    free::<RedactOutputLayer>();
    free::<RedactOutput<Probe>>();
    free::<RedactOutputBody<Full<Bytes>>>();
    fn send<T: Send>() {}
    send::<RedactOutputFuture<Probe, Full<Bytes>, Full<Bytes>>>();
    fn service<S: Service<Request<Full<Bytes>>>>(_: &S) {}
    service(&RedactOutputLayer::new().layer(Probe::default()));
    fn body<B: http_body::Body>() {}
    body::<RequestBody<Full<Bytes>>>();
}
