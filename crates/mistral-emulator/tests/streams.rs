//! The event streams: their framing, their keys, and the ways they can go wrong.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use common::{CHAT, chat, post};
use mistral_emulator::{Emulator, Reply};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const PADDING: &str = "abcdefghijklmnopqrstuvwxyz0123456789";

async fn stream(reply: Reply) -> common::Answer {
    let emulator = Emulator::start().await.unwrap();
    emulator.reply_with(reply);
    post(&emulator, CHAT, chat(json!({"stream": true}))).await
}

fn deltas(chunks: &[Value]) -> Vec<Value> {
    chunks
        .iter()
        .map(|chunk| chunk["choices"][0]["delta"].clone())
        .collect()
}

#[tokio::test]
async fn events_are_written_like_the_apis() {
    let emulator = Emulator::start().await.unwrap();
    emulator.reply_with(Reply::text("").deltas(["Né", " à \"Lyon\""]));
    let answer = post(&emulator, CHAT, chat(json!({"stream": true}))).await;
    assert_eq!(
        answer.header("content-type"),
        Some("text/event-stream; charset=utf-8")
    );
    assert_eq!(answer.header("x-ratelimit-limit-req-minute"), None);

    let chunks = answer.chunks();
    let id = chunks[0]["id"].as_str().unwrap();
    assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()));
    let created = &chunks[0]["created"];
    let head = format!(
        r#"{{"id":"{id}","object":"chat.completion.chunk","created":{created},"model":"mistral-small-latest","choices":[{{"index":0,"delta":"#
    );
    let usage = r#""usage":{"prompt_tokens":24,"total_tokens":26,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":0},"service_tier":"standard"}"#;
    let p: Vec<&str> = chunks
        .iter()
        .filter_map(|chunk| chunk["p"].as_str())
        .collect();
    assert_eq!(p.len(), 3);
    assert!(p.iter().all(|p| !p.is_empty() && PADDING.starts_with(p)));
    assert_eq!(
        answer.events(),
        [
            format!(r#"{head}{{"role":"assistant","content":""}},"finish_reason":null}}]}}"#),
            format!(
                r#"{head}{{"content":"Né"}},"finish_reason":null}}],"p":"{}"}}"#,
                p[0]
            ),
            format!(
                r#"{head}{{"content":" à \"Lyon\""}},"finish_reason":null}}],"p":"{}"}}"#,
                p[1]
            ),
            format!(
                r#"{head}{{"content":""}},"finish_reason":"stop"}}],{usage},"p":"{}"}}"#,
                p[2]
            ),
            "[DONE]".to_owned(),
        ]
    );
}

#[tokio::test]
async fn every_event_is_a_chunk_of_its_own() {
    let emulator = Emulator::start().await.unwrap();
    let body = chat(json!({"stream": true})).to_string();
    let request = format!(
        "POST {CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        Emulator::DEFAULT_KEY,
        body.len()
    );
    let mut socket = tokio::net::TcpStream::connect(emulator.addr())
        .await
        .unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();

    let (head, mut rest) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.to_lowercase().contains("transfer-encoding: chunked"));
    let mut events = 0;
    loop {
        let (size, after) = rest.split_once("\r\n").unwrap();
        let (data, next) = after.split_at(usize::from_str_radix(size, 16).unwrap());
        rest = next.strip_prefix("\r\n").unwrap();
        if data.is_empty() {
            break;
        }
        assert!(data.starts_with("data: ") && data.find("\n\n") == Some(data.len() - 2));
        events += 1;
    }
    assert_eq!(events, answer.matches("data: ").count());
    assert!(events > 5);
}

#[tokio::test]
async fn choices_interleave_and_usage_is_on_the_last_event_only() {
    let reply = Reply::text("")
        .deltas(["Code ", "is ", "ZX"])
        .last_delta_with_finish(true)
        .finish_reason("length")
        .choice("Password");
    let chunks = stream(reply).await.chunks();
    let seen: Vec<Value> = chunks
        .iter()
        .map(|chunk| {
            let choices = chunk["choices"].as_array().unwrap();
            assert_eq!(choices.len(), 1);
            let c = &choices[0];
            json!([
                c["index"],
                c["delta"]["content"],
                c["finish_reason"],
                chunk.get("p").is_some()
            ])
        })
        .collect();
    assert_eq!(
        seen,
        [
            json!([0, "", null, false]),
            json!([1, "", null, false]),
            json!([0, "Code ", null, true]),
            json!([1, "Password", null, true]),
            json!([0, "is ", null, true]),
            json!([1, "", "stop", true]),
            json!([0, "ZX", "length", true]),
        ]
    );
    let with_usage = chunks.iter().position(|chunk| chunk.get("usage").is_some());
    assert_eq!(with_usage, Some(chunks.len() - 1));
}

