//! What every tower layer owes its neighbours.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::{
    future::{Pending, pending},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use support::{Api, JSON, REQUEST, Records, Script, Step, data, post, reply};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_mistral_metadata_log::{
    LoggedBody, MetadataLog, MetadataLogLayer, Outcome, TracingSink,
    wire::{
        BoxError, Mode, Rejection, RejectionKind,
        body::RequestBody,
        ext::{CallReport, RequestId},
    },
};

/// A service that must be ready before it is called, as must each of its clones.
struct Strict(bool);

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self(false)
    }
}

impl<B> Service<Request<RequestBody<B>>> for Strict {
    type Response = Response<Script>;
    type Error = BoxError;
    type Future = std::future::Ready<Result<Response<Script>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0 = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<RequestBody<B>>) -> Self::Future {
        assert!(std::mem::take(&mut self.0), "called before it was ready");
        std::future::ready(Ok(reply("application/json", &[data(JSON)], false)))
    }
}

#[tokio::test]
async fn the_service_that_is_ready_is_the_one_that_is_called() {
    for mode in [Mode::Off, Mode::Enforce] {
        let mut service = MetadataLogLayer::new().mode(mode).layer(Strict(false));
        for _ in 0..2 {
            let service = ServiceExt::<Request<Full<Bytes>>>::ready(&mut service);
            let response = service.await.unwrap().call(post(REQUEST)).await.unwrap();
            response.into_body().collect().await.unwrap();
        }
    }
}

#[tokio::test]
async fn services_of_one_layer_share_its_sink_and_its_switch() {
    let records = Records::default();
    let layer = records.layer();
    let api = || Api(|_| reply("application/json", &[data(JSON)], false));
    let (first, second) = (layer.layer(api()), layer.clone().layer(api()));
    for service in [first.clone(), second.clone()] {
        let response = service.oneshot(post(REQUEST)).await.unwrap();
        response.into_body().collect().await.unwrap();
    }
    assert_eq!(records.take().len(), 2);
    layer.modes().set(Mode::Off);
    for service in [first, second] {
        let response = service.oneshot(post(REQUEST)).await.unwrap();
        response.into_body().collect().await.unwrap();
    }
    assert!(records.take().is_empty());
}

#[tokio::test]
async fn trailers_and_errors_of_a_body_pass() {
    let records = Records::default();
    let steps = [data("a"), data(""), Step::Trailers];
    let service = records
        .layer()
        .layer(Api(move |_| reply("text/plain", &steps, false)));
    let response = service.oneshot(post(REQUEST)).await.unwrap();
    let whole = response.into_body().collect().await.unwrap();
    assert!(
        whole
            .trailers()
            .is_some_and(|trailers| trailers.contains_key("x-end"))
    );
    assert_eq!(records.one().outcome, Outcome::Complete);

    let steps = [data("a"), Step::Fail];
    let service = records
        .layer()
        .layer(Api(move |_| reply("text/plain", &steps, false)));
    let response = service.oneshot(post(REQUEST)).await.unwrap();
    let error = response.into_body().collect().await.unwrap_err();
    assert_eq!(error.to_string(), "reset");
    assert_eq!(records.one().outcome, Outcome::Failed);
}

/// A body of an inner layer that has read the reply, and reports when it is dropped.
struct Reports(CallReport);

impl http_body::Body for Reports {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, BoxError>>> {
        Poll::Pending
    }
}

impl Drop for Reports {
    fn drop(&mut self) {
        self.0.update_reply(|facts| facts.events = 3);
    }
}

#[tokio::test]
async fn what_an_inner_body_reports_when_it_is_dropped_is_recorded() {
    let records = Records::default();
    let api = Api(|request: Request<RequestBody<_>>| {
        let report = request.extensions().get::<CallReport>().unwrap();
        assert!(report.claim_reply());
        Response::new(Reports(report.clone()))
    });
    drop(records.layer().layer(api).oneshot(post(REQUEST)).await);
    let record = records.one();
    assert_eq!((record.outcome, record.events), (Outcome::Dropped, 3));
}

/// A body that a guard has broken.
struct Broken;

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, BoxError>>> {
        let rejection = Rejection::new(RejectionKind::TruncatedReply, RequestId::random());
        Poll::Ready(Some(Err(rejection.into())))
    }
}

#[tokio::test]
async fn a_stream_that_a_guard_breaks_is_recorded_as_such() {
    let records = Records::default();
    let service = records.layer().layer(Api(|_| Response::new(Broken)));
    let response = service.oneshot(post(REQUEST)).await.unwrap();
    let error = response.into_body().collect().await.unwrap_err();
    assert!(Rejection::find(&*error).is_some());
    let record = records.one();
    assert_eq!(record.outcome, Outcome::Failed);
    assert_eq!(record.rejected, Some(RejectionKind::TruncatedReply));
}

#[tokio::test]
async fn errors_of_the_service_pass_and_are_recorded() {
    let records = Records::default();
    let service = service_fn(async |_: Request<RequestBody<Full<Bytes>>>| {
        Err::<Response<Full<Bytes>>, _>(std::io::Error::other("refused"))
    });
    let error = records.layer().layer(service).oneshot(post(REQUEST)).await;
    assert_eq!(error.unwrap_err().to_string(), "refused");
    let record = records.one();
    assert_eq!((record.outcome, record.status), (Outcome::Failed, None));
    assert_eq!(record.error_type().as_deref(), Some("_OTHER"));
}

/// Never answers.
#[derive(Clone)]
struct Silent;

impl<B> Service<Request<RequestBody<B>>> for Silent {
    type Response = Response<Full<Bytes>>;
    type Error = BoxError;
    type Future = Pending<Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<RequestBody<B>>) -> Self::Future {
        pending()
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_before_the_reply_is_recorded() {
    let records = Records::default();
    let whole = Script::new(&[data(REQUEST)], false);
    let hanging = Script::new(&[data("{"), Step::Hang], false);
    // With the request read, and in the middle of it.
    for (body, messages) in [(whole, 2), (hanging, 0)] {
        let request = Request::post("/v1/chat/completions").body(body).unwrap();
        let mut call = Box::pin(records.layer().layer(Silent).oneshot(request));
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert!(call.as_mut().poll(&mut cx).is_pending());
        drop(call);
        let record = records.one();
        assert_eq!((record.outcome, record.status), (Outcome::Dropped, None));
        assert_eq!(record.messages, messages);
        assert_eq!(&*record.endpoint, "/v1/chat/completions");
    }
}

#[test]
fn types_are_send_sync_and_unpin_when_their_parts_are() {
    fn check<T: Send + Sync + Unpin>() {}
    check::<MetadataLogLayer>();
    check::<MetadataLog<Strict>>();
    check::<LoggedBody<Full<Bytes>>>();
    check::<tower_mistral_metadata_log::MetadataLogFuture<Strict, Full<Bytes>, TracingSink>>();
}
