//! Which headers pass.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// Fields that are for one connection only (RFC 9110, section 7.6.1), besides those that
/// `Connection` names.
const HOP_BY_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Fields of a caller that are for this server: its token, its cookies, its expectations.
const FOR_US: [HeaderName; 4] = [
    header::AUTHORIZATION,
    header::COOKIE,
    header::EXPECT,
    header::HOST,
];

/// Fields of the API that speak of its own origin, not of this one.
const FOR_ITS_ORIGIN: [HeaderName; 3] = [
    header::SET_COOKIE,
    header::STRICT_TRANSPORT_SECURITY,
    header::ALT_SVC,
];

/// Leaves in a request what is for the API.
pub(crate) fn clean_request(headers: &mut HeaderMap) {
    drop_hop_by_hop(headers);
    remove(headers, &FOR_US);
    // A gateway has to say that it is there (RFC 9110, section 7.6.3).
    headers.append(header::VIA, HeaderValue::from_static("1.1 mistral-guard"));
}

/// Leaves in a reply what is for the caller.
pub(crate) fn clean_reply(headers: &mut HeaderMap) {
    drop_hop_by_hop(headers);
    remove(headers, &FOR_ITS_ORIGIN);
    let is_cors = |name: &&HeaderName| name.as_str().starts_with("access-control-");
    let cors: Vec<_> = headers.keys().filter(is_cors).cloned().collect();
    remove(headers, &cors);
}

fn drop_hop_by_hop(headers: &mut HeaderMap) {
    let named = headers.get_all(header::CONNECTION).iter();
    let named: Vec<HeaderName> = named
        .flat_map(|value| value.as_bytes().split(|b| *b == b','))
        .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
        // A framing that is really there is not for the sender of `Connection` to take away.
        .filter(|name| *name != header::CONTENT_LENGTH)
        .collect();
    remove(headers, &named);
    remove(headers, &HOP_BY_HOP);
}

fn remove(headers: &mut HeaderMap, names: &[HeaderName]) {
    for name in names {
        headers.remove(name);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_one_hop_stays_there() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Secret"),
            ("connection", "x-other,content-length"),
            ("x-secret", "1"),
            ("x-other", "1"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("upgrade", "h2c"),
            ("content-length", "3"),
            ("accept", "*/*"),
        ] {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        drop_hop_by_hop(&mut headers);
        let left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(left, ["content-length", "accept"]);
    }
}
