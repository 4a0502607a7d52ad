//! The sources of a ring, until they are started.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use super::{
    KeySource, LiveKeys, SourceError,
    keeper::{self, Keeper},
};

/// The sources that a ring gets its keys from, all of them together.
///
/// ```no_run
/// use tower_mistral_key_rotation::{KeyRotationLayer, source::{EnvSource, FileSource, Sources}};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let sources = Sources::new()
///     .with(FileSource::new("/run/secrets/mistral_api_key"))
///     .with(EnvSource::new());
/// let live = sources.start().await?;
/// let layer = KeyRotationLayer::new(live.keys())?;
/// live.feed(&layer.ring()); // after the last option of the layer
/// # Ok(())
/// # }
/// ```
#[must_use = "sources do nothing until they are started"]
pub struct Sources {
    sources: Vec<Arc<dyn KeySource>>,
    timeout: Duration,
    warn_before: Duration,
}

impl Sources {
    /// The default of [`fetch_timeout`](Self::fetch_timeout): ten seconds.
    pub const FETCH_TIMEOUT: Duration = Duration::from_secs(10);
    /// The default of [`warn_before`](Self::warn_before): a week.
    pub const WARN_BEFORE: Duration = Duration::from_secs(7 * 86_400);

    /// No source yet.
    pub fn new() -> Self {
        Self {
            sources: Vec::new(),
            timeout: Self::FETCH_TIMEOUT,
            warn_before: Self::WARN_BEFORE,
        }
    }

    /// Adds a source.
    pub fn with(mut self, source: impl KeySource) -> Self {
        self.sources.push(Arc::new(source));
        self
    }

    /// How long a source may take to answer.
    pub fn fetch_timeout(mut self, time: Duration) -> Self {
        self.timeout = time;
        self
    }

    /// How long before a key expires the log begins to warn of it, once a day.
    pub fn warn_before(mut self, time: Duration) -> Self {
        self.warn_before = time;
        self
    }

    /// Asks all sources, and keeps on asking in the background, on the current tokio runtime, until
    /// the last handle is gone: the [`LiveKeys`] and the rings they feed.
    ///
    /// # Errors
    ///
    /// None of them gives a key. If one does, the others are warned of and asked again later.
    pub async fn start(self) -> Result<LiveKeys, SourcesError> {
        let mut keeper = Keeper::new(self.sources, self.timeout, self.warn_before);
        let errors = keeper.fetch_first().await;
        if !keeper.has_keys() {
            return Err(SourcesError(errors));
        }
        Ok(keeper::spawn(keeper))
    }
}

impl Default for Sources {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.sources.iter().map(|source| source.name());
        f.debug_list().entries(names).finish()
    }
}

/// No source gave a key: what each of them says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcesError(Vec<SourceError>);

impl SourcesError {
    /// Why each source gave none, in the order of the sources.
    pub fn errors(&self) -> &[SourceError] {
        &self.0
    }
}

impl fmt::Display for SourcesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("there is no API key: no source of keys was named");
        }
        f.write_str("there is no API key: ")?;
        for (at, error) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(f, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl Error for SourcesError {}
