//! Numbers of India.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{any, part, verhoeff};

pub(in crate::rules) static PAN: Spec = Spec {
    entity: Entity::IN_PAN,
    placeholder: "[TAX_ID]",
    tier: Tier::Shaped,
    about: "five letters, the fourth for the kind of holder, four digits and a letter",
    source: "Income Tax Department of India, permanent account number",
    finder: Finder::Shapes(&[
        Shape::free("AAAAA9999A", is_pan),
        Shape::behind(Context::TAX, "aaaaa9999a", is_pan),
        Shape::behind(Context::TAX, "AAAAA9999A", any),
        Shape::free("99AAAAA9999AXAX", |value| {
            is_pan(value.get(2..).unwrap_or_default()) && matches!(part(value, 0, 2), 1..=38 | 97)
        }),
    ]),
    hits: &[
        "My PAN number is «ABBPM4567S» and",
        "GSTIN «27AAPFU0939F1ZV»",
    ],
    misses: &["abbpm4567s", "ABBXM4567S", "ABCD1234"],
};

fn is_pan(value: &[u8]) -> bool {
    value.get(3).is_some_and(|b| b"abcfghljptk".contains(b)) && part(value, 5, 9) != 0
}

pub(in crate::rules) static AADHAAR: Spec = Spec {
    entity: Entity::IN_AADHAAR,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "twelve digits in fours or after \"Aadhaar\", Verhoeff check",
    source: "Unique Identification Authority of India, numbering scheme",
    finder: Finder::Shapes(&[
        Shape::free("9999 9999 9999", is_aadhaar),
        Shape::free("9999-9999-9999", is_aadhaar),
        Shape::behind(Context::ID, "999999999999", is_aadhaar),
    ]),
    hits: &["«2345 6789 0124»", "Aadhaar «234567890124»"],
    misses: &["2345 6789 0123", "1345 6789 0124", "234567890124"],
};

fn is_aadhaar(value: &[u8]) -> bool {
    !matches!(value.first(), Some(b'0' | b'1')) && verhoeff(value)
}

pub(in crate::rules) static IN_VOTER: Spec = Spec {
    entity: Entity::IN_VOTER,
    placeholder: "[ID]",
    tier: Tier::Shaped,
    about: "three letters and seven digits, after \"voter\" or \"EPIC\"",
    source: "Election Commission of India, electors photo identity card",
    finder: Finder::Shapes(&[Shape::behind(Context::ID, "aaa9999999", any)]),
    hits: &["Voter ID «KSD1287349»"],
    misses: &["KSD1287349"],
};

pub(in crate::rules) static IN_VEHICLE: Spec = Spec {
    entity: Entity::IN_VEHICLE_REGISTRATION,
    placeholder: "[VEHICLE]",
    tier: Tier::Shaped,
    about: "state, district, series and number, after a word for a vehicle",
    source: "Central Motor Vehicles Rules 1989, rule 50",
    finder: Finder::Shapes(&[
        Shape::behind(Context::VEHICLE, "aa99aa9999", any),
        Shape::behind(Context::VEHICLE, "aa99a9999", any),
    ]),
    hits: &["vehicle «MH12DE1433»", "Registration: «MH12DE1433»"],
    misses: &["MH12DE1433"],
};
