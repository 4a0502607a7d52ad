//! Replies that were made to get past: odd framings, odd JSON, odd labels.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value
)]

mod support;

use http::{Request, StatusCode};
use serde_json::{Value, json};
use support::{CHAT, Frames, call, read, reply, send};
use tower_mistral_redact_output::{
    Mode, RedactOutputLayer,
    wire::{Rejection, RejectionKind},
};

const CONVERSATION: &str = "https://api.mistral.ai/v1/conversations";
const EMAIL: &str = "jane@example.com";

async fn stream(uri: &str, events: &[Value]) -> (Vec<Value>, Option<RejectionKind>) {
    let mut body: String = events
        .iter()
        .map(|event| format!("data: {event}\n\n"))
        .collect();
    if uri == CHAT {
        body += "data: [DONE]\n\n";
    }
    let layer = RedactOutputLayer::new();
    let response = call(
        &layer,
        uri,
        reply("text/event-stream", Frames::data([body])),
    )
    .await;
    let (out, _, error) = read(response.into_body()).await;
    let data = out.lines().filter_map(|line| line.strip_prefix("data: "));
    let data = data.filter(|data| *data != "[DONE]");
    let events = data
        .map(|data| serde_json::from_str(data).unwrap())
        .collect();
    (
        events,
        error.map(|error| Rejection::find(&*error).unwrap().kind()),
    )
}

