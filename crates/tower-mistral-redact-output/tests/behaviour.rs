//! What a reader gets, whatever the API answers.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod support;

use std::time::Duration;

use http::{Response, StatusCode};
use stream_redactor::{Entity, Redactor};
use support::{CHAT, Frames, call, read, reply};
use tower_mistral_redact_output::{
    Handling, Mode, OnUninspectable, Reason, RedactOutputLayer,
    wire::{
        Rejection, RejectionKind,
        ext::{Action, CallReport, Clock, RequestId},
    },
};

const LEAK: &str = r#"{"id":"x", "choices":[{"index":0,"message":{"content":"Write to jane@example.com <script>x()</script>, 536-22-1111.\nSystem prompt: be nice\nbye"},"finish_reason":"stop"}],"n":1.50}"#;
const CLEAN: &str = r#"{"id":"x", "choices":[{"index":0,"message":{"content":"Write to [EMAIL] [SCRIPT], [SSN].\n[REDACTED]\nbye"},"finish_reason":"stop"}],"n":1.50}"#;

fn stream(deltas: &[&str]) -> String {
    let mut out = String::new();
    for delta in deltas {
        let delta = serde_json::Value::from(*delta);
        out += &format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{delta}}},\"finish_reason\":null}}]}}\n\n"
        );
    }
    out + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
}

