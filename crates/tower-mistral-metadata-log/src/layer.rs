//! The layer and its settings.

use std::{fmt, sync::Arc};

use tower_layer::Layer;
use tower_mistral_wire::{
    Mode, Modes, body::Budget, ext::Clock, intake::IntakeOptions, table::Endpoints,
};

use crate::{MetadataLog, OnRecord, TracingSink};

/// Makes one [`Record`](crate::Record) of every call; see the [crate's documentation](crate).
#[must_use = "a layer does nothing until it is applied to a service"]
pub struct MetadataLogLayer<N = TracingSink>(Arc<Settings<N>>);

pub(crate) struct Settings<N> {
    pub(crate) sink: Arc<N>,
    pub(crate) modes: Modes,
    pub(crate) clock: Clock,
    pub(crate) intake: Arc<IntakeOptions>,
    pub(crate) endpoints: Endpoints,
    pub(crate) budget: Budget,
    pub(crate) max_reply: usize,
}

impl MetadataLogLayer {
    /// The default of [`max_reply`](Self::max_reply): 1 MiB.
    pub const MAX_REPLY: usize = 1 << 20;

    /// Records to [`TracingSink`], by the Mistral AI API's table.
    pub fn new() -> Self {
        Self(Arc::new(Settings {
            sink: Arc::new(TracingSink::new()),
            modes: Modes::default(),
            clock: Clock::system(),
            intake: Arc::new(IntakeOptions::new()),
            endpoints: Endpoints::mistral(),
            budget: Budget::process(),
            max_reply: Self::MAX_REPLY,
        }))
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
        let old = &*self.0;
        MetadataLogLayer(Arc::new(Settings {
            sink: Arc::new(sink),
            modes: old.modes.clone(),
            clock: old.clock.clone(),
            intake: Arc::clone(&old.intake),
            endpoints: old.endpoints.clone(),
            budget: old.budget.clone(),
            max_reply: old.max_reply,
        }))
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
        let mut this = self.intake(|intake| intake.endpoints(endpoints.clone()));
        this.settings().endpoints = endpoints;
        this
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

impl<N> Clone for Settings<N> {
    fn clone(&self) -> Self {
        Self {
            sink: Arc::clone(&self.sink),
            modes: self.modes.clone(),
            clock: self.clock.clone(),
            intake: Arc::clone(&self.intake),
            endpoints: self.endpoints.clone(),
            budget: self.budget.clone(),
            max_reply: self.max_reply,
        }
    }
}

impl<N> fmt::Debug for Settings<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("modes", &self.modes)
            .field("clock", &self.clock)
            .field("max_reply", &self.max_reply)
            .finish_non_exhaustive()
    }
}
