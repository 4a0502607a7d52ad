//! The socket for whoever looks after the process: it knows no token and lends no key.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, sync::watch};
use tower_mistral::key_rotation::KeyRing;

/// `/healthz`: the process runs. `/readyz`: it takes calls and has keys.
///
/// Rejected keys are keys: they are tried again, and a 401 that passes must not take every replica
/// out of a balancer at once.
pub(crate) async fn serve(
    listener: TcpListener,
    ring: KeyRing,
    mut stopped: watch::Receiver<bool>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new());
    // On until the process ends, so that a draining one says so: until all senders are gone.
    loop {
        let stream = tokio::select! {
            stream = super::server::accept(&listener) => stream,
            () = gone(&mut stopped) => return,
        };
        let (ring, stopped) = (ring.clone(), stopped.clone());
        let service = service_fn(move |request| {
            let reply = answer(&request, &ring, *stopped.borrow());
            async move { Ok::<_, Infallible>(reply) }
        });
        let connection = http.serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move {
            // A caller that is gone is no news.
            let _ = connection.await;
        });
    }
}

async fn gone(stopped: &mut watch::Receiver<bool>) {
    while stopped.changed().await.is_ok() {}
}

fn answer(request: &Request<Incoming>, ring: &KeyRing, is_stopped: bool) -> Response<Full<Bytes>> {
    let ready = || !is_stopped && !ring.keys().is_empty();
    let (status, text) = match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, "/healthz") => (StatusCode::OK, "ok\n"),
        (&Method::GET | &Method::HEAD, "/readyz") if ready() => (StatusCode::OK, "ready\n"),
        (&Method::GET | &Method::HEAD, "/readyz") => {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        }
        _ => (StatusCode::NOT_FOUND, "not found\n"),
    };
    let mut reply = Response::new(Full::from(text));
    *reply.status_mut() = status;
    reply
}
