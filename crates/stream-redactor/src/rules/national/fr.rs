//! Numbers of France.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{luhn, part};

pub(in crate::rules) static NIR: Spec = Spec {
    entity: Entity::FR_NIR,
    placeholder: "[SSN]",
    tier: Tier::Certain,
    about: "sex, year, month, place, order, and a key modulo 97; bare or in groups",
    source: "INSEE, numéro d'inscription au répertoire",
    finder: Finder::Shapes(&[
        Shape::free("999999999999999", is_nir),
        Shape::free("999999a99999999", is_nir),
        Shape::free("9 99 99 99 999 999 99", is_nir),
        Shape::free("9.99.99.99.999.999.99", is_nir),
        Shape::free("9-99-99-99-999-999-99", is_nir),
        Shape::free("9999999999999 99", is_nir),
        Shape::behind(Context::SSN, "9999999999999", |value| is_born(value)),
    ]),
    hits: &[
        "«1 85 05 78 006 084 91»",
        "«185057800608491»",
        "Sécu : «185052A00608435»",
    ],
    misses: &[
        "185057800608492",
        "1 85 13 78 006 084 91",
        "585057800608491",
    ],
};

fn is_nir(value: &[u8]) -> bool {
    // The departments 2A and 2B count as 19 and 18.
    let department = value.get(5..7).unwrap_or_default();
    let less = match department {
        b"2a" => Some(19),
        b"2b" => Some(18),
        [a, b] if a.is_ascii_digit() && b.is_ascii_digit() => Some(part(department, 0, 2)),
        _ => None,
    };
    let Some(department) = less else {
        return false;
    };
    let number = (part(value, 0, 5) * 100 + department) * 1_000_000 + part(value, 7, 13);
    is_born(value) && part(value, 13, 15) == 97 - number % 97
}

fn is_born(value: &[u8]) -> bool {
    let is_sex = matches!(value.first(), Some(b'1' | b'2' | b'3' | b'4' | b'7' | b'8'));
    is_sex && matches!(part(value, 3, 5), 1..=12 | 20..=42 | 50..=99)
}

pub(in crate::rules) static SIREN: Spec = Spec {
    entity: Entity::FR_SIREN,
    placeholder: "[COMPANY_ID]",
    tier: Tier::Shaped,
    about: "SIREN or SIRET, Luhn check; nine digits only after \"SIREN\" and the like",
    source: "INSEE, répertoire Sirene",
    finder: Finder::Shapes(&[
        Shape::free("999 999 999 99999", luhn),
        Shape::behind(Context::COMPANY, "99999999999999", luhn),
        Shape::behind(Context::COMPANY, "999999999", luhn),
        Shape::behind(Context::COMPANY, "999 999 999", luhn),
    ]),
    hits: &[
        "SIREN «732 829 320»",
        "«732 829 320 00074»",
        "SIRET : «73282932000074»",
    ],
    misses: &["732 829 320", "732829320", "SIREN 732 829 321"],
};
