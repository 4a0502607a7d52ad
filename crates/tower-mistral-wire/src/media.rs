//! Content types and encodings: what a body is taken for.

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

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
    /// Anything else, or encoded.
    Opaque,
}

impl ReplyMedia {
    /// Decides by status and headers, and by the method of the request.
    pub fn of(method: &Method, status: StatusCode, headers: &HeaderMap) -> Self {
        let no_body = [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED];
        if *method == Method::HEAD || no_body.contains(&status) {
            return Self::None;
        }
        // A part of a reply, and what follows an upgrade, cannot be read as what they are part of.
        let is_part = status == StatusCode::PARTIAL_CONTENT
            || headers.contains_key(header::CONTENT_RANGE)
            || status == StatusCode::SWITCHING_PROTOCOLS;
        if is_encoded(headers) || is_part {
            return Self::Opaque;
        }
        let Some(label) = headers.get(header::CONTENT_TYPE) else {
            return Self::Text;
        };
        let essence = essence(label);
        let charset = charset_is_utf8(label);
        match essence.as_str() {
            "text/event-stream" if charset => Self::EventStream,
            _ if !charset => Self::Opaque,
            "application/json" => Self::Json,
            other if other.ends_with("+json") => Self::Json,
            other if other.starts_with("text/") => Self::Text,
            _ => Self::Opaque,
        }
    }
}

/// Whether a body has a `content-encoding` other than `identity`.
pub fn is_encoded(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .any(|value| {
            !value
                .as_bytes()
                .trim_ascii()
                .eq_ignore_ascii_case(b"identity")
        })
}

/// Whether a request's body is labelled as a form with parts, which is no JSON.
pub fn is_multipart(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|label| essence(label).starts_with("multipart/"))
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

/// Removes the headers that describe bytes which are no longer the same.
pub fn forget_digests(headers: &mut HeaderMap) {
    for name in [header::CONTENT_LENGTH, header::ETAG, header::ACCEPT_RANGES] {
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
                Opaque,
            ),
            (Some("application/octet-stream"), Option::None, Opaque),
            (Some("application/json"), Some("gzip"), Opaque),
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
        assert_eq!(media(Method::GET, StatusCode::PARTIAL_CONTENT), Opaque);
        assert_eq!(media(Method::GET, StatusCode::SWITCHING_PROTOCOLS), Opaque);
    }
}
