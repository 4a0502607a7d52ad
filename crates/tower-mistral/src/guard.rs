//! The recommended stack in one call.

use std::{error::Error, fmt, sync::Arc};

use stream_redactor::{Redactor, RedactorBuilder};
use tower_layer::Layer;
use tower_mistral_key_rotation::{
    CallerAuthorization, KeyRing, KeyRotation, KeyRotationLayer, Keys, KeysError, OriginError,
    ToOriginLayer,
};
use tower_mistral_metadata_log::{
    MetadataLog, MetadataLogLayer, OnRecord, Record, Span, Start, TracingSink,
};
use tower_mistral_redact_output::{RedactOutput, RedactOutputLayer};
use tower_mistral_sanitize_input::{SanitizeInput, SanitizeInputLayer};
use tower_mistral_wire::{Counters, Mode, Modes, OnUninspectable, body::Budget, table::Endpoints};

/// The four layers over `S`, in the recommended order.
pub type GuardService<S> = MetadataLog<SanitizeInput<RedactOutput<KeyRotation<S>>>, Sink>;

/// The recommended stack: metadata log, input screening, output redaction, key rotation.
///
/// Made by [`Guard::recommended`] or [`Guard::basic`]; gives its [`layer`](Self::layer) to any
/// number of services, which share keys, modes and budget.
#[derive(Clone, Debug)]
pub struct Guard {
    layer: GuardLayer,
}

impl Guard {
    /// What a production service can switch on without being hurt: nothing is cut silently, no
    /// text is added, ordinary English stays.
    pub fn recommended() -> GuardBuilder {
        let (sanitize, redact) = (SanitizeInputLayer::recommended(), RedactOutputLayer::new());
        GuardBuilder::new(sanitize, redact, Redactor::builder())
    }

    /// The well-known list as it stands: phrases filtered, 4,000 characters, the prefix.
    pub fn basic() -> GuardBuilder {
        let (sanitize, redact) = (SanitizeInputLayer::basic(), RedactOutputLayer::basic());
        GuardBuilder::new(sanitize, redact, RedactorBuilder::basic())
    }

    /// The layer.
    pub fn layer(&self) -> GuardLayer {
        self.layer.clone()
    }

    /// Switches screening and redaction at run time, in all services of this guard.
    pub fn set_mode(&self, mode: Mode) {
        self.sanitize_modes().set(mode);
        self.redact_modes().set(mode);
    }

    /// The switches of input screening: for the layer, by rule, by kind of text.
    pub fn sanitize_modes(&self) -> Modes {
        self.layer.sanitize.modes()
    }

    /// What is looked for in replies.
    pub fn redactor(&self) -> &Redactor {
        self.layer.redact.get_redactor()
    }

    /// The switches of output redaction.
    pub fn redact_modes(&self) -> Modes {
        self.layer.redact.modes()
    }

    /// How often something could not be inspected, in requests and replies.
    pub fn counters(&self) -> Counters {
        self.layer.counters.clone()
    }

    /// The keys, by fingerprint.
    pub fn ring(&self) -> KeyRing {
        self.layer.rotation.ring()
    }

    /// The layer that lends the keys: around a client of its own it is what a task needs that
    /// [asks the API](KeyRotation::check_keys) about suspected keys now and then.
    pub fn rotation(&self) -> KeyRotationLayer {
        self.layer.rotation.clone()
    }
}

/// Builds a [`Guard`].
#[must_use = "a builder does nothing until it is built"]
pub struct GuardBuilder {
    keys: Option<Keys>,
    origins: Vec<(String, bool)>,
    rules: RedactorBuilder,
    sanitize: SanitizeInputLayer,
    redact: RedactOutputLayer,
    log: MetadataLogLayer<Sink>,
    sink: Sink,
    counters: Counters,
    rotation: Vec<Box<dyn FnOnce(KeyRotationLayer) -> KeyRotationLayer + Send>>,
}

impl GuardBuilder {
    fn new(
        sanitize: SanitizeInputLayer,
        redact: RedactOutputLayer,
        rules: RedactorBuilder,
    ) -> Self {
        Self {
            keys: None,
            origins: Vec::new(),
            rules,
            sanitize,
            redact,
            log: MetadataLogLayer::new().on_record(Sink(Arc::new(()))),
            sink: Sink(Arc::new(TracingSink::new())),
            counters: Counters::default(),
            rotation: Vec::new(),
        }
    }

