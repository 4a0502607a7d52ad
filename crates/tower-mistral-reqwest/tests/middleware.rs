//! A tower layer inside reqwest-middleware, against a real server.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use std::{
    future::{Ready, ready},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use common::Server;
use futures_util::{TryFutureExt, future::MapOk};
use http::{Extensions, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next};
use reqwest_retry::{RetryTransientMiddleware, policies::ExponentialBackoff};
use tower::{
    Layer, Service, ServiceBuilder,
    layer::layer_fn,
    retry::{Policy, RetryLayer},
    service_fn,
    util::{MapErrLayer, MapRequestLayer, MapResponseLayer, ServiceFn},
};
use tower_mistral_reqwest::{NextService, TowerMiddleware, client_builder};
use tower_mistral_wire::{BoxError, body::HeldBody};

fn chain() -> ClientBuilder {
    ClientBuilder::new(client_builder().build().unwrap())
}

fn client(middleware: impl Middleware) -> ClientWithMiddleware {
    chain().with(middleware).build()
}

/// Wraps bodies, as layers that read them do, and marks the request.
#[derive(Clone, Copy, Debug)]
struct WrapLayer;

impl<S> Layer<S> for WrapLayer {
    type Service = Wrap<S>;

    fn layer(&self, inner: S) -> Wrap<S> {
        Wrap(inner)
    }
}

#[derive(Clone, Debug)]
struct Wrap<S>(S);

impl<S, B, R> Service<Request<B>> for Wrap<S>
where
    S: Service<Request<HeldBody<B>>, Response = Response<R>>,
{
    type Response = Response<HeldBody<R>>;
    type Error = S::Error;
    type Future = MapOk<S::Future, fn(Response<R>) -> Response<HeldBody<R>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let mark = HeaderValue::from_static("by the layer");
        request.headers_mut().insert("x-asked", mark);
        let sent = self.0.call(request.map(HeldBody::untouched));
        sent.map_ok(|reply| reply.map(HeldBody::untouched))
    }
}

/// Has tower's own retrying layer try once more if the first reply is a failure.
#[derive(Clone, Debug)]
struct Once;

#[derive(Clone)]
struct Again;

impl<R, E> Policy<Request<reqwest::Body>, Response<R>, E> for Once {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        request: &mut Request<reqwest::Body>,
        reply: &mut Result<Response<R>, E>,
    ) -> Option<Ready<()>> {
        let failed = reply
            .as_ref()
            .is_ok_and(|reply| !reply.status().is_success());
        let first = request.extensions_mut().insert(Again).is_none();
        (failed && first).then(|| ready(()))
    }

    fn clone_request(
        &mut self,
        request: &Request<reqwest::Body>,
    ) -> Option<Request<reqwest::Body>> {
        let body = Bytes::copy_from_slice(request.body().as_bytes()?);
        let mut again = Request::new(body.into());
        *again.method_mut() = request.method().clone();
        *again.uri_mut() = request.uri().clone();
        *again.headers_mut() = request.headers().clone();
        *again.extensions_mut() = request.extensions().clone();
        Some(again)
    }
}

#[tokio::test]
async fn a_stack_that_wraps_bodies_twice_sees_the_whole_exchange() {
    let server = Server::start().await;
    let stack = ServiceBuilder::new().layer(WrapLayer).layer(WrapLayer);
    let url = server.url("/echo?q=1");
    let request = client(TowerMiddleware::new(stack)).post(&url).body("hello");
    let reply = request.send().await.unwrap();
    assert_eq!(reply.headers()["saw-x-asked"], "by the layer");
    assert_eq!(reply.headers()["saw-content-length"], "5");
    assert_eq!(reply.url().as_str(), url);
    assert_eq!(reply.bytes().await.unwrap(), "hello");
}

#[tokio::test]
async fn bodies_that_threads_cannot_share_pass_in_both_directions() {
    let stack = (
        MapResponseLayer::new(|reply: Response<reqwest::Body>| reply.map(BodyExt::boxed_unsync)),
        MapRequestLayer::new(|request: Request<reqwest::Body>| request.map(BodyExt::boxed_unsync)),
    );
    let server = Server::start().await;
    let request = client(TowerMiddleware::new(stack)).post(server.url("/echo"));
    let reply = request.body("hello").send().await.unwrap();
    assert_eq!(reply.bytes().await.unwrap(), "hello");
}

#[tokio::test]
async fn a_retrying_layer_runs_the_rest_of_the_chain_again() {
    let server = Server::start().await;
    let client = client(TowerMiddleware::new(RetryLayer::new(Once)));
    let reply = client.post(server.url("/flaky")).body("hello").send().await;
    assert_eq!(reply.unwrap().text().await.unwrap(), "hello");
    assert_eq!(server.hits(), 2);
}

