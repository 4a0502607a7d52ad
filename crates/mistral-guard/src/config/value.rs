//! Values that need more than TOML's types: times, sizes, names, addresses.

use std::{fmt, net::SocketAddr, time::Duration};

use http::{Uri, uri::PathAndQuery};
use serde::Deserialize;
use tower_mistral::wire::{Mode, Reason};

/// What a layer or a rule does, as it is written in a file and on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ModeName {
    /// Nothing.
    Off,
    /// Looks on and reports what `enforce` would do.
    Observe,
    /// Edits and refuses.
    #[default]
    Enforce,
}

impl From<ModeName> for Mode {
    fn from(name: ModeName) -> Self {
        match name {
            ModeName::Off => Self::Off,
            ModeName::Observe => Self::Observe,
            ModeName::Enforce => Self::Enforce,
        }
    }
}

/// Why something cannot be inspected, by its name: `not_json`, `unsupported_media`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct ReasonName(pub Reason);

impl TryFrom<String> for ReasonName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let known = Reason::ALL
            .into_iter()
            .find(|reason| reason.as_str() == name);
        known.map(Self).ok_or_else(|| {
            let names = Reason::ALL.map(Reason::as_str).join("`, `");
            format!("unknown reason, expected one of `{names}`")
        })
    }
}

/// A time, written `250ms`, `30s`, `5m`, `1h`, `2d`, or `never`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Span(pub Duration);

impl Span {
    /// So many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }
}

impl TryFrom<String> for Span {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const FORM: &str = "a time is a number with a unit, such as \"250ms\", \"30s\" or \"1h\"";
        if text == "never" {
            return Ok(Self(Duration::MAX));
        }
        let (number, unit) = split_unit(&text);
        let number: u64 = number.parse().map_err(|_| FORM)?;
        let millis = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(FORM),
        };
        match number.checked_mul(millis) {
            Some(0) => Err("the time must be more than nothing"),
            Some(millis) => Ok(Self(Duration::from_millis(millis))),
            None => Err("the time is too long; write \"never\" for no end"),
        }
    }
}

/// A number of bytes, written as a number or as `64 KiB`, `32 MiB`, `1 GiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawSize")]
pub struct Size(pub usize);

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a size is a number of bytes, or a text such as \"32 MiB\""
)]
enum RawSize {
    Bytes(u64),
    Text(String),
}

impl TryFrom<RawSize> for Size {
    type Error = &'static str;

    fn try_from(raw: RawSize) -> Result<Self, Self::Error> {
        const FORM: &str = "a size is a number of bytes, or a text such as \"32 MiB\"";
        let bytes = match raw {
            RawSize::Bytes(bytes) => Some(bytes),
            RawSize::Text(text) => {
                let (number, unit) = split_unit(&text);
                let unit = match unit {
                    "" | "B" => 1,
                    "KiB" => 1 << 10,
                    "MiB" => 1 << 20,
                    "GiB" => 1 << 30,
                    _ => return Err(FORM),
                };
                number.parse::<u64>().map_err(|_| FORM)?.checked_mul(unit)
            }
        };
        match bytes.and_then(|bytes| usize::try_from(bytes).ok()) {
            Some(0) => Err("the size must be more than nothing"),
            Some(bytes) => Ok(Self(bytes)),
            None => Err("the size is too large"),
        }
    }
}

fn split_unit(text: &str) -> (&str, &str) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).unwrap_or((text, ""));
    (number, unit.trim())
}

/// Where a door for those who look after the process is: an address, or a port alone, which is one
/// of the loopback address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawDoor")]
pub struct Door(pub SocketAddr);

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "this is a port of the loopback address, or an address such as \"127.0.0.1:8485\""
)]
enum RawDoor {
    Port(u16),
    Text(String),
}

impl TryFrom<RawDoor> for Door {
    type Error = &'static str;

    fn try_from(raw: RawDoor) -> Result<Self, Self::Error> {
        match raw {
            RawDoor::Port(port) => Ok(Self(SocketAddr::from(([127, 0, 0, 1], port)))),
            RawDoor::Text(text) => text.parse(),
        }
    }
}

