//! The header fields of an answer.

use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER, SERVER, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

use crate::error::Origin;
use crate::ids::CallIds;

pub(crate) const JSON: &str = "application/json";
pub(crate) const GATEWAY_JSON: &str = "application/json; charset=utf-8";
pub(crate) const EVENT_STREAM: &str = "text/event-stream; charset=utf-8";
pub(crate) const HTML: &str = "text/html; charset=UTF-8";

const REQUESTS_PER_MINUTE: u64 = 720;
const TOKENS_PER_MINUTE: u64 = 5_000_000;

/// The header fields of an answer from `origin`; rate limits come on top.
pub(crate) fn fields(
    origin: Origin,
    content_type: Option<&'static str>,
    correlation_id: &str,
    ids: &mut CallIds,
) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(content_type) = content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    headers.insert(SERVER, HeaderValue::from_static("cloudflare"));
    put(&mut headers, "cf-ray", &format!("{}-CDG", ids.hex16()));
    put(&mut headers, "cf-cache-status", "DYNAMIC");
    put(&mut headers, "alt-svc", "h3=\":443\"; ma=86400");
    if origin == Origin::Edge {
        return headers;
    }

    put(
        &mut headers,
        "strict-transport-security",
        "max-age=15552000; includeSubDomains; preload",
    );
    put(&mut headers, "mistral-correlation-id", correlation_id);
    put(&mut headers, "x-kong-request-id", correlation_id);
    put(&mut headers, "access-control-allow-origin", "*");
    cookie(
        &mut headers,
        &format!("__cf_bm={}-{}-1.0.1.1", ids.alnum(43), ids.created()),
    );
    cookie(
        &mut headers,
        &format!("_cfuvid={}-{}-0.0.1.1", ids.alnum(43), ids.created()),
    );
    if origin == Origin::Gateway {
        return headers;
    }

    let upstream = 120 + ids.below(800);
    put(&mut headers, "x-kong-proxy-latency", "6");
    put(
        &mut headers,
        "x-kong-upstream-latency",
        &upstream.to_string(),
    );
    put(
        &mut headers,
        "x-envoy-upstream-service-time",
        &(upstream - 1).to_string(),
    );
    headers
}

/// The rate limit fields. JSON answers have them, streams do not.
pub(crate) fn add_limits(headers: &mut HeaderMap, calls: u64, tokens: usize) {
    let tokens = tokens as u64;
    let left = REQUESTS_PER_MINUTE.saturating_sub(calls % REQUESTS_PER_MINUTE);
    limits(headers, left, tokens);
}

/// The rate limit fields of a 429: nothing remains.
pub(crate) fn add_exhausted(headers: &mut HeaderMap, retry_after: Option<Duration>) {
    limits(headers, 0, 0);
    if let Some(pause) = retry_after {
        let seconds = pause.as_millis().div_ceil(1000).to_string();
        headers.insert(RETRY_AFTER, value(&seconds));
    }
}

fn limits(headers: &mut HeaderMap, requests_left: u64, tokens: u64) {
    for (name, number) in [
        ("x-ratelimit-limit-req-minute", REQUESTS_PER_MINUTE),
        ("x-ratelimit-remaining-req-minute", requests_left),
        ("x-ratelimit-limit-tokens-minute", TOKENS_PER_MINUTE),
        (
            "x-ratelimit-remaining-tokens-minute",
            TOKENS_PER_MINUTE.saturating_sub(tokens),
        ),
        ("x-ratelimit-tokens-query-cost", tokens),
    ] {
        put(headers, name, &number.to_string());
    }
}

fn cookie(headers: &mut HeaderMap, pair: &str) {
    let cookie = format!("{pair}; path=/; domain=.mistral.ai; HttpOnly; Secure; SameSite=None");
    headers.append(SET_COOKIE, value(&cookie));
}

fn put(headers: &mut HeaderMap, name: &'static str, text: &str) {
    headers.insert(HeaderName::from_static(name), value(text));
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("visible ASCII")
}
