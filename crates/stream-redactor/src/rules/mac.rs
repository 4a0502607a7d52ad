//! `MAC_ADDRESS`: EUI-48 and EUI-64, in pairs with hyphens (IEEE 802) or colons (RFC 7042), or in
//! fours with dots as network equipment prints them. Without separators they are any number.

use super::run::{Grouped, Run};
use super::runs::HEX_GROUPS;
use super::{Finder, Spec, Tier};
use crate::edit::Entity;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::MAC_ADDRESS,
    placeholder: "[MAC]",
    tier: Tier::Shaped,
    about: "six or eight pairs of hexadecimal digits, or three or four fours with dots",
    source: "IEEE 802, RFC 7042, Cisco's notation",
    finder: Finder::Runs(&MAC),
    hits: &[
        "eth0 «00:1A:2b:3C:4D:5E».",
        "«AA-BB-CC-DD-EE-FF»",
        "«0012.3456.789a»",
        "«02-00-5E-10-00-00-00-01»",
    ],
    misses: &[
        "00:1A:2B:3C:4D",
        "00:1A:2B:3C:4D:5E:6F",
        "00:1A-2B:3C-4D:5E",
        "001A2B3C4D5E",
        "0:1A:2B:3C:4D:5E",
        "10:20:30 40:50:60",
    ],
};

static MAC: Grouped = Grouped {
    runs: &HEX_GROUPS,
    min_len: 14,
    value,
    anchored,
};

fn value(run: &Run<'_>) -> Option<(usize, usize)> {
    let is_part = matches!(run.before, b'-' | b':' | b'.' | b'_');
    let goes_on = run.separator != 0 && run.behind.is_ascii_alphanumeric();
    let (separator, count) = groups(run.text)?;
    let is_mac = match separator {
        // With dots, four letters each are words.
        b'.' => matches!(count, 3 | 4) && run.text.iter().any(u8::is_ascii_digit),
        _ => matches!(count, 6 | 8),
    };
    let is_value = is_mac && !run.is_open && !is_part && !goes_on;
    is_value.then_some((0, run.text.len()))
}

/// The separator between groups of the one length that goes with it, and how many there are.
fn groups(text: &[u8]) -> Option<(u8, usize)> {
    let separator = *text.iter().find(|b| !b.is_ascii_hexdigit())?;
    let len = if separator == b'.' { 4 } else { 2 };
    let mut groups = text.split(|b| *b == separator);
    let is_group = |group: &[u8]| group.len() == len && group.iter().all(u8::is_ascii_hexdigit);
    let count = groups.clone().count();
    groups.all(is_group).then_some((separator, count))
}

/// Four pairs, or two fours and more.
fn anchored(run: &Run<'_>) -> Option<usize> {
    let digits = run.text.iter().filter(|b| b.is_ascii_hexdigit()).count();
    let whole = match run.text.iter().find(|b| !b.is_ascii_hexdigit())? {
        b'.' => run.text.get(..9)?,
        _ => run.text.get(..11)?,
    };
    (groups(whole).is_some() && digits <= 16).then_some(0)
}
