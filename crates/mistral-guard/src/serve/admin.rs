//! The sockets for whoever looks after the process: they know no token and lend no key.

use std::{convert::Infallible, time::Instant};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};
use tower_mistral::key_rotation::{
    KeyState,
    source::{LiveKeys, SourceErrorKind, SourceState},
};

use super::current::Current;
use crate::metrics::Metrics;

/// What one socket tells. `/healthz`: the process runs. `/readyz`: it takes calls and has keys. With
/// metrics also `/metrics` and `/status`, which say more than everybody should know.
///
/// Rejected keys are keys: they are tried again, and a 401 that passes must not take every replica
/// out of a balancer at once.
#[derive(Clone)]
pub(crate) struct Admin {
    current: watch::Receiver<Current>,
    metrics: Option<Metrics>,
    started: Instant,
}

impl Admin {
    pub(crate) fn new(current: watch::Receiver<Current>) -> Self {
        Self {
            current,
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
        let current = self.current.borrow().clone();
        let is_ready = !is_stopped && !current.guard.ring().keys().is_empty();
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
                let text = metrics.encode(&current.guard, &sources(&current));
                (StatusCode::OK, Metrics::CONTENT_TYPE, text)
            }
            ("/status", Some(_)) => {
                let status = self.status(&current, is_ready);
                (StatusCode::OK, "application/json", format!("{status:#}\n"))
            }
            _ => (StatusCode::NOT_FOUND, TEXT, "not found\n".to_owned()),
        };
        reply(status, label, text)
    }

    fn status(&self, current: &Current, is_ready: bool) -> Value {
        let keys: Vec<_> = current.guard.ring().keys().iter().map(key).collect();
        let sources: Vec<_> = sources(current).iter().map(source).collect();
        let counters = current.guard.counters();
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
            "sources": sources,
            "uninspected": uninspected,
        })
    }
}

/// A key by its fingerprint.
fn key(key: &KeyState) -> Value {
    json!({
        "fingerprint": key.fingerprint.to_string(),
        "id": key.id,
        "group": key.group,
        "class": key.class.as_str(),
        "is_current": key.is_current,
        "health": key.health.as_str(),
        "health_ends_in_seconds": key.health_ends_in.as_secs(),
        "age_seconds": key.age.as_secs(),
        "expires_in_seconds": key.expires_in.map(|time| time.as_secs()),
        "lent": key.lent,
        "in_flight": key.in_flight,
        "rejected": key.rejected,
        "limited": key.limited,
    })
}

fn source(source: &SourceState) -> Value {
    json!({
        "name": source.name,
        "keys": source.keys,
        "age_seconds": source.age.map(|age| age.as_secs()),
        "error": source.error.map(SourceErrorKind::as_str),
        "fetches": source.fetches,
        "failures": source.failures,
    })
}

/// Nothing if the keys were given.
fn sources(current: &Current) -> Vec<SourceState> {
    let live = current.live.as_ref();
    live.map(LiveKeys::sources).unwrap_or_default()
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
