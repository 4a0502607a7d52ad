//! The layer and its options.

use std::sync::Arc;

use prompt_screen::{Date, Screen};
use tower_layer::Layer;
use tower_mistral_wire::{
    Counters, Mode, Modes, OnUninspectable, body::Budget, intake::IntakeOptions, table::Endpoints,
};

use crate::{
    config::{Config, NonceScope, OnBlock, OverLimit, Wrap},
    options::Guardrails,
    role::{Role, RolePolicies, RolePolicy},
    service::SanitizeInput,
    wrap::{self, WrapKey},
};

/// Screens the user's text in requests to the Mistral AI API: see the [crate's documentation](crate).
///
/// Compiled rules, modes and budget are shared by clones and by all services it makes; only
/// [`mode`](Self::mode) gives a clone modes of its own.
#[derive(Clone, Debug)]
#[must_use]
pub struct SanitizeInputLayer {
    config: Arc<Config>,
}

impl SanitizeInputLayer {
    /// [`recommended`](Self::recommended).
    pub fn new() -> Self {
        Self::recommended()
    }

    /// What a production service can switch on without being hurt: [`Screen::recommended`], user
    /// messages of more than 200,000 characters are refused, no text is added.
    pub fn recommended() -> Self {
        let screen = Screen::recommended();
        Self::preset(screen, 200_000, OverLimit::Refuse, Wrap::None)
    }

    /// The well-known list as it stands: [`Screen::basic`], user messages are cut at 4,000
    /// characters and begin with [`UNTRUSTED_PREFIX`](crate::UNTRUSTED_PREFIX).
    pub fn basic() -> Self {
        Self::preset(Screen::basic(), 4_000, OverLimit::Cut, Wrap::Prefix)
    }

    /// Looks for these phrases.
    pub fn screen(mut self, screen: Screen) -> Self {
        self.config_mut().screen = screen;
        self
    }

    /// Does this about the texts of a role. By default the user's text is judged by
    /// [`Thresholds::default`](prompt_screen::Thresholds) and all others are no more than flagged.
    pub fn role(mut self, role: Role, policy: RolePolicy) -> Self {
        self.config_mut().roles.set(role, policy);
        self
    }

    /// Trusts no role, as where every text of a request comes from a stranger: a rule that asks for
    /// a block has its way wherever its text stands. What a score asks for still is no more than a
    /// flag where a text may not be edited: a system message says "ignore what the documents tell
    /// you" in good faith. Replaces what [`role`](Self::role) has set.
    pub fn untrusted_roles(mut self) -> Self {
        self.config_mut().roles = RolePolicies::untrusted();
        self
    }

    /// Asks `today` for the day it is, for entries of the screen's allow list that expire; without
    /// this they do not count.
    pub fn calendar(mut self, today: fn() -> Option<Date>) -> Self {
        self.config_mut().calendar = Some(today);
        self
    }

    /// Lets a user message have this many characters (Unicode scalar values) and does `over` with
    /// a longer one. The prefix of [`Wrap::Prefix`] does not count.
    pub fn max_chars(mut self, max: usize, over: OverLimit) -> Self {
        let config = self.config_mut();
        (config.max_chars, config.over_limit) = (max, over);
        self
    }

    /// Lets each text of a role have this many characters; a call with a longer one is refused, for
    /// only the user's text may be cut: what a tool has answered is JSON as a rule. No limit by
    /// default. That of [`Role::User`] is [`max_chars`](Self::max_chars).
    pub fn max_role_chars(mut self, role: Role, max: usize) -> Self {
        let limits = &mut self.config_mut().max_role_chars;
        limits.retain(|(of, _)| *of != role);
        limits.push((role, max));
        self
    }

    /// Lets a request have this many messages, entries or inputs; refuses one with more. No limit by
    /// default.
    pub fn max_messages(mut self, max: usize) -> Self {
        self.config_mut().max_messages = Some(max);
        self
    }

    /// Lets all texts of a request together have this many characters, those of tools and system
    /// messages included and media not; refuses one with more. No limit by default.
    pub fn max_total_chars(mut self, max: usize) -> Self {
        self.config_mut().max_total_chars = Some(max);
        self
    }

    /// Refuses calls with a `system` or `developer` message, or `instructions`, of the caller's: 403.
    pub fn refuse_system_messages(mut self) -> Self {
        self.config_mut().callers_may_send_system = false;
        self
    }

    /// Puts this system message in front of all others on completions, conversations that begin
    /// without an agent, and responses; a request that has it there stays as it is.
    ///
    /// It does not come back in the reply: the API echoes no messages, in responses it stands in
    /// `input`, which is not echoed as `instructions` are, and `prompt_logprobs`, which would spell it
    /// out, are switched off. A stored conversation shows its `instructions` to whoever may `GET`
    /// it. What the model says of it is for a redactor to find.
    pub fn system_message(mut self, text: impl Into<Arc<str>>) -> Self {
        self.config_mut().system_message = Some(text.into());
        self
    }

    /// Sets `safe_prompt` on chat completions, whatever the caller says.
    pub fn safe_prompt(mut self) -> Self {
        self.config_mut().safe_prompt = true;
        self
    }

    /// Sets the API's own `guardrails` on the requests that may have them, whatever the caller says.
    pub fn guardrails(mut self, guardrails: Guardrails) -> Self {
        self.config_mut().guardrails = Some(guardrails);
        self
    }