#[tokio::test]
async fn a_retrying_middleware_below_can_send_a_wrapped_body_again() {
    fn wrap(next: NextService<'_>) -> Wrap<NextService<'_>> {
        Wrap(next)
    }
    let server = Server::start().await;
    let policy = ExponentialBackoff::builder()
        .retry_bounds(Duration::ZERO, Duration::ZERO)
        .build_with_max_retries(1);
    let client = chain()
        .with(TowerMiddleware::new(layer_fn(wrap)))
        .with(RetryTransientMiddleware::new_with_policy(policy))
        .build();
    let reply = client.post(server.url("/flaky")).body("hello").send().await;
    assert_eq!(reply.unwrap().text().await.unwrap(), "hello");
    assert_eq!(server.hits(), 2);
}

#[derive(Clone, Debug, PartialEq)]
struct Attempts(usize);

/// Counts the attempts in the chain's extensions, as the middlewares below a layer may.
struct Count;

#[async_trait::async_trait]
impl Middleware for Count {
    async fn handle(
        &self,
        request: reqwest::Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        let before = extensions.get::<Attempts>().map_or(0, |count| count.0);
        extensions.insert(Attempts(before + 1));
        next.run(request, extensions).await
    }
}

#[tokio::test]
async fn extensions_reach_the_layer_and_come_back_from_below() {
    #[derive(Clone)]
    struct Note(&'static str);
    let server = Server::start().await;
    let read_note = MapRequestLayer::new(|mut request: Request<reqwest::Body>| {
        let note = request.extensions().get::<Note>().unwrap().0;
        let note = HeaderValue::from_static(note);
        request.headers_mut().insert("x-asked", note);
        request
    });
    let client = chain()
        .with(TowerMiddleware::new((read_note, RetryLayer::new(Once))))
        .with(Count)
        .build();
    let mut extensions = Extensions::new();
    extensions.insert(Note("from the caller"));
    let request = client.post(server.url("/flaky")).build().unwrap();
    let reply = client.execute_with_extensions(request, &mut extensions);
    assert_eq!(reply.await.unwrap().status(), StatusCode::OK);
    assert_eq!(extensions.get(), Some(&Attempts(2)));
    assert!(extensions.get::<Note>().is_some());

    let request = client.post(server.url("/echo"));
    let reply = request.with_extension(Note("again")).send().await.unwrap();
    assert_eq!(reply.headers()["saw-x-asked"], "again");
}

#[tokio::test]
async fn a_reply_of_the_layers_own_bears_the_address_that_was_asked() {
    let server = Server::start().await;
    fn deny(_: NextService<'_>) -> ServiceFn<fn(Request<reqwest::Body>) -> Denied> {
        service_fn(|_| {
            let mut reply = Response::new(Full::from("no"));
            *reply.status_mut() = StatusCode::FORBIDDEN;
            ready(Ok(reply))
        })
    }
    type Denied = Ready<Result<Response<Full<Bytes>>, BoxError>>;
    let url = server.url("/echo");
    let reply = client(TowerMiddleware::new(layer_fn(deny)))
        .get(&url)
        .send()
        .await;
    let reply = reply.unwrap();
    assert_eq!(reply.url().as_str(), url);
    assert_eq!(reply.status(), StatusCode::FORBIDDEN);
    assert_eq!(reply.text().await.unwrap(), "no");
    assert_eq!(server.hits(), 0);
}

#[tokio::test]
async fn errors_come_out_as_what_they_are() {
    // A port that nobody listens on any more.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);

    let boxing = MapErrLayer::new(BoxError::from);
    let boxed = client(TowerMiddleware::new(boxing)).get(&closed).send();
    assert!(boxed.await.unwrap_err().is_connect());

    let unwrapping = MapErrLayer::new(|error| match error {
        reqwest_middleware::Error::Reqwest(error) => BoxError::from(error),
        reqwest_middleware::Error::Middleware(_) => unreachable!("the client itself fails"),
    });
    let unwrapped = client(TowerMiddleware::new(unwrapping)).get(&closed).send();
    assert!(unwrapped.await.unwrap_err().is_connect());

    let own = MapErrLayer::new(|_| BoxError::from("of the layer"));
    let own = client(TowerMiddleware::new(own)).get(&closed).send();
    let own = own.await.unwrap_err();
    assert!(own.is_middleware());
    assert_eq!(own.to_string(), "of the layer");
}
