//! The layer: options and shared state.

use std::sync::Arc;

use stream_redactor::{Entity, Redactor};
use tower_layer::Layer;
use tower_mistral_wire::{
    Counters, Mode, Modes, OnUninspectable, body::Budget, ext::Secrets, intake::IntakeOptions,
    rewrite::StreamOptions, table::Endpoints,
};

use crate::{
    Profile, RedactOutput,
    leak::Leaks,
    live_keys::LiveKeys,
    tally::{LEAKS, Limits},
};

/// Redacts the replies of an inner service. See the [crate docs](crate).
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is applied to a service"]
pub struct RedactOutputLayer {
    options: Options,
}

#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) redactor: Redactor,
    pub(crate) modes: Modes,
    pub(crate) on_uninspectable: OnUninspectable,
    pub(crate) counters: Counters,
    pub(crate) keep_logprobs: bool,
    pub(crate) profile: Profile,
    pub(crate) leaks: Leaks,
    pub(crate) live_keys: LiveKeys,
    pub(crate) allow_from_request: bool,
    pub(crate) limits: Arc<Limits>,
    pub(crate) ends_blocked: bool,
    pub(crate) max_reply: usize,
    pub(crate) stream: StreamOptions,
    pub(crate) intake: Arc<IntakeOptions>,
    pub(crate) budget: Budget,
}

impl RedactOutputLayer {
    /// The default of [`max_reply`](Self::max_reply): 32 MiB.
    pub const MAX_REPLY: usize = 32 << 20;

    /// The recommended rules: [`Redactor::recommended`].
    pub fn new() -> Self {
        Self {
            options: Options {
                redactor: Redactor::recommended(),
                modes: Modes::default(),
                on_uninspectable: OnUninspectable::default(),
                counters: Counters::default(),
                keep_logprobs: false,
                profile: Profile::default(),
                leaks: Leaks::new(Mode::Observe),
                live_keys: LiveKeys::default(),
                allow_from_request: false,
                limits: Arc::default(),
                ends_blocked: false,
                max_reply: Self::MAX_REPLY,
                stream: StreamOptions::default(),
                intake: Arc::new(IntakeOptions::new()),
                budget: Budget::process(),
            },
        }
    }

    /// The same as [`new`](Self::new).
    pub fn recommended() -> Self {
        Self::new()
    }

    /// The basic list as it stands: [`Redactor::basic`].
    pub fn basic() -> Self {
        Self::new().redactor(Redactor::basic())
    }

    /// Uses these rules.
    pub fn redactor(mut self, redactor: Redactor) -> Self {
        self.options.redactor = redactor;
        self
    }

    /// The rules in use.
    pub fn get_redactor(&self) -> &Redactor {
        &self.options.redactor
    }

