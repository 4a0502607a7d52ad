//! What is known of a reply: numbers, enumerations, checked identifiers.

use std::{collections::BTreeSet, fmt};

use crate::{
    json::Value,
    table::{Found, TextKind},
};

/// Facts of a reply, complete when its body has ended. `Debug` leaves names out: what stands in
/// their place may be anything.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplyFacts {
    /// The reply's own id, if it has the shape of the API's ids: 32 hexadecimal digits or a UUID,
    /// perhaps behind a prefix such as `cmpl-` or `resp_`.
    pub id: Option<Box<str>>,
    /// The model that answered, if it has the shape of a model's name.
    pub model: Option<Box<str>>,
    /// The conversation, if its id has the shape of the API's.
    pub conversation_id: Option<Box<str>>,
    /// The agent that answered, if its id has the shape of the API's.
    pub agent_id: Option<Box<str>>,
    /// Tokens of the prompt.
    pub prompt_tokens: Option<u64>,
    /// Tokens of the completion.
    pub completion_tokens: Option<u64>,
    /// Tokens of the prompt that came from a cache.
    pub cached_tokens: Option<u64>,
    /// Tokens of the completion that were spent on thinking.
    pub reasoning_tokens: Option<u64>,
    /// Why each choice ended, by its number.
    pub finish_reasons: Vec<FinishReason>,
    /// How many choices.
    pub choices: u64,
    /// How many tool calls.
    pub tool_calls: u64,
    /// How many events with data, for a stream.
    pub events: u64,
    /// Characters (Unicode scalars) that the model wrote, as the layer that read them passed
    /// them on: content, thinking and tool arguments.
    pub output_chars: u64,
    /// The reply, or a part of it, was not read: see the layer's policy.
    pub uninspected: bool,
    /// Which calls were counted: a stream may send one in several pieces.
    calls: BTreeSet<(u32, u64)>,
}

/// Why a choice ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FinishReason {
    /// The model was done.
    Stop,
    /// The caller's limit of tokens.
    Length,
    /// The model's limit of tokens.
    ModelLength,
    /// An error.
    Error,
    /// The model calls tools.
    ToolCalls,
    /// A reason that the API has added since.
    Other,
}

impl FinishReason {
    /// Its name on the wire; `other` for one that is not known.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ModelLength => "model_length",
            Self::Error => "error",
            Self::ToolCalls => "tool_calls",
            Self::Other => "other",
        }
    }

    fn read(name: &str) -> Self {
        match name {
            "stop" => Self::Stop,
            "length" => Self::Length,
            "model_length" => Self::ModelLength,
            "error" => Self::Error,
            "tool_calls" => Self::ToolCalls,
            _ => Self::Other,
        }
    }
}

impl ReplyFacts {
    /// The most choices of which a reason is kept.
    const MAX_REASONS: usize = 64;
    /// The most tool calls that are counted.
    const MAX_CALLS: usize = 256;
    /// The events of a stream in which ids are looked for.
    const ID_EVENTS: u64 = 4;

    /// Adds what a walk has found, but for characters: these count when they are passed on.
    pub fn note(&mut self, found: &Found<'_>) {
        match found {
            Found::Element { outer, .. } => {
                self.choices = self.choices.max(u64::from(*outer).saturating_add(1));
            }
            Found::Inner { outer, inner } => self.note_call((*outer, *inner)),
            Found::Root(root) if self.events <= Self::ID_EVENTS => self.note_ids(*root),
            Found::Model(value) if self.model.is_none() => self.model = name(*value),
            Found::Usage(value) => self.note_usage(*value),
            Found::Finish { reason, .. } if self.finish_reasons.len() < Self::MAX_REASONS => {
                let reason = reason.as_str().unwrap_or_default();
                self.finish_reasons.push(FinishReason::read(&reason));
            }
            _ => {}
        }
    }

