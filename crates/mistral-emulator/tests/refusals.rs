//! What the API refuses, and in which words.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use std::time::Duration;

use common::{CHAT, chat, get, post, post_as, send};
use http::Request;
use mistral_emulator::{ApiError, Emulator, Reply};
use serde_json::{Value, json};

const KEY: &str = "K7hQ2mZx9LpT4vRb8NcY3sWd6FgJ1aUe";

#[tokio::test]
async fn field_errors_echo_the_offending_value() {
    let emulator = Emulator::start().await.unwrap();
    let extra = |place: Value, input: Value| {
        json!([{"type": "extra_forbidden", "loc": place,
            "msg": "Extra inputs are not permitted", "input": input}])
    };
    let secret = json!({"pin": "5567"});
    let user = json!({"role": "user", "content": "Pin 5567", "name": "bob"});
    let no_messages = json!({"model": "mistral-small-latest", "top_p": 0.5});
    let no_text = json!([{"type": "text", "txt": "5567"}]);
    for (body, detail) in [
        (
            chat(json!({"stream_options": secret})),
            extra(json!(["body", "stream_options"]), secret.clone()),
        ),
        (
            chat(json!({"messages": [user]})),
            extra(json!(["body", "messages", 0, "user", "name"]), json!("bob")),
        ),
        (
            no_messages.clone(),
            json!([{"type": "missing", "loc": ["body", "messages"], "msg": "Field required",
                "input": no_messages}]),
        ),
        (
            chat(json!({"top_p": 7.0})),
            json!([{"type": "less_than_equal", "loc": ["body", "top_p"],
                "msg": "Input should be less than or equal to 1", "input": 7.0,
                "ctx": {"le": 1.0}}]),
        ),
        (
            chat(json!({"n": 0})),
            json!([{"type": "greater_than_equal", "loc": ["body", "n"],
                "msg": "Input should be greater than or equal to 1", "input": 0,
                "ctx": {"ge": 1}}]),
        ),
        (
            chat(json!({"stream": null})),
            json!([{"type": "bool_type", "loc": ["body", "stream"],
                "msg": "Input should be a valid boolean", "input": null}]),
        ),
        (
            chat(json!({"messages": [{"role": "developer", "content": "Pin 5567"}]})),
            json!([{"type": "union_tag_invalid", "loc": ["body", "messages", 0],
                "msg": "Input tag 'developer' found using 'role' does not match any of the \
                    expected tags: 'system', 'user', 'assistant', 'tool'",
                "input": {"role": "developer", "content": "Pin 5567"},
                "ctx": {"discriminator": "'role'", "tag": "developer",
                    "expected_tags": "'system', 'user', 'assistant', 'tool'"}}]),
        ),
        (
            chat(json!({"messages": [{"role": "user", "content": no_text}]})),
            json!([{"type": "missing",
                "loc": ["body", "messages", 0, "user", "content", 0, "text", "text"],
                "msg": "Field required", "input": no_text[0]}]),
        ),
    ] {
        let answer = post(&emulator, CHAT, body).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.json(), json!({"detail": detail}));
    }
}

#[tokio::test]
async fn an_echo_keeps_the_order_of_keys() {
    let emulator = Emulator::start().await.unwrap();
    let body = r#"{"z": {"b":1, "a":[2.50,"é"]}, "model":"mistral-small-latest",
        "messages":[{"role":"user","content":"Hi"}]}"#;
    let answer = send(raw(&emulator, "application/json", body)).await;
    assert_eq!(
        answer.text(),
        r#"{"detail":[{"type":"extra_forbidden","loc":["body","z"],"msg":"Extra inputs are not permitted","input":{"b":1,"a":[2.5,"é"]}}]}"#
    );
}

#[tokio::test]
async fn bodies_that_are_no_json_object_are_refused() {
    let emulator = Emulator::start().await.unwrap();
    let no_object = "Input should be a valid dictionary or object to extract fields from";
    for (content_type, body, kind, message, place) in [
        (
            "application/json",
            "{\"a\":\n nope}",
            "json_invalid",
            "JSON decode error",
            json!(["body", 8]),
        ),
        (
            "application/json",
            "",
            "missing",
            "Field required",
            json!(["body"]),
        ),
        (
            "application/json",
            "[1]",
            "model_attributes_type",
            no_object,
            json!(["body"]),
        ),
        (
            "text/plain",
            "{}",
            "model_attributes_type",
            no_object,
            json!(["body"]),
        ),
    ] {
        let answer = send(raw(&emulator, content_type, body)).await;
        assert_eq!(answer.status, 422, "{content_type} {body}");
        let issue = &answer.json()["detail"][0];
        assert_eq!(issue["type"], kind);
        assert_eq!(issue["msg"], message);
        assert_eq!(issue["loc"], place);
    }
}

