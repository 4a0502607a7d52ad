//! No text of a call gets into anything that is logged or printed.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{
    io,
    sync::{Arc, Mutex},
};

use http::{HeaderName, HeaderValue, Response};
use http_body_util::BodyExt;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use support::{Api, Records, data, post};
use tower::{Layer, ServiceExt};
use tower_mistral_metadata_log::{MetadataLogLayer, wire::ext::CallReport};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

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

/// `value` with the canary in the place of every string, and as an own key of every object.
fn plant(value: Value, canary: &str) -> Value {
    match value {
        Value::String(_) => Value::String(canary.into()),
        Value::Array(items) => items.into_iter().map(|item| plant(item, canary)).collect(),
        Value::Object(entries) => {
            let mut planted: Map<_, _> = entries
                .into_iter()
                // A role decides what is read at all: it stays.
                .map(|(key, value)| match &*key {
                    "role" => (key, value),
                    _ => (key, plant(value, canary)),
                })
                .collect();
            planted.insert(canary.into(), canary.into());
            Value::Object(planted)
        }
        other => other,
    }
}

/// Runs one call in which every string is the canary; gives all that was logged or can be printed.
async fn everything_that_shows(core: &str, status: u16, stream: bool, cut: bool) -> String {
    let canary = format!("~{core}~");
    let request = plant(
        json!({"model": "m", "stream": stream, "stop": ["s"], "metadata": {"k": "v"},
            "tools": [{"type": "function", "function": {"name": "f", "parameters": {"d": "x"}}}],
            "messages": [{"role": "user", "content": [{"type": "text", "text": "t"}]}]}),
        &canary,
    );
    let message = json!({"content": "c", "tool_calls": [{"id": "i", "function": {"name": "n", "arguments": "{}"}}]});
    let reply = plant(
        json!({"id": "i", "model": "m", "object": "o", "message": "e", "type": "t", "code": "c",
            "choices": [{"index": 0, "message": message, "delta": message, "finish_reason": "f"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 4, "service_tier": "s"}}),
        &canary,
    );
    let reply = match stream {
        true => {
            format!(": {canary}\nevent: {canary}\nid: {canary}\ndata: {reply}\n\ndata: [DONE]\n\n")
        }
        false => reply.to_string(),
    };
    let end = if cut { reply.len() / 2 } else { reply.len() };
    let script = [data(&reply.as_bytes()[..end])];
    let header = HeaderValue::from_str(&canary).unwrap();
    let headers = [
        "x-request-id",
        "authorization",
        "cookie",
        "traceparent",
        "x-mistral-guard",
    ];

    let mut sent = post(request.to_string());
    *sent.uri_mut() = format!("/v1/chat/completions?q={canary}").parse().unwrap();
    for name in headers {
        sent.headers_mut()
            .insert(HeaderName::from_static(name), header.clone());
    }
    let answer = header.clone();
    let api = Api(move |_| {
        let label = if stream {
            "text/event-stream"
        } else {
            "application/json"
        };
        let mut response: Response<_> = support::reply(label, &script, false);
        *response.status_mut() = status.try_into().unwrap();
        for name in headers {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), answer.clone());
        }
        response
    });
    // One log within the other: the tracing sink, and one that keeps the record.
    let records = Records::default();
    let (outer, inner) = (MetadataLogLayer::new(), records.layer());
    let mut shown = format!("{outer:?} {inner:?}");
    let service = outer.layer(
        tower::ServiceBuilder::new()
            .layer(inner)
            .service(Hidden(api)),
    );
    shown += &format!("{service:?}");
    let call = service.oneshot(sent);
    let response = call.await.unwrap();
    let report = response.extensions().get::<CallReport>().unwrap().clone();
    let body = response.into_body();
    shown += &format!("{body:?}");
    if let Err(error) = body.collect().await {
        shown += &format!("{error:?} {error}");
    }
    let record = records.one();
    assert_eq!(record.messages, 1);
    shown + &format!("{record:?} {report:?}")
}

/// Leaves out what the inner service itself would print.
#[derive(Clone)]
struct Hidden<S>(S);

impl<S> std::fmt::Debug for Hidden<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden")
    }
}

impl<S: tower::Service<Q>, Q> tower::Service<Q> for Hidden<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(
        &mut self,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Q) -> S::Future {
        self.0.call(request)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_of_a_call_shows(
        core in "[A-Za-z0-9]{12,24}",
        status in prop::sample::select(vec![200_u16, 401, 422]),
        stream: bool,
        cut: bool,
    ) {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(lines.clone())
            .finish();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let shown = tracing::subscriber::with_default(subscriber, || {
            runtime.block_on(everything_that_shows(&core, status, stream, cut))
        });
        let lines = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        prop_assert!(!lines.contains(&core), "in the log");
        prop_assert!(!shown.contains(&core), "in a Debug form or an error");
        // The log is there, and says what it should.
        prop_assert_eq!(lines.lines().count(), 1);
        prop_assert!(lines.contains("tower_mistral: call "));
        let expected = format!("http.response.status_code={status}");
        prop_assert!(lines.contains(&expected));
        prop_assert!(lines.contains("mistral_guard.messages=1"));
        prop_assert!(lines.contains("gen_ai.operation.name=\"chat\""));
    }
}
