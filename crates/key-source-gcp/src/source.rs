//! The source.

use std::{borrow::Cow, fmt, time::Duration};

use google_cloud_auth::credentials::Credentials;
use tokio::sync::OnceCell;
use tower_mistral_key_rotation::{
    BoxFuture, KeySpec,
    source::{KeySource, SourceError, SourceErrorKind, parse_keys},
};

use crate::{
    GcpConfigError, SecretName,
    client::{Client, Failure, Version},
    name,
};

/// A secret in Google Cloud Secret Manager; see the [crate's documentation](crate).
pub struct GcpSource {
    label: String,
    name: SecretName,
    endpoint: Option<String>,
    credentials: Option<Credentials>,
    group: Cow<'static, str>,
    refresh_every: Duration,
    client: OnceCell<Client>,
}

impl GcpSource {
    /// How often the secret is asked for if nothing else is said: every five minutes.
    pub const EVERY: Duration = Duration::from_secs(300);

    /// The secret of this [name](SecretName), by application default credentials: those of
    /// `GOOGLE_APPLICATION_CREDENTIALS`, of `gcloud auth application-default login`, or of the
    /// service account that the machine runs as.
    ///
    /// # Errors
    ///
    /// It is no such name.
    pub fn new(name: impl AsRef<str>) -> Result<Self, GcpConfigError> {
        let name: SecretName = name.as_ref().parse()?;
        Ok(Self {
            label: format!("gcp {name}"),
            name,
            endpoint: None,
            credentials: None,
            group: Cow::Borrowed(""),
            refresh_every: Self::EVERY,
            client: OnceCell::new(),
        })
    }

    /// Asks here instead of `https://secretmanager.googleapis.com`: regional secrets have endpoints
    /// of their own, as private networks have.
    ///
    /// # Errors
    ///
    /// It is no `https` origin, nor plain `http` to a loopback address in digits.
    pub fn endpoint(mut self, endpoint: impl AsRef<str>) -> Result<Self, GcpConfigError> {
        self.endpoint = Some(name::checked(endpoint.as_ref())?);
        Ok(self)
    }

    /// Takes these credentials instead of the default ones.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// The organisation that the keys belong to, where nothing else stands beside a key.
    #[must_use]
    pub fn group(mut self, group: impl Into<Cow<'static, str>>) -> Self {
        self.group = group.into();
        self
    }

    /// How often it is asked for.
    #[must_use]
    pub fn every(mut self, time: Duration) -> Self {
        self.refresh_every = time;
        self
    }

    async fn read(&self) -> Result<Vec<KeySpec>, SourceError> {
        let version = self
            .version()
            .await
            .map_err(|failure| self.error(failure))?;
        let specs = parse_keys(&version.text, &self.group);
        let specs = specs.map_err(|kind| {
            SourceError::new(&self.label, kind).with_detail(format!("in {}", version.id))
        })?;
        let named = specs.into_iter().map(|spec| spec.id(version.id.clone()));
        Ok(named.collect())
    }

    async fn version(&self) -> Result<Version, Failure> {
        // A failure is not kept: credentials may come later.
        let make = || Client::new(self.endpoint.clone(), self.credentials.clone());
        let client = self.client.get_or_try_init(make).await?;
        let not_enabled = match client.access(self.name.to_string()).await {
            Err(failure) if failure.is_not_enabled => failure,
            answer => return answer,
        };
        let Some(newest) = client.newest_enabled(self.name.secret()).await? else {
            return Err(not_enabled);
        };
        let (source, version) = (&self.label, self.name.version());
        tracing::warn!(
            source,
            version,
            newest,
            "the version is disabled; the newest enabled is used"
        );
        client.access(self.name.at(&newest)).await
    }

    fn error(&self, failure: Failure) -> SourceError {
        if failure.is_not_enabled {
            let error = SourceError::new(&self.label, SourceErrorKind::Empty);
            return error.with_detail("no version of it is enabled");
        }
        let error = SourceError::new(&self.label, failure.kind);
        match failure.detail {
            Some(detail) => error.with_detail(detail),
            None => error,
        }
    }
}

impl KeySource for GcpSource {
    fn name(&self) -> &str {
        &self.label
    }

    fn fetch(&self) -> BoxFuture<'_, Result<Vec<KeySpec>, SourceError>> {
        Box::pin(self.read())
    }

    fn refresh_every(&self) -> Duration {
        self.refresh_every
    }
}

impl fmt::Debug for GcpSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GcpSource")
            .field("name", &self.name)
            .field("endpoint", &self.endpoint)
            .field("refresh_every", &self.refresh_every)
            .finish_non_exhaustive()
    }
}
