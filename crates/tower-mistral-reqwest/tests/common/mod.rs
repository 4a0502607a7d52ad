//! A server that shows what reached it.
#![allow(dead_code)]

use std::{
    convert::Infallible,
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use futures_util::stream;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody, combinators::BoxBody};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

type Reply = Response<BoxBody<Bytes, Infallible>>;

/// Where a server listens, and how many requests it has got.
pub(crate) struct Server {
    address: String,
    hits: Arc<AtomicUsize>,
}

impl Server {
    /// A server of its own for each test; it ends with the test's runtime.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let hits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&hits);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let hits = Arc::clone(&counted);
                let service = service_fn(move |request| {
                    let hit = hits.fetch_add(1, Ordering::SeqCst);
                    async move { Ok::<_, Infallible>(reply(request, hit).await) }
                });
                tokio::spawn(
                    http1::Builder::new().serve_connection(TokioIo::new(connection), service),
                );
            }
        });
        Self { address, hits }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }
}

async fn reply(request: Request<Incoming>, hit: usize) -> Reply {
    let path = request.uri().path().to_owned();
    let (parts, body) = request.into_parts();
    match path.as_str() {
        // Answers only when the whole request is here, and shows its headers and trailers as `saw-*`.
        "/echo" => {
            let body = body.collect().await.unwrap();
            let mut seen = parts.headers;
            seen.extend(body.trailers().cloned().unwrap_or_default());
            let mut reply = Response::new(full(body.to_bytes()));
            for (name, value) in &seen {
                let name = http::HeaderName::try_from(format!("saw-{name}")).unwrap();
                reply.headers_mut().insert(name, value.clone());
            }
            reply
        }
        // Encoded, whether that was asked for or not.
        "/gzip" => {
            let mut text = GzEncoder::new(Vec::new(), Compression::default());
            text.write_all(b"text").unwrap();
            let mut reply = Response::new(full(text.finish().unwrap().into()));
            let gzip = HeaderValue::from_static("gzip");
            reply.headers_mut().insert(header::CONTENT_ENCODING, gzip);
            if let Some(asked) = parts.headers.get(header::ACCEPT_ENCODING) {
                let asked = asked.clone();
                reply.headers_mut().insert("saw-accept-encoding", asked);
            }
            reply
        }
        // Sends each chunk of the request back as it comes.
        "/stream" => Response::new(body.map_err(|_| panic!("the client is gone")).boxed()),
        "/trailers" => {
            let mut trailers = HeaderMap::new();
            trailers.insert("x-end", "1".parse().unwrap());
            let frames = [Frame::data("text".into()), Frame::trailers(trailers)];
            let body = StreamBody::new(stream::iter(frames.map(Ok))).boxed();
            let mut reply = Response::new(body);
            let announced = "x-end".parse().unwrap();
            reply.headers_mut().insert(header::TRAILER, announced);
            reply
        }
        // To the address in the query.
        "/moved" => {
            let mut reply = Response::new(full(Bytes::new()));
            *reply.status_mut() = StatusCode::TEMPORARY_REDIRECT;
            let to = parts.uri.query().unwrap_or("/echo").parse().unwrap();
            reply.headers_mut().insert(header::LOCATION, to);
            reply
        }
        // Fails on the first call, then echoes.
        "/flaky" => {
            let body = body.collect().await.unwrap().to_bytes();
            let mut reply = Response::new(full(body));
            if hit == 0 {
                *reply.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            }
            reply
        }
        "/never" => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            unreachable!("the test is over long before")
        }
        _ => panic!("no such path"),
    }
}

fn full(bytes: Bytes) -> BoxBody<Bytes, Infallible> {
    http_body_util::Full::new(bytes).boxed()
}
