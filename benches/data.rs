//! Exchanges in the shape of the API's.
#![allow(dead_code, reason = "each benchmark takes what it needs")]

use bytes::Bytes;
use serde_json::json;

/// Deltas of a streamed reply.
pub(crate) const EVENTS: usize = 200;

/// Words with nothing to change in them.
pub(crate) const PROSE: &[&str] = &[
    "The", " museum", " opens", " at", " nine", ",", " and", " tickets", " cost", " 12", ".", "50",
    " euros", " for", " adults", ".", " Élodie", " says", " \"", "hello", "\"", ".", "\n\n",
];

/// The same with two values to redact, both split over deltas.
pub(crate) const FINDINGS: &[&str] = &[
    "Write", " to", " jane", ".doe", "@exam", "ple", ".com", ",", " or", " give", " 078", "-05-",
    "1120", " at", " the", " desk", ".", " It", " opens", " at", " nine", ".", "\n\n",
];

/// A chat request of about `size` bytes: a system message and a long conversation.
pub(crate) fn chat_request(size: usize, stream: bool) -> Bytes {
    let mut messages = vec![json!({"role": "system", "content": "You help visitors. Be brief."})];
    let turn = PROSE.concat().repeat(6);
    let mut body = String::new();
    while body.len() < size {
        let role = if messages.len() % 2 == 1 {
            "user"
        } else {
            "assistant"
        };
        let missing = size - body.len();
        let text: String = turn.chars().take(missing.clamp(40, 1000)).collect();
        messages.push(json!({"role": role, "content": text}));
        let request = json!({
            "model": "mistral-small-latest", "temperature": 0.3, "max_tokens": 400,
            "stream": stream, "messages": messages,
        });
        body = request.to_string();
    }
    body.into()
}

/// A whole reply.
pub(crate) fn chat_reply() -> Bytes {
    let reply = json!({
        "id": "cmpl-e5cc70bb28c444948073e77776eb30ef", "object": "chat.completion",
        "created": 1_702_256_327, "model": "mistral-small-latest",
        "choices": [{
            "index": 0, "finish_reason": "stop",
            "message": {"role": "assistant", "content": PROSE.concat().repeat(4), "tool_calls": null},
        }],
        "usage": {"prompt_tokens": 16, "completion_tokens": 120, "total_tokens": 136},
    });
    reply.to_string().into()
}

/// A streamed reply of `count` deltas, a chunk an event, as the API sends it.
pub(crate) fn stream(count: usize, words: &[&str]) -> Vec<Bytes> {
    let event = |content: &str, finish: Option<&str>| {
        let event = json!({
            "id": "cmpl-e5cc70bb28c444948073e77776eb30ef", "object": "chat.completion.chunk",
            "created": 1_702_256_327, "model": "mistral-small-latest",
            "choices": [{"index": 0, "delta": {"content": content}, "finish_reason": finish}],
            "p": "abcdefgh",
        });
        Bytes::from(format!("data: {event}\n\n"))
    };
    let deltas = words
        .iter()
        .cycle()
        .take(count)
        .map(|word| event(word, None));
    let end = [
        event("", Some("stop")),
        Bytes::from_static(b"data: [DONE]\n\n"),
    ];
    deltas.chain(end).collect()
}
