//! `IP_ADDRESS`: IPv4 in dotted decimals, IPv6 in any form of RFC 4291 (section 2.2).
//!
//! The addresses of every machine stay: loopback, unspecified, and network masks. Four numbers
//! after the word "version" and the like are no address. Ports, prefixes and zones stay in view.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::run::{Grouped, Run};
use super::runs::ADDRESS;
use super::{Finder, Spec, Tier};
use crate::edit::Entity;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::IP_ADDRESS,
    placeholder: "[IP]",
    tier: Tier::Shaped,
    about: "an IPv4 or IPv6 address that is no loopback, mask or version",
    source: "RFC 791, RFC 4291, RFC 5952",
    finder: Finder::Runs(&IP),
    hits: &["from «192.0.2.17»:443", "«2001:db8::17»"],
    misses: &["127.0.0.1", "255.255.255.0", "::1", "1.2.3", "256.1.1.1"],
};

pub(super) static IP: Grouped = Grouped {
    runs: &ADDRESS,
    min_len: 3,
    value,
    anchored,
};

/// Words before four numbers that are no address.
const NUMBERED: [&str; 16] = [
    "version",
    "versions",
    "ver",
    "v",
    "release",
    "section",
    "sections",
    "sec",
    "chapter",
    "build",
    "rev",
    "revision",
    "firmware",
    "oid",
    "clause",
    "paragraph",
];

fn value(run: &Run<'_>) -> Option<(usize, usize)> {
    // A range goes on behind its hyphen, and a name may stand before a colon.
    let is_part = match run.before {
        b'-' => !matches!(run.before_that, b'0'..=b'9' | b']'),
        b':' => !run.before_that.is_ascii_alphabetic(),
        before => matches!(before, b'.' | b'_' | b'$'),
    };
    if run.is_open || is_part {
        return None;
    }
    let text = std::str::from_utf8(run.text).ok()?;
    // Behind a dot or colon at the end there must be nothing that could belong to the address.
    let is_ended =
        !run.behind.is_ascii_alphanumeric() && !matches!(run.behind, b'-' | b'_' | b'%' | b'[');
    if (run.separator != 0 || text.ends_with(':')) && !is_ended {
        return None;
    }
    let colons = text.bytes().filter(|b| *b == b':').count();
    if colons <= 1 {
        let host = text.split(':').next()?;
        return v4(host, run).then_some((0, host.len()));
    }
    let trimmed = text.strip_suffix(':').filter(|rest| !rest.ends_with(':'));
    let text = trimmed.unwrap_or(text);
    v6(text).then_some((0, text.len()))
}

fn v4(text: &str, run: &Run<'_>) -> bool {
    let Ok(address) = text.parse::<Ipv4Addr>() else {
        return false;
    };
    !address.is_loopback()
        && !address.is_unspecified()
        && address.octets()[0] != 255
        && !run.follows_word(&NUMBERED)
}

fn v6(text: &str) -> bool {
    let Ok(address) = text.parse::<Ipv6Addr>() else {
        return false;
    };
    // `dead::beef` is a path in many programming languages.
    let groups = text.split(':').filter(|group| !group.is_empty()).count();
    let is_path = groups <= 2 && !text.bytes().any(|b| b.is_ascii_digit());
    !address.is_loopback() && !address.is_unspecified() && !is_path
}

/// Three numbers and their dots, or four groups.
fn anchored(run: &Run<'_>) -> Option<usize> {
    let text = run.text;
    let count = |byte| text.iter().filter(|b| **b == byte).count();
    let is_quad = || count(b'.') == 3 && text.iter().all(|b| !b.is_ascii_alphabetic());
    (count(b':') >= 3 || count(b':') == 0 && is_quad()).then_some(0)
}
