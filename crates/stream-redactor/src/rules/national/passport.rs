//! Documents of any country, behind a word for them.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::any;

pub(in crate::rules) static PASSPORT: Spec = Spec {
    entity: Entity::PASSPORT,
    placeholder: "[PASSPORT]",
    tier: Tier::Loose,
    about: "six to nine letters and digits, after \"passport\"",
    source: "ICAO Doc 9303, part 4: a document number has up to nine characters",
    finder: Finder::Shapes(&[
        Shape::behind(Context::PASSPORT, "9{7,9}", any),
        Shape::behind(Context::PASSPORT, "a9{6,8}", any),
        Shape::behind(Context::PASSPORT, "aa9{5,7}", any),
        Shape::behind(Context::PASSPORT, "aaa9{5,6}", any),
        Shape::behind(Context::PASSPORT, "99aa99999", any),
        Shape::behind(Context::PASSPORT, "a9999999a", any),
        Shape::behind(Context::PASSPORT, "aa999999a", any),
        Shape::behind(Context::PASSPORT, "a999999aa", any),
        Shape::behind(Context::PASSPORT, "99 9999999", any),
        Shape::behind(Context::PASSPORT, "A 9999999", any),
        Shape::behind(Context::PASSPORT, "AA 9999999", any),
    ]),
    hits: &[
        "Mi pasaporte es «AAA123456»",
        "passeport n° «10CV28144»",
        "paszport «EH0000001»",
    ],
    misses: &["AAA123456", "10CV28144", "passport of 2019"],
};
