//! What a layer was told.

use std::{borrow::Cow, sync::Arc};

use prompt_screen::{Date, Screen};
use tower_mistral_wire::{
    Counters, Handling, Modes, OnUninspectable, Reason, intake::IntakeOptions,
};

use crate::{
    options::Guardrails,
    role::{Role, RolePolicies},
};

/// Says what day it is, for entries of the allow list that expire.
pub(crate) type Calendar = fn() -> Option<Date>;

/// What happens to a user message that has more characters than the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OverLimit {
    /// Its end is cut off, and the response is marked `truncated`.
    Cut,
    /// The call is refused: 413, [`TextTooLong`](tower_mistral_wire::RejectionKind::TextTooLong).
    Refuse,
}

/// What is put around a user message, so that the model can tell it from instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wrap {
    /// Nothing.
    None,
    /// [`UNTRUSTED_PREFIX`](crate::UNTRUSTED_PREFIX) in front, unless it is there already.
    Prefix,
}

/// What a call is answered with that a rule of [`Action::Block`](prompt_screen::Action::Block) hit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnBlock {
    /// An error in the shape of the API's own: 403,
    /// [`Blocked`](tower_mistral_wire::RejectionKind::Blocked).
    Error,
    /// On endpoints that answer with a completion: one that says this, whole or as a stream, as
    /// the request asks. Marks and the `Rejection` extension are those of the error.
    Reply(Cow<'static, str>),
}

#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) screen: Screen,
    pub(crate) roles: RolePolicies,
    pub(crate) calendar: Option<Calendar>,
    pub(crate) max_chars: usize,
    pub(crate) max_role_chars: Vec<(Role, usize)>,
    pub(crate) max_messages: Option<usize>,
    pub(crate) max_total_chars: Option<usize>,
    pub(crate) callers_may_send_system: bool,
    pub(crate) system_message: Option<Arc<str>>,
    pub(crate) safe_prompt: bool,
    pub(crate) guardrails: Option<Guardrails>,
    pub(crate) over_limit: OverLimit,
    pub(crate) wrap: Wrap,
    pub(crate) on_uninspectable: OnUninspectable,
    pub(crate) counters: Counters,
    pub(crate) on_block: OnBlock,
    pub(crate) modes: Modes,
    pub(crate) intake: Arc<IntakeOptions>,
}

impl Config {
    /// The most characters of a text of this role that is not the user's.
    pub(crate) fn max_chars_of(&self, role: Role) -> Option<usize> {
        let mut limits = self.max_role_chars.iter();
        limits.find(|(of, _)| *of == role).map(|(_, max)| *max)
    }

    /// The system message that is put in front of all others.
    pub(crate) fn front(&self) -> Option<Arc<str>> {
        self.system_message.clone()
    }

    pub(crate) fn today(&self) -> Option<Date> {
        self.calendar.and_then(|today| today())
    }

    /// What is done about something that cannot be inspected; it is counted.
    pub(crate) fn handle(&self, reason: Reason) -> Handling {
        let handling = self.on_uninspectable.get(reason);
        self.counters.add(reason, handling);
        handling
    }
}
