//! Scripted replies and a sink that keeps what it is given.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::{Ready, ready},
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use tower::Service;
use tower_mistral_metadata_log::{
    MetadataLogLayer, OnRecord, Record,
    wire::{BoxError, body::RequestBody},
};
use tracing_subscriber::fmt::MakeWriter;

/// One step of a scripted body.
#[derive(Clone)]
pub enum Step {
    Data(Bytes),
    Trailers,
    Fail,
    /// Fails, and says so in these words.
    FailWith(String),
    /// Nothing comes any more.
    Hang,
}

pub fn data(text: impl AsRef<[u8]>) -> Step {
    Step::Data(Bytes::copy_from_slice(text.as_ref()))
}

/// A body that follows a script, of known length or not.
pub struct Script {
    steps: VecDeque<Step>,
    sized: bool,
}

impl Script {
    pub fn new(steps: &[Step], sized: bool) -> Self {
        let steps = steps.iter().cloned().collect();
        Self { steps, sized }
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Poll::Ready(match self.steps.pop_front() {
            None => None,
            Some(Step::Data(bytes)) => Some(Ok(Frame::data(bytes))),
            Some(Step::Trailers) => {
                let mut trailers = HeaderMap::new();
                trailers.insert("x-end", "1".parse().unwrap());
                Some(Ok(Frame::trailers(trailers)))
            }
            Some(Step::Fail) => Some(Err("reset".into())),
            Some(Step::FailWith(words)) => Some(Err(words.into())),
            Some(Step::Hang) => return Poll::Pending,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.sized && self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        if !self.sized {
            return SizeHint::default();
        }
        let len = |step: &Step| match step {
            Step::Data(bytes) => bytes.len() as u64,
            _ => 0,
        };
        SizeHint::with_exact(self.steps.iter().map(len).sum())
    }
}

/// Answers with what a function makes of the request.
#[derive(Clone)]
pub struct Api<F>(pub F);

impl<B, F, R> Service<Request<RequestBody<B>>> for Api<F>
where
    F: FnMut(Request<RequestBody<B>>) -> Response<R>,
{
    type Response = Response<R>;
    type Error = Infallible;
    type Future = Ready<Result<Response<R>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody<B>>) -> Self::Future {
        ready(Ok((self.0)(request)))
    }
}

pub fn reply(content_type: &str, steps: &[Step], sized: bool) -> Response<Script> {
    Response::builder()
        .header("content-type", content_type)
        .body(Script::new(steps, sized))
        .unwrap()
}

pub fn post(body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::post("https://api.mistral.ai/v1/chat/completions")
        .header("content-type", "application/json")
        .body(Full::new(body.into()))
        .unwrap()
}

#[derive(Clone, Default)]
pub struct Records(Arc<Mutex<Vec<Record>>>);

impl Records {
    pub fn push(&self, record: &Record) {
        self.0.lock().unwrap().push(record.clone());
    }

    /// The records so far, which are taken out.
    pub fn take(&self) -> Vec<Record> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// The one record.
    pub fn one(&self) -> Record {
        let mut records = self.take();
        assert_eq!(records.len(), 1, "one call, one record");
        records.pop().unwrap()
    }

    pub fn layer(&self) -> MetadataLogLayer<impl OnRecord + Send + Sync + 'static> {
        let this = self.clone();
        MetadataLogLayer::new().on_record(move |record: &Record| this.push(record))
    }
}

/// A writer that keeps what is written.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines, each of which is JSON.
    pub fn parsed(&self) -> Vec<serde_json::Value> {
        let text = self.text();
        let lines = text.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

pub const REQUEST: &str = r#"{"model":"mistral-small-latest","stream":true,"tools":[{"type":"function"}],"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"\u00c7a va ?"}]}"#;

pub const JSON: &str = r#"{"id":"1","model":"mistral-small-2506","choices":[{"index":0,"message":{"content":"Très bien","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":9,"completion_tokens":7,"total_tokens":16}}"#;

/// The events of a stream of two choices.
pub const EVENTS: [&str; 5] = [
    "data: {\"model\":\"mistral-small-2506\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n",
    "data: {\"model\":\"mistral-small-2506\",\"choices\":[{\"index\":1,\"delta\":{\"content\":\"Tr\u{e8}s\"},\"finish_reason\":null}],\"p\":\"abc\"}\n\n",
    "data: {\"model\":\"mistral-small-2506\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" bien\"},\"finish_reason\":\"stop\"}]}\n\n",
    "data: {\"model\":\"mistral-small-2506\",\"choices\":[{\"index\":1,\"delta\":{\"content\":\"\"},\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":7}}\n\n",
    "data: [DONE]\n\n",
];
