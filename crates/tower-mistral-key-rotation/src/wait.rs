//! For how long an answer asks to wait.

use std::time::{Duration, SystemTime};

use http::{
    HeaderMap, HeaderName,
    header::{DATE, RETRY_AFTER},
};

/// For how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    pub(crate) time: Duration,
    /// Whether the API has said so; else it is a guess, and the truth may be less.
    pub(crate) is_said: bool,
}

/// When nothing is said.
pub(crate) const UNSAID: Wait = Wait::guessed(Duration::from_secs(1));

impl Wait {
    const fn guessed(time: Duration) -> Self {
        let is_said = false;
        Self { time, is_said }
    }
}

/// Limits by window. The header says how much is left of it, and not when it ends: at most after
/// its length.
const WINDOWS: [(&str, Duration); 6] = [
    window("x-ratelimit-remaining-req-10-second", 10),
    window("x-ratelimit-remaining-req-minute", 60),
    window("x-ratelimit-remaining-tokens-minute", 60),
    window("x-ratelimit-remaining-tokens-month", MONTH),
    window("x-ratelimitbysize-remaining-minute", 60),
    window("x-ratelimitbysize-remaining-month", MONTH),
];

const MONTH: u64 = 30 * 24 * 3600;

const fn window(name: &'static str, seconds: u64) -> (&'static str, Duration) {
    (name, Duration::from_secs(seconds))
}

/// What the headers ask for: `retry-after-ms`, `Retry-After` in seconds or as a date,
/// `ratelimitbysize-reset`, or the longest window of which nothing is left; else [`UNSAID`].
pub(crate) fn asked(headers: &HeaderMap) -> Wait {
    let exact = number(headers, "retry-after-ms").map(Duration::from_millis);
    let exact = exact
        .or_else(|| number(headers, RETRY_AFTER.as_str()).map(Duration::from_secs))
        .or_else(|| until_date(headers))
        .or_else(|| number(headers, "ratelimitbysize-reset").map(Duration::from_secs));
    if let Some(time) = exact {
        let is_said = true;
        return Wait { time, is_said };
    }
    let used_up = WINDOWS
        .iter()
        .filter(|(name, _)| number(headers, name) == Some(0));
    let longest = used_up.map(|(_, length)| *length).max();
    longest.map_or(UNSAID, Wait::guessed)
}

/// From the answer's own date on, if it has one: so it does not matter what the time is here.
fn until_date(headers: &HeaderMap) -> Option<Duration> {
    let date = |name: HeaderName| httpdate::parse_http_date(text(headers, name.as_str())?).ok();
    let until = date(RETRY_AFTER)?;
    let from = date(DATE).unwrap_or_else(SystemTime::now);
    Some(until.duration_since(from).unwrap_or_default())
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    let text = text(headers, name)?;
    // Fractions of seconds are rounded up.
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = Some(whole).filter(|whole| is_number(whole))?;
    let up = u64::from(is_number(rest) && rest.bytes().any(|digit| digit != b'0'));
    Some(whole.parse::<u64>().ok()?.saturating_add(up))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn what_is_asked_for_is_read() {
        let table: [(&[(&str, &str)], f64); 15] = [
            (&[], 1.0),
            (&[("retry-after", "7")], 7.0),
            (&[("retry-after", "0")], 0.0),
            (&[("retry-after", "1.2")], 2.0),
            (&[("retry-after", "-7")], 1.0),
            (&[("retry-after", "soon")], 1.0),
            (&[("retry-after-ms", "1500"), ("retry-after", "7")], 1.5),
            (
                &[
                    ("date", "Mon, 23 Nov 2026 19:00:00 GMT"),
                    ("retry-after", "Mon, 23 Nov 2026 19:01:30 GMT"),
                ],
                90.0,
            ),
            (&[("retry-after", "Mon, 23 Nov 2020 19:01:30 GMT")], 0.0),
            (&[("ratelimitbysize-reset", "12")], 12.0),
            (&[("x-ratelimit-remaining-req-10-second", "0")], 10.0),
            (
                &[
                    ("x-ratelimit-remaining-req-10-second", "0"),
                    ("x-ratelimit-remaining-tokens-minute", "0"),
                    ("x-ratelimit-remaining-tokens-month", "55"),
                ],
                60.0,
            ),
            (&[("x-ratelimit-remaining-tokens-month", "0")], 2_592_000.0),
            (&[("x-ratelimit-remaining-req-minute", "3")], 1.0),
            (&[("retry-after", "99999999999999999999999")], 1.0),
        ];
        for (headers, expected) in table {
            let pairs = headers.iter().map(|(name, value)| {
                (name.parse().unwrap(), HeaderValue::from_str(value).unwrap())
            });
            let asked = asked(&HeaderMap::from_iter(pairs));
            assert_eq!(asked.time.as_secs_f64(), expected, "{headers:?}");
        }
    }
}
