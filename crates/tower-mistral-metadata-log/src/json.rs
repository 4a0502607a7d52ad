//! A record as JSON.

use std::{
    fmt::Write,
    time::{Duration, SystemTime},
};

use crate::{Record, Value, escape::is_unsafe};

impl Record {
    /// The record as one line of JSON, without the line's end.
    pub fn to_json(&self) -> String {
        let mut out = String::with_capacity(1024);
        write(self, &mut out);
        out
    }

    /// When the call began: RFC 3339, in milliseconds of UTC.
    pub fn timestamp(&self) -> String {
        let mut out = String::new();
        timestamp(self.started, &mut out);
        out
    }
}

/// Appends the record. Writing to a String cannot fail.
pub(crate) fn write(record: &Record, out: &mut String) {
    out.push_str("{\"timestamp\":\"");
    timestamp(record.started, out);
    out.push_str("\",\"message\":\"call\"");
    record.fields(|name, field| {
        let _ = write!(out, ",\"{name}\":");
        value(&field, out);
    });
    out.push('}');
}

fn value(value: &Value<'_>, out: &mut String) {
    let _ = match value {
        Value::Name(text) => return string(text, out),
        Value::Text(text) => return string(text, out),
        Value::List(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                string(item, out);
            }
            out.push(']');
            return;
        }
        Value::Number(number) => write!(out, "{number}"),
        // No time is infinite, and whole ones need no point in JSON.
        Value::Time(time) => write!(out, "{time}"),
        Value::Flag(flag) => write!(out, "{flag}"),
    };
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        let _ = match c {
            '"' | '\\' => write!(out, "\\{c}"),
            // All of them are in the basic plane.
            c if is_unsafe(c) => write!(out, "\\u{:04x}", u32::from(c)),
            c => {
                out.push(c);
                Ok(())
            }
        };
    }
    out.push('"');
}

/// RFC 3339, in milliseconds of UTC.
pub(crate) fn timestamp(time: SystemTime, out: &mut String) {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let since = since.unwrap_or(Duration::ZERO);
    let (seconds, millis) = (since.as_secs(), since.subsec_millis());
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // The days since 0000-03-01, of which each era of 400 years has 146,097.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    let year = era * 400 + year + carry;
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let _ = write!(
        out,
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_by_the_calendar() {
        let table = [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_735_689_599_001, "2024-12-31T23:59:59.001Z"),
            (1_793_566_800_000, "2026-11-01T21:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ];
        for (millis, expected) in table {
            let mut out = String::new();
            timestamp(
                SystemTime::UNIX_EPOCH + Duration::from_millis(millis),
                &mut out,
            );
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn a_string_stays_on_its_line() {
        let mut out = String::new();
        string("a\"\\\n\u{202e}é", &mut out);
        assert_eq!(out, r#""a\"\\\u000a\u202eé""#);
    }
}
