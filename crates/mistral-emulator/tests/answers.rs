//! The answers without a stream, and how they travel.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use common::{CHAT, chat, get, post, send};
use http::Request;
use mistral_emulator::{ApiError, Emulator, Reply};
use proptest::prelude::*;
use serde_json::{Value, json};

#[tokio::test]
async fn a_completion_is_written_like_the_apis() {
    let emulator = Emulator::start().await.unwrap();
    emulator.reply_with(Reply::text("Né le 2.").choice("b").tool_call("f", "{}"));
    let answer = post(&emulator, CHAT, chat(json!({}))).await;
    let json = answer.json();
    let id = json["id"].as_str().unwrap();
    let tool = json["choices"][1]["message"]["tool_calls"][0]["id"]
        .as_str()
        .unwrap();
    let expected = format!(
        concat!(
            r#"{{"id":"{}","created":{},"model":"mistral-small-latest","#,
            r#""usage":{{"prompt_tokens":21,"total_tokens":26,"completion_tokens":5,"#,
            r#""prompt_tokens_details":{{"cached_tokens":0}},"service_tier":"standard"}},"#,
            r#""object":"chat.completion","choices":[{{"index":0,"finish_reason":"stop","#,
            r#""message":{{"role":"assistant","tool_calls":null,"content":"Né le 2."}}}},"#,
            r#"{{"index":1,"finish_reason":"tool_calls","message":{{"role":"assistant","#,
            r#""tool_calls":[{{"id":"{}","function":{{"name":"f","arguments":"{{}}"}},"index":0}}],"#,
            r#""content":"b"}}}}]}}"#
        ),
        id, json["created"], tool
    );
    assert_eq!(answer.text(), expected);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
}

#[tokio::test]
async fn headers_have_the_shapes_of_the_service() {
    let emulator = Emulator::start().await.unwrap();
    let first = post(&emulator, CHAT, chat(json!({}))).await;
    let second = post(&emulator, CHAT, chat(json!({}))).await;
    let id = first.header("mistral-correlation-id").unwrap();
    assert_eq!(first.header("x-kong-request-id"), Some(id));
    assert_ne!(second.header("mistral-correlation-id"), Some(id));
    let lengths: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
    assert_eq!(id.as_bytes()[14], b'7');
    assert!(first.header("set-cookie").unwrap().starts_with("__cf_bm="));
    assert_eq!(first.header("server"), Some("cloudflare"));
    assert_eq!(first.header("access-control-allow-origin"), Some("*"));
    assert_eq!(
        first.header("x-ratelimit-remaining-req-minute"),
        Some("719")
    );
    assert_eq!(
        second.header("x-ratelimit-remaining-req-minute"),
        Some("718")
    );
}

#[tokio::test]
async fn requests_can_ask_for_more_of_the_answer() {
    let emulator = Emulator::start().await.unwrap();
    emulator.reply_always(Reply::text("Call Ana").thinking("Hm."));
    let body = chat(json!({"n": 3, "logprobs": true}));
    let json = post(&emulator, CHAT, body).await.json();
    let choices = json["choices"].as_array().unwrap();
    assert_eq!(choices.len(), 3);
    for choice in choices {
        let content = &choice["message"]["content"];
        assert_eq!(
            content[0]["thinking"],
            json!([{"type": "text", "text": "Hm."}])
        );
        assert_eq!(content[0]["closed"], true);
        assert_eq!(content[1], json!({"type": "text", "text": "Call Ana"}));
        let tokens = choice["logprobs"]["content"].as_array().unwrap();
        let tokens: Vec<&str> = tokens
            .iter()
            .map(|t| t["token"].as_str().unwrap())
            .collect();
        assert_eq!(tokens, ["Call", " Ana"]);
    }
}

