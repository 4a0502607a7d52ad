//! By which names the server may be called.

use std::net::SocketAddr;

use http::uri::Authority;

/// The values of `Host` that are served.
///
/// A page of another origin can make a browser send requests here by pointing a name of its own at
/// this machine (DNS rebinding); the name it then puts into `Host` gives it away.
#[derive(Clone, Debug)]
pub(crate) struct Hosts {
    port: u16,
    /// Names for the server's own port.
    own: Vec<String>,
    /// Names for any port, or with one.
    listed: Vec<String>,
}

impl Hosts {
    pub(crate) fn new(addr: SocketAddr, listed: &[String]) -> Self {
        let mut own = ["localhost", "127.0.0.1", "[::1]"]
            .map(str::to_owned)
            .to_vec();
        if !addr.ip().is_unspecified() {
            own.push(match addr {
                SocketAddr::V4(addr) => addr.ip().to_string(),
                SocketAddr::V6(addr) => format!("[{}]", addr.ip()),
            });
        }
        let listed = listed
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .collect();
        Self {
            port: addr.port(),
            own,
            listed,
        }
    }

    /// Whether `host`, as it stands in a `Host` header, is served.
    pub(crate) fn serve(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else {
            return false;
        };
        if host.contains('@') {
            return false;
        }
        let name = authority.host().to_ascii_lowercase();
        let port = authority.port_u16().unwrap_or(80);
        let own = port == self.port && self.own.contains(&name);
        own || self
            .listed
            .iter()
            .any(|listed| *listed == name || *listed == format!("{name}:{port}"))
    }

    /// Whether `origin`, as it stands in an `Origin` header, is one of this server's own.
    pub(crate) fn serve_origin(&self, origin: &str) -> bool {
        if let Some(host) = origin.strip_prefix("http://") {
            return self.serve(host);
        }
        // Behind something that ends TLS, under a name that was listed.
        let host = origin.strip_prefix("https://");
        host.is_some_and(|host| {
            let host = host.to_ascii_lowercase();
            self.listed.contains(&host)
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_with_their_port() {
        let listed = ["guard.internal".to_owned(), "other.internal:81".to_owned()];
        let hosts = Hosts::new("10.1.2.3:8484".parse().unwrap(), &listed);
        let table = [
            ("127.0.0.1:8484", true),
            ("LOCALHOST:8484", true),
            ("[::1]:8484", true),
            ("10.1.2.3:8484", true),
            ("guard.internal", true),
            ("guard.internal:9", true),
            ("other.internal:81", true),
            ("other.internal", false),
            ("localhost", false),
            ("localhost:8485", false),
            ("localhost:8484@evil.example", false),
            ("x@localhost:8484", false),
            ("localhost.evil.example:8484", false),
            ("evil.example:8484", false),
            ("", false),
        ];
        for (host, served) in table {
            assert_eq!(hosts.serve(host), served, "{host}");
        }
        let table = [
            ("http://localhost:8484", true),
            ("https://guard.internal", true),
            ("https://localhost:8484", false),
            ("http://evil.example", false),
            ("null", false),
        ];
        for (origin, served) in table {
            assert_eq!(hosts.serve_origin(origin), served, "{origin}");
        }
    }
}
