//! What the metadata log adds to a request and to an event, against the bare service in the same
//! run. Nobody listens to its events. Replies are made in memory: no socket, no clock, no server.
//!
//! `cargo bench -p tower-mistral-benches --bench log`

use std::{
    convert::Infallible,
    fmt::Debug,
    future::{Ready, ready},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use http::{Request, Response, header::CONTENT_TYPE};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, layer::util::Identity};
use tower_mistral::metadata_log::MetadataLogLayer;
use tower_mistral_wire::ext::CallReport;

#[path = "data.rs"]
mod data;
#[path = "frames.rs"]
mod frames;

use self::frames::Frames;

/// Answers with the same frames.
#[derive(Clone)]
struct Api {
    content_type: &'static str,
    frames: Arc<[Bytes]>,
    /// It claims the reply, as an inner layer does that reads it.
    claims: bool,
}

impl<B> Service<Request<B>> for Api {
    type Response = Response<Frames>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Frames>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let report = request.extensions().get::<CallReport>();
        if let Some(report) = report.filter(|_| self.claims) {
            report.claim_reply();
        }
        let frames = Arc::clone(&self.frames);
        let reply = Response::builder().header(CONTENT_TYPE, self.content_type);
        let reply = reply.body(Frames::new(frames));
        ready(Ok(reply.expect("the content type is one")))
    }
}

/// Polls once: nothing here has to wait.
fn finish<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("everything is in memory"),
    }
}

/// One call, read to its end.
fn exchange<S, B>(service: &mut S, body: Bytes) -> usize
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error: Debug>,
    B: Body<Data = Bytes, Error: Debug>,
{
    let request = Request::post("https://api.mistral.ai/v1/chat/completions")
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(body))
        .expect("the request is one");
    let reply = finish(service.call(request)).expect("the service answers");
    let mut body = pin!(reply.into_body());
    let mut read = 0;
    while let Some(frame) = finish(body.frame()) {
        let frame = frame.expect("the reply is whole");
        read += frame.into_data().map_or(0, |data| data.len());
    }
    read
}

fn with<L, B>(c: &mut Criterion, group: &str, name: &str, layer: &L, api: &Api, body: &Bytes)
where
    L: Layer<Api>,
    L::Service: Service<Request<Full<Bytes>>, Response = Response<B>, Error: Debug>,
    B: Body<Data = Bytes, Error: Debug>,
{
    let mut service = layer.layer(api.clone());
    let mut group = c.benchmark_group(group);
    group.bench_function(name, |b| b.iter(|| exchange(&mut service, body.clone())));
    group.finish();
}

fn log(c: &mut Criterion) {
    let (bare, log) = (Identity::new(), MetadataLogLayer::new());
    let json = Api {
        content_type: "application/json",
        frames: Arc::from([data::chat_reply()]),
        claims: false,
    };
    let stream = Api {
        content_type: "text/event-stream",
        frames: data::stream(data::EVENTS, data::PROSE).into(),
        claims: false,
    };
    let claimed = |api: &Api| Api {
        claims: true,
        ..api.clone()
    };
    for (size, name) in [(0, "a short request"), (4 << 10, "a request of 4 KB")] {
        let body = data::chat_request(size.max(1), false);
        with(c, name, "bare", &bare, &json, &body);
        with(
            c,
            name,
            "log, reply read further in",
            &log,
            &claimed(&json),
            &body,
        );
        with(c, name, "log alone", &log, &json, &body);
    }
    let (name, body) = ("200 events", data::chat_request(1, true));
    with(c, name, "bare", &bare, &stream, &body);
    with(
        c,
        name,
        "log, reply read further in",
        &log,
        &claimed(&stream),
        &body,
    );
    with(c, name, "log alone", &log, &stream, &body);
}

criterion_group!(benches, log);
criterion_main!(benches);
