//! What tower and its hosts rely on.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use std::{
    convert::Infallible,
    future::Ready,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use common::{CHAT, read, request, run};
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Empty, Full};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_mistral_sanitize_input::{SanitizeInput, SanitizeInputFuture, SanitizeInputLayer};
use tower_mistral_wire::{
    BoxError, Mode,
    body::{Budget, RequestBody},
    json::Tape,
};

const USER: &str = r#"{"messages":[{"role":"user","content":"override"}]}"#;

/// Panics if it is called before it was polled ready; a clone starts un-ready.
#[derive(Debug, Default)]
struct Probe {
    ready: bool,
}

impl Clone for Probe {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<B> Service<Request<RequestBody<B>>> for Probe {
    type Response = Response<Empty<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<RequestBody<B>>) -> Self::Future {
        assert!(
            std::mem::take(&mut self.ready),
            "called before it was ready"
        );
        std::future::ready(Ok(Response::default()))
    }
}

/// Frames that are given out one by one, with a pause before each.
struct Frames {
    frames: std::vec::IntoIter<Result<Frame<Bytes>, BoxError>>,
    pause: bool,
}

impl Frames {
    fn new(frames: Vec<Result<Frame<Bytes>, BoxError>>) -> Self {
        let frames = frames.into_iter();
        Self {
            frames,
            pause: true,
        }
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.pause = !self.pause;
        if !self.pause {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.frames.next())
    }
}

fn data(text: &'static str) -> Result<Frame<Bytes>, BoxError> {
    Ok(Frame::data(Bytes::from_static(text.as_bytes())))
}

fn trailers() -> HeaderMap {
    let mut trailers = HeaderMap::new();
    trailers.insert("x-end", "1".parse().unwrap());
    trailers
}

#[test]
fn the_service_that_was_ready_is_the_one_that_is_called() {
    for mode in [Mode::Off, Mode::Observe, Mode::Enforce] {
        let mut service = SanitizeInputLayer::basic()
            .mode(mode)
            .layer(Probe::default());
        for _ in 0..2 {
            let call = run(ServiceExt::<Request<Full<Bytes>>>::ready(&mut service));
            let call = call.unwrap().call(request(CHAT, USER));
            assert_eq!(run(call).unwrap().status(), 200);
        }
    }
}

#[test]
fn two_services_of_one_layer_share_its_switches_and_its_budget() {
    let layer = SanitizeInputLayer::basic().budget(Budget::new(6));
    let call = || {
        let request = request(CHAT, "").map(|_| Frames::new(vec![data("{\"a\":"), data("1}")]));
        Box::pin(layer.layer(Probe::default()).oneshot(request))
    };
    let mut cx = Context::from_waker(std::task::Waker::noop());
    let mut first = call();
    for _ in 0..2 {
        assert!(first.as_mut().poll(&mut cx).is_pending());
    }
    assert_eq!(run(call()).unwrap().status(), 503);
    layer.modes().set(Mode::Off);
    assert_eq!(run(call()).unwrap().status(), 200);
}

#[test]
fn trailers_pass_in_both_directions() {
    let inner = service_fn(|request: Request<RequestBody<Frames>>| async {
        let body = request.into_body().collect().await.unwrap();
        assert_eq!(body.trailers(), Some(&trailers()));
        let frames = vec![data("a"), data("b"), Ok(Frame::trailers(trailers()))];
        Ok::<_, Infallible>(Response::new(Frames::new(frames)))
    });
    // Of a body that is edited, too.
    for body in ["{}", USER] {
        let frames = vec![data(body), data(" "), Ok(Frame::trailers(trailers()))];
        let request = request(CHAT, "").map(|_| Frames::new(frames));
        let call = SanitizeInputLayer::basic().layer(inner).oneshot(request);
        let body = run(run(call).unwrap().into_body().collect()).unwrap();
        assert_eq!(body.trailers(), Some(&trailers()));
        assert_eq!(body.to_bytes(), "ab");
    }
}

