//! A stand-in for the API that answers with the request it got.
#![allow(dead_code, unreachable_pub)]

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use tower::{Service, ServiceBuilder, ServiceExt, service_fn};
use tower_mistral_sanitize_input::{SanitizeInputLayer, Screened};
use tower_mistral_wire::{
    Rejection,
    body::{ReplyBody, RequestBody},
    ext::CallReport,
};

pub const CHAT: &str = "/v1/chat/completions";

/// What came of a call.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Of a call that went on, the body that the API got.
    pub body: Bytes,
    pub report: Option<CallReport>,
    pub rejection: Option<Rejection>,
    pub screened: Option<Screened>,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Rule, action, enforced, kind, group, offset, length.
    pub fn findings(&self) -> Vec<String> {
        let findings = self.report.as_ref().unwrap().findings();
        let shown = findings.iter().map(|f| {
            let done = if f.enforced { "" } else { "?" };
            let (action, kind) = (f.action.as_str(), f.kind.as_str());
            let at = format!("{}+{}", f.offset, f.len);
            format!("{} {action}{done} {kind} {} {at}", f.rule, f.group)
        });
        shown.collect()
    }
}

/// Answers with the request's body; `x-seen-length` is the length it announced, and
/// `x-mistral-guard` what a foreign host might claim.
pub async fn echo(
    request: Request<RequestBody<Full<Bytes>>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let length = request.headers().get("content-length").cloned();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let mut response = Response::new(Full::new(body));
    let headers = response.headers_mut();
    headers.insert("x-mistral-guard-kind", "blocked".parse().unwrap());
    if let Some(length) = length {
        headers.insert("x-seen-length", length);
    }
    Ok(response)
}

pub async fn read(response: Response<ReplyBody<Full<Bytes>>>) -> Answer {
    let (parts, body) = response.into_parts();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes(),
        report: parts.extensions.get().cloned(),
        rejection: parts.extensions.get().cloned(),
        screened: parts.extensions.get().cloned(),
    }
}

/// Sends `request` through the layer.
pub async fn send(layer: &SanitizeInputLayer, request: Request<Full<Bytes>>) -> Answer {
    let mut service = ServiceBuilder::new()
        .layer(layer.clone())
        .service(service_fn(echo));
    let response = service.ready().await.unwrap().call(request).await.unwrap();
    read(response).await
}

/// Posts `body` to `path` through the layer, on a runtime of its own.
pub fn post(layer: &SanitizeInputLayer, path: &str, body: impl Into<Bytes>) -> Answer {
    run(send(layer, request(path, body)))
}

pub fn request(path: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let body = body.into();
    Request::post(path)
        .header("content-type", "application/json")
        .header("content-length", body.len())
        .body(Full::new(body))
        .unwrap()
}

pub fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}
