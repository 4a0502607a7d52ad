//! Whether a request gets a key, and what its head must not say then.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{AUTHORIZATION, CONNECTION, COOKIE, HOST, UPGRADE},
    request::Parts,
};

use crate::origin::Origins;

static API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Headers by which a server may take the request for one with another method.
static OVERRIDES: [HeaderName; 3] = [
    HeaderName::from_static("x-http-method"),
    HeaderName::from_static("x-http-method-override"),
    HeaderName::from_static("x-method-override"),
];

/// What becomes of an `Authorization` that the caller has set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallerAuthorization {
    /// A call that has an `authorization` or an `x-api-key` goes on as it is, with the caller's
    /// credentials: no key of ours is attached, no origin checked and nothing rotated.
    #[default]
    Keep,
    /// A key of ours takes its place, and the caller's `x-api-key` and `cookie` are removed.
    Replace,
}

/// Whether a key goes with a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Yes.
    Lend,
    /// No: it has the caller's own.
    CallersOwn,
    /// No, and it must not be sent, for this reason.
    Refuse(&'static str),
}

/// Decides by the head of the request, and readies it for the key if it gets one.
pub(crate) fn admit(parts: &mut Parts, caller: CallerAuthorization, to: &Origins) -> Admission {
    let keeps_own = caller == CallerAuthorization::Keep;
    let has = |name| parts.headers.contains_key(name);
    if keeps_own && (has(&AUTHORIZATION) || has(&API_KEY)) {
        return Admission::CallersOwn;
    }
    if parts.method == Method::CONNECT || parts.method == Method::TRACE {
        return Admission::Refuse("no key goes with CONNECT or TRACE");
    }
    if has(&UPGRADE) {
        return Admission::Refuse("no key goes with an upgrade");
    }
    if OVERRIDES.iter().any(has) {
        return Admission::Refuse("no key goes with a method in a header");
    }
    let Some(host) = to.host_for(&parts.uri) else {
        return Admission::Refuse("the URI is not of an origin that keys are for");
    };
    let headers = &mut parts.headers;
    headers.insert(HOST, host.clone());
    if caller == CallerAuthorization::Replace {
        headers.remove(&API_KEY);
        headers.remove(COOKIE);
    }
    protect(headers);
    Admission::Lend
}

/// Takes `authorization` and `host` off the lists of headers that the next hop is to strip.
fn protect(headers: &mut HeaderMap) {
    if !headers.contains_key(CONNECTION) {
        return;
    }
    let mut kept: Vec<&str> = Vec::new();
    for list in headers.get_all(CONNECTION) {
        // A list that is no text is no list: it is left out.
        let names = list.to_str().unwrap_or_default().split(',').map(str::trim);
        kept.extend(names.filter(|name| {
            !name.is_empty()
                && !name.eq_ignore_ascii_case(AUTHORIZATION.as_str())
                && !name.eq_ignore_ascii_case(HOST.as_str())
        }));
    }
    match HeaderValue::from_str(&kept.join(", ")) {
        Ok(list) if !list.is_empty() => drop(headers.insert(CONNECTION, list)),
        _ => drop(headers.remove(CONNECTION)),
    }
}
