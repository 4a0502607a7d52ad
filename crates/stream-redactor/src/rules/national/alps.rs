//! Numbers of Switzerland and Austria.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{ddmmyy, ean13, part, weighted};

pub(in crate::rules) static AHV: Spec = Spec {
    entity: Entity::CH_AHV,
    placeholder: "[SSN]",
    tier: Tier::Certain,
    about: "756 and ten digits, article number check",
    source: "Zentrale Ausgleichsstelle, AHV number; GS1 check digit",
    finder: Finder::Shapes(&[
        Shape::free("999.9999.9999.99", is_swiss),
        Shape::free("999 9999 9999 99", is_swiss),
        Shape::free("9999999999999", is_swiss),
    ]),
    hits: &["AHV «756.9217.0769.85»", "«7569217076985»"],
    misses: &["756.9217.0769.84", "757.9217.0769.85"],
};

fn is_swiss(value: &[u8]) -> bool {
    value.starts_with(b"756") && ean13(value)
}

pub(in crate::rules) static AT_SVNR: Spec = Spec {
    entity: Entity::AT_SVNR,
    placeholder: "[SSN]",
    tier: Tier::Shaped,
    about: "four digits, one of them a check digit, and a date of birth",
    source: "Dachverband der Sozialversicherungsträger, Versicherungsnummer",
    finder: Finder::Shapes(&[
        Shape::free("9999 999999", is_austrian),
        Shape::behind(Context::SSN, "9999999999", is_austrian),
    ]),
    hits: &[
        "SVNr. «1237 010180»",
        "Sozialversicherungsnummer «1237010180»",
    ],
    misses: &["1238 010180", "1237 011380"],
};

fn is_austrian(value: &[u8]) -> bool {
    let sum = weighted(value, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]);
    ddmmyy(value, 4) && u64::from(sum % 11) == part(value, 3, 4) && value.first() != Some(&b'0')
}