#[tokio::test]
async fn the_order_of_roles_is_enforced() {
    let emulator = Emulator::start().await.unwrap();
    let user = json!({"role": "user", "content": "Hi"});
    let system = json!({"role": "system", "content": [{"type": "text", "text": "Be kind"}]});
    let assistant = json!({"role": "assistant", "content": "ok"});
    let prefix = json!({"role": "assistant", "content": "ok", "prefix": true});
    let calls = json!({"role": "assistant", "content": "", "tool_calls": [
        {"id": "EIbZda6LQ", "function": {"name": "f", "arguments": "{}"}}]});
    let tool = json!({"role": "tool", "content": "42", "tool_call_id": "EIbZda6LQ", "name": "f"});
    for (messages, expected) in [
        (json!([system, user, assistant, user]), None),
        (json!([user, prefix]), None),
        (json!([user, calls, tool, tool]), None),
        (json!([user, calls, tool, assistant, user]), None),
        (
            json!([user, assistant]),
            Some(
                "Expected last role User or Tool (or Assistant with prefix True) for serving but \
                 got assistant",
            ),
        ),
        (
            json!([]),
            Some("Conversation must have at least one message"),
        ),
        (
            json!([user, calls, tool, user]),
            Some("Unexpected role 'user' after role 'tool'"),
        ),
        (
            json!([user, tool]),
            Some("Unexpected role 'tool' after role 'user'"),
        ),
        (
            json!([user, assistant, tool]),
            Some("Not the same number of function calls and responses"),
        ),
    ] {
        let answer = post(&emulator, CHAT, chat(json!({"messages": messages}))).await;
        let Some(message) = expected else {
            assert_eq!(answer.status, 200, "{messages}");
            continue;
        };
        assert_eq!(answer.status, 400);
        let expected = json!({"object": "error", "message": message, "param": null,
            "type": "invalid_request_message_order", "code": "3230", "raw_status_code": 400});
        assert_eq!(answer.json(), expected);
    }
}

#[tokio::test]
async fn models_serve_what_they_can() {
    let emulator = Emulator::start().await.unwrap();
    let chat = chat(json!({"model": "gpt-4"}));
    let embed = json!({"model": "mistral-small-latest", "input": "x"});
    let fim = json!({"model": "mistral-small-latest", "prompt": "x"});
    for (path, body, model) in [
        (CHAT, chat, "gpt-4"),
        ("/v1/embeddings", embed, "mistral-small-latest"),
        ("/v1/fim/completions", fim, "mistral-small-latest"),
    ] {
        let answer = post(&emulator, path, body).await;
        let expected = format!(
            r#"{{"object":"error","message":"Invalid model: {model}","type":"invalid_model","param":null,"code":"1500","raw_status_code":400}}"#
        );
        assert_eq!(
            (answer.status.as_u16(), answer.text()),
            (400, expected.as_str())
        );
    }
}

#[tokio::test]
async fn scripted_errors_have_the_bodies_of_the_service() {
    let emulator = Emulator::start().await.unwrap();
    let pause = Duration::from_millis(1500);
    for (error, status, content_type, body) in [
        (
            ApiError::unauthorized(),
            401,
            "application/json",
            r#"{"detail":"Unauthorized"}"#,
        ),
        (
            ApiError::internal(),
            500,
            "application/json",
            r#"{"detail":"Internal Server Error"}"#,
        ),
        (
            ApiError::message_order("assistant"),
            400,
            "application/json",
            "\"code\":\"3230\"",
        ),
        (
            ApiError::invalid_args("No"),
            400,
            "application/json",
            "\"code\":\"3051\"",
        ),
        (
            ApiError::guardrail_block("pii", 0.9),
            403,
            "application/json",
            "\"score\":0.9",
        ),
        (
            ApiError::validation_echo("model", "[1]"),
            422,
            "application/json",
            "\"input\":[1]",
        ),
        (
            ApiError::rate_limited(pause),
            429,
            "application/json",
            "\"code\":\"1300\"",
        ),
        (
            ApiError::rate_limited_gateway(),
            429,
            "application/json",
            "Requests rate limit",
        ),
        (
            ApiError::capacity_exceeded(),
            503,
            "application/json",
            "\"code\":\"3505\"",
        ),
        (
            ApiError::cloudflare(),
            520,
            "text/html; charset=UTF-8",
            "<!DOCTYPE html>",
        ),
        (ApiError::gateway_timeout(), 504, "", ""),
    ] {
        assert_eq!(error.status().as_u16(), status);
        emulator.reply_with(Reply::error(error));
        let answer = post(&emulator, CHAT, chat(json!({"stream": true}))).await;
        assert_eq!(answer.status, status);
        assert_eq!(
            answer.header("content-type").unwrap_or_default(),
            content_type
        );
        assert!(answer.text().contains(body), "{status}");
        assert_eq!(answer.body.is_empty(), body.is_empty());
        let retry_after = (status == 429 && body.contains("1300")).then_some("2");
        assert_eq!(answer.header("retry-after"), retry_after);
    }
}

