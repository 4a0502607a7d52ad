//! What every layer of this family promises to the services around it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::{Ready, ready},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use common::{Api, call, chat, layer, layer_of};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};
use tower::{Layer as _, Service, ServiceExt, service_fn};
use tower_mistral_key_rotation::{KeyRotation, KeyRotationFuture, KeyRotationLayer};
use tower_mistral_wire::{BoxError, Rejection, RejectionKind, body::RequestBody};

/// A service that must be asked for readiness before each call, and whose clones are not ready.
/// It rejects the first call.
struct Probe {
    is_ready: bool,
    calls: Arc<AtomicUsize>,
}

impl Clone for Probe {
    fn clone(&self) -> Self {
        Self {
            is_ready: false,
            calls: Arc::clone(&self.calls),
        }
    }
}

impl<B> Service<Request<B>> for Probe {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        assert!(self.is_ready, "called without being asked for readiness");
        self.is_ready = false;
        let mut response = Response::new(Full::default());
        if self.calls.fetch_add(1, Ordering::Relaxed) == 0 {
            *response.status_mut() = StatusCode::UNAUTHORIZED;
        }
        ready(Ok(response))
    }
}

#[tokio::test]
async fn only_ready_services_are_called() {
    for layer in [layer_of(["a"]), layer_of(["a", "b"])] {
        let calls = Arc::new(AtomicUsize::new(0));
        let probe = Probe {
            is_ready: false,
            calls: Arc::clone(&calls),
        };
        let mut service = layer.layer(probe);
        for _ in 0..2 {
            let service = ServiceExt::<Request<Full<Bytes>>>::ready(&mut service).await;
            service.unwrap().call(chat("x")).await.unwrap();
        }
        assert!(calls.load(Ordering::Relaxed) >= 2);
    }
}

#[tokio::test]
async fn services_of_one_layer_share_the_ring() {
    let layer = layer_of(["a", "b"]);
    let api = Api::rejecting(&["a"]);
    for layer in [&layer, &layer.clone()] {
        call(layer, &api, chat("x")).await;
    }
    let keys: Vec<_> = api
        .seen()
        .iter()
        .map(|seen| seen.key().to_owned())
        .collect();
    assert_eq!(keys, ["a", "b", "b"]);
}

/// A body that plays these frames; the last one may be an error.
struct Frames(VecDeque<Result<Frame<Bytes>, BoxError>>);

impl Frames {
    fn with_trailers() -> Self {
        let trailers = HeaderMap::from_iter([("x-end".parse().unwrap(), "1".parse().unwrap())]);
        let data = ["ab", "", "c"].map(|data| Frame::data(Bytes::from(data)));
        Self(
            data.into_iter()
                .chain([Frame::trailers(trailers)])
                .map(Ok)
                .collect(),
        )
    }

    fn broken() -> Self {
        let data = Frame::data(Bytes::from("ab"));
        Self([Ok(data), Err("reset".into())].into())
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

fn upload(body: Frames) -> Request<Frames> {
    Request::post("https://api.mistral.ai/v1/files")
        .body(body)
        .unwrap()
}

#[tokio::test]
async fn trailers_and_errors_of_requests_pass_in_every_attempt() {
    for (layer, attempts) in [
        (layer_of(["a"]), 1),
        (layer_of(["a", "b"]), 2),
        (layer_of(["a", "b"]).max_replay(2), 1),
    ] {
        let count = &AtomicUsize::new(0);
        let api = service_fn(|request: Request<RequestBody<Frames>>| async move {
            count.fetch_add(1, Ordering::Relaxed);
            let body = request.into_body().collect().await?;
            assert_eq!(body.trailers().unwrap()["x-end"], "1");
            assert_eq!(body.to_bytes(), "abc");
            let mut response = Response::new(Full::<Bytes>::default());
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            Ok::<_, BoxError>(response)
        });
        let service = layer.layer(api);
        service
            .oneshot(upload(Frames::with_trailers()))
            .await
            .unwrap();
        assert_eq!(count.load(Ordering::Relaxed), attempts);
    }
}

#[tokio::test]
async fn a_request_whose_body_breaks_off_is_not_sent() {
    let api = service_fn(|_: Request<RequestBody<Frames>>| async {
        Err::<Response<Full<Bytes>>, BoxError>("must not be called".into())
    });
    let service = layer_of(["a", "b"]).layer(api);
    let reply = service.oneshot(upload(Frames::broken())).await.unwrap();
    let rejection = reply.extensions().get::<Rejection>().unwrap();
    assert_eq!(rejection.kind(), RejectionKind::InvalidBody);
}

#[tokio::test]
async fn replies_pass_as_they_come() {
    let answer = |body: fn() -> Frames| {
        service_fn(move |_: Request<RequestBody<Full<Bytes>>>| async move {
            Ok::<_, BoxError>(Response::new(body()))
        })
    };
    let reply = layer().layer(answer(Frames::with_trailers));
    let body = reply.oneshot(chat("x")).await.unwrap().into_body();
    let body = body.collect().await.unwrap();
    assert_eq!(body.trailers().unwrap()["x-end"], "1");
    assert_eq!(body.to_bytes(), "abc");

    let reply = layer().layer(answer(Frames::broken));
    let mut body = reply.oneshot(chat("x")).await.unwrap().into_body();
    assert!(body.frame().await.unwrap().is_ok());
    let error = body.frame().await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "reset");
}

#[tokio::test]
async fn a_call_can_be_dropped_at_any_point() {
    let budget = tower_mistral_wire::body::Budget::new(100);
    let layer = layer_of(["a", "b"]).budget(budget.clone());
    let api = Api::rejecting(&["a"]).held();
    let mut call = Box::pin(layer.layer(api.clone()).oneshot(chat("hello")));
    let mut cx = Context::from_waker(std::task::Waker::noop());
    assert!(call.as_mut().poll(&mut cx).is_pending());
    assert_eq!(budget.used(), 5);
    drop(call);
    assert_eq!(budget.used(), 0);
    api.release();
    assert_eq!(
        common::call(&layer, &api, chat("x")).await.status(),
        StatusCode::OK
    );
}

/// A service that borrows, as inside reqwest-middleware: nothing here needs `'static`.
#[tokio::test]
async fn borrowing_services_will_do() {
    let greeting = String::from("hello");
    let greeting = greeting.as_str();
    let api = service_fn(move |_: Request<RequestBody<Full<Bytes>>>| async move {
        Ok::<_, Infallible>(Response::new(greeting.to_owned()))
    });
    let reply = layer_of(["a", "b"])
        .layer(api)
        .oneshot(chat("x"))
        .await
        .unwrap();
    assert_eq!(
        reply.into_body().collect().await.unwrap().to_bytes(),
        "hello"
    );
}

#[test]
fn types_are_sendable_when_their_parts_are() {
    fn check<T: Send + Sync + Unpin + 'static>() {}
    fn check_future<T: Send + Unpin + 'static>() {}
    check::<KeyRotationLayer>();
    check::<KeyRotation<Probe>>();
    check_future::<KeyRotationFuture<Probe, Full<Bytes>, Full<Bytes>>>();
}