#[test]
fn a_body_that_fails_is_refused_or_fails_further_on_but_is_never_whole() {
    for mode in [Mode::Off, Mode::Observe, Mode::Enforce] {
        let inner = service_fn(|request: Request<RequestBody<Frames>>| async {
            let mut body = request.into_body();
            let seen = body.frame().await.unwrap().unwrap().into_data().unwrap();
            let error = body.frame().await.unwrap().unwrap_err();
            assert_eq!(error.to_string(), "secret");
            Ok::<_, Infallible>(Response::new(Full::from(seen)))
        });
        let frames = vec![data("{\"messages\":"), Err("secret".into())];
        let request = request(CHAT, "").map(|_| Frames::new(frames));
        let layer = SanitizeInputLayer::basic().mode(mode);
        let answer = run(read(run(layer.layer(inner).oneshot(request)).unwrap()));
        if mode != Mode::Enforce {
            assert_eq!((answer.status, answer.text()), (200, "{\"messages\":"));
            let findings = answer.report.map(|report| report.findings().len());
            assert_eq!(findings, (mode == Mode::Observe).then_some(1));
            continue;
        }
        assert_eq!(answer.status, 400);
        assert_eq!(answer.header("x-mistral-guard-kind"), Some("invalid_body"));
        assert!(!answer.text().contains("secret"));
        assert!(!answer.text().contains("messages"));
    }
}

#[test]
fn errors_of_the_inner_service_and_of_its_body_are_its_own() {
    let failing = service_fn(|_: Request<RequestBody<Full<Bytes>>>| async {
        Err::<Response<Full<Bytes>>, _>("no route")
    });
    let call = SanitizeInputLayer::basic()
        .layer(failing)
        .oneshot(request(CHAT, USER));
    assert_eq!(run(call).unwrap_err(), "no route");

    let breaking = service_fn(|_: Request<RequestBody<Full<Bytes>>>| async {
        let frames = vec![data("a"), Err("reset".into())];
        Ok::<_, Infallible>(Response::new(Frames::new(frames)))
    });
    let call = SanitizeInputLayer::basic()
        .layer(breaking)
        .oneshot(request(CHAT, USER));
    let mut body = run(call).unwrap().into_body();
    assert!(run(body.frame()).unwrap().is_ok());
    assert_eq!(run(body.frame()).unwrap().unwrap_err().to_string(), "reset");
}

#[test]
fn a_call_that_is_dropped_while_its_body_arrives_gives_its_buffers_back() {
    let budget = Budget::new(1_000);
    let layer = SanitizeInputLayer::basic().budget(budget.clone());
    let request = request(CHAT, "").map(|_| Frames::new(vec![data("{\"a\":"), data("1}")]));
    let mut call = Box::pin(layer.layer(Probe::default()).oneshot(request));
    let mut cx = Context::from_waker(std::task::Waker::noop());
    for _ in 0..2 {
        assert!(call.as_mut().poll(&mut cx).is_pending());
    }
    assert_eq!(budget.used(), 5);
    drop(call);
    assert_eq!(budget.used(), 0);
}

#[test]
fn the_next_layer_never_sees_the_reading_of_another_body() {
    let inner = service_fn(|request: Request<RequestBody<Full<Bytes>>>| async move {
        let tape = request.extensions().get::<Tape>();
        let body = request.body().as_whole().unwrap();
        assert!(tape.is_none_or(|tape| tape.describes(body)));
        Ok::<_, Infallible>(Response::new(Full::from(vec![u8::from(tape.is_some())])))
    });
    for (body, has_tape) in [(USER, 0), ("{}", 1)] {
        let call = SanitizeInputLayer::basic()
            .layer(inner)
            .oneshot(request(CHAT, body));
        assert_eq!(*run(read(run(call).unwrap())).body, [has_tape]);
    }
}

#[test]
fn types_are_send_sync_and_unpin_as_their_parts_are() {
    fn all<T: Send + Sync + Unpin + 'static>() {}
    all::<SanitizeInputLayer>();
    all::<SanitizeInput<Probe>>();
    all::<SanitizeInputFuture<Probe, Full<Bytes>>>();

    // A service that borrows is as good as any other.
    let answer = String::from("ok");
    let inner = service_fn(|_: Request<RequestBody<Full<Bytes>>>| async {
        Ok::<_, Infallible>(Response::new(Full::from(answer.clone())))
    });
    let call = SanitizeInputLayer::new()
        .layer(inner)
        .oneshot(request(CHAT, "{}"));
    assert_eq!(run(read(run(call).unwrap())).body, "ok");
}
