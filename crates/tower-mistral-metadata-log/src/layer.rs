//! The layer and its settings.

use std::{fmt, sync::Arc};

use http::HeaderName;
use tower_layer::Layer;
use tower_mistral_wire::{
    Mode, Modes, body::Budget, ext::Clock, intake::IntakeOptions, table::Endpoints,
};

use crate::{MetadataLog, OnRecord, TracingSink, names::Names, settings::Settings};

/// Makes one [`Record`](crate::Record) of every call; see the [crate's documentation](crate).
#[must_use = "a layer does nothing until it is applied to a service"]
pub struct MetadataLogLayer<N = TracingSink>(Arc<Settings<N>>);

impl MetadataLogLayer {
    /// The default of [`max_reply`](Self::max_reply): 1 MiB.
    pub const MAX_REPLY: usize = 1 << 20;
    /// The default of [`max_names`](Self::max_names).
    pub const MAX_NAMES: usize = Names::MAX;

    /// Records to [`TracingSink`], by the Mistral AI API's table.
    pub fn new() -> Self {
        Self(Arc::new(Settings::new(TracingSink::new())))
    }
}

impl<N> MetadataLogLayer<N> {
    /// Hands records to this sink instead: a closure `Fn(&Record)`, or `()` for none.
    ///
    /// ```
    /// use tower_mistral_metadata_log::{MetadataLogLayer, Record};
    ///
    /// let layer = MetadataLogLayer::new()
    ///     .on_record(|record: &Record| assert!(record.duration.as_secs() < 600));
    /// ```
    pub fn on_record<M: OnRecord>(self, sink: M) -> MetadataLogLayer<M> {
        MetadataLogLayer(Arc::new(self.0.with_sink(Arc::new(sink))))
    }

    /// Hands records to this sink as well.
    pub fn also<M: OnRecord>(self, sink: M) -> MetadataLogLayer<(Arc<N>, M)> {
        let sinks = (Arc::clone(&self.0.sink), sink);
        MetadataLogLayer(Arc::new(self.0.with_sink(Arc::new(sinks))))
    }

    /// Names these models before the API has.
    pub fn models<T: AsRef<str>>(self, names: impl IntoIterator<Item = T>) -> Self {
        let configure = |name: T| self.0.names.models.configure(name.as_ref());
        names.into_iter().for_each(configure);
        self
    }

    /// Names these agents, by their ids, before the API has.
    pub fn agents<T: AsRef<str>>(self, ids: impl IntoIterator<Item = T>) -> Self {
        let configure = |id: T| self.0.names.agents.configure(id.as_ref());
        ids.into_iter().for_each(configure);
        self
    }

    /// Tells so many models apart, so many agents and so many conversations; all others are
    /// `other`. Default: 100, so that they can be labels of metrics. Where records are lines in a
    /// file a larger number does no harm.
    pub fn max_names(mut self, max: usize) -> Self {
        let names = Arc::new(self.0.names.with_max(max));
        self.settings().names = names;
        self
    }

    /// Names this host, besides the API's own. Default: other hosts are `other`.
    pub fn server(mut self, host: &str) -> Self {
        self.settings().servers.push(host.into());
        self
    }

    /// Passes this header of the caller's on, which is taken out otherwise: `tracestate`,
    /// `baggage`, `cookie`, `forwarded`, or one of `x-forwarded-*`. Default: none, since they tell
    /// the API of who calls.
    pub fn pass_on(mut self, name: HeaderName) -> Self {
        self.settings().passed_on.push(name);
        self
    }

    /// Says in each record by which rules and by which configuration the call was judged: a hash of
    /// what the rules are, and a number that grows whenever the configuration is changed. Default:
    /// neither is said.
    pub fn versions(mut self, rule_set: u64, config_generation: u64) -> Self {
        self.settings().versions = Some((rule_set, config_generation));
        self
    }

    /// Takes the time from this clock. Default: the system's.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.settings().clock = clock;
        self
    }

    /// Switches the layer: [`Mode::Off`] makes no records; [`Mode::Observe`] is the same as
    /// [`Mode::Enforce`], since a log changes nothing. Default: Enforce.
    pub fn mode(self, mode: Mode) -> Self {
        self.0.modes.set(mode);
        self
    }

    /// The handle that switches the layer, and all services made from it, at run time.
    pub fn modes(&self) -> Modes {
        self.0.modes.clone()
    }

    /// Reads requests by this table.
    pub fn endpoints(self, endpoints: Endpoints) -> Self {
        self.intake(|intake| intake.endpoints(endpoints))
    }

    /// Reads the bodies of requests of up to this many bytes; a larger one passes unread. Default:
    /// [`IntakeOptions::MAX_BODY`].
    pub fn max_body(self, bytes: usize) -> Self {
        self.intake(|intake| intake.max_body(bytes))
    }

    /// Keeps a copy of up to this many bytes of a JSON reply, and of each event of a stream, if no
    /// inner layer has read it. A larger one passes unread. Default: 1 MiB.
    pub fn max_reply(mut self, bytes: usize) -> Self {
        self.settings().max_reply = bytes;
        self
    }

    /// Takes buffers from this budget. When it is used up, bodies pass unread. Default:
    /// [`Budget::process`].
    pub fn budget(self, budget: Budget) -> Self {
        let mut this = self.intake(|intake| intake.budget(budget.clone()));
        this.settings().budget = budget;
        this
    }

    fn intake(mut self, change: impl FnOnce(IntakeOptions) -> IntakeOptions) -> Self {
        let settings = self.settings();
        settings.intake = Arc::new(change((*settings.intake).clone()));
        self
    }

    fn settings(&mut self) -> &mut Settings<N> {
        Arc::make_mut(&mut self.0)
    }
}

impl<N, S> Layer<S> for MetadataLogLayer<N> {
    type Service = MetadataLog<S, N>;

    fn layer(&self, inner: S) -> Self::Service {
        MetadataLog::new(inner, Arc::clone(&self.0))
    }
}

impl Default for MetadataLogLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<N> Clone for MetadataLogLayer<N> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<N> fmt::Debug for MetadataLogLayer<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MetadataLogLayer").field(&self.0).finish()
    }
}
