//! A tower stack over reqwest, against a real server.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use common::Server;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use tokio::sync::mpsc;
use tower::{Service, ServiceBuilder, ServiceExt, limit::ConcurrencyLimit};
use tower_mistral_reqwest::{ReqwestService, SendThrough, client_builder};
use tower_mistral_wire::{
    BoxError,
    body::{Budget, Collect, Collected, HeldBody},
};

fn service<B>() -> ReqwestService<reqwest::Client, B> {
    ReqwestService::new(client_builder().build().unwrap())
}

#[tokio::test]
async fn headers_body_and_address_make_the_round_trip() {
    let server = Server::start().await;
    let url = server.url("/echo?q=1");
    let request = Request::post(&url)
        .header("x-asked", "yes")
        .body(Full::from("hello"))
        .unwrap();
    let reply = service().oneshot(request).await.unwrap();

    assert_eq!(reply.status(), StatusCode::OK);
    assert_eq!(reply.headers()["saw-x-asked"], "yes");
    assert_eq!(reply.headers()["saw-content-length"], "5");
    let reply = reqwest::Response::from(reply);
    assert_eq!(reply.url().as_str(), url);
    assert_eq!(reply.bytes().await.unwrap(), "hello");
}

#[tokio::test]
async fn chunks_travel_one_by_one_in_both_directions() {
    let server = Server::start().await;
    let (send, mut chunks) = mpsc::unbounded_channel::<&'static str>();
    let chunks = stream::poll_fn(move |cx| chunks.poll_recv(cx));
    let body = StreamBody::new(
        chunks.map(|chunk| Ok::<_, Infallible>(Frame::data(Bytes::from_static(chunk.as_bytes())))),
    );
    send.send("first").unwrap();
    let request = Request::post(server.url("/stream")).body(body).unwrap();
    let mut reply = service().oneshot(request).await.unwrap().into_body();
    // The request has not ended when its first chunk is back.
    let frame = reply.frame().await.unwrap().unwrap();
    assert_eq!(frame.into_data().unwrap(), "first");
    send.send("second").unwrap();
    drop(send);
    assert_eq!(reply.collect().await.unwrap().to_bytes(), "second");
}

#[tokio::test]
async fn trailers_of_a_reply_are_kept() {
    let server = Server::start().await;
    let request = Request::get(server.url("/trailers"))
        .header(header::TE, "trailers")
        .body(Empty::new())
        .unwrap();
    let reply = service().oneshot(request).await.unwrap();
    let body = reply.into_body().collect().await.unwrap();
    assert_eq!(body.trailers().unwrap()["x-end"], "1");
    assert_eq!(body.to_bytes(), "text");
}

/// A body that threads cannot share, as axum's is.
fn unshareable<E>(
    frames: impl IntoIterator<Item = Option<Result<Frame<Bytes>, E>>>,
) -> impl Body<Data = Bytes, Error = E> + Send
where
    E: Send + 'static,
{
    // With a cell in it a stream is `Send` and not `Sync`.
    let mut frames: Vec<_> = frames.into_iter().map(std::cell::Cell::new).collect();
    frames.reverse();
    StreamBody::new(stream::poll_fn(move |cx| match frames.pop() {
        None => Poll::Ready(None),
        Some(frame) => match frame.into_inner() {
            Some(frame) => Poll::Ready(Some(frame)),
            None => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        },
    }))
}

#[tokio::test]
async fn trailers_of_a_request_arrive_if_they_were_announced() {
    let server = Server::start().await;
    let ask = |head: http::request::Builder| head.uri(server.url("/echo")).method("POST");
    let streamed = || unshareable([data("te"), None, data("xt"), trailers()]);
    // Read whole on the way, as layers do: of known length, whatever the caller's headers say.
    let whole = || {
        let held = HeldBody::<Empty<Bytes>>::whole("text".into());
        held.with_trailers(Some(end())).boxed_unsync()
    };
    let cases = [
        (ask(Request::builder()).header("trailer", "x-end"), true),
        (ask(Request::builder()), false),
    ];
    for (head, announced) in cases {
        let head = head.body(()).unwrap().into_parts().0;
        let request = Request::from_parts(head.clone(), streamed());
        let mut replies = vec![service().oneshot(request).await.unwrap()];
        for length in [None, Some("4")] {
            let mut request = Request::from_parts(head.clone(), whole());
            if let Some(length) = length {
                let length = HeaderValue::from_static(length);
                request.headers_mut().insert("content-length", length);
            }
            replies.push(service().oneshot(request).await.unwrap());
        }
        for reply in replies {
            assert_eq!(reply.headers().contains_key("saw-x-end"), announced);
            let body = reply.into_body().collect().await.unwrap();
            assert_eq!(body.to_bytes(), "text");
        }
    }
}