    /// The keys to lend. Required.
    pub fn keys(mut self, keys: Keys) -> Self {
        self.keys = Some(keys);
        self
    }

    /// An origin that the keys are made for, in the place of the Mistral AI API's own; may be
    /// called several times. The same as [`KeyRotationLayer::origin`].
    ///
    /// # Errors
    ///
    /// It is not an origin, or it is plain `http` and its host is no loopback address in digits.
    pub fn origin(self, origin: impl AsRef<str>) -> Result<Self, BuildError> {
        self.with_origin(origin.as_ref(), false)
    }

    /// The same for an origin that is reached without TLS: whoever is on the way reads the key.
    ///
    /// # Errors
    ///
    /// It is not an origin.
    pub fn dangerous_plain_http_origin(self, origin: impl AsRef<str>) -> Result<Self, BuildError> {
        self.with_origin(origin.as_ref(), true)
    }

    /// Uses our keys in the place of the `Authorization` that callers send.
    pub fn replace_caller_authorization(self) -> Self {
        self.rotation(|layer| layer.caller_authorization(CallerAuthorization::Replace))
    }

    /// Changes the rules of redaction.
    pub fn redact(mut self, change: impl FnOnce(RedactorBuilder) -> RedactorBuilder) -> Self {
        self.rules = change(self.rules);
        self
    }

    /// Changes the layer of redaction: limits, modes. Its rules come from [`redact`](Self::redact).
    pub fn redact_layer(
        mut self,
        change: impl FnOnce(RedactOutputLayer) -> RedactOutputLayer,
    ) -> Self {
        self.redact = change(self.redact);
        self
    }

    /// Changes the layer of screening.
    pub fn sanitize(
        mut self,
        change: impl FnOnce(SanitizeInputLayer) -> SanitizeInputLayer,
    ) -> Self {
        self.sanitize = change(self.sanitize);
        self
    }

    /// Changes the layer of key rotation.
    pub fn rotation(
        mut self,
        change: impl FnOnce(KeyRotationLayer) -> KeyRotationLayer + Send + 'static,
    ) -> Self {
        self.rotation.push(Box::new(change));
        self
    }

    /// Sends records to this sink: a closure, `()`, or any [`OnRecord`]. Default: `tracing`.
    pub fn on_record(mut self, sink: impl OnRecord + Send + Sync + 'static) -> Self {
        self.sink = Sink(Arc::new(sink));
        self
    }

    /// Sends records to this sink as well.
    pub fn also_on_record(mut self, sink: impl OnRecord + Send + Sync + 'static) -> Self {
        self.sink = Sink(Arc::new((self.sink.0, sink)));
        self
    }

    /// Changes the log: names that are known, headers that are passed on. Its sinks come from
    /// [`on_record`](Self::on_record), and the hosts of [`origin`](Self::origin) are known to it.
    pub fn log(
        mut self,
        change: impl FnOnce(MetadataLogLayer<Sink>) -> MetadataLogLayer<Sink>,
    ) -> Self {
        self.log = change(self.log);
        self
    }

    /// Reads requests and replies by this table: for endpoints of your own.
    pub fn endpoints(mut self, endpoints: Endpoints) -> Self {
        self.sanitize = self.sanitize.endpoints(endpoints.clone());
        self.redact = self.redact.endpoints(endpoints.clone());
        self.log = self.log.endpoints(endpoints);
        self
    }

