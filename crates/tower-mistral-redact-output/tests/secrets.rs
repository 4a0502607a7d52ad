//! Live keys in replies.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod support;

use support::{CHAT, Frames, call, read, reply};
use tower_mistral_redact_output::{
    Mode, RedactOutputLayer,
    redactor::{Entity, Redactor},
    wire::ext::{CallReport, Secrets},
};

const KEY: &str = "aB3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z";

fn secrets(keys: &[&str]) -> Secrets {
    let secrets = Secrets::new();
    secrets.replace(keys.iter().map(|key| (*key).into()));
    secrets
}

fn content(text: &str) -> String {
    serde_json::json!({"choices": [{"index": 0, "message": {"content": text}}]}).to_string()
}

/// In JSON and in a stream, token by token; keys of the layer and those of a rotation below it.
#[tokio::test]
async fn no_reply_shows_a_live_key() {
    let rotated = secrets(&["another-key-that-is-live", KEY, "short"]);
    let reversed: String = KEY.chars().rev().collect();
    let own = RedactOutputLayer::new().secrets(secrets(&["a-key-of-the-callers-own"]));
    let cases = [
        (RedactOutputLayer::new(), KEY, "It is [REDACTED]"),
        (RedactOutputLayer::new(), &reversed, "It is [REDACTED]"),
        (
            RedactOutputLayer::new(),
            "a-key-of-the-callers-own",
            "It is a-key-of-the-callers-own.",
        ),
        (own.clone(), "a-key-of-the-callers-own", "It is [REDACTED]"),
        (
            own.clone().mode(Mode::Observe),
            KEY,
            &format!("It is {KEY}."),
        ),
    ];
    for (layer, key, expected) in cases {
        let mut json = reply(
            "application/json",
            Frames::data([content(&format!("It is {key}."))]),
        );
        json.extensions_mut().insert(rotated.clone());
        let response = call(&layer, CHAT, json).await;
        let report = response.extensions().get::<CallReport>().unwrap().clone();
        let body: serde_json::Value =
            serde_json::from_str(&read(response.into_body()).await.0).unwrap();
        assert_eq!(body["choices"][0]["message"]["content"], expected);
        let is_found = report
            .findings()
            .iter()
            .any(|finding| finding.rule == "TRIPWIRE");
        assert_eq!(is_found, expected != "It is a-key-of-the-callers-own.");

        let text = format!("It is {key}.");
        let deltas = text.as_bytes().chunks(3).map(|delta| {
            let delta = std::str::from_utf8(delta).unwrap();
            let event = serde_json::json!({"choices": [{"index": 0, "delta": {"content": delta}}]});
            format!("data: {event}\n\n")
        });
        let events = deltas.chain(["data: [DONE]\n\n".to_owned()]);
        let mut stream = reply("text/event-stream", Frames::data(events));
        stream.extensions_mut().insert(rotated.clone());
        let body = read(call(&layer, CHAT, stream).await.into_body()).await.0;
        let events = body.lines().filter_map(|line| line.strip_prefix("data: {"));
        let shown: String = events
            .map(|event| serde_json::from_str::<serde_json::Value>(&format!("{{{event}")).unwrap())
            .filter_map(|event| Some(event["choices"][0]["delta"]["content"].as_str()?.to_owned()))
            .collect();
        assert_eq!(shown, expected);
    }
}

#[tokio::test]
async fn keys_are_those_of_the_time_of_the_reply() {
    let secrets = secrets(&[KEY]);
    let layer = RedactOutputLayer::new().secrets(secrets.clone());
    let reply = || reply("application/json", Frames::data([content(KEY)]));
    let body = read(call(&layer, CHAT, reply()).await.into_body()).await.0;
    assert!(body.contains("[REDACTED]") && !body.contains(KEY));
    secrets.replace([]);
    let body = read(call(&layer, CHAT, reply()).await.into_body()).await.0;
    assert!(body.contains(KEY));
    let redactor = Redactor::builder()
        .without(Entity::TRIPWIRE)
        .build()
        .unwrap();
    secrets.replace([KEY.into()]);
    let body = read(
        call(&layer.redactor(redactor), CHAT, reply())
            .await
            .into_body(),
    )
    .await
    .0;
    assert!(body.contains(KEY));
}
