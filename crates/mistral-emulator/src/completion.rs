//! The answer of the completion endpoints without a stream.

use crate::choice::{Choice, ToolCall};
use crate::ids::CallIds;
use crate::json::Json;

/// What the choices and the events of one completion share.
pub(crate) struct Meta {
    pub(crate) id: String,
    pub(crate) created: u64,
    pub(crate) model: String,
    pub(crate) usage: Usage,
}

#[derive(Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) prompt: usize,
    pub(crate) completion: usize,
}

impl Usage {
    pub(crate) fn total(self) -> usize {
        self.prompt + self.completion
    }

    pub(crate) fn json(self) -> Json {
        Json::object([
            ("prompt_tokens", self.prompt.into()),
            ("total_tokens", self.total().into()),
            ("completion_tokens", self.completion.into()),
            (
                "prompt_tokens_details",
                Json::object([("cached_tokens", 0_u64.into())]),
            ),
            ("service_tier", "standard".into()),
        ])
    }

    /// The form of the embedding and moderation endpoints, their spelling included.
    pub(crate) fn input_only(self, request_count: Json) -> Json {
        Json::object([
            ("prompt_audio_seconds", Json::Null),
            ("prompt_tokens", self.prompt.into()),
            ("total_tokens", self.prompt.into()),
            ("completion_tokens", 0_u64.into()),
            ("request_count", request_count),
            ("prompt_token_details", Json::Null),
        ])
    }
}

/// The completion object. Its key order is not that of a stream's events.
pub(crate) fn body(meta: &Meta, choices: &[Choice], logprobs: bool, ids: &mut CallIds) -> Json {
    let choices = choices
        .iter()
        .enumerate()
        .map(|(index, c)| choice(index, c, logprobs, ids));
    let choices = Json::array(choices);
    Json::object([
        ("id", meta.id.as_str().into()),
        ("created", meta.created.into()),
        ("model", meta.model.as_str().into()),
        ("usage", meta.usage.json()),
        ("object", "chat.completion".into()),
        ("choices", choices),
    ])
}

fn choice(index: usize, choice: &Choice, with_logprobs: bool, ids: &mut CallIds) -> Json {
    let tool_calls = if choice.tool_calls.is_empty() {
        Json::Null
    } else {
        Json::array(
            choice
                .tool_calls
                .iter()
                .enumerate()
                .map(|(i, call)| tool_call(i, call, ids)),
        )
    };
    let mut json = Json::object([
        ("index", index.into()),
        ("finish_reason", choice.finish_reason().into()),
        (
            "message",
            Json::object([
                ("role", "assistant".into()),
                ("tool_calls", tool_calls),
                ("content", content(choice, ids)),
            ]),
        ),
    ]);
    if with_logprobs {
        json.push("logprobs", logprobs(&choice.text));
    }
    json
}

fn content(choice: &Choice, ids: &mut CallIds) -> Json {
    let text = choice.text.concat();
    if choice.thinking.is_empty() {
        return text.into();
    }
    let trace = text_chunk(choice.thinking.concat());
    let thinking = Json::object([
        ("type", "thinking".into()),
        ("thinking", Json::array([trace])),
        ("signature", ids.alnum(24).into()),
        ("closed", true.into()),
    ]);
    Json::array([thinking, text_chunk(text)])
}

fn tool_call(index: usize, call: &ToolCall, ids: &mut CallIds) -> Json {
    let function = Json::object([
        ("name", call.name.as_str().into()),
        ("arguments", call.arguments.concat().into()),
    ]);
    Json::object([
        ("id", ids.alnum(9).into()),
        ("function", function),
        ("index", index.into()),
    ])
}

/// The whole text once more, token by token.
fn logprobs(tokens: &[String]) -> Json {
    let entry = |(at, token): (usize, &String)| {
        let bytes = || Json::array(token.bytes().map(|byte| u64::from(byte).into()));
        let members = || {
            [
                ("token", token.as_str().into()),
                ("logprob", Json::float(-0.01)),
                ("bytes", bytes()),
                ("token_id", (1000 + at).into()),
            ]
        };
        let mut json = Json::object(members());
        json.push("top_logprobs", Json::array([Json::object(members())]));
        json
    };
    Json::object([("content", Json::array(tokens.iter().enumerate().map(entry)))])
}

pub(crate) fn text_chunk(text: String) -> Json {
    Json::object([("type", "text".into()), ("text", text.into())])
}