#[tokio::test]
async fn gzip_comes_when_told_or_when_accepted() {
    let emulator = Emulator::start().await.unwrap();
    let call = |accept: &'static str, stream: bool| {
        Request::post(format!("{}{CHAT}", emulator.base_url()))
            .header("authorization", format!("Bearer {}", Emulator::DEFAULT_KEY))
            .header("content-type", "application/json")
            .header("accept-encoding", accept)
            .body(chat(json!({"stream": stream})).to_string().into())
            .unwrap()
    };
    emulator.reply_always(Reply::text("Hi there").gzip());
    let json = send(call("identity", false)).await.gunzipped().json();
    assert_eq!(json["choices"][0]["message"]["content"], "Hi there");
    assert_eq!(
        send(call("identity", true))
            .await
            .gunzipped()
            .chunks()
            .len(),
        4
    );

    emulator.reply_always(Reply::text("Hi there").gzip_if_accepted());
    assert_eq!(
        send(call("br, gzip", true))
            .await
            .gunzipped()
            .chunks()
            .len(),
        4
    );
    assert_eq!(
        send(call("br", true)).await.header("content-encoding"),
        None
    );
}

#[tokio::test]
async fn embeddings_depend_on_the_text_alone() {
    let emulator = Emulator::start().await.unwrap();
    let body = json!({"model": "mistral-embed", "input": ["a", "b", "a"]});
    let json = post(&emulator, "/v1/embeddings", body).await.json();
    let vector = |n: usize| json["data"][n]["embedding"].as_array().unwrap();
    assert_eq!(vector(0).len(), 1024);
    assert_eq!(vector(0), vector(2));
    assert_ne!(vector(0), vector(1));
    assert_eq!(json["data"][1]["index"], 1);
}

#[tokio::test]
async fn moderation_scores_one_result_per_input() {
    let emulator = Emulator::start().await.unwrap();
    emulator.reply_always(Reply::text("").flag("pii", 0.93));
    let message = json!({"role": "user", "content": "My number is 5"});
    for (path, input, results) in [
        ("/v1/moderations", json!("one"), 1),
        ("/v1/moderations", json!(["one", "two"]), 2),
        ("/v1/chat/moderations", json!([message]), 1),
        (
            "/v1/chat/moderations",
            json!([[message], [message, message]]),
            2,
        ),
    ] {
        let body = json!({"model": "mistral-moderation-2603", "input": input});
        let json = post(&emulator, path, body).await.json();
        let found = json["results"].as_array().unwrap();
        assert_eq!(found.len(), results, "{path}");
        assert_eq!(found[0]["category_scores"]["pii"], 0.93);
        assert_eq!(found[0]["categories"]["pii"], true);
        assert_eq!(found[0]["categories"]["law"], false);
    }
}

#[tokio::test]
async fn a_guardrail_blocks_what_is_flagged_above_its_threshold() {
    let emulator = Emulator::start().await.unwrap();
    let guarded = |action: &str| {
        chat(
            json!({"guardrails": [{"block_on_error": true, "moderation_llm_v2": {
                "model_name": "mistral-moderation-2603",
                "custom_category_thresholds": {"pii": 0.5},
                "ignore_other_categories": true,
                "action": action,
            }}]}),
        )
    };
    for (flag, score, action, status) in [
        ("pii", 0.91, "block", 403),
        ("pii", 0.91, "none", 200),
        ("pii", 0.4, "block", 200),
        ("jailbreaking", 0.99, "block", 200),
    ] {
        emulator.reply_with(Reply::text("Hello.").flag(flag, score));
        let answer = post(&emulator, CHAT, guarded(action)).await;
        assert_eq!(answer.status, status, "{flag} {score} {action}");
        if status == 403 {
            let expected = r#"{"error":{"message":"Content blocked by guardrail","status":403},"guardrails":{"results":{"moderation_llm_v2":{"model_name":"mistral-moderation-2603","decisions":{"pii":{"threshold":0.5,"score":0.91,"violated":true}},"violated":true,"action":"block"}}}}"#;
            assert_eq!(answer.text(), expected);
        } else {
            let report = &answer.json()["guardrails"][0]["moderation_llm_v2"];
            assert_eq!(
                report["categories"]["pii"]["violated"],
                score > 0.5 && flag == "pii"
            );
        }
    }
}

#[tokio::test]
async fn models_are_listed_and_found() {
    let emulator = Emulator::builder().model("my-model").start().await.unwrap();
    let list = get(&emulator, "/v1/models").await.json();
    let ids: Vec<&Value> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["id"])
        .collect();
    assert!(ids.contains(&&json!("mistral-small-latest")) && ids.contains(&&json!("my-model")));
    let one = get(&emulator, "/v1/models/codestral-latest").await.json();
    assert_eq!(one["capabilities"]["completion_fim"], true);
    let unknown = get(&emulator, "/v1/models/none").await;
    assert_eq!(
        (unknown.status.as_u16(), unknown.text()),
        (404, r#"{"detail":"Not Found"}"#)
    );
    let call = chat(json!({"model": "my-model"}));
    assert_eq!(post(&emulator, CHAT, call).await.status, 200);
}

