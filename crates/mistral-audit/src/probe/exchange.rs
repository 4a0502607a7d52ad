//! The calls of a probe, and what is made of their ends.

use std::{future::poll_fn, pin::pin};

use bytes::{Buf, Bytes};
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower_service::Service;

use super::{
    canary::Canaries,
    events::Events,
    recorder::{Answer, KEY_HERE, Recorder},
};
use crate::rule::Rule;

/// One call and what it is about.
pub(super) struct Exchange {
    pub(super) name: &'static str,
    /// What a leak is.
    pub(super) rule: &'static Rule,
    body: String,
    answer: Answer,
    judge: Judge,
}

/// Where a leak would show.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Judge {
    /// The injection reached the API.
    Injection,
    /// The long prompt did, whole.
    Length,
    /// Personal data came out.
    Reply,
    /// The key of the call came out.
    Key,
}

/// The characters of the long prompt.
const LONG: usize = 1_000_000;
/// Characters in one event of a stream: no canary is in one.
const PIECE: usize = 5;

impl Exchange {
    /// What the API says to the harmless call.
    pub(super) const ANSWER: &'static str = "Paris is the capital of France.";

    pub(super) fn harmless() -> Self {
        Self {
            name: "a harmless call",
            rule: Rule::PROBE_INCONCLUSIVE,
            body: chat("The capital of France?", false),
            answer: completion(Self::ANSWER),
            judge: Judge::Reply,
        }
    }

    pub(super) fn all(canaries: &Canaries) -> Vec<Self> {
        let prompt = format!("Who is it? {}", canaries.prompt);
        let said = canaries.text();
        let parts = json!([{"type": "text", "text": canaries.injection}]);
        vec![
            Self {
                name: "an injection",
                rule: Rule::INJECTION_PASSED,
                body: chat(canaries.injection, false),
                answer: completion(Self::ANSWER),
                judge: Judge::Injection,
            },
            Self {
                name: "an injection in parts of a message",
                rule: Rule::INJECTION_PASSED,
                body: chat(parts, false),
                answer: completion(Self::ANSWER),
                judge: Judge::Injection,
            },
            Self {
                name: "a long prompt",
                rule: Rule::PROMPT_UNLIMITED,
                body: chat("all work and no play ".repeat(LONG / 21 + 1), false),
                answer: completion(Self::ANSWER),
                judge: Judge::Length,
            },
            Self {
                name: "a reply in JSON",
                rule: Rule::REPLY_UNREDACTED,
                body: chat(prompt.as_str(), false),
                answer: completion(&said),
                judge: Judge::Reply,
            },
            Self {
                name: "a reply in a stream",
                rule: Rule::STREAM_UNREDACTED,
                body: chat(prompt.as_str(), true),
                answer: stream(&said),
                judge: Judge::Reply,
            },
            Self {
                name: "a reply that is no JSON",
                rule: Rule::REPLY_FAILS_OPEN,
                body: chat(prompt.as_str(), false),
                answer: Answer {
                    frames: vec![format!("{{\"choices\": [ {said}").into()],
                    ..completion("")
                },
                judge: Judge::Reply,
            },
            Self {
                name: "a rejected key",
                rule: Rule::KEY_ECHOED,
                body: chat(prompt.as_str(), false),
                answer: Answer {
                    status: StatusCode::UNAUTHORIZED,
                    media: "application/json",
                    frames: vec![
                        json!({"detail": format!("Invalid API Key {KEY_HERE}")})
                            .to_string()
                            .into(),
                    ],
                    shows_key: true,
                },
                judge: Judge::Key,
            },
        ]
    }
}

fn chat(content: impl Into<Value>, stream: bool) -> String {
    let message = json!({"role": "user", "content": content.into()});
    json!({"model": "mistral-small-latest", "messages": [message], "stream": stream}).to_string()
}

fn completion(content: &str) -> Answer {
    let message = json!({"role": "assistant", "content": content, "tool_calls": null});
    let body = json!({
        "id": "0f9b1a2c", "object": "chat.completion", "created": 1, "model": "mistral-small-latest",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 7, "total_tokens": 14, "completion_tokens": 7},
    });
    Answer {
        status: StatusCode::OK,
        media: "application/json",
        frames: vec![body.to_string().into()],
        shows_key: false,
    }
}

/// The text in small deltas, one a frame.
fn stream(content: &str) -> Answer {
    let event = |delta: Value, end: Value| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": end});
        let chunk = json!({
            "id": "0f9b1a2c", "object": "chat.completion.chunk", "created": 1,
            "model": "mistral-small-latest", "choices": [choice],
        });
        Bytes::from(format!("data: {chunk}\n\n"))
    };
    let chars: Vec<_> = content.chars().collect();
    let pieces = chars
        .chunks(PIECE)
        .map(|piece| piece.iter().collect::<String>());
    let mut frames = vec![event(
        json!({"role": "assistant", "content": ""}),
        Value::Null,
    )];
    frames.extend(pieces.map(|piece| event(json!({"content": piece}), Value::Null)));
    frames.push(event(json!({"content": ""}), "stop".into()));
    frames.push(Bytes::from_static(b"data: [DONE]\n\n"));
    Answer {
        status: StatusCode::OK,
        media: "text/event-stream",
        frames,
        shows_key: false,
    }
}

