//! A real client over loopback.
#![allow(dead_code, clippy::needless_pass_by_value)]

use std::io::Read;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use mistral_emulator::Emulator;
use serde_json::{Value, json};

pub(crate) const CHAT: &str = "/v1/chat/completions";

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// What arrived before the body ended or failed.
    pub(crate) body: Vec<u8>,
    pub(crate) broken: bool,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        Some(self.headers.get(name)?.to_str().unwrap())
    }

    /// The data of each event; panics on anything that is not `data: ...` and a blank line.
    pub(crate) fn events(&self) -> Vec<&str> {
        let events = self.text().split_inclusive("\n\n");
        events
            .map(|e| {
                e.strip_prefix("data: ")
                    .unwrap()
                    .strip_suffix("\n\n")
                    .unwrap()
            })
            .collect()
    }

    /// The JSON of each event but `[DONE]`, which has to be there.
    pub(crate) fn chunks(&self) -> Vec<Value> {
        let mut events = self.events();
        assert_eq!(events.pop(), Some("[DONE]"));
        events
            .into_iter()
            .map(|event| serde_json::from_str(event).unwrap())
            .collect()
    }

    pub(crate) fn gunzipped(mut self) -> Self {
        assert_eq!(self.header("content-encoding"), Some("gzip"));
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(self.body.as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        self.body = plain;
        self
    }
}

pub(crate) fn chat(extra: Value) -> Value {
    let mut body = json!({
        "model": "mistral-small-latest",
        "messages": [{"role": "user", "content": "Hello?"}],
    });
    let extra = extra.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(extra);
    body
}

pub(crate) async fn post(emulator: &Emulator, path: &str, body: Value) -> Answer {
    post_as(emulator, Emulator::DEFAULT_KEY, path, body).await
}

pub(crate) async fn post_as(emulator: &Emulator, key: &str, path: &str, body: Value) -> Answer {
    let request = Request::post(format!("{}{path}", emulator.base_url()))
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json");
    send(request.body(body.to_string().into()).unwrap()).await
}

pub(crate) async fn get(emulator: &Emulator, path: &str) -> Answer {
    let request = Request::get(format!("{}{path}", emulator.base_url()))
        .header("authorization", format!("Bearer {}", Emulator::DEFAULT_KEY));
    send(request.body(Full::default()).unwrap()).await
}

pub(crate) async fn send(request: Request<Full<Bytes>>) -> Answer {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request).await.unwrap();
    let (parts, mut incoming) = response.into_parts();
    let mut body = Vec::new();
    let mut broken = false;
    while let Some(frame) = incoming.frame().await {
        match frame {
            Ok(frame) => body.extend(frame.into_data().unwrap_or_default()),
            Err(_) => {
                broken = true;
                break;
            }
        }
    }
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
        broken,
    }
}
