//! What is known of a request: numbers, enumerations, checked identifiers.

use std::{fmt, sync::Arc};

use super::facts::name;
use crate::{
    json::{Kind, Tape, Value},
    table::{Endpoint, Input, TextKind, walk_input},
};

/// Facts of a request. `Debug` leaves the model out: a caller can put any text there.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestFacts {
    /// The endpoint's name, `other` for one that is not in the table.
    pub endpoint: Arc<str>,
    /// OpenTelemetry's `gen_ai.operation.name`.
    pub operation: Option<&'static str>,
    /// The model asked for, if it has the shape of a model's name. Not for logs as it stands: an
    /// API key has that shape too.
    pub model: Option<Box<str>>,
    /// Whether a stream was asked for.
    pub stream: bool,
    /// How many messages.
    pub messages: u64,
    /// The same by role.
    pub roles: Roles,
    /// The agent that is called, if it has the shape of an identifier. Not for logs either.
    pub agent_id: Option<Box<str>>,
    /// The conversation that goes on, if it has the shape of an identifier. Not for logs either.
    pub conversation_id: Option<Box<str>>,
    /// How many tools are on offer.
    pub tools: u64,
    /// Characters (Unicode scalars) of all messages and prompts.
    pub input_chars: u64,
}

impl RequestFacts {
    /// Reads the facts of a request with the body `tape`, or without one.
    pub fn read(endpoint: &Arc<Endpoint>, tape: Option<&Tape>) -> Self {
        let mut facts = Self {
            endpoint: endpoint.shared_name(),
            operation: endpoint.operation(),
            ..Self::default()
        };
        let Some(tape) = tape else { return facts };
        walk_input(tape, endpoint.request(), |input| match input {
            Input::Parameter(key, value) => facts.note_parameter(key, value),
            Input::Message(role) => {
                facts.messages += 1;
                facts.roles.count(role);
            }
            Input::Text(text) => facts.input_chars += text.chars(),
        });
        facts
    }

    fn note_parameter(&mut self, key: &[u8], value: Value<'_>) {
        match key {
            b"stream" => self.stream = value.kind() == Kind::True,
            b"tools" => self.tools = value.elements().count() as u64,
            b"model" => self.model = name(value),
            b"agent_id" => self.agent_id = name(value),
            b"conversation_id" => self.conversation_id = name(value),
            _ => {}
        }
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

/// Messages by role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Roles {
    /// `system` and `developer`.
    pub system: u64,
    /// `user`.
    pub user: u64,
    /// `assistant`.
    pub assistant: u64,
    /// `tool`.
    pub tool: u64,
    /// Another role, or none.
    pub other: u64,
}

impl Roles {
    fn count(&mut self, role: TextKind) {
        *match role {
            TextKind::System => &mut self.system,
            TextKind::User => &mut self.user,
            TextKind::Assistant => &mut self.assistant,
            TextKind::ToolResult => &mut self.tool,
            _ => &mut self.other,
        } += 1;
    }
}
