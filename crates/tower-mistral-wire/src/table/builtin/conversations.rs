//! Conversations that the API keeps, and responses. Their replies are generic.

use http::Method;

use super::{FILE_NAMES, K, tools, turns};
use crate::table::{Endpoint, endpoint::EndpointBuilder};

const CONVERSATIONS: &[&str] = &[
    "/v1/conversations",
    "/v1/conversations/{conversation_id}",
    "/v1/conversations/{conversation_id}/restart",
];

pub(super) fn endpoints() -> impl Iterator<Item = EndpointBuilder> {
    let conversations = CONVERSATIONS.iter().map(|path| conversation(path));
    conversations.chain([responses()])
}

fn conversation(path: &str) -> EndpointBuilder {
    let e = Endpoint::builder(Method::POST, path)
        .request("inputs", K::User)
        .request("instructions", K::System)
        .request("completion_args.prediction.content", K::Prediction)
        .request("metadata.**", K::Metadata);
    let e = turns(tools(e), "inputs[role]")
        .request("inputs[role].result", K::ToolResult)
        .request("inputs[role].info.**", K::ToolResult)
        .request("inputs[role].arguments", K::ToolArguments)
        .request("inputs[role].arguments.**", K::ToolArguments);
    let keys = [
        "role",
        "type",
        "object",
        "id",
        "tool_call_id",
        "created_at",
        "completed_at",
    ];
    keys.iter().fold(e, |e, key| {
        e.request(&format!("inputs[role].{key}"), K::Meta)
    })
}

fn responses() -> EndpointBuilder {
    let mut e = Endpoint::builder(Method::POST, "/v1/responses")
        .request("input", K::User)
        .request("instructions", K::System)
        .request("tools.**", K::ToolDefinition)
        .request("metadata.**", K::Metadata)
        .request_by_role("input[role].content")
        .request_by_role("input[role].content[]")
        .request_by_role("input[role].content[].text")
        .request_by_role("input[role].content[].refusal")
        .request("input[role].output", K::ToolResult)
        .request("input[role].output[]", K::ToolResult)
        .request("input[role].output[].text", K::ToolResult)
        .request("input[role].summary[].text", K::Thinking)
        .request("input[role].arguments", K::ToolArguments)
        .request("input[role].encrypted_content", K::Media)
        .request("input[role].content[].file_data", K::Media)
        .request("input[role].content[].image_url", K::Media)
        .request("input[role].content[].type", K::Meta)
        .request("input[role].output[].type", K::Meta);
    for key in FILE_NAMES {
        e = e.request(&format!("input[role].content[].{key}"), K::FileName);
    }
    for key in ["role", "type", "id", "call_id", "status"] {
        e = e.request(&format!("input[role].{key}"), K::Meta);
    }
    e
}
