//! The rows of the Mistral AI API.
//!
//! From the models of the official Python SDK 3.7.0, the published specification of 2026-08-21 and
//! recordings of the real wire. `finish_reason` closes the channels of its choice.

mod conversations;
mod inputs;

use http::Method;

use super::{Endpoint, TextKind as K, endpoint::EndpointBuilder};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let chat = Endpoint::builder(Method::POST, "/v1/chat/completions").completion("chat");
    let fim = Endpoint::builder(Method::POST, "/v1/fim/completions").completion("text_completion");
    let agents =
        Endpoint::builder(Method::POST, "/v1/agents/completions").completion("invoke_agent");
    let fim = fim.request("prompt", K::Code).request("suffix", K::Code);
    let completions = [messages(chat), fim, messages(agents)];
    let completions = completions.map(|endpoint| completion(options(endpoint)));
    // What a browser asks in front of a call: no row, so what it says all the same is generic.
    let preflight = Endpoint::builder(Method::OPTIONS, "**").named("options");
    completions
        .into_iter()
        .chain(inputs::endpoints())
        .chain(conversations::endpoints())
        .chain([preflight])
        .map(|endpoint| {
            endpoint
                .build()
                .expect("tests build every row of the table")
        })
        .collect()
}

/// `messages` and `tools` of a chat request.
fn messages(e: EndpointBuilder) -> EndpointBuilder {
    let mut e = turns(tools(e), "messages[role]")
        .request_by_role("messages[role].reasoning_content")
        .request(
            "messages[role].tool_calls[index].function.arguments",
            K::ToolArguments,
        )
        .request(
            "messages[role].tool_calls[index].function.arguments.**",
            K::ToolArguments,
        )
        .request("prediction.content", K::Prediction)
        .request("prediction.type", K::Meta);
    for key in [
        "role",
        "tool_call_id",
        "tool_calls[index].id",
        "tool_calls[index].type",
    ] {
        e = e.request(&format!("messages[role].{key}"), K::Meta);
    }
    e.request("messages[role].tool_calls[index].function.name", K::Meta)
}

/// The content of turns: a string, a part or a list of parts.
fn turns(mut e: EndpointBuilder, at: &str) -> EndpointBuilder {
    for key in [
        "content",
        "content[].text",
        "content[]",
        "content[].content",
        "content[].content.text",
        "content[].resource.content",
        "content[].resource.content.text",
        "content[].resource.text",
        "content.text",
        "content[].thinking[].text",
    ] {
        e = e.request_by_role(&format!("{at}.{key}"));
    }
    for key in FILE_NAMES {
        e = e.request(&format!("{at}.content[].{key}"), K::FileName);
    }
    for (key, kind) in PART {
        e = e.request(&format!("{at}.content[].{key}"), *kind);
    }
    e.request_parts(&format!("{at}.content"), PART_TYPES)
}

/// `tools` of a request.
fn tools(e: EndpointBuilder) -> EndpointBuilder {
    e.request("tools[].function.description", K::ToolDefinition)
        .request("tools[].function.parameters.**", K::ToolDefinition)
        .request("tools[].function.name", K::Meta)
        .request("tools[].type", K::Meta)
}

/// Where parts of a content list, and documents, name files.
const FILE_NAMES: &[&str] = &["document_name", "file_name", "filename"];

/// The types of the parts of a content list.
const PART_TYPES: &[&str] = &[
    "text",
    "thinking",
    "reference",
    "tool_reference",
    "tool_file",
    "image_url",
    "document_url",
    "file",
    "input_audio",
    "resource",
    "resource_link",
];

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
    e.request("metadata.**", K::Metadata)
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
    for at in ["choices[index].message", "choices[index].messages[n]"] {
        e = message(e, at, EndpointBuilder::reply);
        e = e.reply_parts(&format!("{at}.content"), PART_TYPES);
    }
    for at in ["choices[index].delta", "choices[index].messages[n]"] {
        e = message(e, at, EndpointBuilder::event);
        e = e.event_parts(&format!("{at}.content"), PART_TYPES);
    }
    e
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
