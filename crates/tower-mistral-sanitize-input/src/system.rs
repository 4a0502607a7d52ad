//! System messages: whose they may be, and one of our own in front.
//!
//! The API does not echo messages, but it does echo the `instructions` of `/v1/responses`, and with
//! `prompt_logprobs` the whole prompt. So there the message goes into the input, and that option is
//! taken back.

use std::borrow::Cow;

use serde_json::json;
use tower_mistral_wire::{
    json::{Kind, Splice, Tape, Value, text},
    table::Endpoint,
};

/// Puts `message` in front of all others; true if the request did not have it there already.
pub(crate) fn put_in_front<'a>(
    splice: &mut Splice<'a>,
    inserts: &mut Vec<String>,
    endpoint: &Endpoint,
    tape: &'a Tape,
    message: &str,
) -> bool {
    let root = tape.root();
    let turn = || json!({"role": "system", "content": message}).to_string();
    match endpoint.name() {
        "/v1/conversations" if !is_there(root.get("agent_id")) => {
            into_text(splice, inserts, root.get("instructions"), message)
        }
        "/v1/responses" => match root.get("input") {
            Some(input) if input.kind() == Kind::String => {
                let span = input.span();
                let open = format!(r#"[{},{{"role":"user","content":"#, turn());
                splice.replace(span.start - 1..span.start - 1, open.into());
                splice.replace(span.end + 1..span.end + 1, Cow::Borrowed("}]"));
                true
            }
            Some(input) => into_list(splice, input, &turn(), message),
            None => false,
        },
        _ if endpoint.is_completion() => {
            let messages = root.get("messages");
            let is_new =
                messages.is_some_and(|messages| into_list(splice, messages, &turn(), message));
            for key in ["prompt_logprobs", "top_prompt_logprobs"] {
                if let Some(value) = root.get(key).filter(|value| is_there(Some(*value))) {
                    splice.replace_value(value, "null");
                }
            }
            is_new
        }
        _ => false,
    }
}

fn into_list<'a>(splice: &mut Splice<'a>, list: Value<'a>, turn: &str, message: &str) -> bool {
    if list.kind() != Kind::Array {
        return false;
    }
    let first = list.elements().next();
    let is_ours = |first: Value<'_>| {
        let says = |key: &str, text: &str| {
            let value = first.get(key).and_then(Value::as_str);
            value.is_some_and(|value| value == text)
        };
        says("role", "system") && says("content", message)
    };
    if first.is_some_and(is_ours) {
        return false;
    }
    let comma = if first.is_some() { "," } else { "" };
    let at = list.span().start + 1;
    splice.replace(at..at, format!("{turn}{comma}").into());
    true
}

fn into_text<'a>(
    splice: &mut Splice<'a>,
    inserts: &mut Vec<String>,
    there: Option<Value<'a>>,
    message: &str,
) -> bool {
    let Some(value) = there else {
        inserts.push(format!(r#""instructions":{}"#, json!(message)));
        return true;
    };
    let Some(own) = value.as_str() else {
        splice.replace(value.span(), json!(message).to_string().into());
        return true;
    };
    if own.starts_with(message) {
        return false;
    }
    let mut spelled = Vec::new();
    text::encode(message, &mut spelled);
    if !own.is_empty() {
        text::encode("\n\n", &mut spelled);
    }
    let start = value.span().start;
    splice.replace_raw(start..start, spelled);
    true
}

fn is_there(value: Option<Value<'_>>) -> bool {
    value.is_some_and(|value| !value.is_null())
}
