//! Completions that are answered in the place of the model.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};
use tower_mistral_wire::{
    Rejection,
    body::{HeldBody, ReplyBody},
    ext::CallReport,
    json::{self, Tape},
};

/// A completion that says `text`, a stream if the request asks for one. It carries the marks, the
/// extension and the report of `rejection`.
pub(crate) fn completion<R>(
    rejection: Rejection,
    report: &CallReport,
    request: &Tape,
    text: &str,
) -> Response<ReplyBody<R>> {
    let streams = request.root().get("stream").and_then(json::Value::as_bool);
    let head = Head::new(report);
    let (label, body) = if streams == Some(true) {
        ("text/event-stream; charset=utf-8", head.stream(text))
    } else {
        ("application/json", head.whole(text))
    };
    let mut response = rejection.into_response(report);
    *response.status_mut() = StatusCode::OK;
    *response.body_mut() = HeldBody::whole(Bytes::from(body));
    let label = HeaderValue::from_static(label);
    response.headers_mut().insert(header::CONTENT_TYPE, label);
    response
}

/// What a completion and each of its chunks say of themselves.
struct Head {
    id: String,
    created: u64,
    model: String,
}

impl Head {
    fn new(report: &CallReport) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let model = report.request().and_then(|facts| facts.model.as_deref());
        Self {
            id: report.request_id().as_str().to_owned(),
            created: now.map_or(0, |now| now.as_secs()),
            model: model.unwrap_or_default().to_owned(),
        }
    }

    fn whole(&self, text: &str) -> String {
        json!({
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "choices": [{
                "index": 0,
                "message": {"role": "assistant", "content": text, "tool_calls": null},
                "finish_reason": "stop",
            }],
            "usage": usage(),
        })
        .to_string()
    }

    fn stream(&self, text: &str) -> String {
        let mut last = self.chunk(&json!({"content": ""}), &json!("stop"));
        if let Some(last) = last.as_object_mut() {
            last.insert("usage".to_owned(), usage());
        }
        let chunks = [
            self.chunk(&json!({"role": "assistant", "content": ""}), &Value::Null),
            self.chunk(&json!({"content": text}), &Value::Null),
            last,
        ];
        let mut stream: String = chunks.iter().map(|c| format!("data: {c}\n\n")).collect();
        stream.push_str("data: [DONE]\n\n");
        stream
    }

    fn chunk(&self, delta: &Value, finish_reason: &Value) -> Value {
        json!({
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
        })
    }
}

fn usage() -> Value {
    json!({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0})
}
