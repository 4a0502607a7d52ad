//! Keys from a closure.

use std::{fmt, time::Duration};

use super::{KeySource, SourceError};
use crate::{BoxFuture, KeySpec};

/// Keys from an async closure, for whatever has no source of its own.
///
/// ```
/// use tower_mistral_key_rotation::{KeySpec, source::{CallbackSource, SourceError, SourceErrorKind}};
///
/// # struct Vault;
/// # impl Vault { async fn read(&self) -> Option<String> { None } }
/// # let vault = std::sync::Arc::new(Vault);
/// let source = CallbackSource::new("our vault", move || {
///     let vault = vault.clone();
///     async move {
///         let key = vault.read().await;
///         let down = || SourceError::new("our vault", SourceErrorKind::Unavailable);
///         Ok(vec![KeySpec::new(key.ok_or_else(down)?)])
///     }
/// });
/// ```
pub struct CallbackSource<F> {
    name: String,
    fetch: F,
    refresh_every: Duration,
}

impl<F, R> CallbackSource<F>
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = Result<Vec<KeySpec>, SourceError>> + Send + 'static,
{
    /// A source called `name` that asks `fetch` every five minutes.
    pub fn new(name: impl Into<String>, fetch: F) -> Self {
        Self {
            name: name.into(),
            fetch,
            refresh_every: Duration::from_secs(300),
        }
    }

    /// How often it is asked.
    #[must_use]
    pub fn every(mut self, time: Duration) -> Self {
        self.refresh_every = time;
        self
    }
}

impl<F, R> KeySource for CallbackSource<F>
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = Result<Vec<KeySpec>, SourceError>> + Send + 'static,
{
    fn name(&self) -> &str {
        &self.name
    }

    fn fetch(&self) -> BoxFuture<'_, Result<Vec<KeySpec>, SourceError>> {
        Box::pin((self.fetch)())
    }

    fn refresh_every(&self) -> Duration {
        self.refresh_every
    }
}

impl<F> fmt::Debug for CallbackSource<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackSource")
            .field("name", &self.name)
            .field("refresh_every", &self.refresh_every)
            .finish_non_exhaustive()
    }
}
