//! What holds for every request.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use common::{CHAT, post};
use proptest::prelude::*;
use serde_json::{Value, json};
use tower_mistral_sanitize_input::{OverLimit, SanitizeInputLayer, UNTRUSTED_PREFIX, Wrap};

const WORDS: &[&str] = &[
    "override",
    "overrides",
    "you",
    "are",
    "now",
    "nowhere",
    "you are now",
    "ignore",
    "all",
    "previous",
    "instructions",
    "system",
    "prompt",
    "[FILTERED]",
    "[FILT",
    "ERED]",
    " ",
    "\n",
    "\u{200b}",
    "\u{301}",
    "é",
    "\u{1f468}\u{200d}\u{1f469}",
    "x",
    "\"",
    "\\",
    UNTRUSTED_PREFIX,
];

fn text() -> impl Strategy<Value = String> {
    let word = proptest::sample::select(WORDS);
    let blank = proptest::sample::select(&["", " "][..]);
    proptest::collection::vec((word, blank), 0..8).prop_map(|words| {
        words
            .into_iter()
            .flat_map(|(word, blank)| [word, blank])
            .collect()
    })
}

fn message() -> impl Strategy<Value = Value> {
    let part = text().prop_map(|text| json!({"type": "text", "text": text}));
    let content = prop_oneof![
        text().prop_map(Value::from),
        proptest::collection::vec(part, 0..4).prop_map(Value::from),
    ];
    let role = proptest::sample::select(&["user", "user", "system", "tool"][..]);
    (role, content).prop_map(|(role, content)| json!({"role": role, "content": content}))
}

/// A body as Python's SDK spells it, with escapes for all that is not ASCII, or as others do.
fn spelled(body: &Value, ascii: bool) -> String {
    let body = body.to_string();
    if !ascii {
        return body;
    }
    let mut units = [0; 2];
    let spell = |c: char| match c {
        ' '..='~' => c.to_string(),
        _ => c
            .encode_utf16(&mut units)
            .iter()
            .map(|unit| format!("\\u{unit:04x}"))
            .collect(),
    };
    body.chars().map(spell).collect()
}

fn texts(message: &Value) -> String {
    match &message["content"] {
        Value::Array(parts) => parts
            .iter()
            .map(|part| part["text"].as_str().unwrap())
            .collect(),
        content => content.as_str().unwrap().to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn edits_are_valid_final_and_within_limits(
        messages in proptest::collection::vec(message(), 0..4),
        ascii in any::<bool>(),
        basic in any::<bool>(),
        wrap in any::<bool>(),
        max in 0..60_usize,
    ) {
        let preset = if basic {
            SanitizeInputLayer::basic()
        } else {
            SanitizeInputLayer::recommended()
        };
        let wrap = if wrap { Wrap::Prefix } else { Wrap::None };
        let layer = preset.wrap(wrap).max_chars(max, OverLimit::Cut);
        let sent = json!({"model": "m", "messages": messages});
        let answer = post(&layer, CHAT, spelled(&sent, ascii));
        let seen = answer.json();
        for (before, after) in messages.iter().zip(seen["messages"].as_array().unwrap()) {
            if before["role"] != "user" {
                prop_assert_eq!(before, after);
                continue;
            }
            let text = texts(after);
            let text = match wrap {
                Wrap::Prefix if !text.is_empty() => text.strip_prefix(UNTRUSTED_PREFIX).unwrap(),
                _ => &text,
            };
            prop_assert!(text.chars().count() <= max);
            let shape = |message: &Value| message["content"].as_array().map(Vec::len);
            prop_assert_eq!(shape(before), shape(after), "no part is lost");
        }
        let again = post(&layer, CHAT, answer.body.clone());
        prop_assert_eq!(&again.body, &answer.body, "twice changes nothing more");
        prop_assert_eq!(again.header("x-mistral-guard"), None);
    }
}