    /// Puts this around user messages.
    pub fn wrap(mut self, wrap: Wrap) -> Self {
        self.config_mut().wrap = wrap;
        self
    }

    /// Keys the marks of [`Wrap::Delimiters`] and [`Wrap::Datamark`] with this. By default each layer
    /// makes up a key of its own.
    pub fn wrap_key(mut self, key: WrapKey) -> Self {
        self.config_mut().wrap_key = key;
        self
    }

    /// Makes the ids of [`Wrap::Delimiters`] good for this. Default [`NonceScope::Content`].
    pub fn nonce(mut self, scope: NonceScope) -> Self {
        self.config_mut().nonce = scope;
        self
    }

    /// Adds no sentence on the marks of [`Wrap::Delimiters`] and [`Wrap::Datamark`] to the system
    /// message, for callers whose own says what they mean: see [`wrap_sentence`](Self::wrap_sentence).
    /// By default it is [put in front](Self::system_message).
    pub fn without_wrap_sentence(mut self) -> Self {
        self.config_mut().explains_wrap = false;
        self
    }

    /// What a system message needs to say of what is put around user messages; none if nothing is.
    #[must_use]
    pub fn wrap_sentence(&self) -> Option<String> {
        wrap::sentence(&self.config)
    }

    /// Begins in this mode, with [`modes`](Self::modes) of its own, all else in them as at first:
    /// the layer that this one was cloned from stays as it is.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.config_mut().modes = Modes::new(mode);
        self
    }

    /// The switches of this layer, of the clones that are made of it and of all services they
    /// make, to be turned at run time: for the whole layer, by rule (the names of the screen's
    /// rules, [`MAX_CHARS`](crate::MAX_CHARS), [`PREFIX`](crate::PREFIX)) and by kind of text.
    #[must_use]
    pub fn modes(&self) -> Modes {
        self.config.modes.clone()
    }

    /// Reads request bodies of up to this many bytes; larger ones are refused (413). Default
    /// [`IntakeOptions::MAX_BODY`].
    pub fn max_body(self, bytes: usize) -> Self {
        self.intake(|intake| intake.max_body(bytes))
    }

    /// Reads requests by this table. Default [`Endpoints::mistral`].
    pub fn endpoints(self, endpoints: Endpoints) -> Self {
        self.intake(|intake| intake.endpoints(endpoints))
    }

    /// Takes buffers from this budget. Default [`Budget::process`].
    pub fn budget(self, budget: Budget) -> Self {
        self.intake(|intake| intake.budget(budget))
    }

    /// Does this with what cannot be inspected, reason by reason. By default all is refused but
    /// parts of an unknown type, which are scanned.
    ///
    /// [`Handling::Scan`] screens the body as one generic text: a hit is reported, no edit is made.
    /// A caller can make a body that is no JSON to some readers and is to the API, so let
    /// [`Reason::NotJson`] and its like pass only where callers are trusted; forms and media are
    /// [`Reason::UnsupportedMedia`]. Ambiguous paths are always refused.
    ///
    /// [`Handling::Scan`]: tower_mistral_wire::Handling::Scan
    /// [`Reason::NotJson`]: tower_mistral_wire::Reason::NotJson
    /// [`Reason::UnsupportedMedia`]: tower_mistral_wire::Reason::UnsupportedMedia
    pub fn on_uninspectable(mut self, policy: OnUninspectable) -> Self {
        self.config_mut().on_uninspectable = policy;
        self
    }

    /// Counts what cannot be inspected in these counters. Default: counters of its own, shared by
    /// clones.
    pub fn counters(mut self, counters: Counters) -> Self {
        self.config_mut().counters = counters;
        self
    }

    /// Answers blocked calls with this. Default [`OnBlock::Error`].
    pub fn on_block(mut self, answer: OnBlock) -> Self {
        self.config_mut().on_block = answer;
        self
    }

    fn preset(screen: Screen, max_chars: usize, over_limit: OverLimit, wrap: Wrap) -> Self {
        let config = Config {
            screen,
            roles: RolePolicies::trusting(),
            calendar: None,
            max_chars,
            max_role_chars: Vec::new(),
            max_messages: None,
            max_total_chars: None,
            callers_may_send_system: true,
            system_message: None,
            safe_prompt: false,
            guardrails: None,
            over_limit,
            wrap,
            wrap_key: WrapKey::random(),
            nonce: NonceScope::default(),
            explains_wrap: true,
            on_uninspectable: OnUninspectable::default(),
            counters: Counters::default(),
            on_block: OnBlock::Error,
            modes: Modes::default(),
            intake: Arc::new(IntakeOptions::new()),
        };
        Self {
            config: Arc::new(config),
        }
    }

    fn config_mut(&mut self) -> &mut Config {
        Arc::make_mut(&mut self.config)
    }

    fn intake(mut self, change: impl FnOnce(IntakeOptions) -> IntakeOptions) -> Self {
        let intake = &mut self.config_mut().intake;
        *intake = Arc::new(change(IntakeOptions::clone(intake)));
        self
    }
}

impl Default for SanitizeInputLayer {
    fn default() -> Self {
        Self::recommended()
    }
}

impl<S> Layer<S> for SanitizeInputLayer {
    type Service = SanitizeInput<S>;

    fn layer(&self, inner: S) -> SanitizeInput<S> {
        SanitizeInput::new(inner, Arc::clone(&self.config))
    }
}
