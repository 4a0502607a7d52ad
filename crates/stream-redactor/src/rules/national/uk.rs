//! Numbers of the United Kingdom.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{any, is_one_digit, part, weighted};

pub(in crate::rules) static NHS: Spec = Spec {
    entity: Entity::UK_NHS,
    placeholder: "[NHS]",
    tier: Tier::Certain,
    about: "ten digits in three groups or after \"NHS\", modulo 11 check",
    source: "NHS Data Model and Dictionary, NHS number",
    finder: Finder::Shapes(&[
        Shape::free("999 999 9999", is_nhs),
        Shape::behind(Context::HEALTH, "999-999-9999", is_nhs),
        Shape::behind(Context::HEALTH, "9999999999", is_nhs),
    ]),
    hits: &["«943 476 5919»", "NHS number «9434765919»"],
    misses: &["943 476 5918", "9434765919", "943 4765919"],
};

fn is_nhs(value: &[u8]) -> bool {
    weighted(value, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0 && !is_one_digit(value)
}

pub(in crate::rules) static NINO: Spec = Spec {
    entity: Entity::UK_NINO,
    placeholder: "[NINO]",
    tier: Tier::Shaped,
    about: "two letters in use, six digits, A to D; bare or in pairs",
    source: "HM Revenue and Customs, National Insurance Manual NIM39110",
    finder: Finder::Shapes(&[
        Shape::free("aa999999a", is_nino),
        Shape::free("AA~99~99~99~A", is_nino),
        Shape::free("AA 999999 A", is_nino),
        Shape::free("AA 999999A", is_nino),
        Shape::free("AA999999 A", is_nino),
        Shape::behind(Context::SSN, "aa999999", is_nino),
        Shape::behind(Context::SSN, "AA 99 99 99", is_nino),
        Shape::behind(Context::SSN.or(Context::TAX), "99a99999", any),
    ]),
    hits: &[
        "«AB123456C»",
        "My number is «AB 12 34 56 C».",
        "«ab123456d»!",
    ],
    misses: &[
        "QQ123456C",
        "AB123456E",
        "GB123456A",
        "AB1234567C",
        "AB 12 34 56 CD",
    ],
};

fn is_nino(value: &[u8]) -> bool {
    let (prefix, suffix) = (value.get(..2).unwrap_or_default(), value.get(8));
    let [first, second] = prefix else {
        return false;
    };
    !b"dfiquv".contains(first)
        && !b"dfiquvo".contains(second)
        && ![b"bg", b"gb", b"nk", b"kn", b"tn", b"nt", b"zz"].contains(&&[*first, *second])
        && suffix.is_none_or(|b| b"abcd".contains(b))
}

pub(in crate::rules) static PASSPORT: Spec = Spec {
    entity: Entity::UK_PASSPORT,
    placeholder: "[PASSPORT]",
    tier: Tier::Shaped,
    about: "nine digits or two letters and seven, after \"passport\"",
    source: "HM Passport Office, passport numbers; ICAO Doc 9303",
    finder: Finder::Shapes(&[Shape::behind(Context::PASSPORT, "aa9999999", any)]),
    hits: &["Passports: «AB1234567» and «XY9876543»"],
    misses: &["AB1234567", "passport AB12345678"],
};

pub(in crate::rules) static DRIVING_LICENCE: Spec = Spec {
    entity: Entity::UK_DRIVING_LICENCE,
    placeholder: "[LICENSE]",
    tier: Tier::Shaped,
    about: "five letters of a name, a date of birth, initials and check characters",
    source: "Driver and Vehicle Licensing Agency, driver number format",
    finder: Finder::Shapes(&[
        Shape::free("xxxxx999999xx9xx", is_driver),
        Shape::free("xxxxx999999xx9xx99", is_driver),
        Shape::free("xxxxx999999xxxxx", is_driver),
        Shape::free("xxxxx999999xxxxx99", is_driver),
    ]),
    hits: &["Licence: «MORGA657054SM9IJ» ok", "«FO999512018AA1AB»"],
    misses: &["MORGA699054SM9IJ", "MORGA657054SM9I", "M9RGA657054SM9IJ"],
};

fn is_driver(value: &[u8]) -> bool {
    let name = value.get(..5).unwrap_or_default();
    let letters = name.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let is_name = letters > 0 && name.iter().skip(letters).all(|b| *b == b'9');
    let initials = value.get(11..13).unwrap_or_default();
    let is_initial = |b: &u8| b.is_ascii_alphabetic() || *b == b'9';
    let month = part(value, 6, 8);
    is_name
        && matches!(month, 1..=12 | 51..=62)
        && matches!(part(value, 8, 10), 1..=31)
        && initials.iter().all(is_initial)
}

pub(in crate::rules) static UTR: Spec = Spec {
    entity: Entity::UK_UTR,
    placeholder: "[TAX_ID]",
    tier: Tier::Loose,
    about: "ten digits, after \"UTR\" or \"taxpayer\"",
    source: "HM Revenue and Customs, Unique Taxpayer Reference",
    finder: Finder::Shapes(&[
        Shape::behind(Context::TAX, "9999999999", any),
        Shape::behind(Context::TAX, "99999 99999", any),
    ]),
    hits: &[
        "UTR: «12345 67890»",
        "unique taxpayer reference «1234567890»",
    ],
    misses: &["12345 67890", "1234567890"],
};
