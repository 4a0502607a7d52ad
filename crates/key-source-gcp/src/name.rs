//! Names of secrets and addresses of the service.

use std::{error::Error, fmt, net::IpAddr, str::FromStr};

use http::Uri;

/// The name of a secret and of a version of it: `projects/P/secrets/S/versions/latest`,
/// `projects/P/secrets/S/versions/3`, or without a version, which is the latest; regional ones begin
/// with `projects/P/locations/L`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretName {
    secret: String,
    version: String,
}

impl SecretName {
    /// The secret, without the version.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The version: a number, an alias, or `latest`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The name of that version of the secret.
    pub(crate) fn at(&self, version: &str) -> String {
        format!("{}/versions/{version}", self.secret)
    }
}

impl FromStr for SecretName {
    type Err = GcpConfigError;

    fn from_str(name: &str) -> Result<Self, GcpConfigError> {
        let parts: Vec<&str> = name.split('/').collect();
        let (secret, version) = match parts.as_slice() {
            [secret @ .., "versions", version] => (secret, *version),
            secret => (secret, "latest"),
        };
        let places = match secret {
            ["projects", project, "secrets", id] => vec![project, id],
            ["projects", project, "locations", location, "secrets", id] => {
                vec![project, location, id]
            }
            _ => return Err(GcpConfigError::Name),
        };
        if !places.into_iter().all(|place| is_id(place)) || !is_id(version) {
            return Err(GcpConfigError::Name);
        }
        Ok(Self {
            secret: secret.join("/"),
            version: version.to_owned(),
        })
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/versions/{}", self.secret, self.version)
    }
}

/// Also `example.com:project`, as old projects are called.
fn is_id(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
    !text.is_empty()
        && text.len() <= 255
        && text.bytes().all(allowed)
        && text.starts_with(|c: char| c != '.')
}

/// `endpoint`, if an access token may be sent there.
pub(crate) fn checked(endpoint: &str) -> Result<String, GcpConfigError> {
    let uri: Uri = endpoint.parse().map_err(|_| GcpConfigError::Endpoint)?;
    let host = uri.host().unwrap_or_default();
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    let is_loopback = address.is_some_and(|address| address.is_loopback());
    let is_safe = match uri.scheme_str() {
        Some("https") => !host.is_empty(),
        Some("http") => is_loopback,
        _ => false,
    };
    let has_user = uri
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'));
    let is_origin = uri.path() == "/" && uri.query().is_none() && !has_user;
    if is_safe && is_origin {
        return Ok(endpoint.trim_end_matches('/').to_owned());
    }
    Err(GcpConfigError::Endpoint)
}

/// What is wrong with what a source was told. Does not repeat it: it may be a misplaced secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GcpConfigError {
    /// It is no name of a secret.
    Name,
    /// It is no address that an access token may be sent to.
    Endpoint,
}

impl fmt::Display for GcpConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => {
                "a secret is named projects/PROJECT/secrets/SECRET/versions/VERSION, \
                 or without the version, which is the latest"
            }
            Self::Endpoint => {
                "an endpoint has the form https://host; plain http is for loopback addresses only"
            }
        })
    }
}

impl Error for GcpConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_a_project_a_name_and_a_version() {
        let table = [
            (
                "projects/p/secrets/s",
                Some("projects/p/secrets/s/versions/latest"),
            ),
            (
                "projects/p/secrets/s/versions/7",
                Some("projects/p/secrets/s/versions/7"),
            ),
            (
                "projects/x.com:p/locations/europe-west9/secrets/s/versions/latest",
                Some("projects/x.com:p/locations/europe-west9/secrets/s/versions/latest"),
            ),
            (
                "projects/p/secrets/versions",
                Some("projects/p/secrets/versions/versions/latest"),
            ),
            ("mistral-api-key", None),
            ("projects/p/secrets/", None),
            ("projects/p/secrets/s/versions/", None),
            ("projects/../secrets/s", None),
            ("projects/p/secrets/s?x", None),
            ("projects/p/secrets/s/versions/1/2", None),
        ];
        for (text, expected) in table {
            let name = text.parse::<SecretName>().ok().map(|name| name.to_string());
            assert_eq!(name.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn tokens_go_to_safe_places_only() {
        let table = [
            (
                "https://secretmanager.europe-west9.rep.googleapis.com",
                true,
            ),
            ("https://private.googleapis.com/", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://localhost:8080", false),
            ("http://secretmanager.googleapis.com", false),
            ("https://user@secretmanager.googleapis.com", false),
            ("https://x/v1", false),
            ("secretmanager.googleapis.com", false),
            ("", false),
        ];
        for (text, is_safe) in table {
            assert_eq!(checked(text).is_ok(), is_safe, "{text}");
        }
    }
}
