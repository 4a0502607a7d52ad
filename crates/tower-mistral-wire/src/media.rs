//! Content types and encodings: what a body is taken for.

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::uninspectable::Reason;

/// What the body of a reply is taken for, by its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyMedia {
    /// No body is to come.
    None,
    /// `application/json` and `+json`: read whole.
    Json,
    /// `text/event-stream`: read event by event.
    EventStream,
    /// Other `text/*`, or no label: read whole, as JSON if it is, else as one plain text.
    Text,
    /// Anything else, encoded, or a part: why it cannot be read.
    Opaque(Reason),
}

impl ReplyMedia {
    /// Decides by status and headers, and by the method of the request.
    pub fn of(method: &Method, status: StatusCode, headers: &HeaderMap) -> Self {
        let no_body = [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED];
        if *method == Method::HEAD || no_body.contains(&status) {
            return Self::None;
        }
        // A part of a reply, and what follows an upgrade, cannot be read as what they are part of.
        if status == StatusCode::SWITCHING_PROTOCOLS {
            return Self::Opaque(Reason::Upgrade);
        }
        if status == StatusCode::PARTIAL_CONTENT || headers.contains_key(header::CONTENT_RANGE) {
            return Self::Opaque(Reason::PartialReply);
        }
        if is_encoded(headers) {
            return Self::Opaque(Reason::UnsupportedCoding);
        }
        let Some(label) = headers.get(header::CONTENT_TYPE) else {
            return Self::Text;
        };
        // As the API spells them: nothing has to be put together.
        match label.as_bytes() {
            b"application/json" => return Self::Json,
            b"text/event-stream" => return Self::EventStream,
            _ => {}
        }
        let essence = essence(label);
        let charset = charset_is_utf8(label);
        match essence.as_str() {
            "text/event-stream" if charset => Self::EventStream,
            _ if !charset => Self::Opaque(Reason::UnsupportedMedia),
            "application/json" => Self::Json,
            other if other.ends_with("+json") => Self::Json,
            other if other.starts_with("text/") => Self::Text,
            _ => Self::Opaque(Reason::UnsupportedMedia),
        }
    }
}

/// Whether a body has a `content-encoding` other than `identity`.
pub fn is_encoded(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::CONTENT_ENCODING).iter();
    let mut names = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    names.any(|name| {
        let name = name.trim_ascii();
        !name.is_empty() && !name.eq_ignore_ascii_case(b"identity")
    })
}

/// Whether a request's body is labelled as a form with parts, which is no JSON.
pub fn is_multipart(headers: &HeaderMap) -> bool {
    // With two labels nobody knows by which one a host goes.
    let mut labels = headers.get_all(header::CONTENT_TYPE).iter().peekable();
    let is_form = |label: &HeaderValue| {
        label != "application/json" && essence(label).starts_with("multipart/")
    };
    labels.peek().is_some() && labels.all(is_form)
}

/// Whether a request's body may be taken for JSON by a host: its label says so, or there is none.
pub fn promises_json(headers: &HeaderMap) -> bool {
    let labels = headers.get_all(header::CONTENT_TYPE);
    let names_json = |label: &HeaderValue| {
        let mut words = label.as_bytes().windows(4);
        words.any(|word| word.eq_ignore_ascii_case(b"json"))
    };
    labels.iter().next().is_none() || labels.iter().any(names_json)
}

/// Whether a request asks to go on in another protocol, which nobody here could read.
///
/// `OPTIONS` may ask: it carries no text, and a reply that grants it is
/// [one that cannot be read](Reason::Upgrade).
pub fn asks_for_upgrade(method: &Method, headers: &HeaderMap) -> bool {
    let mut connection = headers
        .get_all(header::CONNECTION)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let asks = headers.contains_key(header::UPGRADE)
        || connection.any(|word| word.trim_ascii().eq_ignore_ascii_case(b"upgrade"));
    *method == Method::CONNECT || (asks && *method != Method::OPTIONS)
}