    /// Begins with the whole layer in this mode, and with a handle of its own. Default
    /// [`Mode::Enforce`]; [`modes`](Self::modes) switches at run time.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.options.modes = Modes::new(mode);
        self
    }

    /// The handle that switches the layer, its rules and kinds of text at run time. A call that
    /// has begun goes on as it began.
    pub fn modes(&self) -> Modes {
        self.options.modes.clone()
    }

    /// Decides by what replies are for which rules are enforced where. Default [`Profile::Chat`]: all of them
    /// everywhere. Some profiles have [rules](Profile::rules) that go with them:
    ///
    /// ```
    /// use tower_mistral_redact_output::{Profile, RedactOutputLayer, redactor::Redactor};
    ///
    /// let rules = Profile::Code.rules(Redactor::builder()).build()?;
    /// let layer = RedactOutputLayer::new().redactor(rules).profile(Profile::Code);
    /// # Ok::<(), tower_mistral_redact_output::redactor::ConfigError>(())
    /// ```
    pub fn profile(mut self, profile: Profile) -> Self {
        self.options.profile = profile;
        self
    }

    /// What becomes of what cannot be inspected, reason by reason. By default all is refused but
    /// parts of an unknown type, which are scanned.
    ///
    /// [`Handling::Scan`](crate::Handling::Scan) reads a reply, or the event at hand, as one generic
    /// text; a value that is split over two such events is not found.
    pub fn on_uninspectable(mut self, choice: OnUninspectable) -> Self {
        self.options.on_uninspectable = choice;
        self
    }

    /// Counts what cannot be inspected in these counters. Default: counters of its own, shared by
    /// clones.
    pub fn counters(mut self, counters: Counters) -> Self {
        self.options.counters = counters;
        self
    }

    /// Keeps the `logprobs` of streams, which become `null` by default.
    ///
    /// Dangerous: they hold the reply once more, token by token, and an event's are sent before
    /// anybody knows whether its text will be redacted. Whoever reads the tokens reads the value.
    pub fn dangerous_keep_logprobs(mut self) -> Self {
        self.options.keep_logprobs = true;
        self
    }

    /// What becomes of a reply that repeats the request's own system text: twelve words in a row, or
    /// 24 characters of a script without spaces. Default [`Mode::Observe`]: the report names it, as
    /// a `SYSTEM_PROMPT`. In [`Mode::Enforce`] the rest of the paragraph is replaced.
    ///
    /// Many system texts hold facts that a reply should quote (opening hours, a search's results),
    /// which is why this only looks on by itself. What stands there in double quotes is meant to be
    /// said; what the user wrote, and what earlier turns of the assistant said, is known already.
    /// All of that may be repeated.
    pub fn protect_system_text(mut self, mode: Mode) -> Self {
        self.options.leaks = Leaks::new(mode);
        self
    }

    /// Sees to it that no reply shows one of these, however it is
    /// [spelled](stream_redactor::Tripwire): each is a `TRIPWIRE`, and what follows it in its paragraph
    /// goes with it. The keys that a key rotation below puts into the reply's extensions are looked for
    /// without being told. Of the rest, those count that can be a secret of a
    /// [`Tripwire`](stream_redactor::Tripwire).
    ///
    /// For secrets that do not change, such as a canary in a system prompt, there is
    /// [`RedactorBuilder::tripwire`](stream_redactor::RedactorBuilder::tripwire).
    pub fn secrets(mut self, secrets: Secrets) -> Self {
        self.options.live_keys = LiveKeys::new(secrets);
        self
    }

    /// Lets the reader have back what the user wrote: a value that stands in a text of the request's
    /// user is not replaced in its reply. Off by default, for who wrote a text is not always who
    /// reads the reply.
    pub fn allow_values_from_request(mut self) -> Self {
        self.options.allow_from_request = true;
        self
    }

    /// Blocks a reply in which more than `max` findings of an entity are enforced: with 0 its first
    /// one. JSON is answered with a [`Rejection`](tower_mistral_wire::Rejection) of kind `blocked`,
    /// 403, instead; a stream breaks with it. Findings of other entities count on their own.
    pub fn max_findings(mut self, entity: Entity, max: u32) -> Self {
        Arc::make_mut(&mut self.options.limits).push((vec![entity], max));
        self
    }

    /// Blocks a reply with more than `max` leaks, as [`max_findings`](Self::max_findings) does: live keys
    /// and other exact texts, canaries and repetitions of the system text are counted as one kind, for
    /// they look alike to the reader, who may try one after the other. No limit by default.
    pub fn max_leak_hits(mut self, max: u32) -> Self {
        Arc::make_mut(&mut self.options.limits).push((LEAKS.into(), max));
        self
    }

    /// Ends a stream that is [blocked](Self::max_findings) with a last event whose finish reason is
    /// `error`, and `[DONE]`, where it breaks by default. For readers that drop all that they have when a
    /// connection breaks; a program that does not look at the finish reason takes what it has for the
    /// whole reply. A stream whose events have no finish reason, or whose first text is blocked before
    /// an event has come, breaks all the same.
    pub fn end_blocked_streams(mut self) -> Self {
        self.options.ends_blocked = true;
        self
    }

    /// The most bytes that a reply which is read whole may have. Default 32 MiB. Streams have no
    /// such limit, only their events do.
    pub fn max_reply(mut self, bytes: usize) -> Self {
        self.options.max_reply = bytes;
        self
    }

    /// Limits of streams.
    pub fn stream_options(mut self, options: StreamOptions) -> Self {
        self.options.stream = options;
        self
    }

    /// The table by which replies are read. Default: the Mistral AI API's.
    pub fn endpoints(mut self, endpoints: Endpoints) -> Self {
        let intake = self.options.intake.as_ref().clone().endpoints(endpoints);
        self.options.intake = Arc::new(intake);
        self
    }

    /// The budget that buffered bytes are taken from. Default: that of the process.
    pub fn budget(mut self, budget: Budget) -> Self {
        let intake = self.options.intake.as_ref().clone().budget(budget.clone());
        self.options.intake = Arc::new(intake);
        self.options.budget = budget;
        self
    }
}

impl Default for RedactOutputLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for RedactOutputLayer {
    type Service = RedactOutput<S>;

    fn layer(&self, inner: S) -> RedactOutput<S> {
        RedactOutput::new(inner, self.options.clone())
    }
}
