//! How much the API says is left.

use http::HeaderMap;

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
        let mut limits = Self::default();
        // One pass: to ask for each name in turn takes longer than all the rest of a head.
        for (name, value) in headers {
            let slot = match name.as_str() {
                "retry-after" => &mut limits.retry_after,
                name if name.contains("ratelimit") => match limits.slot(name) {
                    Some(slot) => slot,
                    None => continue,
                },
                _ => continue,
            };
            let number = || value.to_str().ok()?.trim().parse().ok();
            *slot = slot.or_else(number);
        }
        limits
    }

    /// Where the value of a header belongs. Two spellings were in use, one after the other.
    fn slot(&mut self, name: &str) -> Option<&mut Option<u64>> {
        let (tokens, month) = (&mut self.tokens_minute, &mut self.tokens_month);
        let (requests, burst) = (&mut self.requests_minute, &mut self.requests_10_seconds);
        Some(match name {
            "x-ratelimit-remaining-tokens-minute" => &mut tokens.remaining,
            "x-ratelimitbysize-remaining-minute" => &mut tokens.remaining,
            "x-ratelimit-limit-tokens-minute" => &mut tokens.limit,
            "x-ratelimitbysize-limit-minute" => &mut tokens.limit,
            "x-ratelimit-remaining-tokens-month" => &mut month.remaining,
            "x-ratelimitbysize-remaining-month" => &mut month.remaining,
            "x-ratelimit-limit-tokens-month" => &mut month.limit,
            "x-ratelimitbysize-limit-month" => &mut month.limit,
            "x-ratelimit-remaining-req-minute" => &mut requests.remaining,
            "x-ratelimit-limit-req-minute" => &mut requests.limit,
            "x-ratelimit-remaining-req-10-second" => &mut burst.remaining,
            "x-ratelimit-limit-req-10-second" => &mut burst.limit,
            "x-ratelimit-tokens-query-cost" => &mut self.query_cost,
            "ratelimitbysize-query-cost" => &mut self.query_cost,
            _ => return None,
        })
    }
}