/// Asks for a reply that can be read: no encoding; `whole` says that it must not be a part, and
/// no confirmation of a copy that the caller has, either.
pub fn ask_for_plain(headers: &mut HeaderMap, whole: bool) {
    headers.insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("identity"),
    );
    if !whole {
        return;
    }
    for name in [
        header::RANGE,
        header::IF_RANGE,
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        header::IF_MODIFIED_SINCE,
        header::IF_UNMODIFIED_SINCE,
    ] {
        headers.remove(name);
    }
}

/// Removes the headers that describe bytes which are no longer the same, and how they were framed:
/// a host that learns the length of the new ones would name both.
pub fn forget_digests(headers: &mut HeaderMap) {
    for name in [
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::ETAG,
        header::ACCEPT_RANGES,
    ] {
        headers.remove(name);
    }
    for name in ["content-md5", "digest", "content-digest", "repr-digest"] {
        headers.remove(name);
    }
}

fn essence(label: &HeaderValue) -> String {
    let label = String::from_utf8_lossy(label.as_bytes());
    label
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

fn charset_is_utf8(label: &HeaderValue) -> bool {
    let label = String::from_utf8_lossy(label.as_bytes()).to_ascii_lowercase();
    let charset = label.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        (name.trim() == "charset").then(|| value.trim().trim_matches('"').to_owned())
    });
    // US-ASCII is a part of UTF-8.
    charset.is_none_or(|charset| matches!(charset.as_str(), "utf-8" | "utf8" | "us-ascii"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn labels_decide() {
        use ReplyMedia::*;
        let table = [
            (Some("application/json"), Option::None, Json),
            (Some("Application/JSON; charset=utf-8"), Option::None, Json),
            (Some("application/problem+json"), Option::None, Json),
            (
                Some("text/event-stream; charset=utf-8"),
                Option::None,
                EventStream,
            ),
            (Some("text/html"), Option::None, Text),
            (Option::None, Option::None, Text),
            (
                Some("application/json; charset=utf-16"),
                Option::None,
                Opaque(Reason::UnsupportedMedia),
            ),
            (
                Some("application/octet-stream"),
                Option::None,
                Opaque(Reason::UnsupportedMedia),
            ),
            (
                Some("application/json"),
                Some("gzip"),
                Opaque(Reason::UnsupportedCoding),
            ),
            (Some("application/json"), Some(" identity "), Json),
        ];
        for (label, encoding, expected) in table {
            let mut headers = HeaderMap::new();
            if let Some(label) = label {
                headers.insert(header::CONTENT_TYPE, label.parse().unwrap());
            }
            if let Some(encoding) = encoding {
                let encoding: &str = encoding;
                headers.insert(header::CONTENT_ENCODING, encoding.parse().unwrap());
            }
            let media = ReplyMedia::of(&Method::POST, StatusCode::OK, &headers);
            assert_eq!(media, expected, "{label:?} {encoding:?}");
        }
        let media = |method, status| ReplyMedia::of(&method, status, &HeaderMap::new());
        assert_eq!(media(Method::HEAD, StatusCode::OK), None);
        assert_eq!(media(Method::GET, StatusCode::NO_CONTENT), None);
        let part = media(Method::GET, StatusCode::PARTIAL_CONTENT);
        assert_eq!(part, Opaque(Reason::PartialReply));
        let switched = media(Method::GET, StatusCode::SWITCHING_PROTOCOLS);
        assert_eq!(switched, Opaque(Reason::Upgrade));
    }

    #[test]
    fn upgrades_are_seen_however_they_are_spelled() {
        let table: &[(Method, &[(&str, &str)], bool)] = &[
            (Method::GET, &[("upgrade", "websocket")], true),
            (Method::POST, &[("connection", "keep-alive, Upgrade")], true),
            (Method::CONNECT, &[], true),
            (
                Method::OPTIONS,
                &[("upgrade", "h2c"), ("connection", "upgrade")],
                false,
            ),
            (Method::POST, &[("connection", "keep-alive")], false),
        ];
        for (method, fields, expected) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in *fields {
                let name = header::HeaderName::from_static(name);
                headers.append(name, HeaderValue::from_static(value));
            }
            let asks = asks_for_upgrade(method, &headers);
            assert_eq!(asks, *expected, "{method} {headers:?}");
        }
    }
}
