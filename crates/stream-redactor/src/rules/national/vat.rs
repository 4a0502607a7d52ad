//! Numbers for value added tax, with their country in front.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{any, weighted};

pub(in crate::rules) static SPEC: Spec = Spec {
    entity: Entity::VAT_NUMBER,
    placeholder: "[VAT]",
    tier: Tier::Shaped,
    about: "a country of the union and its structure; bare or in groups",
    source: "European Commission, VIES, structure of VAT identification numbers",
    finder: Finder::Shapes(&[
        Shape::free("AA9{8,12}", is_vat),
        Shape::free("AAX9999999X", is_vat),
        Shape::free("AAA99999999", is_vat),
        Shape::free("AA99999999A", is_vat),
        Shape::free("AAXX999999999", is_vat),
        Shape::free("AA9X99999A", is_vat),
        Shape::free("AA9999999AA", is_vat),
        Shape::free("AA999999999A99", is_vat),
        Shape::free("AA~999~999~999", is_vat),
        Shape::free("AA999~999~999", is_vat),
        Shape::free("AA 999999999", is_vat),
        Shape::free("AA 99999999999", is_vat),
        Shape::free("AA 9999.999.999", is_vat),
        Shape::free("AA 9999 999 999", is_vat),
        Shape::free("AA9999.999.999", is_vat),
        Shape::free("AA 999 9999 99", is_vat),
        Shape::free("AA999 9999 99", is_vat),
        Shape::free("AA 99 999 999 999", is_vat),
        Shape::free("AA 99 999999999", is_vat),
        Shape::free("AA 99 99 99 99", is_vat),
        Shape::free("AA 999.999.999.A99", is_vat),
        Shape::behind(Context::COMPANY, "aa9{8,12}", is_vat),
        Shape::behind(Context::COMPANY, "a99999999", |value| {
            value.starts_with(b"u")
        }),
        Shape::behind(Context::COMPANY, "999999999a99", any),
        Shape::behind(Context::COMPANY, "9{8,12}", any),
        Shape::behind(Context::COMPANY, "999 999 999", any),
        Shape::behind(Context::COMPANY, "999 9999 99", any),
    ]),
    hits: &[
        "USt-IdNr.: «DE136695976»",
        "«BE 0428.759.497»",
        "«NL123456789B13»",
        "«ATU13585627»",
    ],
    misses: &["DE12345678", "XX123456789", "de136695976", "DE1234567890"],
};

/// Countries and their structures: `9` a digit, `a` a letter, `x` either.
const COUNTRIES: [(&[u8; 2], &[&str]); 31] = [
    (b"at", &["u99999999"]),
    (b"be", &["9999999999"]),
    (b"bg", &["999999999", "9999999999"]),
    (b"cy", &["99999999a"]),
    (b"cz", &["99999999", "999999999", "9999999999"]),
    (b"de", &["999999999"]),
    (b"dk", &["99999999"]),
    (b"ee", &["999999999"]),
    (b"el", &["999999999"]),
    (b"es", &["x9999999x"]),
    (b"fi", &["99999999"]),
    (b"fr", &["xx999999999"]),
    (b"gb", &["999999999", "999999999999"]),
    (b"gr", &["999999999"]),
    (b"hr", &["99999999999"]),
    (b"hu", &["99999999"]),
    (b"ie", &["9x99999a", "9999999aa"]),
    (b"it", &["99999999999"]),
    (b"lt", &["999999999", "999999999999"]),
    (b"lu", &["99999999"]),
    (b"lv", &["99999999999"]),
    (b"mt", &["99999999"]),
    (b"nl", &["999999999b99"]),
    (b"pl", &["9999999999"]),
    (b"pt", &["999999999"]),
    (b"ro", &["99999999", "999999999", "9999999999"]),
    (b"rs", &["999999999"]),
    (b"se", &["999999999999"]),
    (b"si", &["99999999"]),
    (b"sk", &["9999999999"]),
    (b"xi", &["999999999", "999999999999"]),
];

fn is_vat(value: &[u8]) -> bool {
    let Some((country, number)) = value.split_first_chunk::<2>() else {
        return false;
    };
    let fits = |(byte, kind): (&u8, u8)| match kind {
        b'9' => byte.is_ascii_digit(),
        b'a' => byte.is_ascii_alphabetic(),
        b'x' => true,
        letter => *byte == letter,
    };
    let has = |structure: &&str| {
        structure.len() == number.len() && number.iter().zip(structure.bytes()).all(fits)
    };
    let structures = COUNTRIES.iter().find(|(name, _)| *name == country);
    structures.is_some_and(|(_, structures)| structures.iter().any(|s| has(&s)))
}

pub(in crate::rules) static CH_UID: Spec = Spec {
    entity: Entity::CH_UID,
    placeholder: "[COMPANY_ID]",
    tier: Tier::Certain,
    about: "CHE and nine digits, modulo 11 check",
    source: "Bundesamt für Statistik, UID-Register, eCH-0097",
    finder: Finder::Shapes(&[
        Shape::free("aaa-999.999.999", is_uid),
        Shape::free("aaa-999999999", is_uid),
        Shape::free("aaa999999999", is_uid),
    ]),
    hits: &["«CHE-116.281.710» MWST", "«CHE116281710»"],
    misses: &["CHE-116.281.711", "ABC-116.281.710"],
};

fn is_uid(value: &[u8]) -> bool {
    value.starts_with(b"che") && weighted(value, &[5, 4, 3, 2, 7, 6, 5, 4, 1]) % 11 == 0
}
