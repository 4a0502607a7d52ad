//! Where a key may go.

use std::{error::Error, fmt, net::IpAddr};

use http::{
    HeaderValue, Uri,
    uri::{Authority, PathAndQuery, Scheme},
};

/// The origins of the API itself: the global host and the two regional ones.
const MISTRAL: [&str; 3] = [
    "https://api.mistral.ai",
    "https://api.eu.mistral.ai",
    "https://api.us.mistral.ai",
];

/// Why a text is not an origin that a key may be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OriginError {
    /// It is not `scheme://host` or `scheme://host:port`.
    Malformed,
    /// Its scheme is neither `https` nor `http`.
    Scheme,
    /// It has a user name or a password.
    UserInfo,
    /// It has a path or a query.
    Path,
    /// It is plain `http` and its host is not a loopback address in digits (`127.0.0.1`, `[::1]`):
    /// whoever listens on the way could read the key.
    PlainHttp,
}

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "an origin has the form scheme://host or scheme://host:port",
            Self::Scheme => "the scheme of an origin is https or http",
            Self::UserInfo => "an origin has no user name and no password",
            Self::Path => "an origin has no path and no query",
            Self::PlainHttp => {
                "plain http is only for a loopback address in digits, such as 127.0.0.1"
            }
        })
    }
}

impl Error for OriginError {}

/// The origins that keys may be sent to.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    list: Vec<Origin>,
    is_default: bool,
}

impl Origins {
    /// Those of the API itself.
    pub(crate) fn mistral() -> Self {
        let parse = |text| Origin::parse(text).expect("the constants are origins");
        Self {
            list: MISTRAL.map(parse).into(),
            is_default: true,
        }
    }

    /// Adds an origin; the first one takes the place of the default ones.
    pub(crate) fn add(&mut self, text: &str, allow_plain: bool) -> Result<(), OriginError> {
        let origin = Origin::checked(text, allow_plain)?;
        if self.is_default {
            (self.is_default, self.list) = (false, Vec::new());
        }
        self.list.push(origin);
        Ok(())
    }

    /// The address of the list of models at the first origin, and the `Host` of that.
    pub(crate) fn models(&self) -> Option<(Uri, &HeaderValue)> {
        let origin = self.list.first()?;
        let (scheme, authority) = origin.place().ok()?;
        let mut parts = http::uri::Parts::default();
        (parts.scheme, parts.authority) = (Some(scheme), Some(authority));
        parts.path_and_query = Some(PathAndQuery::from_static("/v1/models"));
        Some((Uri::from_parts(parts).ok()?, &origin.header))
    }