#[tokio::test]
async fn keys_come_and_go_at_run_time() {
    let emulator = Emulator::builder().key(KEY).start().await.unwrap();
    let call = |key: &'static str| post_as(&emulator, key, CHAT, chat(json!({})));
    assert_eq!(call(KEY).await.status, 200);

    let unknown = call(Emulator::DEFAULT_KEY).await;
    assert_eq!(unknown.status, 401);
    assert_eq!(unknown.text(), r#"{"detail":"Invalid API Key"}"#);
    assert_eq!(unknown.header("x-ratelimit-limit-req-minute"), None);
    emulator.keys().allow(Emulator::DEFAULT_KEY);
    assert_eq!(call(Emulator::DEFAULT_KEY).await.status, 200);

    emulator.keys().rate_limit(KEY, Duration::from_secs(3600));
    let limited = call(KEY).await;
    assert_eq!(limited.status, 429);
    assert_eq!(limited.json()["code"], "1300");
    assert_eq!(limited.header("retry-after"), Some("3600"));
    assert_eq!(
        limited.header("x-ratelimit-remaining-req-minute"),
        Some("0")
    );
    assert_eq!(call(Emulator::DEFAULT_KEY).await.status, 200);
    emulator.keys().rate_limit(KEY, None);
    assert_eq!(call(KEY).await.header("retry-after"), None);
    emulator.keys().clear_limit(KEY);
    assert_eq!(call(KEY).await.status, 200);
    emulator.keys().rate_limit(KEY, Duration::ZERO);
    assert_eq!(call(KEY).await.status, 200);

    emulator.keys().revoke(KEY);
    assert_eq!(call(KEY).await.status, 401);
}

#[tokio::test]
async fn the_gateway_answers_for_unknown_routes_and_on_request_for_unknown_keys() {
    let gateway = ApiError::unauthorized_gateway();
    let emulator = Emulator::builder()
        .key(KEY)
        .unauthorized(gateway)
        .start()
        .await
        .unwrap();
    for (path, status, message) in [
        (
            "/v1/admin/api-keys",
            404,
            "no Route matched with those values",
        ),
        (
            "/v1/chat/completions",
            404,
            "no Route matched with those values",
        ),
        ("/", 404, "no Route matched with those values"),
        ("/v1/models", 401, "Unauthorized"),
    ] {
        let answer = get(&emulator, path).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/json; charset=utf-8")
        );
        let id = answer.header("x-kong-request-id").unwrap().replace('-', "");
        let body = format!("{{\n  \"message\":\"{message}\",\n  \"request_id\":\"{id}\"\n}}");
        assert_eq!(answer.text(), body);
    }
}

#[tokio::test]
async fn calls_are_recorded_as_they_came_and_never_printed() {
    let emulator = Emulator::start().await.unwrap();
    let path = "/v1/%63hat//completions?q=s3cret%20q";
    let sent = chat(json!({"metadata": {"note": "s3cret"}}));
    assert_eq!(post(&emulator, path, sent.clone()).await.status, 200);
    get(&emulator, "/nowhere").await;

    let received = emulator.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].method, "POST");
    assert_eq!(received[0].path, path);
    assert_eq!(received[0].key.as_deref(), Some(Emulator::DEFAULT_KEY));
    assert_eq!(received[0].headers["content-type"], "application/json");
    assert_eq!(received[0].body, sent.to_string());
    assert_eq!(received[1].path, "/nowhere");

    emulator.reply_with(Reply::text("s3cret"));
    let printed = format!(
        "{received:?} {emulator:?} {:?} {:?}",
        emulator.keys(),
        Reply::text("s3cret")
    );
    assert!(!printed.contains("s3cret") && !printed.contains(Emulator::DEFAULT_KEY));
    assert_eq!(emulator.take_received().len(), 2);
    assert!(emulator.received().is_empty());
}

#[tokio::test]
async fn an_emulator_ends_when_told_or_dropped() {
    let emulator = Emulator::start().await.unwrap();
    assert!(emulator.addr().ip().is_loopback());
    let addr = emulator.addr();
    emulator.shutdown().await;
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());

    let dropped = Emulator::start().await.unwrap();
    let addr = dropped.addr();
    drop(dropped);
    while tokio::net::TcpStream::connect(addr).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

fn raw(
    emulator: &Emulator,
    content_type: &str,
    body: &'static str,
) -> Request<http_body_util::Full<bytes::Bytes>> {
    Request::post(format!("{}{CHAT}", emulator.base_url()))
        .header("authorization", format!("Bearer {}", Emulator::DEFAULT_KEY))
        .header("content-type", content_type)
        .body(body.into())
        .unwrap()
}
