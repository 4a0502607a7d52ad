//! Where keys come from while the process runs: a small trait, sources for the environment, files,
//! directories and closures, and the task that keeps a ring up to date from them.

mod callback;
mod entry;
mod env;
mod error;
mod expiry;
mod file;
mod keeper;
mod kept;
mod live;
mod snapshot;
mod sources;

use std::time::Duration;

pub use self::{
    callback::CallbackSource,
    entry::parse_keys,
    env::EnvSource,
    error::{SourceError, SourceErrorKind},
    file::{DirSource, FileSource},
    live::{LiveKeys, SourceState},
    sources::{Sources, SourcesError},
};
use crate::{BoxFuture, KeySpec};

/// A place that keys are kept in: a secret manager, a file, a variable.
///
/// It is asked when the process starts, every [`refresh_every`](Self::refresh_every) with some
/// jitter, and when the API has rejected one of its keys; never by two callers at a time.
pub trait KeySource: Send + Sync + 'static {
    /// What errors, log lines and metrics call it: `file /run/secrets/mistral`. The same all the
    /// time, and no secret.
    fn name(&self) -> &str;

    /// All keys that are good now: what it leaves out is retired. To take a version out of service
    /// without failing a call, let a source hold the old one and the new one for a while.
    ///
    /// # Errors
    ///
    /// It cannot tell, or it holds no key: the keys it gave before stay in use then.
    fn fetch(&self) -> BoxFuture<'_, Result<Vec<KeySpec>, SourceError>>;

    /// How often it is worth asking. Default: five minutes.
    fn refresh_every(&self) -> Duration {
        Duration::from_secs(300)
    }
}