    /// The `Host` of the origin that `uri` is of, if keys may go there.
    pub(crate) fn host_for(&self, uri: &Uri) -> Option<&HeaderValue> {
        let place = Place::of(uri).ok()?;
        let origin = self.list.iter().find(|origin| origin.is_at(&place))?;
        Some(&origin.header)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Origin {
    is_https: bool,
    host: Box<str>,
    port: u16,
    /// What `Host` says, as clients spell it: without the scheme's own port.
    header: HeaderValue,
}

impl Origin {
    /// Reads an origin; plain `http` to another machine has to be allowed.
    pub(crate) fn checked(text: &str, allow_plain: bool) -> Result<Self, OriginError> {
        let origin = Self::parse(text)?;
        if !allow_plain && !origin.is_https && !origin.is_loopback() {
            return Err(OriginError::PlainHttp);
        }
        Ok(origin)
    }

    /// Its scheme and its authority, as they stand in a URI.
    pub(crate) fn place(&self) -> Result<(Scheme, Authority), OriginError> {
        let scheme = match self.is_https {
            true => Scheme::HTTPS,
            false => Scheme::HTTP,
        };
        let authority = Authority::try_from(self.header.as_bytes());
        Ok((scheme, authority.map_err(|_| OriginError::Malformed)?))
    }

    fn parse(text: &str) -> Result<Self, OriginError> {
        let uri: Uri = text.parse().map_err(|_| OriginError::Malformed)?;
        let place = Place::of(&uri)?;
        if uri.path_and_query().is_some_and(|path| path != "/") || text.contains('#') {
            return Err(OriginError::Path);
        }
        let host = place.host.to_ascii_lowercase();
        let header = if place.port == default_port(place.is_https) {
            HeaderValue::from_str(&host)
        } else {
            HeaderValue::from_str(&format!("{host}:{}", place.port))
        };
        Ok(Self {
            is_https: place.is_https,
            host: host.into(),
            port: place.port,
            header: header.map_err(|_| OriginError::Malformed)?,
        })
    }

    fn is_loopback(&self) -> bool {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }

    fn is_at(&self, place: &Place<'_>) -> bool {
        self.is_https == place.is_https
            && self.port == place.port
            && self.host.eq_ignore_ascii_case(place.host)
    }
}

/// Scheme, host and port of a URI.
struct Place<'u> {
    is_https: bool,
    host: &'u str,
    port: u16,
}

impl<'u> Place<'u> {
    fn of(uri: &'u Uri) -> Result<Self, OriginError> {
        let is_https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            Some(_) => return Err(OriginError::Scheme),
            None => return Err(OriginError::Malformed),
        };
        let authority = uri.authority().ok_or(OriginError::Malformed)?;
        if authority.as_str().contains('@') {
            return Err(OriginError::UserInfo);
        }
        let host = authority.host();
        let port = port(authority, is_https).ok_or(OriginError::Malformed)?;
        if host.is_empty() {
            return Err(OriginError::Malformed);
        }
        Ok(Self {
            is_https,
            host,
            port,
        })
    }
}

/// The port, read strictly: clients take an odd one (`:`, `:+443`, `:99999`) for none at all.
fn port(authority: &Authority, is_https: bool) -> Option<u16> {
    let rest = authority.as_str().strip_prefix(authority.host())?;
    if rest.is_empty() {
        return Some(default_port(is_https));
    }
    let digits = rest.strip_prefix(':')?;
    let is_number = digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

fn default_port(is_https: bool) -> u16 {
    if is_https { 443 } else { 80 }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_origins_are_accepted() {
        let table = [
            ("https://proxy.example", Ok("proxy.example")),
            ("https://Proxy.Example:443/", Ok("proxy.example")),
            ("https://proxy.example:8443", Ok("proxy.example:8443")),
            ("http://127.0.0.1:8080", Ok("127.0.0.1:8080")),
            ("http://127.9.9.9", Ok("127.9.9.9")),
            ("http://[::1]:80", Ok("[::1]")),
            ("http://localhost:8080", Err(OriginError::PlainHttp)),
            ("http://127.0.0.1.example", Err(OriginError::PlainHttp)),
            ("http://127.1", Err(OriginError::PlainHttp)),
            ("http://10.0.0.1", Err(OriginError::PlainHttp)),
            ("ftp://proxy.example", Err(OriginError::Scheme)),
            ("proxy.example", Err(OriginError::Malformed)),
            ("/v1", Err(OriginError::Malformed)),
            ("", Err(OriginError::Malformed)),
            ("https://proxy.example:99999", Err(OriginError::Malformed)),
            (
                "https://me:canary@proxy.example",
                Err(OriginError::UserInfo),
            ),
            ("https://proxy.example/v1", Err(OriginError::Path)),
            ("https://proxy.example?x", Err(OriginError::Path)),
            ("https://proxy.example#x", Err(OriginError::Path)),
        ];
        for (text, expected) in table {
            let mut origins = Origins::mistral();
            let added = origins.add(text, false);
            assert_eq!(added, expected.map(drop), "{text}");
            if let Ok(host) = expected {
                assert_eq!(origins.host_for(&text.parse().unwrap()).unwrap(), host);
            }
        }
        let mut origins = Origins::mistral();
        origins.add("http://gateway.internal", true).unwrap();
        let uri = Uri::from_static("http://gateway.internal/v1/models");
        assert_eq!(origins.host_for(&uri).unwrap(), "gateway.internal");
    }
}
