//! `IP_ADDRESS`: IPv4 in dotted decimals, IPv6 in any form of RFC 4291 (section 2.2).
//!
//! The addresses of every machine stay: loopback, unspecified, and network masks. Four numbers
//! after the word "version" and the like are no address. The length of a prefix (`/24`, RFC 4632)
//! goes with the address; ports and zones stay in view.

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
    hits: &[
        "from «192.0.2.17»:443",
        "«2001:db8::17»",
        "«192.0.2.0/24», «2001:db8::/32»",
        "http://«192.0.2.17»/index",
        "«255.255.255.255»",
    ],
    misses: &[
        "127.0.0.1",
        "255.255.255.0",
        "::1",
        "1.2.3",
        "256.1.1.1",
        "0.0.0.0/0",
    ],
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
    let text = std::str::from_utf8(run.text).ok()?;
    let mut from = 0;
    // Between slashes, as in a URL or before the length of a prefix.
    text.split('/').find_map(|part| {
        let to = from + part.len();
        let len = address(run, from, part);
        let found = len.map(|len| {
            (
                from,
                from + len + prefix(run, to).filter(|_| len == part.len()).unwrap_or(0),
            )
        });
        from = to + 1;
        found
    })
}

/// How much of a part of a run is an address.
fn address(run: &Run<'_>, from: usize, text: &str) -> Option<usize> {
    // A range goes on behind its hyphen, and a name may stand before a colon.
    let is_part = from == 0
        && match run.before {
            b'-' => !matches!(run.before_that, b'0'..=b'9' | b']'),
            b':' => !run.before_that.is_ascii_alphabetic(),
            before => matches!(before, b'.' | b'_' | b'$'),
        };
    let is_last = from + text.len() == run.text.len();
    if is_part || is_last && run.is_open {
        return None;
    }
    // Behind a dot or colon at the end there must be nothing that could belong to the address.
    let is_ended = !is_last
        || !run.behind.is_ascii_alphanumeric() && !matches!(run.behind, b'-' | b'_' | b'%' | b'[');
    let is_dotted = is_last && run.separator == b'.';
    if (is_dotted || text.ends_with(':')) && !is_ended {
        return None;
    }
    let colons = text.bytes().filter(|b| *b == b':').count();
    if colons <= 1 {
        let host = text.split(':').next()?;
        return v4(host, run).then_some(host.len());
    }
    let trimmed = text.strip_suffix(':').filter(|rest| !rest.ends_with(':'));
    let text = trimmed.unwrap_or(text);
    v6(text).then_some(text.len())
}

/// The length of a prefix at the end of a run, behind the address that ends at `at`: how many
/// characters.
fn prefix(run: &Run<'_>, at: usize) -> Option<usize> {
    let digits = run.text.get(at + 1..)?;
    let is_ended = !run.is_open && (run.separator == 0 || !run.behind.is_ascii_alphanumeric());
    let is_len = matches!(digits.len(), 1..=3) && digits.iter().all(u8::is_ascii_digit);
    (is_len && is_ended).then_some(digits.len() + 1)
}

fn v4(text: &str, run: &Run<'_>) -> bool {
    let Ok(address) = text.parse::<Ipv4Addr>() else {
        return false;
    };
    !address.is_loopback()
        && !address.is_unspecified()
        && (address.is_broadcast() || !is_mask(address))
        && !run.follows_word(&NUMBERED)
}

fn is_mask(address: Ipv4Addr) -> bool {
    let [first, ..] = address.octets();
    first == 255
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
