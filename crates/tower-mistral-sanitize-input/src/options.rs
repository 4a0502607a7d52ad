//! The API's own protection, set on the request.

use std::{borrow::Cow, fmt, sync::Arc};

use tower_mistral_wire::{
    json::{Splice, Tape},
    table::Endpoint,
};

/// The API refuses a body with a key that it does not know, so each is set where it is known.
const SAFE_PROMPT: &[&str] = &["/v1/chat/completions"];
const GUARDRAILS: &[&str] = &[
    "/v1/chat/completions",
    "/v1/agents/completions",
    "/v1/conversations",
    "/v1/conversations/{conversation_id}/restart",
];

/// The API's `guardrails`: a list of objects, as the request has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guardrails(Arc<str>);

impl Guardrails {
    /// Reads the JSON of the list, for instance
    /// `[{"block_on_error":true,"moderation_llm_v2":{"action":"block"}}]`.
    ///
    /// # Errors
    ///
    /// It is no JSON, or no list of objects.
    pub fn from_json(json: &str) -> Result<Self, GuardrailsError> {
        let list: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_str(json).map_err(|_| GuardrailsError)?;
        let json = serde_json::to_string(&list).map_err(|_| GuardrailsError)?;
        Ok(Self(json.into()))
    }
}

/// A text is no list of guardrails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuardrailsError;

impl fmt::Display for GuardrailsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("guardrails are a JSON list of objects")
    }
}

impl std::error::Error for GuardrailsError {}

/// Sets what is to be set, whatever the caller says; true if the request did not say so already.
pub(crate) fn set<'a>(
    splice: &mut Splice<'a>,
    inserts: &mut Vec<String>,
    endpoint: &Endpoint,
    tape: &'a Tape,
    (safe_prompt, guardrails): (bool, Option<&'a Guardrails>),
) -> bool {
    let mut is_new = false;
    let mut put = |key: &str, value: &'a str| match tape.root().get(key) {
        Some(old) if old.raw() == value.as_bytes() => {}
        Some(old) => {
            splice.replace_value(old, value);
            is_new = true;
        }
        None => {
            inserts.push(format!(r#""{key}":{value}"#));
            is_new = true;
        }
    };
    let name = endpoint.name();
    if safe_prompt && SAFE_PROMPT.contains(&name) {
        put("safe_prompt", "true");
    }
    if let Some(Guardrails(json)) = guardrails.filter(|_| GUARDRAILS.contains(&name)) {
        put("guardrails", json);
    }
    is_new
}

/// Puts new entries in front of those that an object has.
pub(crate) fn insert<'a>(splice: &mut Splice<'a>, tape: &'a Tape, inserts: &[String]) {
    let root = tape.root();
    if inserts.is_empty() || root.kind() != tower_mistral_wire::json::Kind::Object {
        return;
    }
    let comma = match root.entries().next() {
        Some(_) => ",",
        None => "",
    };
    let at = root.span().start + 1;
    let entries = format!("{}{comma}", inserts.join(","));
    splice.replace(at..at, Cow::Owned(entries));
}
