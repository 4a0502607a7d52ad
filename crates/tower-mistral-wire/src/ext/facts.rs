//! What is known of a request and of a reply: numbers, enumerations, checked identifiers.

use std::{collections::BTreeSet, fmt, sync::Arc};

use crate::{
    json::{Tape, Value},
    table::{Endpoint, Found, TextKind, walk},
};

/// Facts of a request. `Debug` leaves the model out: a caller can put any text there.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestFacts {
    /// The endpoint's name, `other` for one that is not in the table.
    pub endpoint: Box<str>,
    /// OpenTelemetry's `gen_ai.operation.name`.
    pub operation: Option<&'static str>,
    /// The model asked for, if it has the shape of a model's name. Not for logs as it stands: an
    /// API key has that shape too.
    pub model: Option<Box<str>>,
    /// Whether a stream was asked for.
    pub stream: bool,
    /// How many messages.
    pub messages: u64,
    /// How many tools are on offer.
    pub tools: u64,
    /// Characters (Unicode scalars) of all messages and prompts.
    pub input_chars: u64,
}

impl RequestFacts {
    /// Reads the facts of a request with the body `tape`, or without one.
    pub fn read(endpoint: &Arc<Endpoint>, tape: Option<&Tape>) -> Self {
        let mut facts = Self {
            endpoint: endpoint.name().into(),
            operation: endpoint.operation(),
            ..Self::default()
        };
        let Some(tape) = tape else { return facts };
        let root = tape.root();
        facts.stream = root.get("stream").and_then(Value::as_bool).unwrap_or(false);
        facts.tools = root
            .get("tools")
            .map_or(0, |tools| tools.elements().count() as u64);
        walk(tape, endpoint.request(), |found| match found {
            Found::Element { .. } => facts.messages += 1,
            Found::Text(slot) if slot.kind.is_input() => facts.input_chars += chars(slot.value),
            _ => {}
        });
        facts.model = root.get("model").and_then(model_name);
        facts
    }
}

impl fmt::Debug for RequestFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestFacts")
            .field("endpoint", &self.endpoint)
            .field("stream", &self.stream)
            .field("messages", &self.messages)
            .field("tools", &self.tools)
            .field("input_chars", &self.input_chars)
            .finish_non_exhaustive()
    }
}

/// Facts of a reply, complete when its body has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplyFacts {
    /// The model that answered, if it has the shape of a model's name.
    pub model: Option<Box<str>>,
    /// Tokens of the prompt.
    pub prompt_tokens: Option<u64>,
    /// Tokens of the completion.
    pub completion_tokens: Option<u64>,
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

    /// Adds what a walk has found, but for characters: these count when they are passed on.
    pub fn note(&mut self, found: &Found<'_>) {
        match found {
            Found::Element { outer, .. } => {
                self.choices = self.choices.max(u64::from(*outer).saturating_add(1));
            }
            Found::Inner { outer, inner } => self.note_call((*outer, *inner)),
            Found::Model(value) if self.model.is_none() => self.model = model_name(*value),
            Found::Usage(value) => {
                let number = |key| value.get(key).and_then(Value::as_u64);
                self.prompt_tokens = number("prompt_tokens").or(self.prompt_tokens);
                self.completion_tokens = number("completion_tokens").or(self.completion_tokens);
            }
            Found::Finish { reason, .. } if self.finish_reasons.len() < Self::MAX_REASONS => {
                let reason = reason.as_str().unwrap_or_default();
                self.finish_reasons.push(FinishReason::read(&reason));
            }
            _ => {}
        }
    }

    fn note_call(&mut self, call: (u32, u64)) {
        if self.calls.len() < Self::MAX_CALLS && self.calls.insert(call) {
            self.tool_calls += 1;
        }
    }

    /// Adds the characters of a text that is passed on as it is.
    pub fn note_text(&mut self, kind: TextKind, value: Value<'_>) {
        if kind.is_output() {
            self.output_chars += chars(value);
        }
    }
}

fn chars(value: Value<'_>) -> u64 {
    crate::json::text::count_chars(value.raw())
}

/// A model's name: up to 64 letters, digits and `-_.:/`. Anything else could be text.
fn model_name(value: Value<'_>) -> Option<Box<str>> {
    let name = value.as_str()?;
    let fits = (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.:/".contains(&b));
    fits.then(|| name.into())
}
