//! What a proxy sends on, of what it got.
#![allow(clippy::unwrap_used)]

use std::convert::Infallible;

use http::{Request, Version};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_mistral_key_rotation::{OriginError, ToOriginLayer};

async fn sent_on(to: ToOriginLayer, request: Request<()>) -> Request<()> {
    let echo = service_fn(async |request: Request<()>| Ok::<_, Infallible>(request));
    let proxy = ServiceBuilder::new().layer(to).service(echo);
    proxy.oneshot(request).await.unwrap()
}

#[tokio::test]
async fn the_address_is_the_origins_and_the_path_the_callers() {
    let to = || ToOriginLayer::new("http://127.0.0.1:8080").unwrap();
    let table = [
        ("/v1/models?x=%2e", "http://127.0.0.1:8080/v1/models?x=%2e"),
        (
            "http://evil.example/v1/%2e%2e/x",
            "http://127.0.0.1:8080/v1/%2e%2e/x",
        ),
        ("https://a:b@evil.example:1/?", "http://127.0.0.1:8080/?"),
        ("evil.example:443", "http://127.0.0.1:8080/"),
    ];
    for (from, expected) in table {
        let request = Request::get(from).version(Version::HTTP_2);
        let request = sent_on(to(), request.body(()).unwrap()).await;
        assert_eq!(request.uri().to_string(), expected, "{from}");
        assert_eq!(request.version(), Version::HTTP_11);
    }
    let any = Request::options("*").body(()).unwrap();
    let any = sent_on(ToOriginLayer::mistral(), any).await;
    assert_eq!(any.uri().host(), Some("api.mistral.ai"));
    assert_eq!(any.uri().path(), "*");
}

#[tokio::test]
async fn what_was_said_to_the_proxy_alone_stays_there() {
    let request = Request::post("/v1/chat/completions")
        .header("host", "proxy.example")
        .header("cookie", "session=1")
        .header("proxy-authorization", "Basic eA==")
        .header("connection", "close, X-Hop, authorization")
        .header("connection", "te, content-length, ;")
        .header("keep-alive", "timeout=5")
        .header("transfer-encoding", "chunked")
        .header("x-hop", "1")
        .header("te", "gzip, Trailers")
        .header("trailer", "x-sum")
        .header("authorization", "Bearer own")
        .header("content-length", "0")
        .header("upgrade", "h2c")
        .header("x-kept", "1");
    let request = sent_on(ToOriginLayer::mistral(), request.body(()).unwrap()).await;
    let mut left: Vec<_> = request.headers().iter().collect();
    left.sort_by_key(|(name, _)| name.as_str());
    let left: Vec<_> = left
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    let expected = [
        ("authorization", "Bearer own"),
        ("content-length", "0"),
        ("te", "trailers"),
        ("trailer", "x-sum"),
        ("upgrade", "h2c"),
        ("x-kept", "1"),
    ];
    assert_eq!(left, expected);
}

#[test]
fn only_an_origin_is_one() {
    let error = |origin| ToOriginLayer::new(origin).unwrap_err();
    assert_eq!(error("https://proxy.example/v1"), OriginError::Path);
    assert_eq!(error("http://gateway.internal"), OriginError::PlainHttp);
    assert!(ToOriginLayer::dangerous_plain_http("http://gateway.internal").is_ok());
}