#[tokio::test]
async fn thinking_changes_the_type_of_content_and_back() {
    let thinking = |pieces: Value| json!({"content": [{"type": "thinking", "thinking": pieces}]});
    let chunks = stream(
        Reply::text("Hello you")
            .thinking("The user")
            .without_padding(),
    )
    .await
    .chunks();
    assert_eq!(
        deltas(&chunks),
        [
            json!({"role": "assistant", "content": ""}),
            thinking(json!([{"type": "text", "text": "The"}])),
            thinking(json!([{"type": "text", "text": " user"}])),
            thinking(json!([])),
            json!({"content": "Hello"}),
            json!({"content": " you"}),
            json!({"content": ""}),
        ]
    );
    assert!(chunks.iter().all(|chunk| chunk.get("p").is_none()));
}

#[tokio::test]
async fn tool_calls_come_whole_or_in_pieces() {
    let reply = Reply::text("")
        .tool_call("weather", r#"{"city":"Lyon"}"#)
        .tool_call_fragments("mail", [r#"{"to":"#, r#""x"}"#]);
    let chunks = stream(reply).await.chunks();
    assert_eq!(chunks.len(), 3);
    let first = &chunks[1]["choices"][0];
    let calls = first["delta"]["tool_calls"].as_array().unwrap();
    assert_eq!(
        calls[0]["function"],
        json!({"name": "weather", "arguments": r#"{"city":"Lyon"}"#})
    );
    assert_eq!(calls[1]["function"]["arguments"], r#"{"to":"#);
    assert_eq!(
        (&calls[0]["index"], &calls[1]["index"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(first["finish_reason"], Value::Null);

    let last = &chunks[2]["choices"][0];
    let rest = last["delta"]["tool_calls"].as_array().unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0]["id"], calls[1]["id"]);
    assert_eq!(rest[0]["id"].as_str().unwrap().len(), 9);
    assert_eq!(rest[0]["function"]["arguments"], r#""x"}"#);
    assert_eq!(last["finish_reason"], "tool_calls");
    assert!(chunks[2].get("usage").is_some());
}

#[tokio::test]
async fn a_reset_fails_the_body_and_a_truncation_does_not() {
    let reset = stream(Reply::text("one two three").reset_after_events(2)).await;
    assert!(reset.broken);
    assert_eq!(reset.events().len(), 2);

    let reset_at_once = stream(Reply::text("one").reset_after_events(0)).await;
    assert!(reset_at_once.broken && reset_at_once.body.is_empty());

    let cut = stream(Reply::text("one two three").truncate_after_events(3)).await;
    assert!(!cut.broken);
    assert_eq!(cut.events().len(), 3);
    assert!(!cut.text().contains("[DONE]"));

    let zipped = stream(Reply::text("one two three").gzip().reset_after_events(2)).await;
    assert!(zipped.broken && !zipped.body.is_empty());
}

#[tokio::test]
async fn magistral_streams_and_escaped_text_follow_the_recordings() {
    let emulator = Emulator::start().await.unwrap();
    emulator.reply_always(Reply::text("né 👍").escape_non_ascii());
    let body = chat(json!({"stream": true, "model": "magistral-medium-latest"}));
    let answer = post(&emulator, CHAT, body).await;
    assert!(answer.text().is_ascii() && answer.text().contains("\\ud83d\\udc4d"));
    assert!(answer.chunks().iter().all(|chunk| chunk.get("p").is_none()));
}

#[tokio::test]
async fn fim_and_agents_stream_the_same_events() {
    let emulator = Emulator::start().await.unwrap();
    emulator.reply_always(Reply::text("x y"));
    let fim = json!({"model": "codestral-latest", "prompt": "x = ", "stream": true});
    let agent = json!({
        "agent_id": "ag_1", "messages": [{"role": "user", "content": "Hi"}], "stream": true,
    });
    for (path, body) in [
        ("/v1/fim/completions", fim),
        ("/v1/agents/completions", agent),
    ] {
        let chunks = post(&emulator, path, body).await.chunks();
        assert_eq!(deltas(&chunks)[1], json!({"content": "x"}), "{path}");
    }
}
