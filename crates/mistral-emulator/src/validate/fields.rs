//! The top-level fields of each endpoint. There are no others: the API refuses what it does not
//! know, `stream_options` included.

use super::issue::{Issue, Place};
use super::rule::Rule;
use crate::json::Json;
use crate::routes::Route;

pub(super) fn check(route: &Route, request: &Json) -> Vec<Issue> {
    let (required, optional) = of(route);
    let optional = || optional.into_iter().flatten();
    let known = || required.iter().chain(optional());
    let body = Place::body();
    let mut issues = Vec::new();
    for (name, rule) in required {
        match request.get(name) {
            Some(value) => rule.check(&body.at(*name), value, &mut issues),
            None => issues.push(Issue::missing(body.at(*name), request.clone())),
        }
    }
    for (name, rule) in optional() {
        match request.get(name) {
            None => {}
            Some(Json::Null) if rule.nullable() => {}
            Some(value) => rule.check(&body.at(*name), value, &mut issues),
        }
    }
    for (name, value) in request.members().unwrap_or_default() {
        if !known().any(|(known, _)| known == name) {
            issues.push(Issue::extra(body.at(name.as_str()), value.clone()));
        }
    }
    issues
}

type Field = (&'static str, Rule);

/// The required fields, then the optional ones in two parts.
fn of(route: &Route) -> (&'static [Field], [&'static [Field]; 2]) {
    match route {
        Route::Chat => (CHAT_REQUIRED, [CHAT_ONLY, CONVERSE]),
        Route::Agents => (AGENTS_REQUIRED, [&[], CONVERSE]),
        Route::Fim => (FIM_REQUIRED, [&[], FIM]),
        Route::Embeddings => (INPUT_REQUIRED, [&[], EMBEDDINGS]),
        Route::Moderations => (INPUT_REQUIRED, [&[], MODERATIONS]),
        Route::ChatModerations => (CHAT_MODERATIONS_REQUIRED, [&[], &[]]),
        Route::ModelList | Route::Model(_) | Route::None => (&[], [&[], &[]]),
    }
}

const TEMPERATURE: Rule = Rule::Number {
    above: None,
    least: 0.0,
    most: 1.5,
};
const TOP_P: Rule = Rule::Number {
    above: Some(0.0),
    least: 0.0,
    most: 1.0,
};
const PENALTY: Rule = Rule::Number {
    above: None,
    least: -2.0,
    most: 2.0,
};
const REPETITION: Rule = Rule::Number {
    above: Some(0.0),
    least: 0.0,
    most: f64::MAX,
};
const EFFORTS: Rule = Rule::OneOf(&["none", "minimal", "low", "medium", "high", "xhigh", "max"]);

const CHAT_REQUIRED: &[Field] = &[("model", Rule::Text), ("messages", Rule::Messages)];
const CHAT_ONLY: &[Field] = &[
    ("temperature", TEMPERATURE),
    ("top_p", TOP_P),
    ("safe_prompt", Rule::Flag),
];
/// What the chat and agents endpoints share.
const CONVERSE: &[Field] = &[
    ("max_tokens", Rule::Integer(0)),
    ("stream", Rule::StreamFlag),
    ("stop", Rule::TextOrTexts),
    ("random_seed", Rule::Integer(0)),
    ("metadata", Rule::Object),
    ("response_format", Rule::Object),
    ("tools", Rule::List),
    ("tool_choice", Rule::Anything),
    ("presence_penalty", PENALTY),
    ("frequency_penalty", PENALTY),
    ("min_tokens", Rule::Integer(0)),
    ("repetition_penalty", REPETITION),
    ("top_k", Rule::Integer(0)),
    ("logprobs", Rule::Flag),
    ("top_logprobs", Rule::Integer(0)),
    ("prompt_logprobs", Rule::Flag),
    ("top_prompt_logprobs", Rule::Integer(0)),
    ("n", Rule::Integer(1)),
    ("prediction", Rule::Object),
    ("parallel_tool_calls", Rule::Flag),
    ("reasoning_effort", EFFORTS),
    ("prompt_mode", Rule::OneOf(&["reasoning"])),
    ("guardrails", Rule::List),
    ("prompt_cache_key", Rule::Text),
    ("service_tier", Rule::OneOf(&["auto", "standard_only"])),
];

const AGENTS_REQUIRED: &[Field] = &[("agent_id", Rule::Text), ("messages", Rule::Messages)];

const FIM_REQUIRED: &[Field] = &[("model", Rule::Text), ("prompt", Rule::Text)];
const FIM: &[Field] = &[
    ("temperature", TEMPERATURE),
    ("top_p", TOP_P),
    ("max_tokens", Rule::Integer(0)),
    ("stream", Rule::StreamFlag),
    ("stop", Rule::TextOrTexts),
    ("random_seed", Rule::Integer(0)),
    ("metadata", Rule::Object),
    ("suffix", Rule::Text),
    ("min_tokens", Rule::Integer(0)),
    ("prompt_cache_key", Rule::Text),
];

const INPUT_REQUIRED: &[Field] = &[("model", Rule::Text), ("input", Rule::TextOrTexts)];
const EMBEDDINGS: &[Field] = &[
    ("metadata", Rule::Object),
    ("output_dimension", Rule::Integer(1)),
    (
        "output_dtype",
        Rule::OneOf(&["float", "int8", "uint8", "binary", "ubinary"]),
    ),
    ("encoding_format", Rule::OneOf(&["float", "base64"])),
];
const MODERATIONS: &[Field] = &[("metadata", Rule::Object)];
const CHAT_MODERATIONS_REQUIRED: &[Field] =
    &[("model", Rule::Text), ("input", Rule::Conversations)];
