//! The sockets for whoever looks after the process: they know no token and lend no key.

use std::{convert::Infallible, time::Instant};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};
use tower_mistral::{Guard, key_rotation::KeyHealth};

use crate::metrics::Metrics;

/// What one socket tells. `/healthz`: the process runs. `/readyz`: it takes calls and has keys. With
/// metrics also `/metrics` and `/status`, which say more than everybody should know.
///
/// Rejected keys are keys: they are tried again, and a 401 that passes must not take every replica
/// out of a balancer at once.
#[derive(Clone, Debug)]
pub(crate) struct Admin {
    guard: Guard,
    metrics: Option<Metrics>,
    started: Instant,
}

impl Admin {
    pub(crate) fn new(guard: &Guard) -> Self {
        Self {
            guard: guard.clone(),
            metrics: None,
            started: Instant::now(),
        }
    }

    /// Tells all.
    pub(crate) fn tells(mut self, metrics: &Metrics) -> Self {
        self.metrics = Some(metrics.clone());
        self
    }

    fn answer(&self, request: &Request<Incoming>, is_stopped: bool) -> Response<Full<Bytes>> {
        const TEXT: &str = "text/plain; charset=utf-8";
        let is_ready = !is_stopped && !self.guard.ring().keys().is_empty();
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return reply(StatusCode::NOT_FOUND, TEXT, "not found\n".to_owned());
        }
        let (status, label, text) = match (request.uri().path(), &self.metrics) {
            ("/healthz", _) => (StatusCode::OK, TEXT, "ok\n".to_owned()),
            ("/readyz", _) if is_ready => (StatusCode::OK, TEXT, "ready\n".to_owned()),
            ("/readyz", _) => (
                StatusCode::SERVICE_UNAVAILABLE,
                TEXT,
                "not ready\n".to_owned(),
            ),
            ("/metrics", Some(metrics)) => {
                let text = metrics.encode(&self.guard);
                (StatusCode::OK, Metrics::CONTENT_TYPE, text)
            }
            ("/status", Some(_)) => {
                let status = self.status(is_ready);
                (StatusCode::OK, "application/json", format!("{status:#}\n"))
            }
            _ => (StatusCode::NOT_FOUND, TEXT, "not found\n".to_owned()),
        };
        reply(status, label, text)
    }

    fn status(&self, is_ready: bool) -> Value {
        let keys = self.guard.ring().keys();
        let keys: Vec<_> = keys
            .iter()
            .map(|key| {
                json!({
                    "fingerprint": key.fingerprint.to_string(),
                    "is_current": key.is_current,
                    "is_benched": key.health != KeyHealth::Healthy,
                    "lent": key.lent,
                    "rejected": key.rejected,
                })
            })
            .collect();
        let counters = self.guard.counters();
        let uninspected: Vec<_> = counters
            .iter()
            .map(|(reason, handling, count)| {
                json!({"reason": reason.as_str(), "handling": handling.as_str(), "count": count})
            })
            .collect();
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "uptime_seconds": self.started.elapsed().as_secs(),
            "ready": is_ready,
            "keys": keys,
            "uninspected": uninspected,
        })
    }
}

fn reply(status: StatusCode, label: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut reply = Response::new(Full::from(text));
    *reply.status_mut() = status;
    let label = HeaderValue::from_static(label);
    reply.headers_mut().insert(header::CONTENT_TYPE, label);
    reply
}

/// Answers on until the process ends, so that a draining one says so: until all senders of
/// `stopped` are gone.
pub(crate) async fn serve(listener: TcpListener, admin: Admin, mut stopped: watch::Receiver<bool>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new());
    loop {
        let stream = tokio::select! {
            stream = super::server::accept(&listener) => stream,
            () = gone(&mut stopped) => return,
        };
        let (admin, stopped) = (admin.clone(), stopped.clone());
        let service = service_fn(move |request| {
            let reply = admin.answer(&request, *stopped.borrow());
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
