//! `CREDIT_CARD`: a payment card number, bare or in the groups that are printed on the card.
//!
//! The first digits tell the network and so the length (ISO/IEC 7812 and the issuers' published
//! ranges), the last one is the check digit (Luhn, ISO/IEC 7812-1 annex B). A number in other
//! groups than a card shows is something else.

use super::run::{Grouped, Run};
use super::runs::NUMBER;
use super::{Finder, Spec, Tier};
use crate::edit::Entity;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::CREDIT_CARD,
    placeholder: "[CARD]",
    tier: Tier::Certain,
    about: "a network's prefix and length, Luhn check",
    source: "ISO/IEC 7812-1, and the issuers' published ranges",
    finder: Finder::Runs(&CARD),
    hits: &[
        "Card «4111 1111 1111 1111», thanks",
        "«378282246310005»",
        "«5555-5555-5555-4444»",
    ],
    misses: &[
        "4111 1111 1111 1112",
        "41111 1111 1111 111",
        "0.4111111111111111",
    ],
};

pub(super) static CARD: Grouped = Grouped {
    runs: &NUMBER,
    min_len: 12,
    value,
    anchored,
};

/// First and last prefix of six digits, and how many digits a number has.
struct Network(u32, u32, &'static [usize]);

const NETWORKS: [Network; 20] = [
    // Visa
    Network(400_000, 499_999, &[13, 16, 19]),
    // Mastercard
    Network(222_100, 272_099, &[16]),
    Network(510_000, 559_999, &[16]),
    // American Express
    Network(340_000, 349_999, &[15]),
    Network(370_000, 379_999, &[15]),
    // Diners Club
    Network(300_000, 305_999, &[14, 16]),
    Network(309_500, 309_599, &[14, 16]),
    Network(360_000, 369_999, &[14, 16]),
    Network(380_000, 399_999, &[14, 16]),
    // Discover, UnionPay
    Network(601_100, 601_199, &[16, 19]),
    Network(620_000, 629_999, &[16, 17, 18, 19]),
    Network(644_000, 659_999, &[16, 19]),
    Network(810_000, 817_199, &[16, 17, 18, 19]),
    // JCB
    Network(180_000, 180_099, &[15]),
    Network(213_100, 213_199, &[15]),
    Network(352_800, 358_999, &[16, 17, 18, 19]),
    // Maestro
    Network(500_000, 509_999, &[12, 13, 14, 15, 16, 17, 18, 19]),
    Network(560_000, 589_999, &[12, 13, 14, 15, 16, 17, 18, 19]),
    Network(639_000, 639_099, &[12, 13, 14, 15, 16, 17, 18, 19]),
    Network(670_000, 679_999, &[12, 13, 14, 15, 16, 17, 18, 19]),
];

fn value(run: &Run<'_>) -> Option<(usize, usize)> {
    let (groups, count) = (run.groups, run.groups.len());
    // A fraction or an identifier that goes on to the left.
    let is_tail =
        run.before == b'.' && run.before_that.is_ascii_digit() || matches!(run.before, b'_' | b'$');
    (0..count).find_map(|from| {
        let tail = groups.get(from..)?;
        if !matches!(tail.first().map(|(from, to)| to - from), Some(4 | 12..=19)) {
            return None;
        }
        let before = tail.first()?.0.checked_sub(1);
        let is_fraction = before.is_some_and(|n| run.text.get(n) == Some(&b'.'));
        if from == 0 && is_tail || is_fraction {
            return None;
        }
        (1..=tail.len().min(5)).rev().find_map(|n| {
            if run.is_open && from + n == count {
                return None;
            }
            let groups = tail.get(..n)?;
            let span = (groups.first()?.0, groups.last()?.1);
            if !(12..=23).contains(&(span.1 - span.0)) || !is_printed(groups) {
                return None;
            }
            is_card(run.text.get(span.0..span.1)?).then_some(span)
        })
    })
}

fn is_card(text: &[u8]) -> bool {
    let mut separators = text.iter().filter(|b| !b.is_ascii_digit());
    let separator = separators.next();
    if !separators.all(|other| Some(other) == separator) {
        return false;
    }
    let digits = text.iter().filter(|b| b.is_ascii_digit());
    let len = digits.clone().count();
    let prefix = digits
        .clone()
        .take(6)
        .fold(0, |sum, b| sum * 10 + u32::from(b - b'0'));
    let is_issued = NETWORKS
        .iter()
        .any(|Network(from, to, lens)| (*from..=*to).contains(&prefix) && lens.contains(&len));
    is_issued && luhn(digits.copied())
}

/// The groups of a card: one; fours and a rest; 4-6-5 and 4-6-4 (American Express, Diners Club).
fn is_printed(groups: &[(usize, usize)]) -> bool {
    let len = |group: &(usize, usize)| group.1 - group.0;
    match groups {
        [_] => true,
        [a, b, c] if len(a) == 4 && len(b) == 6 => matches!(len(c), 4 | 5),
        [fours @ .., rest] => fours.iter().all(|g| len(g) == 4) && matches!(len(rest), 1..=4),
        [] => false,
    }
}

pub(super) fn luhn(digits: impl DoubleEndedIterator<Item = u8>) -> bool {
    let sum: u32 = digits
        .rev()
        .enumerate()
        .map(|(n, b)| {
            let digit = u32::from(b - b'0') << (n % 2);
            digit / 10 + digit % 10
        })
        .sum();
    sum % 10 == 0
}

/// Most of a card number.
fn anchored(run: &Run<'_>) -> Option<usize> {
    let digits = run.text.iter().filter(|b| b.is_ascii_digit()).count();
    let first = run.text.first();
    ((12..=19).contains(&digits) && matches!(first, Some(b'2'..=b'6'))).then_some(0)
}
