//! `US_SSN`: three, two and four digits with the same hyphen, dot or single blank between them,
//! and no letter or digit on either side.
//!
//! Areas 000, 666 and 900 to 999, group 00 and serial 0000 were never issued (Social Security
//! Administration, POMS RM 10201.035). Bare nine digits are not a candidate: without context they
//! are mostly something else.

use super::run::{Grouped, Run};
use super::runs::NUMBER;
use super::{Finder, Spec, Tier};
use crate::edit::Entity;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::US_SSN,
    placeholder: "[SSN]",
    tier: Tier::Shaped,
    about: "three, two and four digits, a number that can be issued",
    source: "Social Security Administration, POMS RM 10201.035",
    finder: Finder::Runs(&SSN),
    hits: &["SSN «123-45-6789».", "«078-05-1120»", "«123 45 6789»"],
    misses: &["000-45-6789", "123-45-0000", "900-45-6789", "123-45.6789"],
};

pub(super) static SSN: Grouped = Grouped {
    runs: &NUMBER,
    min_len: 11,
    value,
    anchored,
};

fn value(run: &Run<'_>) -> Option<(usize, usize)> {
    // The last group is not whole if the run goes on in a word.
    let whole = run.groups.len() - usize::from(run.is_open);
    let groups = run.groups.get(..whole)?;
    groups.windows(3).find_map(|triple| {
        let [area, group, serial] = triple else {
            return None;
        };
        let is_ssn = is_head(run.text, *area, *group) && is_serial(run.text, *group, *serial);
        is_ssn.then_some((area.0, serial.1))
    })
}

/// Area and group with a separator between.
fn is_head(text: &[u8], area: (usize, usize), group: (usize, usize)) -> bool {
    let len = (area.1 - area.0, group.1 - group.0);
    let digits = |(from, to)| text.get(from..to).unwrap_or_default();
    let is_issued = |area: &[u8]| !matches!(area, b"000" | b"666" | [b'9', ..]);
    len == (3, 2) && is_issued(digits(area)) && digits(group) != b"00"
}

/// The same separator as before the group, and four digits.
fn is_serial(text: &[u8], group: (usize, usize), serial: (usize, usize)) -> bool {
    let digits = text.get(serial.0..serial.1).unwrap_or_default();
    digits.len() == 4 && digits != b"0000" && text.get(group.1) == separator(text, group)
}

/// The one before a group.
fn separator(text: &[u8], group: (usize, usize)) -> Option<&u8> {
    text.get(group.0.checked_sub(1)?)
}

/// Area, group, the separator behind it, and no more than a serial.
fn anchored(run: &Run<'_>) -> Option<usize> {
    let (serial, (area, group)) = match *run.groups {
        [.., area, group, serial] if run.separator == 0 => (Some(serial), (area, group)),
        [.., area, group] => (None, (area, group)),
        _ => return None,
    };
    let behind = match serial {
        Some(serial) if serial.1 - serial.0 <= 4 => run.text.get(group.1),
        Some(_) => return None,
        None => Some(&run.separator),
    };
    let is_one = is_head(run.text, area, group) && behind == separator(run.text, group);
    is_one.then_some(area.0)
}
