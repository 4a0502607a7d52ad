//! `IBAN_CODE`: an international bank account number (ISO 13616), bare or spaced.
//!
//! The country tells length and structure (SWIFT IBAN registry), and the whole number leaves 1
//! when divided by 97 (ISO/IEC 7064). The structure ends nearly all other words after two or
//! three characters.

use super::{Automaton, Finder, Found, Scan, Spec, Tier, is_word, runs};
use crate::edit::Entity;
use crate::left::Left;
use crate::plan::Kind;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::IBAN_CODE,
    placeholder: "[IBAN]",
    tier: Tier::Certain,
    about: "a country's structure and length, modulo 97 check",
    source: "ISO 13616, SWIFT IBAN registry",
    finder: Finder::Scan {
        new: || Automaton::Iban(Iban::default()),
        wakes: |c, before| c.is_ascii_digit() && before == Kind::Letter,
        holds: Some(&runs::WORD),
    },
    hits: &[
        "to «DE89 3704 0044 0532 0130 00».",
        "«gb29NWBK60161331926819»",
    ],
    misses: &["DE89 3704 0044 0532 0130 01", "DE89"],
};

/// Country and structure of what follows the two check digits: counts of `n` digits, `a` letters,
/// `c` either.
const COUNTRIES: [(&[u8; 2], &str); 88] = [
    (b"ad", "8n12c"),
    (b"ae", "19n"),
    (b"al", "8n16c"),
    (b"at", "16n"),
    (b"az", "4a20c"),
    (b"ba", "16n"),
    (b"be", "12n"),
    (b"bg", "4a6n8c"),
    (b"bh", "4a14c"),
    (b"bi", "23n"),
    (b"br", "23n1a1c"),
    (b"by", "4c4n16c"),
    (b"ch", "5n12c"),
    (b"cr", "18n"),
    (b"cy", "8n16c"),
    (b"cz", "20n"),
    (b"de", "18n"),
    (b"dj", "23n"),
    (b"dk", "14n"),
    (b"do", "4c20n"),
    (b"ee", "16n"),
    (b"eg", "25n"),
    (b"es", "20n"),
    (b"fi", "14n"),
    (b"fk", "2a12n"),
    (b"fo", "14n"),
    (b"fr", "10n11c2n"),
    (b"gb", "4a14n"),
    (b"ge", "2a16n"),
    (b"gi", "4a15c"),
    (b"gl", "14n"),
    (b"gr", "7n16c"),
    (b"gt", "24c"),
    (b"hn", "4a20n"),
    (b"hr", "17n"),
    (b"hu", "24n"),
    (b"ie", "4a14n"),
    (b"il", "19n"),
    (b"iq", "4a15n"),
    (b"is", "22n"),
    (b"it", "1a10n12c"),
    (b"jo", "4a4n18c"),
    (b"kw", "4a22c"),
    (b"kz", "3n13c"),
    (b"lb", "4n20c"),
    (b"lc", "4a24c"),
    (b"li", "5n12c"),
    (b"lt", "16n"),
    (b"lu", "3n13c"),
    (b"lv", "4a13c"),
    (b"ly", "21n"),
    (b"mc", "10n11c2n"),
    (b"md", "20c"),
    (b"me", "18n"),
    (b"mk", "3n10c2n"),
    (b"mn", "16n"),
    (b"mr", "23n"),
    (b"mt", "4a5n18c"),
    (b"mu", "4a19n3a"),
    (b"ni", "4a20n"),
    (b"nl", "4a10n"),
    (b"no", "11n"),
    (b"om", "3n16c"),
    (b"pk", "4a16c"),
    (b"pl", "24n"),
    (b"ps", "4a21c"),
    (b"pt", "21n"),
    (b"qa", "4a21c"),
    (b"ro", "4a16c"),
    (b"rs", "18n"),
    (b"ru", "14n15c"),
    (b"sa", "2n18c"),
    (b"sc", "4a20n3a"),
    (b"sd", "14n"),
    (b"se", "20n"),
    (b"si", "15n"),
    (b"sk", "20n"),
    (b"sm", "1a10n12c"),
    (b"so", "19n"),
    (b"st", "21n"),
    (b"sv", "4a20n"),
    (b"tl", "19n"),
    (b"tn", "20n"),
    (b"tr", "6n16c"),
    (b"ua", "6n19c"),
    (b"va", "18n"),
    (b"vg", "4a16n"),
    (b"xk", "16n"),
];

