//! `US_SSN`: three, two and four digits with the same hyphen, dot or single blank between them,
//! and no letter or digit on either side.
//!
//! Areas 000, 666 and 900 to 999, group 00 and serial 0000 were never issued (Social Security
//! Administration, POMS RM 10201.035). Bare nine digits are not a candidate: without context they
//! are mostly something else.

use super::{Found, Scan, is_word};
use crate::left::Left;

#[derive(Clone, Debug, Default)]
pub(crate) struct Ssn {
    stage: Stage,
    /// The place behind the last digit.
    end: u64,
    found: Option<Found>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    #[default]
    Out,
    Area(Digits),
    Group {
        start: u64,
        sep: char,
        group: Digits,
    },
    Serial {
        start: u64,
        sep: char,
        serial: Digits,
    },
}

/// A run of digits.
#[derive(Clone, Copy, Debug, Default)]
struct Digits {
    start: u64,
    len: u8,
    value: u32,
}

impl Digits {
    fn with(self, digit: u32, at: u64) -> Self {
        let start = if self.len == 0 { at } else { self.start };
        Self {
            start,
            len: self.len + 1,
            value: self.value * 10 + digit,
        }
    }

    fn is_area(self) -> bool {
        self.len == 3 && !matches!(self.value, 0 | 666 | 900..)
    }
}

impl Scan for Ssn {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) {
        if let Some(digit) = c.to_digit(10) {
            self.stage = self.digit(digit, at, left.prev.is_some_and(is_word));
            self.end = at + 1;
            return;
        }
        if !is_word(c) {
            self.found = self.complete();
        }
        self.stage = match c {
            '-' | '.' | ' ' => self.separator(c),
            _ => Stage::Out,
        };
    }

    fn live(&self) -> Option<u64> {
        match self.stage {
            Stage::Out => None,
            Stage::Area(area) => Some(area.start),
            Stage::Group { start, .. } | Stage::Serial { start, .. } => Some(start),
        }
    }

    fn found(&self) -> Option<Found> {
        self.found
    }

    fn is_anchored(&self, _: u64, _: Left<'_>) -> bool {
        matches!(self.stage, Stage::Serial { .. })
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Ssn {
    fn digit(&self, digit: u32, at: u64, after_word: bool) -> Stage {
        match self.stage {
            Stage::Out if after_word => Stage::Out,
            Stage::Out => Stage::Area(Digits::default().with(digit, at)),
            Stage::Area(area) if area.len < 3 => Stage::Area(area.with(digit, at)),
            Stage::Group { start, sep, group } if group.len < 2 => Stage::Group {
                start,
                sep,
                group: group.with(digit, at),
            },
            // Too long for a group, but it may be the area of a later number.
            Stage::Group { group, .. } => Stage::Area(group.with(digit, at)),
            Stage::Serial { start, sep, serial } if serial.len < 4 => Stage::Serial {
                start,
                sep,
                serial: serial.with(digit, at),
            },
            Stage::Area(_) | Stage::Serial { .. } => Stage::Out,
        }
    }

    fn separator(&self, c: char) -> Stage {
        let group = Digits::default();
        match self.stage {
            _ if self.found.is_some() => Stage::Out,
            Stage::Area(area) if area.is_area() => Stage::Group {
                start: area.start,
                sep: c,
                group,
            },
            Stage::Group { start, sep, group } if group.len == 2 && group.value > 0 && sep == c => {
                Stage::Serial {
                    start,
                    sep,
                    serial: Digits::default(),
                }
            }
            Stage::Serial { serial, .. } if serial.is_area() => Stage::Group {
                start: serial.start,
                sep: c,
                group,
            },
            _ => Stage::Out,
        }
    }

    fn complete(&self) -> Option<Found> {
        match self.stage {
            Stage::Serial { start, serial, .. } if serial.len == 4 && serial.value > 0 => {
                Some(Found {
                    start,
                    end: self.end,
                    opens: None,
                })
            }
            _ => None,
        }
    }
}
