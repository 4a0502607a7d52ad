//! A scripted API that knows keys, and remembers what it was sent.
#![allow(dead_code)]

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{
    Extensions, HeaderMap, Method, Request, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use http_body_util::{BodyExt, Full};
use tokio::sync::Notify;
use tower::{Layer as _, Service, ServiceExt};
use tower_mistral_key_rotation::{KeyRotationLayer, Keys};
use tower_mistral_wire::{
    BoxError,
    body::{ReplyBody, RequestBody},
    ext::CallReport,
};

pub(crate) fn layer_of<const N: usize>(keys: [&str; N]) -> KeyRotationLayer {
    KeyRotationLayer::new(Keys::new(keys)).unwrap()
}

pub(crate) fn layer() -> KeyRotationLayer {
    layer_of(["a"])
}

pub(crate) fn chat(body: &'static str) -> Request<Full<Bytes>> {
    Request::post("https://api.mistral.ai/v1/chat/completions")
        .body(Full::from(body))
        .unwrap()
}

/// One call through a service of its own, as some hosts do it.
pub(crate) async fn call(
    layer: &KeyRotationLayer,
    api: &Api,
    request: Request<Full<Bytes>>,
) -> Response<ReplyBody<Full<Bytes>>> {
    layer.layer(api.clone()).oneshot(request).await.unwrap()
}

/// The statuses that the report of the first request tells.
pub(crate) fn statuses(api: &Api) -> Vec<Option<u16>> {
    let seen = api.seen();
    let report = seen[0].extensions.get::<CallReport>().unwrap();
    report
        .attempts()
        .iter()
        .map(|attempt| attempt.status)
        .collect()
}

#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) uri: String,
    pub(crate) headers: HeaderMap,
    pub(crate) extensions: Extensions,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn key(&self) -> &str {
        let value = self.headers[AUTHORIZATION].to_str().unwrap();
        value.strip_prefix("Bearer ").unwrap()
    }
}

#[derive(Clone, Default)]
pub(crate) struct Api(Arc<State>);

/// An answer in JSON: status, one more header, body.
pub(crate) type Scripted = (u16, (&'static str, &'static str), &'static str);

#[derive(Default)]
struct State {
    rejected: Mutex<BTreeSet<String>>,
    answer: Mutex<StatusCode>,
    scripted: Mutex<BTreeMap<String, Scripted>>,
    seen: Mutex<Vec<Seen>>,
    fails: Mutex<bool>,
    held: Mutex<bool>,
    released: Notify,
}

impl Api {
    /// Answers these keys with 401.
    pub(crate) fn rejecting(keys: &[&str]) -> Self {
        let api = Self::default();
        *api.0.rejected.lock().unwrap() = keys.iter().map(|key| (*key).to_owned()).collect();
        api
    }

    /// Waits with all answers for [`release`](Self::release).
    pub(crate) fn held(self) -> Self {
        *self.0.held.lock().unwrap() = true;
        self
    }

    pub(crate) fn release(&self) {
        *self.0.held.lock().unwrap() = false;
        self.0.released.notify_waiters();
    }

    pub(crate) fn accept(&self, key: &str) {
        self.0.rejected.lock().unwrap().remove(key);
    }

    /// Answers this key so.
    pub(crate) fn answer(&self, key: &str, answer: Scripted) {
        let mut scripted = self.0.scripted.lock().unwrap();
        scripted.insert(key.to_owned(), answer);
    }

    /// The keys that it was asked with.
    pub(crate) fn keys(&self) -> Vec<String> {
        let seen = self.seen();
        seen.iter().map(|seen| seen.key().to_owned()).collect()
    }

    pub(crate) fn answer_all(&self, status: StatusCode) {
        *self.0.answer.lock().unwrap() = status;
    }

    pub(crate) fn fail_next(&self) {
        *self.0.fails.lock().unwrap() = true;
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0.seen.lock().unwrap().clone()
    }

    async fn serve(
        self,
        request: Request<RequestBody<Full<Bytes>>>,
    ) -> Result<Response<Full<Bytes>>, BoxError> {
        let (parts, body) = request.into_parts();
        let seen = Seen {
            method: parts.method,
            uri: parts.uri.to_string(),
            headers: parts.headers,
            extensions: parts.extensions,
            body: body.collect().await?.to_bytes(),
        };
        let has_key = seen.headers.contains_key(AUTHORIZATION);
        let key = has_key.then(|| seen.key().to_owned());
        let released = self.0.released.notified();
        self.0.seen.lock().unwrap().push(seen);
        let is_held = *self.0.held.lock().unwrap();
        if is_held {
            released.await;
        }
        if std::mem::take(&mut *self.0.fails.lock().unwrap()) {
            return Err("connection refused".into());
        }
        let mut response = Response::new(Full::from("hello"));
        *response.status_mut() = *self.0.answer.lock().unwrap();
        let scripted = self.0.scripted.lock().unwrap();
        if let Some((status, (name, value), body)) = key.as_ref().and_then(|it| scripted.get(it)) {
            *response.status_mut() = StatusCode::from_u16(*status).unwrap();
            *response.body_mut() = Full::from(*body);
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
            headers.insert(*name, value.parse().unwrap());
        }
        if let Some(key) = key.filter(|key| self.0.rejected.lock().unwrap().contains(key)) {
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            *response.body_mut() = Full::from(format!("no {key}"));
        }
        Ok(response)
    }
}

impl Service<Request<RequestBody<Full<Bytes>>>> for Api {
    type Response = Response<Full<Bytes>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody<Full<Bytes>>>) -> Self::Future {
        Box::pin(self.clone().serve(request))
    }
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Api")
    }
}

/// What was logged at any level, while the guard lives.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) fn capture_log() -> (Log, impl Drop) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    (log, tracing::subscriber::set_default(subscriber))
}
