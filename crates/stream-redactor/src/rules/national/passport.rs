//! Documents of any country, behind a word for them.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::digits;

pub(in crate::rules) static PASSPORT: Spec = Spec {
    entity: Entity::PASSPORT,
    placeholder: "[PASSPORT]",
    tier: Tier::Loose,
    about: "six to nine letters and digits, after \"passport\"",
    source: "ICAO Doc 9303, part 4: a document number has up to nine characters",
    finder: Finder::Shapes(&[
        Shape::behind(Context::PASSPORT, "9{7,9}", |_| true),
        Shape::behind(Context::PASSPORT, "x{6,9}", has_five_digits),
        Shape::behind(Context::PASSPORT, "99 9999999", |_| true),
        Shape::behind(Context::PASSPORT, "A 9999999", |_| true),
        Shape::behind(Context::PASSPORT, "AA 9999999", |_| true),
    ]),
    hits: &[
        "Mi pasaporte es «AAA123456»",
        "passeport n° «10CV28144»",
        "paszport «EH0000001»",
    ],
    misses: &["AAA123456", "10CV28144", "passport of 2019"],
};

fn has_five_digits(value: &[u8]) -> bool {
    digits(value).count() >= 5
}
