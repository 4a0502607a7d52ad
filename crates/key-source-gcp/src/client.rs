//! Two questions to Secret Manager, by Google's client.

use std::{borrow::Cow, time::Duration};

use google_cloud_auth::credentials::Credentials;
use google_cloud_gax::{
    error::{Error, rpc::Code},
    options::RequestOptionsBuilder,
    paginator::ItemPaginator,
    retry_policy::{Aip194Strict, RetryPolicyExt},
};
use google_cloud_secretmanager_v1::{
    client::SecretManagerService,
    model::{AccessSecretVersionResponse, secret_version::State},
};
use secrecy::SecretString;
use tower_mistral_key_rotation::source::SourceErrorKind;

/// A try of one question; what is tried again in all has less than the time a source has.
const ATTEMPT: Duration = Duration::from_secs(5);
const ATTEMPTS: u32 = 2;

/// Why there is no answer.
pub(crate) struct Failure {
    pub(crate) kind: SourceErrorKind,
    pub(crate) detail: Option<Cow<'static, str>>,
    /// The version exists and is disabled or destroyed.
    pub(crate) is_not_enabled: bool,
}

/// What a version holds, and which one it was: `versions/3`.
pub(crate) struct Version {
    pub(crate) id: String,
    pub(crate) text: SecretString,
}

#[derive(Clone)]
pub(crate) struct Client(SecretManagerService);

impl Client {
    /// With application default credentials if none are given.
    pub(crate) async fn new(
        endpoint: Option<String>,
        credentials: Option<Credentials>,
    ) -> Result<Self, Failure> {
        // An error means that the process has chosen one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let retry = Aip194Strict.with_attempt_limit(ATTEMPTS);
        let builder = SecretManagerService::builder().with_retry_policy(retry);
        let builder = match endpoint {
            Some(endpoint) => builder.with_endpoint(endpoint),
            None => builder,
        };
        let builder = match credentials {
            Some(credentials) => builder.with_credentials(credentials),
            None => builder,
        };
        let client = builder.build().await.map_err(|_| Failure {
            kind: SourceErrorKind::Denied,
            detail: Some(Cow::Borrowed(NO_CREDENTIALS)),
            is_not_enabled: false,
        })?;
        Ok(Self(client))
    }

    /// The content of the version called `name`.
    pub(crate) async fn access(&self, name: String) -> Result<Version, Failure> {
        let call = self.0.access_secret_version().set_name(name);
        let call = call.with_attempt_timeout(ATTEMPT).with_idempotency(true);
        read(call.send().await.map_err(|error| failure(&error))?)
    }

    /// The last part of the name of the newest version of `secret` that is enabled.
    pub(crate) async fn newest_enabled(&self, secret: &str) -> Result<Option<String>, Failure> {
        let call = self.0.list_secret_versions().set_parent(secret);
        let call = call.set_filter("state:ENABLED").set_page_size(100);
        let call = call.with_attempt_timeout(ATTEMPT).with_idempotency(true);
        let mut versions = call.by_item();
        let mut newest: Option<u64> = None;
        while let Some(version) = versions.next().await {
            let version = version.map_err(|error| failure(&error))?;
            // Versions are numbered as they are made; the filter may not be known to a stand-in.
            let number = version
                .name
                .rsplit('/')
                .next()
                .and_then(|id| id.parse().ok());
            if version.state == State::Enabled {
                newest = newest.max(number);
            }
        }
        Ok(newest.map(|number| number.to_string()))
    }
}

const NO_CREDENTIALS: &str = "there are no application default credentials that work";

fn read(response: AccessSecretVersionResponse) -> Result<Version, Failure> {
    let corrupt = |detail| Failure {
        kind: SourceErrorKind::Corrupt,
        detail: Some(Cow::Borrowed(detail)),
        is_not_enabled: false,
    };
    let payload = response
        .payload
        .ok_or_else(|| corrupt("it came without a payload"))?;
    let expected = payload
        .data_crc32c
        .ok_or_else(|| corrupt("it came without a CRC32C"))?;
    if i64::from(crc32c::crc32c(&payload.data)) != expected {
        return Err(corrupt("its CRC32C is wrong"));
    }
    let text = std::str::from_utf8(&payload.data).map_err(|_| corrupt("it is not UTF-8"))?;
    let version = response.name.rsplit('/').next().unwrap_or_default();
    // It is the service that says this, and it is shown.
    let is_id = !version.is_empty()
        && version.len() <= 64
        && version
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    Ok(Version {
        id: format!("versions/{}", if is_id { version } else { "?" }),
        text: SecretString::from(text),
    })
}

fn failure(error: &Error) -> Failure {
    let code = error.status().map(|status| status.code);
    let http = error.http_status_code();
    let borrowed = |text| Some(Cow::Borrowed(text));
    let (kind, detail) = match (code, http) {
        (Some(Code::NotFound), _) | (_, Some(404)) => (
            SourceErrorKind::Missing,
            borrowed("check the names of project, secret and version"),
        ),
        (Some(Code::PermissionDenied), _) | (_, Some(403)) => (
            SourceErrorKind::Denied,
            borrowed("it takes roles/secretmanager.secretAccessor"),
        ),
        (Some(Code::ResourceExhausted), _) | (_, Some(429)) => (SourceErrorKind::Throttled, None),
        (Some(Code::Unauthenticated), _) | (_, Some(401)) => {
            (SourceErrorKind::Denied, borrowed(NO_CREDENTIALS))
        }
        (Some(Code::DeadlineExceeded), _) => (SourceErrorKind::TimedOut, None),
        _ if error.is_timeout() => (SourceErrorKind::TimedOut, None),
        _ if error.is_authentication() => (SourceErrorKind::Denied, borrowed(NO_CREDENTIALS)),
        _ if error.is_deserialization() => (
            SourceErrorKind::Corrupt,
            borrowed("it is no answer of Secret Manager"),
        ),
        (_, Some(status)) => (
            SourceErrorKind::Unavailable,
            Some(Cow::Owned(format!("HTTP status {status}"))),
        ),
        _ => (SourceErrorKind::Unavailable, None),
    };
    Failure {
        kind,
        detail,
        is_not_enabled: code == Some(Code::FailedPrecondition),
    }
}
