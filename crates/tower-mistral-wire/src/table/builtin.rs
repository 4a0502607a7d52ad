//! The rows of the Mistral AI API.
//!
//! From the models of the official Python SDK 3.7.0, the published specification of 2026-08-21 and
//! recordings of the real wire. `finish_reason` closes the channels of its choice.

use http::Method;

use super::{Endpoint, TextKind as K, endpoint::EndpointBuilder};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let chat = Endpoint::builder(Method::POST, "/v1/chat/completions").completion("chat");
    let fim = Endpoint::builder(Method::POST, "/v1/fim/completions").completion("text_completion");
    let agents =
        Endpoint::builder(Method::POST, "/v1/agents/completions").completion("invoke_agent");
    let fim = fim.request("prompt", K::Code).request("suffix", K::Code);
    [messages(chat), fim, messages(agents)]
        .into_iter()
        .map(|endpoint| {
            completion(options(endpoint))
                .build()
                .expect("tests build every row of the table")
        })
        .collect()
}

/// `messages` and `tools` of a chat request.
fn messages(e: EndpointBuilder) -> EndpointBuilder {
    let mut e = e
        .request_by_role("messages[role].content")
        .request_by_role("messages[role].content[].text")
        .request_by_role("messages[role].content[]")
        .request_by_role("messages[role].content[].content")
        .request_by_role("messages[role].content[].content.text")
        .request_by_role("messages[role].content[].resource.content")
        .request_by_role("messages[role].content[].resource.content.text")
        .request_by_role("messages[role].content[].resource.text")
        .request_by_role("messages[role].content.text")
        .request_by_role("messages[role].content[].thinking[].text")
        .request_by_role("messages[role].reasoning_content")
        .request(
            "messages[role].tool_calls[index].function.arguments",
            K::ToolArguments,
        )
        .request(
            "messages[role].tool_calls[index].function.arguments.**",
            K::ToolArguments,
        )
        .request("tools[].function.description", K::ToolDefinition)
        .request("tools[].function.parameters.**", K::ToolDefinition)
        .request("tools[].function.name", K::Meta)
        .request("tools[].type", K::Meta)
        .request("prediction.content", K::Assistant)
        .request("prediction.type", K::Meta);
    for key in [
        "role",
        "tool_call_id",
        "tool_calls[index].id",
        "tool_calls[index].type",
    ] {
        e = e.request(&format!("messages[role].{key}"), K::Meta);
    }
    e = e.request("messages[role].tool_calls[index].function.name", K::Meta);
    for (key, kind) in PART {
        e = e.request(&format!("messages[role].content[].{key}"), *kind);
    }
    e
}

/// What is no text in a part of a content list, and what is a URL or encoded media.
const PART: &[(&str, K)] = &[
    ("type", K::Meta),
    ("thinking[].type", K::Meta),
    ("file_id", K::Meta),
    ("signature", K::Signature),
    ("reference_ids[]", K::Meta),
    ("image_url", K::Media),
    ("image_url.url", K::Media),
    ("image_url.detail", K::Meta),
    ("document_url", K::Media),
    ("input_audio", K::Media),
];

/// Parameters that are enumerations or identifiers. Other strings stay generic.
fn options(mut e: EndpointBuilder) -> EndpointBuilder {
    let keys = [
        "agent_id",
        "tool_choice",
        "tool_choice.type",
        "response_format.type",
        "prompt_mode",
        "reasoning_effort",
        "service_tier",
        "prompt_cache_key",
    ];
    for key in keys {
        e = e.request(key, K::Meta);
    }
    e
}

/// A completion and its chunks.
fn completion(mut e: EndpointBuilder) -> EndpointBuilder {
    for (key, kind) in [("id", K::Meta), ("object", K::Meta), ("usage", K::Usage)] {
        e = e.reply(key, kind).event(key, kind);
    }
    e = e.event("p", K::Padding);
    for (key, kind) in [
        ("finish_reason", K::FinishReason),
        ("logprobs", K::Logprobs),
    ] {
        let row = format!("choices[index].{key}");
        e = e.reply(&row, kind).event(&row, kind);
    }
    e = message(e, "choices[index].message", EndpointBuilder::reply);
    e = message(e, "choices[index].messages[n]", EndpointBuilder::reply);
    e = message(e, "choices[index].messages[n]", EndpointBuilder::event);
    message(e, "choices[index].delta", EndpointBuilder::event)
}

type AddRow = fn(EndpointBuilder, &str, K) -> EndpointBuilder;

/// An answer's message, whole or as a delta.
fn message(mut e: EndpointBuilder, at: &str, add: AddRow) -> EndpointBuilder {
    let rows = [
        ("role", K::Meta),
        ("tool_call_id", K::Meta),
        ("content", K::Content),
        ("content[].text", K::Content),
        ("content[].thinking[].text", K::Thinking),
        ("reasoning_content", K::Thinking),
        ("tool_calls[index].id", K::Meta),
        ("tool_calls[index].type", K::Meta),
        ("tool_calls[index].function.name", K::ToolName),
        ("tool_calls[index].function.arguments", K::ToolArguments),
        ("tool_calls[index].function.arguments.**", K::ToolArguments),
    ];
    for (key, kind) in rows {
        e = add(e, &format!("{at}.{key}"), kind);
    }
    for (key, kind) in PART {
        e = add(e, &format!("{at}.content[].{key}"), *kind);
    }
    e
}
