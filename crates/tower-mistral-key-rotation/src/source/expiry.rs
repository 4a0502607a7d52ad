//! Dates at which keys expire, as they are written beside them.

use std::time::{Duration, SystemTime};

/// `2026-12-31` (its first moment) or `2026-12-31T23:59:59Z`, in UTC.
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, seconds_of_day(time.strip_suffix('Z')?)?),
        None => (text, 0),
    };
    let seconds = days_since_1970(date)?.checked_mul(86_400)?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds.checked_add(time)?))
}

fn days_since_1970(date: &str) -> Option<u64> {
    let [year, month, day] = three(date, '-', [4, 2, 2])?;
    let is_leap = |year: u64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let february = if is_leap(year) { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = usize::try_from(month.checked_sub(1)?).ok()?;
    if year < 1970 || !(1..=*lengths.get(before)?).contains(&day) {
        return None;
    }
    let years: u64 = (1970..year)
        .map(|year| 365 + u64::from(is_leap(year)))
        .sum();
    let months: u64 = lengths.iter().take(before).sum();
    Some(years + months + day - 1)
}

fn seconds_of_day(time: &str) -> Option<u64> {
    let [hours, minutes, seconds] = three(time, ':', [2, 2, 2])?;
    (hours < 24 && minutes < 60 && seconds < 60).then_some(hours * 3600 + minutes * 60 + seconds)
}

/// Three numbers of so many digits each.
fn three(text: &str, separator: char, digits: [usize; 3]) -> Option<[u64; 3]> {
    let mut parts = text.split(separator);
    let mut number = |digits: usize| {
        let part = parts.next()?;
        let is_number = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
        part.parse().ok().filter(|_| is_number)
    };
    let [a, b, c] = digits;
    let numbers = [number(a)?, number(b)?, number(c)?];
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_moments_in_utc() {
        let table = [
            ("1970-01-01", Some(0)),
            ("2000-03-01", Some(951_868_800)),
            ("2024-02-29", Some(1_709_164_800)),
            ("2026-12-31T23:59:59Z", Some(1_798_761_599)),
            ("2023-02-29", None),
            ("2026-13-01", None),
            ("2026-00-01", None),
            ("2026-01-00", None),
            ("1969-12-31", None),
            ("2026-1-1", None),
            ("2026-12-31T24:00:00Z", None),
            ("2026-12-31T23:59:59", None),
            ("+026-01-01", None),
            ("2026-01-01-01", None),
            ("", None),
        ];
        for (text, expected) in table {
            let seconds = parse(text).map(|time| {
                let since = time.duration_since(SystemTime::UNIX_EPOCH);
                since.map_or(0, |since| since.as_secs())
            });
            assert_eq!(seconds, expected, "{text}");
        }
    }
}