#[tokio::test]
async fn raw_replies_are_exact() {
    let emulator = Emulator::start().await.unwrap();
    let headers = [
        ("content-type", "text/event-stream"),
        ("x-a", "1"),
        ("x-a", "2"),
    ];
    emulator.reply_with(Reply::raw(
        207,
        headers,
        [&b"data: {\"a"[..], b"\":1}\r\r", b"\xff"],
    ));
    let answer = post(&emulator, CHAT, chat(json!({}))).await;
    assert_eq!(answer.status, 207);
    assert_eq!(answer.body, b"data: {\"a\":1}\r\r\xff");
    assert_eq!(answer.headers.get_all("x-a").iter().count(), 2);
    assert_eq!(answer.header("server"), None);
}

#[tokio::test]
async fn other_paths_answer_what_they_are_given() {
    let emulator = Emulator::start().await.unwrap();
    let ocr = Reply::raw(
        200,
        [("content-type", "application/json")],
        [r#"{"pages":[]}"#],
    );
    emulator.reply_at("/v1/ocr", ocr);
    let body = json!({"document": {}});
    for _ in 0..2 {
        let answer = post(&emulator, "/v1/ocr?a=b", body.clone()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text()),
            (200, r#"{"pages":[]}"#)
        );
    }
    assert_eq!(
        common::post_as(&emulator, "other", "/v1/ocr", body.clone())
            .await
            .status,
        401
    );
    assert_eq!(post(&emulator, "/v1/conversations", body).await.status, 404);
}

#[tokio::test]
async fn replies_are_taken_in_order_and_only_by_calls_that_pass() {
    let emulator = Emulator::start().await.unwrap();
    emulator.reply_always(Reply::text("always"));
    emulator.reply_with(Reply::error(ApiError::capacity_exceeded()));
    emulator.reply_with(Reply::text("second"));

    let refused = post(&emulator, CHAT, chat(json!({"stream_options": {}}))).await;
    assert_eq!(refused.status, 422);
    assert_eq!(emulator.replies_left(), 2);
    let mut seen = Vec::new();
    for _ in 0..3 {
        let answer = post(&emulator, CHAT, chat(json!({}))).await;
        seen.push((answer.status.as_u16(), answer.json()));
    }
    let text = |n: usize| seen[n].1["choices"][0]["message"]["content"].clone();
    assert_eq!(seen[0].0, 503);
    assert_eq!((text(1), text(2)), (json!("second"), json!("always")));
}

#[tokio::test]
async fn a_seed_makes_answers_reproducible() {
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        let emulator = Emulator::builder().seed(seed).start().await.unwrap();
        let mut answers = Vec::new();
        for stream in [true, false] {
            let mut answer = post(&emulator, CHAT, chat(json!({"stream": stream}))).await;
            answer.headers.remove("date");
            answers.push((answer.body, answer.headers));
        }
        runs.push(answers);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[test]
fn a_script_says_the_same_with_and_without_a_stream() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let emulator = runtime.block_on(Emulator::start()).unwrap();
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(64)
    };
    proptest!(config, |(text in "(?s).{0,60}", cut in 1..9_usize, escape: bool, zip: bool)| {
        let mut reply = Reply::text(&text).cut_every(cut);
        if escape {
            reply = reply.escape_non_ascii();
        }
        emulator.reply_always(if zip { reply.gzip() } else { reply });
        let call = |stream| post(&emulator, CHAT, chat(json!({"stream": stream})));
        let plain = |answer: common::Answer| if zip { answer.gunzipped() } else { answer };
        let whole = plain(runtime.block_on(call(false))).json();
        let chunks = plain(runtime.block_on(call(true))).chunks();
        let joined: String = chunks
            .iter()
            .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str())
            .collect();
        prop_assert_eq!(&joined, &text);
        prop_assert_eq!(whole["choices"][0]["message"]["content"].as_str(), Some(text.as_str()));
        prop_assert_eq!(&whole["usage"], &chunks.last().unwrap()["usage"]);
    });
}