    /// Takes all buffers from this budget. Default: that of the process.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.sanitize = self.sanitize.budget(budget.clone());
        self.redact = self.redact.budget(budget.clone());
        self.log = self.log.budget(budget.clone());
        self.rotation(|layer| layer.budget(budget))
    }

    /// Does this with what cannot be inspected, in requests and replies.
    pub fn on_uninspectable(mut self, policy: OnUninspectable) -> Self {
        self.sanitize = self.sanitize.on_uninspectable(policy);
        self.redact = self.redact.on_uninspectable(policy);
        self
    }

    /// Counts what cannot be inspected in these counters. Default: counters of its own.
    pub fn counters(mut self, counters: Counters) -> Self {
        self.counters = counters;
        self
    }

    /// Screens and redacts, only looks on, or does neither. Default [`Mode::Enforce`].
    pub fn mode(mut self, mode: Mode) -> Self {
        self.sanitize = self.sanitize.mode(mode);
        self.redact = self.redact.mode(mode);
        self
    }

    /// The guard.
    ///
    /// # Errors
    ///
    /// What is wrong with keys or rules; never shows a key.
    pub fn build(self) -> Result<Guard, BuildError> {
        let redactor = self.rules.build().map_err(BuildError::Rules)?;
        let keys = self.keys.ok_or(BuildError::NoKeys)?;
        let mut rotation = KeyRotationLayer::new(keys).map_err(BuildError::Keys)?;
        let mut log = self.log.on_record(self.sink);
        for (origin, allow_plain) in self.origins {
            rotation = add_origin(rotation, &origin, allow_plain).map_err(BuildError::Origin)?;
            let uri: Option<http::Uri> = origin.parse().ok();
            if let Some(host) = uri.as_ref().and_then(http::Uri::host) {
                log = log.server(host);
            }
        }
        for change in self.rotation {
            rotation = change(rotation);
        }
        let redact = self.redact.redactor(redactor);
        let counters = self.counters;
        let layer = GuardLayer {
            log,
            sanitize: self.sanitize.counters(counters.clone()),
            redact: redact.counters(counters.clone()),
            rotation,
            counters,
        };
        Ok(Guard { layer })
    }

    /// The keys may not be known yet: an origin is checked here, and given to their layer later.
    fn with_origin(mut self, origin: &str, allow_plain: bool) -> Result<Self, BuildError> {
        let checked = match allow_plain {
            true => ToOriginLayer::dangerous_plain_http(origin),
            false => ToOriginLayer::new(origin),
        };
        drop(checked.map_err(BuildError::Origin)?);
        self.origins.push((origin.to_owned(), allow_plain));
        Ok(self)
    }
}

fn add_origin(
    layer: KeyRotationLayer,
    origin: &str,
    allow_plain: bool,
) -> Result<KeyRotationLayer, OriginError> {
    match allow_plain {
        true => layer.dangerous_plain_http_origin(origin),
        false => layer.origin(origin),
    }
}

impl fmt::Debug for GuardBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardBuilder")
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

/// The four layers in the recommended order; made by [`Guard::layer`].
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is applied to a service"]
pub struct GuardLayer {
    log: MetadataLogLayer<Sink>,
    sanitize: SanitizeInputLayer,
    redact: RedactOutputLayer,
    rotation: KeyRotationLayer,
    counters: Counters,
}

impl<S> Layer<S> for GuardLayer {
    type Service = GuardService<S>;

    fn layer(&self, inner: S) -> GuardService<S> {
        let inner = self.redact.layer(self.rotation.layer(inner));
        self.log.layer(self.sanitize.layer(inner))
    }
}

/// The sink of a [`Guard`]'s records: any [`OnRecord`], shared.
#[derive(Clone)]
pub struct Sink(Arc<dyn OnRecord + Send + Sync>);

impl OnRecord for Sink {
    fn on_record(&self, record: &Record) {
        self.0.on_record(record);
    }

    fn span(&self, start: &Start<'_>) -> Span {
        self.0.span(start)
    }

    fn accepts_calls(&self) -> bool {
        self.0.accepts_calls()
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sink")
    }
}

/// Why a [`Guard`] cannot be built.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// No keys were given.
    NoKeys,
    /// The source of keys is of no use.
    Keys(KeysError),
    /// An origin is none.
    Origin(OriginError),
    /// The rules of redaction contradict themselves.
    Rules(stream_redactor::ConfigError),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKeys => {
                f.write_str("no keys were given: `.keys(Keys::env(\"MISTRAL_API_KEY\"))`")
            }
            Self::Keys(error) => error.fmt(f),
            Self::Origin(error) => error.fmt(f),
            Self::Rules(error) => error.fmt(f),
        }
    }
}

impl Error for BuildError {}