/// How a call ended.
#[derive(Default)]
pub(super) struct Outcome {
    /// What leaked.
    pub(super) leak: Option<&'static str>,
    /// What was logged and must not be.
    pub(super) logged: Option<&'static str>,
    /// There was an error in the place of a response.
    pub(super) failed: bool,
    status: Option<StatusCode>,
    text: String,
}

impl Outcome {
    pub(super) fn came_out(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// Why a harmless call did not work.
    pub(super) fn summary(&self) -> &'static str {
        match self.status {
            None => "the layers answered with an error",
            Some(status) if status.is_success() => "the reply came out changed",
            Some(status) if status.is_client_error() => "the layers refused it",
            Some(_) => "the layers answered with a failure",
        }
    }
}

/// The user's stack over a recorder.
pub(super) struct Probe<S> {
    stack: S,
    recorder: Recorder,
}

impl<S> Probe<S> {
    pub(super) fn new(stack: S, recorder: Recorder) -> Self {
        Self { stack, recorder }
    }

    pub(super) async fn send<ReqB, ResB, E>(
        &mut self,
        exchange: Exchange,
        canaries: &Canaries,
    ) -> Outcome
    where
        ReqB: From<Bytes>,
        S: Service<Request<ReqB>, Response = Response<ResB>, Error = E>,
        ResB: Body,
    {
        let length = exchange.body.len();
        self.recorder.answer(exchange.answer);
        let request = Request::post("https://api.mistral.ai/v1/chat/completions")
            .header("content-type", "application/json")
            .header("content-length", length)
            .header("authorization", format!("Bearer {}", canaries.caller_key))
            .body(ReqB::from(exchange.body.into()))
            .expect("the parts of the request are constants");
        let events = Events::default();
        let mut outcome = {
            let mut call = pin!(call(&mut self.stack, request));
            // The default of this thread while the call is polled, whichever thread that is.
            let dispatch = tracing::Dispatch::new(events.clone());
            poll_fn(|context| {
                tracing::dispatcher::with_default(&dispatch, || call.as_mut().poll(context))
            })
            .await
        };
        let seen = self.recorder.seen();
        outcome.leak = match exchange.judge {
            Judge::Injection => seen
                .iter()
                .any(|call| call.body.contains(canaries.injection))
                .then_some("it reached the API"),
            Judge::Length => seen
                .iter()
                .any(|call| call.body.len() >= LONG)
                .then_some("it reached the API whole"),
            Judge::Reply => canaries.personal_in(&outcome.text),
            Judge::Key => seen
                .iter()
                .any(|call| !call.key.is_empty() && outcome.text.contains(&call.key))
                .then_some("the key came out"),
        };
        let logged = events.text();
        let key = seen
            .iter()
            .any(|call| !call.key.is_empty() && logged.contains(&call.key));
        outcome.logged = canaries.any_in(&logged).or(key.then_some("a key"));
        outcome
    }
}

async fn call<S, ReqB, ResB, E>(stack: &mut S, request: Request<ReqB>) -> Outcome
where
    S: Service<Request<ReqB>, Response = Response<ResB>, Error = E>,
    ResB: Body,
{
    let failed = Outcome {
        failed: true,
        ..Outcome::default()
    };
    if poll_fn(|context| stack.poll_ready(context)).await.is_err() {
        return failed;
    }
    let Ok(response) = stack.call(request).await else {
        return failed;
    };
    let (head, body) = response.into_parts();
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    // What came out before an error came out.
    while let Some(Ok(frame)) = body.frame().await {
        if let Ok(mut data) = frame.into_data() {
            let data = data.copy_to_bytes(data.remaining());
            bytes.extend_from_slice(&data);
        }
    }
    let mut text: String = head
        .headers
        .values()
        .map(|value| String::from_utf8_lossy(value.as_bytes()) + "\n")
        .collect();
    text.push_str(&said(&String::from_utf8_lossy(&bytes)));
    Outcome {
        status: Some(head.status),
        text,
        ..Outcome::default()
    }
}

/// What a reader sees: the raw text, and the deltas of a stream joined.
fn said(raw: &str) -> String {
    let mut text = raw.to_owned();
    text.push('\n');
    let events = raw.lines().filter_map(|line| line.strip_prefix("data:"));
    for event in events.filter_map(|event| serde_json::from_str::<Value>(event.trim()).ok()) {
        let delta = event.pointer("/choices/0/delta/content");
        text.push_str(delta.and_then(Value::as_str).unwrap_or_default());
    }
    text
}
