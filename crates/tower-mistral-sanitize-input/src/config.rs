//! What a layer was told.

use std::{borrow::Cow, sync::Arc};

use prompt_screen::{Date, Screen};
use tower_mistral_wire::{
    Counters, Handling, Modes, OnUninspectable, Reason, intake::IntakeOptions,
};

use crate::{
    options::Guardrails,
    role::{Role, RolePolicies},
    wrap::{self, WrapKey},
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
    /// Delimiters with an id and a keyed mark, which the text cannot forge.
    Delimiters,
    /// A mark in the place of each blank: no part of the text looks like another's. Costs tokens, and
    /// models that are not told of it read it worse; for texts that only have to be understood.
    Datamark,
}

/// For how much one id in the delimiters of [`Wrap::Delimiters`] is good.
///
/// The API's prompt cache knows the beginning of a prompt again: the ids of earlier messages must be
/// the same in each turn. Those of one call alone are not, unless callers send back what was wrapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum NonceScope {
    /// A text: the same text has the same id, always.
    #[default]
    Content,
    /// A conversation, which is told by `prompt_cache_key` or by the first text of the user's.
    Conversation,
    /// A call.
    Call,
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
    pub(crate) wrap_key: WrapKey,
    pub(crate) nonce: NonceScope,
    /// The system message says what the marks mean.
    pub(crate) explains_wrap: bool,
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
    pub(crate) fn front(&self) -> Option<Cow<'_, str>> {
        let is_keyed = matches!(self.wrap, Wrap::Delimiters | Wrap::Datamark);
        let sentence = wrap::sentence(self).filter(|_| is_keyed && self.explains_wrap);
        match (self.system_message.as_deref(), sentence) {
            (Some(message), Some(sentence)) => Some(format!("{message}\n\n{sentence}").into()),
            (Some(message), None) => Some(message.into()),
            (None, sentence) => sentence.map(Cow::Owned),
        }
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