#[tokio::test]
async fn a_request_of_reqwests_own_goes_through_a_stack_in_one_call() {
    let server = Server::start().await;
    let client = client_builder().build().unwrap();
    let stack = ServiceBuilder::new()
        .map_request(|mut request: Request<reqwest::Body>| {
            let asked = HeaderValue::from_static("yes");
            request.headers_mut().insert("x-asked", asked);
            request
        })
        .map_response(|reply: Response<reqwest::Body>| reply.map(BodyExt::boxed_unsync))
        .service(ReqwestService::new(client.clone()));
    let url = server.url("/echo?q=1");
    let reply = client.post(&url).json(&["hello"]);
    let reply = reply.send_through(stack.clone()).await.unwrap();
    assert_eq!(reply.url().as_str(), url);
    assert_eq!(reply.headers()["saw-x-asked"], "yes");
    assert_eq!(reply.headers()["saw-content-type"], "application/json");
    assert_eq!(reply.json::<[String; 1]>().await.unwrap(), ["hello"]);

    // A service that panics if nobody asked whether it is ready.
    let request = client.get(&url).build().unwrap();
    let limited = ConcurrencyLimit::new(stack.clone(), 1);
    let reply = request.send_through(limited).await.unwrap();
    assert_eq!(reply.status(), StatusCode::OK);

    let own = tower::service_fn(|_| ready(Ok::<_, BoxError>(Response::new(Full::from("no")))));
    let reply = client.get(&url).send_through(own).await.unwrap();
    assert_eq!(reply.url().as_str(), url);
    assert_eq!(reply.text().await.unwrap(), "no");

    let unbuilt = client.get("no address").send_through(stack).await;
    assert!(unbuilt.unwrap_err().is_builder());
}

#[tokio::test]
async fn errors_are_the_clients_own() {
    // A port that nobody listens on any more.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);

    let unreachable = || Request::get(&closed).body(Full::from("x")).unwrap();
    let error: reqwest::Error = service().oneshot(unreachable()).await.unwrap_err();
    assert!(error.is_connect());

    let chain = reqwest_middleware::ClientWithMiddleware::from(client_builder().build().unwrap());
    let error: reqwest_middleware::Error = ReqwestService::new(chain)
        .oneshot(unreachable())
        .await
        .unwrap_err();
    assert!(error.is_connect());

    let relative = Request::get("/v1/models").body(Full::from("x")).unwrap();
    assert!(service().oneshot(relative).await.unwrap_err().is_builder());
}

#[test]
fn a_key_in_the_clients_headers_is_not_printed() {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_static("Bearer hush"));
    let client = client_builder().default_headers(headers).build().unwrap();
    let service = ReqwestService::<_>::new(client);
    assert!(!format!("{service:?}").contains("hush"));
}

/// Keeps the request that would have been sent.
#[derive(Clone, Debug)]
struct Keep(std::sync::mpsc::Sender<reqwest::Request>);

impl Service<reqwest::Request> for Keep {
    type Response = reqwest::Response;
    type Error = reqwest::Error;
    type Future = Ready<Result<reqwest::Response, reqwest::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), reqwest::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: reqwest::Request) -> Self::Future {
        self.0.send(request).unwrap();
        ready(Ok(Response::new("").into()))
    }
}

/// The body that reqwest is given for `body`.
async fn handed_over<B>(body: B) -> Option<reqwest::Body>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let (send, kept) = std::sync::mpsc::channel();
    let request = Request::post("http://127.0.0.1/").body(body).unwrap();
    ReqwestService::new(Keep(send))
        .oneshot(request)
        .await
        .unwrap();
    let mut request = kept.recv().unwrap();
    let bytes = request.body().map(|body| body.as_bytes().is_some());
    assert_eq!(request.try_clone().is_some(), bytes.unwrap_or(true));
    request.body_mut().take()
}

/// A body that yields what is listed; `None` is a moment of waiting.
struct Scripted {
    frames: Vec<Option<Result<Frame<Bytes>, BoxError>>>,
    size: u64,
}