    fn note_ids(&mut self, root: Value<'_>) {
        let id = |slot: &mut Option<_>, value: Option<Value<'_>>| {
            if slot.is_none() {
                *slot = value.and_then(object_id);
            }
        };
        let answer = || root.get("outputs")?.elements().next()?.get("agent_id");
        id(&mut self.id, root.get("id"));
        id(&mut self.conversation_id, root.get("conversation_id"));
        id(&mut self.agent_id, root.get("agent_id").or_else(answer));
    }

    fn note_usage(&mut self, usage: Value<'_>) {
        let number = |key| usage.get(key).and_then(Value::as_u64);
        let detail = |of, key| usage.get(of)?.get(key)?.as_u64();
        let prompt = number("prompt_tokens").or_else(|| number("input_tokens"));
        let completion = number("completion_tokens").or_else(|| number("output_tokens"));
        // The API spells the first one in two ways.
        let cached = detail("prompt_tokens_details", "cached_tokens")
            .or_else(|| detail("prompt_token_details", "cached_tokens"))
            .or_else(|| detail("input_tokens_details", "cached_tokens"))
            .or_else(|| number("num_cached_tokens"));
        let reasoning = detail("completion_tokens_details", "reasoning_tokens")
            .or_else(|| detail("output_tokens_details", "reasoning_tokens"));
        self.prompt_tokens = prompt.or(self.prompt_tokens);
        self.completion_tokens = completion.or(self.completion_tokens);
        self.cached_tokens = cached.or(self.cached_tokens);
        self.reasoning_tokens = reasoning.or(self.reasoning_tokens);
    }

    fn note_call(&mut self, call: (u32, u64)) {
        if self.calls.len() < Self::MAX_CALLS && self.calls.insert(call) {
            self.tool_calls += 1;
        }
    }

    /// Adds the characters of a text that is passed on as it is.
    pub fn note_text(&mut self, kind: TextKind, value: Value<'_>) {
        if kind.is_output() {
            self.output_chars += value.chars();
        }
    }
}

impl fmt::Debug for ReplyFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyFacts")
            .field("id", &self.id)
            .field("prompt_tokens", &self.prompt_tokens)
            .field("completion_tokens", &self.completion_tokens)
            .field("cached_tokens", &self.cached_tokens)
            .field("finish_reasons", &self.finish_reasons)
            .field("choices", &self.choices)
            .field("tool_calls", &self.tool_calls)
            .field("events", &self.events)
            .field("output_chars", &self.output_chars)
            .field("uninspected", &self.uninspected)
            .finish_non_exhaustive()
    }
}

/// A name: up to 64 letters, digits and `-_.:/`. Anything else could be text.
pub(super) fn name(value: Value<'_>) -> Option<Box<str>> {
    let name = value.as_str()?;
    let fits = (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.:/".contains(&b));
    fits.then(|| name.into())
}

fn object_id(value: Value<'_>) -> Option<Box<str>> {
    let id = value.as_str()?;
    is_object_id(&id).then(|| id.into())
}

/// Whether `id` has the shape of the API's ids: 32 lower-case hexadecimal digits or a UUID, behind up
/// to 16 lower-case letters and `_` that end in `_` or `-`. No key and no word has.
pub fn is_object_id(id: &str) -> bool {
    let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let is_plain = |id: &str| id.len() == 32 && id.bytes().all(is_hex);
    let dashes = [8, 13, 18, 23];
    let is_uuid = |id: &str| {
        let fits = |(at, b)| (b == b'-') == dashes.contains(&at) && (b == b'-' || is_hex(b));
        id.len() == 36 && id.bytes().enumerate().all(fits)
    };
    let is_prefix = |prefix: &str| {
        let mut bytes = prefix.bytes();
        prefix.len() <= 16
            && bytes.next_back().is_none_or(|b| b == b'_' || b == b'-')
            && bytes.all(|b| b.is_ascii_lowercase() || b == b'_')
    };
    [32, 36].into_iter().any(|len| {
        let at = id
            .len()
            .checked_sub(len)
            .and_then(|at| id.split_at_checked(at));
        at.is_some_and(|(prefix, id)| is_prefix(prefix) && (is_plain(id) || is_uuid(id)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_known_by_their_shape() {
        let hex = "38b08c1f87ca3eb8561ec7eb25f9b33f";
        let uuid = "019afc65-481e-7d1c-98be-6a3d65015b2b";
        let table = [
            (hex.to_owned(), true),
            (uuid.to_owned(), true),
            (format!("cmpl-{hex}"), true),
            (format!("tool_exec_{hex}"), true),
            (hex.to_uppercase(), false),
            (hex.replace('8', "g"), false),
            (format!("key{hex}"), false),
            (format!("averyveryverylongprefix_{hex}"), false),
            (format!("é_{hex}"), false),
            (uuid.replace('-', "_"), false),
            ("jane.doe@example.com".to_owned(), false),
            (String::new(), false),
        ];
        for (id, expected) in table {
            assert_eq!(is_object_id(&id), expected, "{id}");
        }
    }
}
