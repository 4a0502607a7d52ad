//! From a configuration to sources of keys.

use tower_mistral::key_rotation::source::{DirSource, EnvSource, FileSource, Sources};

use super::{ConfigError, EnvName, KeySourceConfig, KeysConfig, Origin, Span};

impl KeysConfig {
    /// The sources, of which none has been asked yet.
    ///
    /// # Errors
    ///
    /// One of them is none.
    pub(crate) fn sources(&self) -> Result<Sources, ConfigError> {
        let sources = Sources::new()
            .fetch_timeout(self.fetch_timeout.0)
            .warn_before(self.warn_before.0);
        if self.sources.is_empty() {
            return Ok(sources.with(env(Some(&self.env))));
        }
        self.sources.iter().try_fold(sources, with)
    }
}

fn with(sources: Sources, config: &KeySourceConfig) -> Result<Sources, ConfigError> {
    Ok(match config {
        KeySourceConfig::Env { variable, group } => {
            sources.with(env(variable.as_ref()).group(name(group)))
        }
        KeySourceConfig::File { path, every, group } => {
            let every = every.map_or(FileSource::EVERY, |span| span.0);
            sources.with(FileSource::new(path).group(name(group)).every(every))
        }
        KeySourceConfig::Dir { path, every, group } => {
            let every = every.map_or(FileSource::EVERY, |span| span.0);
            sources.with(DirSource::new(path).group(name(group)).every(every))
        }
        KeySourceConfig::Gcp {
            secret,
            endpoint,
            every,
            group,
        } => gcp(sources, secret, endpoint.as_ref(), *every, name(group))?,
    })
}

fn env(variable: Option<&EnvName>) -> EnvSource {
    match variable.map(EnvName::as_str) {
        None | Some(KeysConfig::ENV) => EnvSource::new(),
        Some(variable) => EnvSource::variable(variable.to_owned()),
    }
}

fn name(group: &Option<String>) -> String {
    group.clone().unwrap_or_default()
}

#[cfg(feature = "gcp")]
fn gcp(
    sources: Sources,
    secret: &str,
    endpoint: Option<&Origin>,
    every: Option<Span>,
    group: String,
) -> Result<Sources, ConfigError> {
    use tower_mistral::key_source_gcp::GcpSource;
    let error = |error| ConfigError::key("keys.sources", error);
    let source = GcpSource::new(secret).map_err(error)?.group(group);
    let source = match endpoint {
        Some(endpoint) => source.endpoint(endpoint.to_string()).map_err(error)?,
        None => source,
    };
    let every = every.map_or(GcpSource::EVERY, |span| span.0);
    Ok(sources.with(source.every(every)))
}

#[cfg(not(feature = "gcp"))]
fn gcp(
    _: Sources,
    _: &str,
    _: Option<&Origin>,
    _: Option<Span>,
    _: String,
) -> Result<Sources, ConfigError> {
    let what = "this build knows no Google Cloud Secret Manager: build it with `--features gcp`";
    Err(ConfigError::key("keys.sources", what))
}