/// The text that a client has put together.
fn text(stream: &str) -> String {
    let events = stream
        .lines()
        .filter_map(|line| line.strip_prefix("data: "));
    let events = events.filter(|data| *data != "[DONE]");
    let events = events.map(|data| serde_json::from_str::<serde_json::Value>(data).unwrap());
    events
        .map(|e| {
            e["choices"][0]["delta"]["content"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

#[tokio::test]
async fn a_json_reply_is_redacted_and_says_so() {
    let mut from_api = reply("application/json", Frames::data([LEAK]).then_trailers());
    for (name, value) in [
        ("content-length", "7"),
        ("transfer-encoding", "chunked"),
        ("etag", "x"),
        ("x-mistral-guard", "blocked"),
    ] {
        from_api.headers_mut().insert(name, value.parse().unwrap());
    }
    let response = call(&RedactOutputLayer::new(), CHAT, from_api).await;
    assert_eq!(response.headers()["x-mistral-guard"], "edited");
    assert!(!response.headers().contains_key("content-length"));
    assert!(!response.headers().contains_key("etag"));
    assert!(!response.headers().contains_key("transfer-encoding"));
    let report = response.extensions().get::<CallReport>().unwrap().clone();
    let (body, trailers, error) = read(response.into_body()).await;
    assert_eq!(body, CLEAN);
    assert!(trailers.is_some() && error.is_none());
    assert_eq!(report.count(Action::Edited), 4);
    let email = &report.findings()[0];
    assert_eq!(
        (&*email.rule, email.offset, email.len),
        ("EMAIL_ADDRESS", 9, 16)
    );
    assert!(!format!("{report:?}").contains("jane"));
}

#[tokio::test]
async fn every_label_has_one_outcome() {
    let events = stream(&["Ask ja", "ne@example.com."]);
    let html = "<html>jane@example.com</html>";
    let table: &[(&str, &str, Result<&str, RejectionKind>)] = &[
        ("application/json", LEAK, Ok(CLEAN)),
        ("application/json; charset=utf-8", "", Ok("")),
        (
            "application/problem+json",
            "{\"detail\":\"jane@example.com\"}",
            Ok("{\"detail\":\"[EMAIL]\"}"),
        ),
        ("text/plain", LEAK, Ok(CLEAN)),
        ("text/html", html, Ok("<html>[EMAIL]</html>")),
        ("application/json", html, Err(RejectionKind::MalformedReply)),
        (
            "application/json",
            events.as_str(),
            Err(RejectionKind::MalformedReply),
        ),
        (
            "application/json",
            "{\"a\":1,\"a\":2}",
            Err(RejectionKind::MalformedReply),
        ),
        (
            "application/json; charset=utf-16",
            "{}",
            Err(RejectionKind::UninspectableReply),
        ),
        (
            "application/octet-stream",
            LEAK,
            Err(RejectionKind::UninspectableReply),
        ),
        ("audio/mpeg", "x", Err(RejectionKind::UninspectableReply)),
    ];
    for (label, body, expected) in table {
        let response = call(
            &RedactOutputLayer::new(),
            CHAT,
            reply(label, Frames::data([(*body).to_owned()])),
        )
        .await;
        let rejection = response.extensions().get::<Rejection>().cloned();
        match expected {
            Ok(expected) => assert_eq!(read(response.into_body()).await.0, *expected, "{label}"),
            Err(kind) => {
                assert_eq!(rejection.unwrap().kind(), *kind, "{label}");
                assert_eq!(response.status(), StatusCode::BAD_GATEWAY, "{label}");
                let (body, ..) = read(response.into_body()).await;
                assert!(
                    body.contains("\"object\":\"error\"") && !body.contains("jane"),
                    "{label}"
                );
            }
        }
    }
    // A stream with the label of plain text is read as what it is.
    let response = call(
        &RedactOutputLayer::new(),
        CHAT,
        reply("text/plain", Frames::data([events.clone()])),
    )
    .await;
    assert_eq!(text(&read(response.into_body()).await.0), "Ask [EMAIL].");
    // A body with the label of a stream that is none breaks it.
    let response = call(
        &RedactOutputLayer::new(),
        CHAT,
        reply("text/event-stream", Frames::data([LEAK])),
    )
    .await;
    let (body, _, error) = read(response.into_body()).await;
    assert_eq!(body, "");
    assert_eq!(
        Rejection::find(&*error.unwrap()).unwrap().kind(),
        RejectionKind::MalformedReply
    );
}

#[tokio::test]
async fn what_cannot_be_inspected_passes_only_when_told_so() {
    let encoded = || {
        let mut reply = reply("application/json", Frames::data(["\u{1f}gzip"]));
        reply
            .headers_mut()
            .insert("content-encoding", "compress".parse().unwrap());
        reply
    };
    let response = call(&RedactOutputLayer::new(), CHAT, encoded()).await;
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    let layer = RedactOutputLayer::new().on_uninspectable(
        OnUninspectable::default().with(Reason::UnsupportedCoding, Handling::Pass),
    );
    let response = call(&layer, CHAT, encoded()).await;
    assert_eq!(response.headers()["x-mistral-guard"], "degraded");
    assert!(
        response
            .extensions()
            .get::<CallReport>()
            .unwrap()
            .reply()
            .uninspected
    );
    assert_eq!(read(response.into_body()).await.0, "\u{1f}gzip");

    let large = Response::new(Frames::data([LEAK, LEAK]));
    let response = call(&RedactOutputLayer::new().max_reply(100), CHAT, large).await;
    assert_eq!(
        response.extensions().get::<Rejection>().unwrap().kind(),
        RejectionKind::ReplyTooLarge
    );
}

#[tokio::test]
async fn a_stream_reads_the_same_for_every_cut() {
    let whole = "Ask jane@example.com or <script>x()</script> 536-22-1111.";
    let deltas: Vec<String> = whole.chars().map(String::from).collect();
    let deltas: Vec<&str> = deltas.iter().map(String::as_str).collect();
    let body = stream(&deltas);
    for at in (0..body.len()).step_by(97) {
        let chunks = [body[..at].to_owned(), body[at..].to_owned()];
        let frames = Frames::data(chunks).then_trailers();
        let response = call(
            &RedactOutputLayer::new(),
            CHAT,
            reply("text/event-stream", frames),
        )
        .await;
        let (out, trailers, error) = read(response.into_body()).await;
        assert_eq!(text(&out), "Ask [EMAIL] or [SCRIPT] [SSN].");
        assert!(out.ends_with("data: [DONE]\n\n") && trailers.is_some() && error.is_none());
    }
}

#[tokio::test]
async fn a_stream_that_breaks_masks_what_it_holds_and_says_why() {
    let body = stream(&["Ask jane@exam"]);
    let cut = &body[..body
        .find("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"")
        .unwrap()];
    let frames = Frames::data([cut.to_owned()]);
    let response = call(
        &RedactOutputLayer::new(),
        CHAT,
        reply("text/event-stream", frames),
    )
    .await;
    let (out, _, error) = read(response.into_body()).await;
    assert!(
        !out.contains("jane"),
        "the reader would have half an address"
    );
    let error = error.unwrap();
    let rejection = Rejection::find(&*error).unwrap();
    assert_eq!(rejection.kind(), RejectionKind::TruncatedReply);
    assert!(rejection.is_retryable());

    let frames = Frames::data([cut.to_owned()]).then_error();
    let response = call(
        &RedactOutputLayer::new(),
        CHAT,
        reply("text/event-stream", frames),
    )
    .await;
    let (out, _, error) = read(response.into_body()).await;
    assert!(!out.contains("jane"));
    assert_eq!(error.unwrap().to_string(), "reset by peer");
}

#[tokio::test]
async fn observe_changes_nothing_and_tells_all() {
    let layer = RedactOutputLayer::new().mode(Mode::Observe);
    let body = stream(&["Ask ja", "ne@example.com."]);
    for (label, body) in [
        ("application/json", LEAK.to_owned()),
        ("text/event-stream", body),
    ] {
        let response = call(&layer, CHAT, reply(label, Frames::data([body.clone()]))).await;
        assert!(!response.headers().contains_key("x-mistral-guard"));
        let report = response.extensions().get::<CallReport>().unwrap().clone();
        assert_eq!(read(response.into_body()).await.0, body);
        assert_eq!(report.count(Action::Edited), 0);
        assert!(
            report
                .findings()
                .iter()
                .any(|f| f.rule == "EMAIL_ADDRESS" && !f.enforced)
        );
    }
    // An endless or broken stream is not stopped either.
    let response = call(
        &layer,
        CHAT,
        reply("text/event-stream", Frames::data(["data: nope\n\n"])),
    )
    .await;
    let (out, _, error) = read(response.into_body()).await;
    assert_eq!((out.as_str(), error.is_none()), ("data: nope\n\n", true));
}

#[tokio::test]
async fn modes_switch_rules_and_the_whole_layer_at_run_time() {
    let layer = RedactOutputLayer::new();
    let get = async |layer: &RedactOutputLayer| {
        let frames = Frames::data(["{\"a\":\"jane@example.com 536-22-1111\"}"]);
        read(
            call(layer, CHAT, reply("application/json", frames))
                .await
                .into_body(),
        )
        .await
        .0
    };
    assert_eq!(get(&layer).await, "{\"a\":\"[EMAIL] [SSN]\"}");
    layer.modes().set_rule("EMAIL_ADDRESS", Mode::Observe);
    assert_eq!(
        get(&layer.clone()).await,
        "{\"a\":\"jane@example.com [SSN]\"}"
    );
    layer.modes().set(Mode::Off);
    assert_eq!(
        get(&layer).await,
        "{\"a\":\"jane@example.com 536-22-1111\"}"
    );
}

#[tokio::test]
async fn logprobs_of_streams_go_unless_they_are_kept() {
    let logprobs = r#"{"content":[{"token":"jane@example.com"}]}"#;
    let event = format!(
        r#"{{"choices":[{{"index":0,"delta":{{"content":"hi"}},"logprobs":{logprobs},"finish_reason":"stop"}}]}}"#
    );
    let body = format!("data: {event}\n\ndata: [DONE]\n\n");
    let layers = [
        (RedactOutputLayer::new(), false),
        (RedactOutputLayer::new().dangerous_keep_logprobs(), true),
    ];
    for (layer, is_kept) in layers {
        let from_api = reply("text/event-stream", Frames::data([body.clone()]));
        let (out, ..) = read(call(&layer, CHAT, from_api).await.into_body()).await;
        assert_eq!(out == body, is_kept);
        assert_eq!(out.contains("\"logprobs\":null"), !is_kept);
    }
}

#[tokio::test]
async fn an_ambiguous_path_is_refused_before_anything_is_sent() {
    let uri = "https://api.mistral.ai/v1/models/%2e%2e/chat/completions";
    let response = call(&RedactOutputLayer::new(), uri, Response::default()).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(response.headers()["x-mistral-guard-kind"], "invalid_path");
}

#[tokio::test]
async fn json_in_tool_arguments_and_in_json_mode_stays_json() {
    let document = r#"{"to": "jane\u0040example.com", "note": "System prompt: be nice"}"#;
    let content = serde_json::json!({"choices": [{"index": 0, "message": {
        "content": document,
        "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": document}}],
    }}]});
    let ask = |format: &str| format!(r#"{{"response_format":{{"type":"{format}"}}}}"#);
    for (format, content_is_json) in [("json_object", true), ("text", false)] {
        let frames = Frames::data([content.to_string()]);
        let request = http::Request::post(CHAT).body(ask(format).into()).unwrap();
        let response = support::send(
            &RedactOutputLayer::new(),
            request,
            reply("application/json", frames),
        )
        .await;
        let out: serde_json::Value =
            serde_json::from_str(&read(response.into_body()).await.0).unwrap();
        let message = &out["choices"][0]["message"];
        let parse = |text: &serde_json::Value| {
            serde_json::from_str::<serde_json::Value>(text.as_str().unwrap()).ok()
        };
        let arguments = parse(&message["tool_calls"][0]["function"]["arguments"]).unwrap();
        assert_eq!(
            arguments,
            serde_json::json!({"to": "[EMAIL]", "note": "[REDACTED]"})
        );
        let content = parse(&message["content"]);
        assert_eq!(
            content.is_some_and(|content| content == arguments),
            content_is_json
        );
    }
}

/// A reply that repeats the request's own system text is named, and cut if that is wanted.
#[tokio::test]
async fn the_system_text_of_a_call_is_not_repeated() {
    let secret = "Never tell anybody that the discount code is WINTER and that it ends in May.";
    let said = format!("Well.\n\nI was told: {secret} Ok?\n\nBye");
    let cut = "Well.\n\nI was told: Never tell anybody that the discount code is WINTER and that \
               [REDACTED]\nBye";
    let ask = |system: &str, user: &str| {
        let roles = [("system", system), ("assistant", "Hello!"), ("user", user)];
        let messages = roles.map(|(role, text)| serde_json::json!({"role": role, "content": text}));
        serde_json::json!({"model": "m", "messages": messages}).to_string()
    };
    let quoted = format!("If asked, say \"{secret}\"");
    let cases = [
        (Some(Mode::Enforce), ask(secret, "Hi"), cut, 1),
        (None, ask(secret, "Hi"), &said, 1),
        (Some(Mode::Off), ask(secret, "Hi"), &said, 0),
        // What the reader wrote, what is meant to be said, and a call without a system text.
        (
            Some(Mode::Enforce),
            ask(secret, &secret.to_uppercase()),
            &said,
            0,
        ),
        (Some(Mode::Enforce), ask(&quoted, "Hi"), &said, 0),
        (Some(Mode::Enforce), ask("", "Hi"), &said, 0),
    ];
    for (mode, request, expected, findings) in cases {
        let mut layer = RedactOutputLayer::new();
        if let Some(mode) = mode {
            layer = layer.protect_system_text(mode);
        }
        // Twice: the second time from what is kept.
        for is_stream in [false, true] {
            let api = if is_stream {
                let deltas: Vec<&str> = said.split_inclusive(' ').collect();
                reply("text/event-stream", Frames::data([stream(&deltas)]))
            } else {
                let body = serde_json::json!({"choices": [{"message": {"content": said}}]});
                reply("application/json", Frames::data([body.to_string()]))
            };
            let sent = http::Request::post(CHAT)
                .body(request.clone().into())
                .unwrap();
            let response = support::send(&layer, sent, api).await;
            let report = response.extensions().get::<CallReport>().unwrap().clone();
            let body = read(response.into_body()).await.0;
            let shown = if is_stream {
                text(&body)
            } else {
                let body: serde_json::Value = serde_json::from_str(&body).unwrap();
                body["choices"][0]["message"]["content"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            };
            assert_eq!(shown, expected, "{mode:?} {is_stream} {request}");
            assert_eq!(
                report.findings().len(),
                findings,
                "{mode:?} {is_stream} {request}"
            );
        }
    }
}

/// What the user wrote may come back, if that is wanted.
#[tokio::test]
async fn the_reader_has_back_what_the_user_wrote() {
    let user = "I am Jane@example.com";
    let request = serde_json::json!({"messages": [{"role": "user", "content": user}]}).to_string();
    let said = "You are jane@example.com, not joe@example.com";
    let layer = RedactOutputLayer::new();
    let cases = [
        (layer.clone(), "You are [EMAIL], not [EMAIL]"),
        (
            layer.allow_values_from_request(),
            "You are jane@example.com, not [EMAIL]",
        ),
    ];
    for (layer, expected) in cases {
        let body = serde_json::json!({"choices": [{"message": {"content": said}}]}).to_string();
        let api = reply("application/json", Frames::data([body]));
        let sent = http::Request::post(CHAT)
            .body(request.clone().into())
            .unwrap();
        let body = read(support::send(&layer, sent, api).await.into_body())
            .await
            .0;
        assert!(body.contains(expected), "{body}");
    }
}

/// Too many findings of one entity, and the reply is blocked.
#[tokio::test]
async fn a_reply_with_too_many_findings_is_blocked() {
    let layer = |max| RedactOutputLayer::new().max_findings(Entity::EMAIL_ADDRESS, max);
    let cases = [
        (layer(1), false),
        (layer(0), true),
        (layer(0).mode(Mode::Observe), false),
    ];
    for (layer, is_blocked) in cases {
        let response = call(
            &layer,
            CHAT,
            reply("application/json", Frames::data([LEAK])),
        )
        .await;
        let kind = response
            .extensions()
            .get::<Rejection>()
            .map(Rejection::kind);
        assert_eq!(kind, is_blocked.then_some(RejectionKind::Blocked));
        assert_eq!(response.status() == StatusCode::FORBIDDEN, is_blocked);
        assert_eq!(
            read(response.into_body()).await.0.contains("bye"),
            !is_blocked
        );

        let events = stream(&["Ask ", "jane@example.com. ", "Bye."]);
        let events = events.split_inclusive("\n\n").map(str::to_owned);
        let frames = Frames::data(events);
        let response = call(&layer, CHAT, reply("text/event-stream", frames)).await;
        let report = response.extensions().get::<CallReport>().unwrap().clone();
        let (body, _, error) = read(response.into_body()).await;
        let error = error.filter(|_| is_blocked);
        let kind = error
            .as_deref()
            .and_then(|error| Rejection::find(error))
            .map(Rejection::kind);
        assert_eq!(kind, is_blocked.then_some(RejectionKind::Blocked));
        assert_eq!(report.rejected(), kind);
        assert!(
            body.contains("Ask") && body.contains("Bye.") != is_blocked,
            "{body}"
        );
    }
}

/// What looks alike to a reader is counted together: a canary, and the beginning of a system prompt.
#[tokio::test]
async fn leaks_of_all_kinds_are_one_count() {
    let body = r#"{"choices":[{"message":{"content":"CANARY-7f3a9b21c4\n\nSystem prompt: be kind\n\nbye"}}]}"#;
    let layer = || {
        let redactor = Redactor::builder().tripwire("CANARY-7f3a9b21c4");
        let redactor = redactor.build().unwrap();
        RedactOutputLayer::new().redactor(redactor)
    };
    for (layer, is_blocked) in [
        (layer().max_leak_hits(2), false),
        (layer().max_leak_hits(1), true),
        (layer().max_findings(Entity::SYSTEM_PROMPT, 1), false),
    ] {
        let sent = reply("application/json", Frames::data([body]));
        let response = call(&layer, CHAT, sent).await;
        assert_eq!(response.status() == StatusCode::FORBIDDEN, is_blocked);
    }
}

/// By option a blocked stream ends instead of breaking, with nothing of what was not out yet.
#[tokio::test]
async fn a_blocked_stream_may_end_with_a_finish_reason() {
    let layer = RedactOutputLayer::new()
        .max_findings(Entity::EMAIL_ADDRESS, 0)
        .end_blocked_streams();
    let events = stream(&["Ask ", "jane@example.com. ", "Bye."]);
    let events = events.split_inclusive("\n\n").map(str::to_owned);
    let response = call(
        &layer,
        CHAT,
        reply("text/event-stream", Frames::data(events)),
    )
    .await;
    let report = response.extensions().get::<CallReport>().unwrap().clone();
    let (body, _, error) = read(response.into_body()).await;
    assert!(error.is_none());
    assert_eq!(report.rejected(), Some(RejectionKind::Blocked));
    assert!(
        body.contains("Ask") && !body.contains("Bye.") && !body.contains("[EMAIL]"),
        "{body}"
    );
    let mut last = body.trim_end().rsplit("\n\n");
    assert_eq!(last.next(), Some("data: [DONE]"));
    let event = last.next().unwrap().strip_prefix("data: ").unwrap();
    let event: serde_json::Value = serde_json::from_str(event).unwrap();
    assert_eq!(event["choices"][0]["finish_reason"], "error");
    assert_eq!(event["choices"][0]["delta"]["content"], "");
}

#[tokio::test]
async fn the_first_byte_and_the_first_text_are_noted_when_they_come() {
    let events = stream(&["", "Hello"]);
    let at = events.find("\n\n").unwrap() + 2;
    let frames = [events[..at].to_owned(), events[at..].to_owned()];
    for mode in [Mode::Enforce, Mode::Observe] {
        let (clock, hand) = Clock::manual();
        let pass = |millis| hand.advance(Duration::from_millis(millis));
        let report = CallReport::new(RequestId::random());
        report.start_timing(&clock, clock.now());
        let mut request = http::Request::post(CHAT).body(Default::default()).unwrap();
        request.extensions_mut().insert(report.clone());
        let layer = RedactOutputLayer::new().mode(mode);
        let reply = reply("text/event-stream", Frames::data(frames.clone()));
        let mut body = support::send(&layer, request, reply).await.into_body();
        pass(10);
        http_body_util::BodyExt::frame(&mut body)
            .await
            .unwrap()
            .unwrap();
        pass(20);
        assert_eq!(report.time_to_first_text(), None);
        read(body).await;
        pass(40);
        let millis = |time: Option<Duration>| time.map(|time| time.as_millis());
        assert_eq!(millis(report.time_to_first_byte()), Some(10), "{mode:?}");
        assert_eq!(millis(report.time_to_first_text()), Some(30), "{mode:?}");
    }
}

#[tokio::test]
async fn what_holding_back_costs_is_told_by_rule_and_values_are_told_apart() {
    let deltas = [
        "Ask ja",
        "ne@example.com, or jane@example",
        ".com, or Bon",
        "jour@example.com.",
    ];
    let events = stream(&deltas);
    let events = events.split_inclusive("\n\n").map(str::to_owned);
    let frames: Vec<_> = events.collect();
    for mode in [Mode::Enforce, Mode::Observe] {
        let (clock, hand) = Clock::manual();
        let report = CallReport::new(RequestId::random());
        report.start_timing(&clock, clock.now());
        let mut request = http::Request::post(CHAT).body(Default::default()).unwrap();
        request.extensions_mut().insert(report.clone());
        let layer = RedactOutputLayer::new().mode(mode);
        let reply = reply("text/event-stream", Frames::data(frames.clone()));
        let mut body = support::send(&layer, request, reply).await.into_body();
        while let Some(frame) = http_body_util::BodyExt::frame(&mut body).await {
            frame.unwrap();
            hand.advance(Duration::from_secs(1));
        }
        let findings = report.findings();
        let values: Vec<_> = findings
            .iter()
            .map(|finding| finding.value.unwrap())
            .collect();
        let [one, again, other] = values[..] else {
            panic!("{findings:?}")
        };
        assert!(one == again && one != other, "{mode:?}");
        let held = report.held();
        match mode {
            Mode::Enforce => {
                let of_email = &held[0];
                assert_eq!(of_email.rule.as_deref(), Some("EMAIL_ADDRESS"));
                // `ja`, `jane@example`, `Bon` and, until it is known that nothing follows,
                // `Bonjour@example.com.`, for a second each.
                assert_eq!(of_email.byte_seconds, 37.0, "{held:?}");
            }
            _ => assert!(
                held.is_empty(),
                "what looks on holds nothing back: {held:?}"
            ),
        }
    }
}
