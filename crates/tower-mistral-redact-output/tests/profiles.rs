//! What is enforced where, by what replies are for.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod support;

use support::{CHAT, Frames, call, read, reply};
use tower_mistral_redact_output::{
    Mode, Profile, RedactOutputLayer,
    redactor::Redactor,
    wire::{ext::CallReport, table::TextKind},
};

const CONTENT: &str = "Ask jane@example.com. <script>x</script>\n```\n<script>y</script>\n```\n\
    ![a](https://e.example/a.png) password=hunter2";
const ARGUMENTS: &str = r#"{"to":"jane@example.com","body":"<script>x</script>","note":"password=hunter2","link":"[a](https://e.example/?note=secret+words+go+here)"}"#;

/// The content and the arguments of a reply, and how many findings of `EMAIL_ADDRESS` are enforced.
async fn redacted(layer: &RedactOutputLayer) -> (String, serde_json::Value, Vec<bool>) {
    let message = serde_json::json!({
        "content": CONTENT,
        "tool_calls": [{"function": {"name": "send", "arguments": ARGUMENTS}}],
    });
    let body = serde_json::json!({"choices": [{"index": 0, "message": message}]}).to_string();
    let response = call(layer, CHAT, reply("application/json", Frames::data([body]))).await;
    let report = response.extensions().get::<CallReport>().unwrap().clone();
    let body: serde_json::Value =
        serde_json::from_str(&read(response.into_body()).await.0).unwrap();
    let message = &body["choices"][0]["message"];
    let arguments = message["tool_calls"][0]["function"]["arguments"]
        .as_str()
        .unwrap();
    let emails = report
        .findings()
        .into_iter()
        .filter(|finding| finding.rule == "EMAIL_ADDRESS");
    (
        message["content"].as_str().unwrap().to_owned(),
        serde_json::from_str(arguments).unwrap(),
        emails.map(|finding| finding.enforced).collect(),
    )
}

#[tokio::test]
async fn a_profile_says_what_is_enforced_where() {
    let active = "[SCRIPT]\n```\n[SCRIPT]\n```\n![a](https://e.example/a.png)";
    let code = "[SCRIPT]\n```\n<script>y</script>\n```\n![a](https://e.example/a.png)";
    let image = "[SCRIPT]\n```\n[SCRIPT]\n```\n![a]([IMAGE])";
    for (profile, content, breaks_calls) in [
        (Profile::Chat, active, true),
        (Profile::Rag, image, false),
        (Profile::Agent, active, false),
        (Profile::Code, code, false),
    ] {
        let rules = profile.rules(Redactor::builder()).build().unwrap();
        let layer = RedactOutputLayer::new().redactor(rules).profile(profile);
        let (shown, arguments, emails) = redacted(&layer).await;
        assert_eq!(
            shown,
            format!("Ask [EMAIL]. {content} password=[SECRET]"),
            "{profile:?}"
        );
        let (to, body) = if breaks_calls {
            ("[EMAIL]", "[SCRIPT]")
        } else {
            ("jane@example.com", "<script>x</script>")
        };
        let expected = serde_json::json!({
            "to": to, "body": body, "note": "password=[SECRET]", "link": "[a]([LINK])",
        });
        assert_eq!(arguments, expected, "{profile:?}");
        assert_eq!(emails, [true, breaks_calls], "{profile:?}");
    }
}

/// A profile adds nothing to what modes allow.
#[tokio::test]
async fn modes_take_away_from_a_profile() {
    let layer = RedactOutputLayer::new().profile(Profile::Agent);
    layer.modes().set_rule("SECRET", Mode::Off);
    layer.modes().set_kind(TextKind::Content, Mode::Observe);
    let (shown, arguments, _) = redacted(&layer).await;
    assert_eq!(shown, CONTENT);
    assert_eq!(arguments["note"], "password=hunter2");
    assert_eq!(arguments["link"], "[a]([LINK])");
}