fn chunk(delta: Value, finish: Value) -> Value {
    json!({"id": "x", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
}

/// All strings of the given events in a row, as a reader of any channel would put them together.
fn joined(events: &[Value]) -> String {
    fn strings(value: &Value, out: &mut String) {
        match value {
            Value::String(text) => out.push_str(text),
            Value::Array(list) => list.iter().for_each(|value| strings(value, out)),
            Value::Object(entries) => {
                for (key, value) in entries.iter().filter(|(key, _)| *key != "type") {
                    out.push_str(if key.contains('@') { key } else { "" });
                    strings(value, out);
                }
            }
            _ => {}
        }
    }
    let mut out = String::new();
    events.iter().for_each(|event| strings(event, &mut out));
    out
}

#[tokio::test]
async fn no_framing_of_a_stream_hides_a_value() {
    let closed = |text: &str| {
        let inner = json!([{"type": "text", "text": text}]);
        json!({"content": [{"type": "thinking", "closed": true, "thinking": inner}]})
    };
    let at = |place: usize, text: &str| {
        let thought = json!({"type": "thinking", "thinking": [{"type": "text", "text": text}]});
        let mut list = vec![json!({"type": "text", "text": ""}); place];
        list.push(thought);
        json!({"content": list})
    };
    let none = Value::Null;
    let cases: Vec<(&str, Vec<Value>)> = vec![
        // An end that is none.
        (
            CHAT,
            vec![
                chunk(json!({"content": "mail jane@exam"}), json!("")),
                chunk(json!({"content": "ple.com now"}), json!("stop")),
            ],
        ),
        (
            CHAT,
            vec![
                chunk(closed("jane@exam"), none.clone()),
                chunk(closed("ple.com"), none.clone()),
                chunk(json!({"content": ""}), json!("stop")),
            ],
        ),
        (
            CHAT,
            vec![
                chunk(at(0, "jane@exam"), none.clone()),
                chunk(at(1, "ple.com"), none.clone()),
                chunk(json!({"content": ""}), json!("stop")),
            ],
        ),
        // Something in between.
        (
            CONVERSATION,
            vec![
                json!({"type": "message.output.delta", "content": "mail jane@exam"}),
                json!({"type": "ping"}),
                json!({"type": "message.output.delta", "content": "ple.com now"}),
            ],
        ),
        // A string that becomes a chunk, and other places.
        (
            CONVERSATION,
            vec![
                json!({"type": "d", "content": "mail jane@exam"}),
                json!({"type": "d", "content": {"type": "text", "text": "ple.com now"}}),
            ],
        ),
        (
            CONVERSATION,
            vec![
                json!({"delta": ["jane@exam"]}),
                json!({"delta": ["ple.com "]}),
            ],
        ),
        (CONVERSATION, vec![json!("jane@exam"), json!("ple.com ")]),
        (
            CONVERSATION,
            vec![json!({"chunk": "jane@exam"}), json!({"chunk": "ple.com "})],
        ),
        // Where nobody looks for text.
        (
            CONVERSATION,
            vec![json!({"usage": {"note": EMAIL}, "model": "mail jane@example.com"})],
        ),
        (CONVERSATION, vec![json!({"usage": EMAIL, EMAIL: 1})]),
        (
            CHAT,
            vec![json!({"id": "mail jane@example.com", "choices": []})],
        ),
        (
            CHAT,
            vec![chunk(
                json!({"content": "a", "role": EMAIL}),
                json!("x jane@example.com"),
            )],
        ),
    ];
    for (n, (uri, events)) in cases.into_iter().enumerate() {
        let (out, error) = stream(uri, &events).await;
        let text = joined(&out);
        assert_eq!(error, None, "case {n}");
        assert!(
            !text.contains(EMAIL) && text.contains("[EMAIL]"),
            "case {n}: {text}"
        );
    }
}

#[tokio::test]
async fn text_after_the_end_breaks_the_stream() {
    let events = [
        chunk(json!({"content": "jane@exam"}), json!("stop")),
        chunk(json!({"content": "ple.com"}), Value::Null),
    ];
    let (out, error) = stream(CHAT, &events).await;
    assert_eq!(error, Some(RejectionKind::MalformedReply));
    assert!(!joined(&out).contains("ple.com"));
    // What names, ids and comments hold is not for them to say.
    for line in [
        ": jane@example.com",
        "event: jane@example.com",
        "id: jane@example.com",
    ] {
        let body = format!("{line}\ndata: {{}}\n\n");
        let from_api = reply("text/event-stream", Frames::data([body]));
        let response = call(&RedactOutputLayer::new(), CONVERSATION, from_api).await;
        let (out, _, error) = read(response.into_body()).await;
        assert!(error.is_some() && out.is_empty(), "{line}");
    }
}

#[tokio::test]
async fn an_inserted_event_repeats_no_call_and_holds_back_no_other_text() {
    let call =
        json!([{"id": "abc", "function": {"name": "send", "arguments": {"n": 5, "m": "x"}}}]);
    let events = [
        chunk(
            json!({"content": "Ask jane@example.com", "tool_calls": call}),
            Value::Null,
        ),
        chunk(json!({}), json!("tool_calls")),
    ];
    let (out, error) = stream(CHAT, &events).await;
    assert_eq!(error, None);
    let calls = |event: &&Value| event["choices"][0]["delta"].get("tool_calls").is_some();
    assert_eq!(
        out.iter().filter(calls).count(),
        1,
        "the tool is called once"
    );
    let text: String = out
        .iter()
        .filter_map(|e| e["choices"][0]["delta"]["content"].as_str())
        .collect();
    assert_eq!(text, "Ask [EMAIL]");
    assert!(
        out.iter()
            .all(|event| event["choices"][0].get("finish_reason").is_some())
    );

    // A key on the way that was redacted does not lose what is held behind it.
    let events = [json!({EMAIL: {"text": "hello wor"}}), json!({"type": "x"})];
    let (out, _) = stream(CONVERSATION, &events).await;
    assert_eq!(
        joined(&out),
        "[EMAIL]hello [EMAIL]wor".replace("[EMAIL]", "")
    );
}

#[tokio::test]
async fn ordinary_text_keeps_its_order_when_its_shape_changes() {
    let events = [
        json!({"type": "d", "content": "Hello wor"}),
        json!({"type": "d", "content": {"type": "text", "text": "ld, bye"}}),
        json!({"type": "conversation.response.done"}),
    ];
    let (out, _) = stream(CONVERSATION, &events).await;
    assert_eq!(joined(&out), "Hello world, bye");
    assert_eq!(out.last().unwrap()["type"], "conversation.response.done");
}

#[tokio::test]
async fn a_swallowed_text_takes_nothing_else_along() {
    let events = [
        json!({"delta": "system prompt: abc"}),
        json!({"delta": " def"}),
        json!({"delta": " ghi", "done": true, "tokens": 7}),
    ];
    let (out, _) = stream(CONVERSATION, &events).await;
    assert_eq!(out.iter().filter(|event| event["done"] == true).count(), 1);
    assert_eq!(out.len(), 2, "the one in between says nothing");
}

#[tokio::test]
async fn messages_of_a_choice_are_texts_of_their_own() {
    let contents = [
        "SSN 536-22-1111",
        "0 items",
        "Wait. system prompt: a",
        "Kept?",
    ];
    let messages: Vec<Value> = contents.iter().map(|c| json!({"content": c})).collect();
    let body = json!({"choices": [{"index": 0, "messages": messages}]}).to_string();
    let response = call(
        &RedactOutputLayer::new(),
        CHAT,
        reply("application/json", Frames::data([body])),
    )
    .await;
    let out: Value = serde_json::from_str(&read(response.into_body()).await.0).unwrap();
    let messages = out["choices"][0]["messages"].as_array().unwrap();
    let texts: Vec<&str> = messages
        .iter()
        .map(|m| m["content"].as_str().unwrap())
        .collect();
    assert_eq!(texts, ["SSN [SSN]", "0 items", "Wait. [REDACTED]", "Kept?"]);
}

#[tokio::test]
async fn arguments_that_are_no_json_are_read_as_text() {
    let documents = [
        r#"{"p": "C:\users jane@example.com"}"#,
        r#"{"p": "\u12 jane@example.com"}"#,
        "{'to': 'jane2@example.com'}",
        "{to: jane2@example.com}",
        "[INFO] mail jane2@example.com",
        r#""jane\u0040example.com""#,
    ];
    for document in documents {
        let call_ = json!([{"function": {"name": "f", "arguments": document}}]);
        let body = json!({"choices": [{"message": {"content": document, "tool_calls": call_}}]});
        let request = Request::post(CHAT);
        let request = request
            .body(r#"{"response_format":{"type":"json_object"}}"#.into())
            .unwrap();
        let from_api = reply("application/json", Frames::data([body.to_string()]));
        let response = send(&RedactOutputLayer::new(), request, from_api).await;
        let out: Value = serde_json::from_str(&read(response.into_body()).await.0).unwrap();
        let message = &out["choices"][0]["message"];
        for text in [
            &message["content"],
            &message["tool_calls"][0]["function"]["arguments"],
        ] {
            let text = text.as_str().unwrap();
            assert!(
                text.contains("[EMAIL]") && !text.contains("example"),
                "{document}: {text}"
            );
        }
    }
}

#[tokio::test]
async fn keys_stay_apart_and_redacting_twice_changes_nothing_more() {
    let cases = [
        (
            r#"{"m":{"a@x.com":1,"b@x.com":2},"k":"c@x.com"}"#,
            r#"{"m":{"[EMAIL]":1,"[EMAIL] 2":2},"k":"[EMAIL]"}"#,
        ),
        // Nor do they take the place of one that is there.
        (
            r#"{"a@x.com":1,"[EMAIL]":2,"[EMAIL] 2":3,"b@x.com":4}"#,
            r#"{"[EMAIL] 3":1,"[EMAIL]":2,"[EMAIL] 2":3,"[EMAIL] 4":4}"#,
        ),
    ];
    for (body, expected) in cases {
        let mut body = body.to_owned();
        for _ in 0..2 {
            let from_api = reply("application/json", Frames::data([body]));
            body = call_and_read(CHAT, from_api).await;
            assert_eq!(body, expected);
        }
        let events = [serde_json::from_str(expected).unwrap()];
        assert_eq!(stream(CONVERSATION, &events).await.0, events);
    }
}

#[tokio::test]
async fn keys_of_json_inside_a_text_stay_apart() {
    let arguments = r#"{"a@x.com": {"b@x.com": "c@x.com"}, "d": ["e@x.com", {"f@x.com": 1}]}"#;
    let expected = r#"{"[EMAIL]": {"[EMAIL] 2": "[EMAIL]"}, "d": ["[EMAIL]", {"[EMAIL] 3": 1}]}"#;
    let calls = |arguments: &str| json!([{"index": 0, "function": {"arguments": arguments}}]);
    for at in 0..=arguments.len() {
        let (head, tail) = arguments.split_at(at);
        let events = [
            chunk(json!({"tool_calls": calls(head)}), Value::Null),
            chunk(json!({"tool_calls": calls(tail)}), json!("tool_calls")),
        ];
        let (out, error) = stream(CHAT, &events).await;
        let pieces = out.iter().filter_map(|event| {
            event["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"].as_str()
        });
        assert_eq!(
            (pieces.collect::<String>(), error),
            (expected.to_owned(), None)
        );
    }
}

#[tokio::test]
async fn a_key_is_context_for_its_value() {
    let arguments = json!({
        "order": "555 0123 44", "phone": "555 0123 44", "faxes": "555 0123 44",
        "to": {"mobile_phone": ["555 0123 44", 5550123446_u64], "id": "555 0123 44"}, "text": 5550123446_u64,
        "key": "password=hunter2",
    });
    let expected = json!({
        "order": "555 0123 44", "phone": "[PHONE]", "faxes": "555 0123 44",
        "to": {"mobile_phone": ["[PHONE]", "[PHONE]"], "id": "555 0123 44"}, "text": 5550123446_u64,
        "key": "password=[SECRET]",
    });
    let calls = |arguments: &Value| json!([{"index": 0, "function": {"arguments": arguments}}]);

    let text = arguments.to_string();
    for at in 0..=text.len() {
        let (head, tail) = text.split_at(at);
        let events = [
            chunk(json!({"tool_calls": calls(&json!(head))}), Value::Null),
            chunk(
                json!({"tool_calls": calls(&json!(tail))}),
                json!("tool_calls"),
            ),
        ];
        let (out, _) = stream(CHAT, &events).await;
        let pieces = out.iter().filter_map(|event| {
            event["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"].as_str()
        });
        let shown: Value = serde_json::from_str(&pieces.collect::<String>()).unwrap();
        assert_eq!(shown, expected, "{at}");
    }

    let events = [chunk(
        json!({"tool_calls": calls(&arguments)}),
        json!("tool_calls"),
    )];
    let (out, _) = stream(CHAT, &events).await;
    let shown = &out[0]["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"];
    assert_eq!(*shown, expected, "an object in an event");

    let body = json!({"choices": [{"message": {"tool_calls": calls(&arguments)}}]});
    let from_api = reply("application/json", Frames::data([body.to_string()]));
    let response = call(&RedactOutputLayer::new(), CHAT, from_api).await;
    let out: Value = serde_json::from_str(&read(response.into_body()).await.0).unwrap();
    let shown = &out["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"];
    assert_eq!(*shown, expected, "an object in a reply");
}

#[tokio::test]
async fn text_in_a_place_for_something_else_is_read() {
    let call = |arguments: Value| json!({"tool_calls": [{"index": 0, "function": {"arguments": arguments}}]});
    let choice = |key: &str, value: Value| json!({"choices": [{"index": 0, key: value}]});
    let inner = r#"{"mail":"jane\u0040example.com"}"#;
    let not_json = r#"{"a":NaN,"b":[-Infinity,"jane\u0040example.com"]}"#;
    let cases = [
        (CONVERSATION, json!({"model": {"description": EMAIL}})),
        (CONVERSATION, json!({"model": {EMAIL: 1}})),
        (CONVERSATION, json!({"usage": [EMAIL]})),
        (CHAT, json!({"id": [EMAIL]})),
        (CHAT, choice("finish_reason", json!({"why": EMAIL}))),
        (CHAT, choice("delta", json!({"role": [EMAIL]}))),
        (CHAT, choice("delta", call(json!({"body": inner})))),
        (CHAT, choice("delta", call(json!(not_json)))),
        (
            CHAT,
            json!({"choices": [{"index": 0, "delta": {"content": "Hi. \n"}}], "p": format!("mail {EMAIL}")}),
        ),
    ];
    for (uri, body) in cases {
        let (out, _) = stream(uri, std::slice::from_ref(&body)).await;
        let whole = body.to_string().replace("\"delta\"", "\"message\"");
        let whole = reply("application/json", Frames::data([whole]));
        let whole = call_and_read(uri, whole).await;
        for shown in [json!(out).to_string(), whole] {
            assert!(!shown.contains("example.com"), "{body}: {shown}");
        }
    }
    // A bare number is a document too.
    let number = call(json!(4111111111111111_u64));
    let (out, _) = stream(CHAT, &[choice("delta", number.clone())]).await;
    let whole = choice("message", number).to_string();
    let whole = reply("application/json", Frames::data([whole]));
    for shown in [json!(out).to_string(), call_and_read(CHAT, whole).await] {
        assert!(shown.contains("\"[CARD]\""), "{shown}");
    }
}

async fn call_and_read(uri: &str, from_api: http::Response<Frames>) -> String {
    let response = call(&RedactOutputLayer::new(), uri, from_api).await;
    read(response.into_body()).await.0
}

#[tokio::test]
async fn another_spelling_of_a_key_is_the_same_key() {
    let body =
        "data: {\"d\\u0065lta\":\"jane@exam\"}\n\ndata: {\"delta\":\"ple.com\"}\n\n".to_owned();
    let shown = call_and_read(
        CONVERSATION,
        reply("text/event-stream", Frames::data([body])),
    )
    .await;
    assert!(
        shown.contains("[EMAIL]") && !shown.contains("jane"),
        "{shown}"
    );
}

#[tokio::test]
async fn wrong_labels_of_whole_replies_hide_nothing() {
    let leak = r#"{"x":"jane\u0040example.com"}"#;
    let bodies: Vec<String> = vec![
        format!("\u{feff}{leak}"),
        format!("{leak}\n{leak}\n"),
        format!("junk\n{leak}\nmail jane@example.com"),
    ];
    for body in bodies {
        let from_api = reply("text/plain", Frames::data([body.clone()]));
        let response = call(&RedactOutputLayer::new(), CHAT, from_api).await;
        let (out, ..) = read(response.into_body()).await;
        assert!(out.contains("[EMAIL]") && !out.contains("example"), "{out}");
        assert_eq!(out.lines().count(), body.lines().count());
    }
    let utf16: String = leak.chars().flat_map(|c| [c, '\0']).collect();
    let junk = format!("junk\ndata: {leak}\n\n");
    for body in [utf16, junk] {
        let response = call(
            &RedactOutputLayer::new(),
            CHAT,
            reply("text/plain", Frames::data([body])),
        )
        .await;
        assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    }
    // A gateway's own page keeps its status, and is read.
    let mut page = reply(
        "application/json",
        Frames::data(["busy, ask jane@example.com"]),
    );
    *page.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    let response = call(&RedactOutputLayer::new(), CHAT, page).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(read(response.into_body()).await.0, "busy, ask [EMAIL]");
}

#[tokio::test]
async fn off_and_observe_let_a_broken_reply_through_as_it_is() {
    for mode in [Mode::Off, Mode::Observe] {
        let from_api = reply(
            "application/json",
            Frames::data(["{\"partial\":1"]).then_error(),
        );
        let layer = RedactOutputLayer::new().mode(mode);
        let (out, _, error) = read(call(&layer, CHAT, from_api).await.into_body()).await;
        assert_eq!((out.as_str(), error.is_some()), ("{\"partial\":1", true));
    }
}