impl std::str::FromStr for Door {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "this is a port, or an address such as 127.0.0.1:8485";
        match text.parse() {
            Ok(port) => RawDoor::Port(port).try_into(),
            Err(_) => text.parse().map(Self).map_err(|_| FORM),
        }
    }
}

/// The name of an environment variable: capital letters, digits and `_`.
///
/// Nothing else is taken, so that a key or a token that was written in its place is not taken for a
/// name, and is not shown in a message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct EnvName(String);

impl EnvName {
    pub(crate) fn known(name: &'static str) -> Self {
        Self(name.to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for EnvName {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let allowed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        let starts = name.bytes().next().is_some_and(|b| !b.is_ascii_digit());
        if starts && name.bytes().all(allowed) {
            return Ok(Self(name));
        }
        Err("this is the name of an environment variable, in capitals; \
             secrets do not belong in this file")
    }
}

impl fmt::Display for EnvName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An origin, `https://host` or `http://host:port`, without a path.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Origin(Uri);

impl Origin {
    /// The address of `path` at this origin: the path as it is, byte for byte.
    pub fn at(&self, path: PathAndQuery) -> Uri {
        let mut parts = self.0.clone().into_parts();
        parts.path_and_query = Some(path);
        Uri::from_parts(parts).expect("an origin and a path make a URI")
    }
}

impl TryFrom<String> for Origin {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const FORM: &str = "an origin has the form https://host or https://host:port";
        let uri: Uri = text.parse().map_err(|_| FORM)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(FORM);
        };
        if !matches!(scheme, "http" | "https") {
            return Err("the scheme of an origin is https or http");
        }
        if authority.as_str().contains('@') {
            return Err("an origin has no user name and no password");
        }
        if uri.path() != "/" || uri.query().is_some() {
            return Err("an origin has no path: callers send theirs, such as /v1/chat/completions");
        }
        Ok(Self(uri))
    }
}

impl std::str::FromStr for Origin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.0.scheme_str().unwrap_or_default();
        let authority = self
            .0
            .authority()
            .map_or("", |authority| authority.as_str());
        write!(f, "{scheme}://{authority}")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_have_units() {
        let time = |text: &str| Span::try_from(text.to_owned()).map(|span| span.0.as_millis());
        assert_eq!(time("250ms"), Ok(250));
        assert_eq!(time("90 s"), Ok(90_000));
        assert_eq!(time("2h"), Ok(7_200_000));
        for bad in [
            "",
            "5",
            "s",
            "-1s",
            "0s",
            "1y",
            "1.5s",
            "99999999999999999999d",
        ] {
            assert!(time(bad).is_err(), "{bad}");
        }
        let size = |text: &str| Size::try_from(RawSize::Text(text.into())).map(|size| size.0);
        assert_eq!(size("64 KiB"), Ok(65_536));
        assert_eq!(size("7"), Ok(7));
        for bad in ["", "0", "1 KB", "1.5 MiB", "99999999999 GiB"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_port_alone_is_one_of_the_loopback_address() {
        let door = |text: &str| text.parse::<Door>().map(|door| door.0.to_string());
        assert_eq!(door("9464").as_deref(), Ok("127.0.0.1:9464"));
        assert_eq!(door("0.0.0.0:9464").as_deref(), Ok("0.0.0.0:9464"));
        assert_eq!(door("[::1]:1").as_deref(), Ok("[::1]:1"));
        for bad in ["", "localhost", "99999", "1.2.3.4"] {
            assert!(door(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_path_is_joined_as_it_stands() {
        let origin: Origin = "https://api.mistral.ai".parse().unwrap();
        for path in ["/v1/models?x=%2e", "/v1/%63hat//x/../y", "/"] {
            let uri = origin.at(path.parse().unwrap());
            assert_eq!(uri.to_string(), format!("https://api.mistral.ai{path}"));
        }
    }
}
