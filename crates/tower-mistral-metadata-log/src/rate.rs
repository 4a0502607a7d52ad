//! How much the API says is left.

use http::{HeaderMap, header};

/// A limit of the API's, and what is left of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Headroom {
    /// What is left.
    pub remaining: Option<u64>,
    /// Of so much.
    pub limit: Option<u64>,
}

/// What the headers of a reply say of limits: numbers, and nothing that is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimits {
    /// Tokens a minute.
    pub tokens_minute: Headroom,
    /// Tokens a month.
    pub tokens_month: Headroom,
    /// Requests a minute.
    pub requests_minute: Headroom,
    /// Requests in ten seconds.
    pub requests_10_seconds: Headroom,
    /// Tokens that this call was charged.
    pub query_cost: Option<u64>,
    /// Seconds to wait, if the reply says so in seconds.
    pub retry_after: Option<u64>,
}

impl RateLimits {
    /// Reads `x-ratelimit-*` and `retry-after`; of what is said twice, the first.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse().ok();
        // Two spellings were in use, one after the other.
        let either = |new: &str, old: &str| number(new).or_else(|| number(old));
        Self {
            tokens_minute: Headroom {
                remaining: either(
                    "x-ratelimit-remaining-tokens-minute",
                    "x-ratelimitbysize-remaining-minute",
                ),
                limit: either(
                    "x-ratelimit-limit-tokens-minute",
                    "x-ratelimitbysize-limit-minute",
                ),
            },
            tokens_month: Headroom {
                remaining: either(
                    "x-ratelimit-remaining-tokens-month",
                    "x-ratelimitbysize-remaining-month",
                ),
                limit: either(
                    "x-ratelimit-limit-tokens-month",
                    "x-ratelimitbysize-limit-month",
                ),
            },
            requests_minute: Headroom {
                remaining: number("x-ratelimit-remaining-req-minute"),
                limit: number("x-ratelimit-limit-req-minute"),
            },
            requests_10_seconds: Headroom {
                remaining: number("x-ratelimit-remaining-req-10-second"),
                limit: number("x-ratelimit-limit-req-10-second"),
            },
            query_cost: either(
                "x-ratelimit-tokens-query-cost",
                "ratelimitbysize-query-cost",
            ),
            retry_after: number(header::RETRY_AFTER.as_str()),
        }
    }
}