impl Body for Scripted {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.frames.is_empty() {
            return Poll::Ready(None);
        }
        let Some(frame) = self.frames.remove(0) else {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        };
        if let Some(data) = frame.as_ref().ok().and_then(Frame::data_ref) {
            self.size -= data.len() as u64;
        }
        Poll::Ready(Some(frame))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.size)
    }
}

fn data(text: &'static str) -> Option<Result<Frame<Bytes>, BoxError>> {
    Some(Ok(Frame::data(text.into())))
}

fn trailers() -> Option<Result<Frame<Bytes>, BoxError>> {
    Some(Ok(Frame::trailers(end())))
}

fn end() -> HeaderMap {
    HeaderMap::from_iter([(
        HeaderName::from_static("x-end"),
        HeaderValue::from_static("1"),
    )])
}

#[tokio::test]
async fn a_whole_body_can_be_sent_again_however_it_is_wrapped() {
    type Held<B> = HeldBody<B>;
    let large = Bytes::from(vec![b'x'; 3 << 20]);
    let at = large.as_ptr();
    let body = handed_over(Full::new(large)).await.unwrap();
    assert_eq!(body.as_bytes().unwrap().as_ptr(), at, "copied");

    let whole = [
        handed_over(reqwest::Body::from("text")).await,
        handed_over(Full::from("text")).await,
        handed_over(Held::<reqwest::Body>::whole("text".into())).await,
        handed_over(Held::untouched(reqwest::Body::from("text"))).await,
        handed_over(Held::untouched(Held::<reqwest::Body>::whole("text".into()))).await,
        handed_over(Held::untouched(Held::untouched(Full::<Bytes>::from(
            "text",
        ))))
        .await,
        handed_over(Full::from("text").map_err(BoxError::from).boxed()).await,
        handed_over(Full::from("text").boxed_unsync()).await,
    ];
    for body in whole {
        assert_eq!(body.unwrap().as_bytes(), Some(&b"text"[..]));
    }
    assert!(handed_over(Empty::new()).await.is_none());
    assert!(handed_over(Full::from("")).await.is_none());
    let nothing = Scripted {
        frames: Vec::new(),
        size: 0,
    };
    assert!(handed_over(nothing).await.is_none());
}

#[tokio::test]
async fn a_body_that_streams_loses_nothing_by_being_asked_early() {
    let cases = [
        vec![data("te"), data("xt")],
        vec![None, data("text")],
        vec![data(""), data("text")],
        vec![data("text"), trailers()],
        vec![data("te"), None, data("xt"), trailers()],
    ];
    for frames in cases {
        let ends = matches!(frames.last(), Some(Some(Ok(frame))) if frame.is_trailers());
        let body = handed_over(Scripted { frames, size: 4 }).await.unwrap();
        assert_eq!(body.as_bytes(), None);
        assert_eq!(body.size_hint().exact(), Some(4));
        let body = body.collect().await.unwrap();
        assert_eq!(body.trailers().is_some(), ends);
        assert_eq!(body.to_bytes(), "text");
    }
    let frames = vec![Some(Err("broken".into())), data("text")];
    let body = handed_over(Scripted { frames, size: 4 }).await.unwrap();
    assert!(body.collect().await.is_err());
}

#[tokio::test]
async fn a_budget_is_charged_as_long_as_the_bytes_live() {
    let budget = Budget::new(100);
    let Collected::Whole(whole) = Collect::new(Full::<Bytes>::from("text"), 100, &budget).await
    else {
        panic!("small enough");
    };
    let bytes = whole.bytes.clone();
    let body = handed_over(HeldBody::<Full<Bytes>>::collected(whole, bytes)).await;
    assert_eq!(budget.used(), 4);
    drop(body);
    assert_eq!(budget.used(), 0);
}

#[tokio::test]
async fn a_stream_of_unknown_size_is_not_asked_early() {
    let polled = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let flag = std::sync::Arc::clone(&polled);
    let chunks = stream::once(async move {
        flag.store(true, std::sync::atomic::Ordering::SeqCst);
        Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"text")))
    });
    let body = handed_over(StreamBody::new(chunks)).await.unwrap();
    assert!(!polled.load(std::sync::atomic::Ordering::SeqCst));
    assert_eq!(body.collect().await.unwrap().to_bytes(), "text");
}