/// The characters of a country, its check digits and the longest account.
const MAX: usize = 34;
/// Characters after which a broken off number is one.
const ANCHOR: usize = 10;

#[derive(Clone, Debug, Default)]
pub(crate) struct Iban {
    live: Option<Live>,
}

#[derive(Clone, Debug)]
struct Live {
    start: u64,
    end: u64,
    text: [u8; MAX],
    len: usize,
    /// The places where a digit may stand, and those where a letter may, as bits.
    digits: u64,
    letters: u64,
    /// All characters.
    total: usize,
    after_separator: bool,
}

impl Scan for Iban {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        if let Some(live) = &mut self.live {
            if live.len == live.total {
                if !is_word(c) && live.checks() {
                    let found = Found::new(live.start, live.end);
                    self.live = None;
                    return Some(found);
                }
            } else if live.goes_on(c, at) {
                return None;
            }
            self.live = None;
        }
        if c.is_ascii_digit() {
            if let Some(mut live) = Live::behind_country(at, left) {
                live.goes_on(c, at);
                self.live = Some(live);
            }
        }
        None
    }

    fn live(&self) -> Option<u64> {
        self.live.as_ref().map(|live| live.start)
    }

    fn is_anchored(&self, _: u64, _: Left<'_>) -> bool {
        self.live.as_ref().is_some_and(|live| live.len >= ANCHOR)
    }

    fn goes_on(&self, text: &[u8]) -> usize {
        let Some(mut live) = self.live.clone() else {
            return 0;
        };
        let fits = |byte: &&u8| {
            let c = char::from(byte.to_ascii_lowercase());
            live.len < live.total && live.goes_on(c, 0)
        };
        text.iter().take_while(fits).count()
    }

    fn go_on(&mut self, text: &[u8], at: u64) {
        if let Some(live) = &mut self.live {
            for (byte, at) in text.iter().zip(at..) {
                live.goes_on(char::from(byte.to_ascii_lowercase()), at);
            }
        }
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Live {
    /// A number whose country stands before `at`, as a word of its own.
    fn behind_country(at: u64, left: Left<'_>) -> Option<Self> {
        let mut back = left.held.back(at).filter(|(_, symbol)| !symbol.hidden);
        let (_, second) = back.next()?;
        let (start, first) = back.next()?;
        let before = back.next().map(|(_, symbol)| symbol.ch).or(left.before);
        let country = [u8::try_from(first.ch).ok()?, u8::try_from(second.ch).ok()?];
        if before.is_some_and(is_word) {
            return None;
        }
        let (_, structure) = COUNTRIES.iter().find(|(name, _)| **name == country)?;
        let mut text = [0; MAX];
        for (slot, byte) in text.iter_mut().zip(country) {
            *slot = byte;
        }
        let mut live = Self {
            start,
            end: at,
            text,
            len: country.len(),
            // The two check digits.
            digits: 0b1100,
            letters: 0,
            total: 4,
            after_separator: false,
        };
        for (count, class) in parts(structure) {
            let places = ((1 << count) - 1) << live.total;
            live.digits |= if class == b'a' { 0 } else { places };
            live.letters |= if class == b'n' { 0 } else { places };
            live.total += count;
        }
        Some(live)
    }

    fn goes_on(&mut self, c: char, at: u64) -> bool {
        if matches!(c, ' ' | '-') && self.len >= 4 && !self.after_separator {
            self.after_separator = true;
            return true;
        }
        let places = match c {
            '0'..='9' => self.digits,
            'a'..='z' => self.letters,
            _ => 0,
        };
        let fits = places >> self.len & 1 == 1;
        let Some(slot) = self.text.get_mut(self.len).filter(|_| fits) else {
            return false;
        };
        *slot = c as u8;
        self.len += 1;
        self.end = at + 1;
        self.after_separator = false;
        true
    }

    fn checks(&self) -> bool {
        let text = self.text.get(..self.len).unwrap_or_default();
        let (head, account) = text.split_at_checked(4).unwrap_or_default();
        let rest = account.iter().chain(head).fold(0_u32, |rest, b| match b {
            b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
            _ => (rest * 100 + u32::from(b.wrapping_sub(b'a')) + 10) % 97,
        });
        rest == 1
    }
}

/// Counts and classes of a structure.
fn parts(structure: &str) -> impl Iterator<Item = (usize, u8)> {
    let mut count = 0;
    structure.bytes().filter_map(move |b| {
        if b.is_ascii_digit() {
            count = count * 10 + usize::from(b - b'0');
            return None;
        }
        Some((std::mem::take(&mut count), b))
    })
}
