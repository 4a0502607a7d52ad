//! What may pass although rules find it.

use std::{
    fmt,
    str::FromStr,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// A day of the calendar, for entries that expire.
///
/// ```
/// use prompt_screen::Date;
///
/// let date: Date = "2031-02-28".parse().unwrap();
/// assert!(date < Date::new(2031, 3, 1).unwrap());
/// assert!("2031-2-30".parse::<Date>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// A day, `None` if there is no such day.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        (1..=days)
            .contains(&day)
            .then_some(Self { year, month, day })
    }

    /// The day in UTC; what lies before 1970 is its first day.
    #[must_use]
    pub fn of(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        // Years that begin in March end with the leap day: days from 0000-03-01 on, in cycles of 400
        // years.
        let days = since.as_secs() / 86_400 + 719_468;
        let (cycle, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let number = |n: u64| u8::try_from(n).unwrap_or(u8::MAX);
        let (day, is_next) = (day - (153 * month + 2) / 5 + 1, month >= 10);
        let month = if is_next { month - 9 } else { month + 3 };
        let year = cycle * 400 + year + u64::from(is_next);
        Self {
            year: u16::try_from(year).unwrap_or(u16::MAX),
            month: number(month),
            day: number(day),
        }
    }
}

impl fmt::Display for Date {
    /// Writes `2031-12-24`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day } = self;
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Date {
    type Err = DateError;

    /// Reads `2031-12-24`.
    fn from_str(text: &str) -> Result<Self, DateError> {
        let mut parts = text.splitn(3, '-');
        let mut part = |len| parts.next().filter(|part| part.len() == len);
        let date = (|| {
            let (year, month, day) = (part(4)?, part(2)?, part(2)?);
            Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        })();
        date.ok_or(DateError)
    }
}

/// A text is no [`Date`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateError;

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date is written like 2031-12-24")
    }
}

impl std::error::Error for DateError {}

/// An entry of an allow list: what may pass, why, and until when.
///
/// An entry that has a last day counts only when the caller says what day it is, see
/// [`Screen::screen_on`](crate::Screen::screen_on).
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Allow {
    pub(crate) what: What,
    pub(crate) reason: Arc<str>,
    pub(crate) until: Option<Date>,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum What {
    Exact(String),
    Pattern(String),
}

impl Allow {
    /// Texts that are this one, blanks around it aside. In them nothing is found.
    pub fn exact(text: &str, reason: impl Into<String>) -> Self {
        Self::new(What::Exact(text.trim().to_owned()), reason.into())
    }

    /// Findings within a match of this pattern, which is written as those of rule files are.
    ///
    /// The learned model is not told of them, and reads the words all the same: a text that it takes
    /// for an attack without them is still one.
    pub fn pattern(pattern: &str, reason: impl Into<String>) -> Self {
        Self::new(What::Pattern(pattern.to_owned()), reason.into())
    }

    /// The last day on which it counts.
    pub const fn until(mut self, day: Date) -> Self {
        self.until = Some(day);
        self
    }

    fn new(what: What, reason: String) -> Self {
        Self {
            what,
            reason: reason.into(),
            until: None,
        }
    }

    /// All that says what it lets pass.
    pub(crate) fn parts(&self) -> [String; 2] {
        let what = match &self.what {
            What::Exact(text) => format!("exact {text}"),
            What::Pattern(pattern) => format!("pattern {pattern}"),
        };
        let until = self.until.map(|until| until.to_string());
        [what, until.unwrap_or_default()]
    }

    pub(crate) fn counts_on(&self, today: Option<Date>) -> bool {
        match (self.until, today) {
            (None, _) => true,
            (Some(until), Some(today)) => today <= until,
            (Some(_), None) => false,
        }
    }
}

impl fmt::Debug for Allow {
    /// Shows no text: a prompt may be on the list.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Allow")
            .field("reason", &self.reason)
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_time_has_its_day() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_735_689_599, "2024-12-31"),
            (1_735_689_600, "2025-01-01"),
            (4_107_542_399, "2100-02-28"),
            (4_107_542_400, "2100-03-01"),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(Date::of(time).to_string(), day);
        }
    }
}
