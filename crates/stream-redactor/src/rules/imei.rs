//! `IMEI`: the number of a mobile telephone (3GPP TS 23.003, section 6.2): fifteen digits, the last one
//! a Luhn check digit. In the groups of the GSM Association, or behind a word that says so.

use super::checks::{is_one_digit, luhn};
use super::shape::Shape;
use super::{Finder, Spec, Tier};
use crate::context::Context;
use crate::edit::Entity;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::IMEI,
    placeholder: "[IMEI]",
    tier: Tier::Certain,
    about: "fifteen digits, grouped 2-6-6-1 or after \"IMEI\", Luhn check",
    source: "3GPP TS 23.003, GSMA TS.06",
    finder: Finder::Shapes(&[
        Shape::free("99-999999-999999-9", is_imei),
        Shape::free("99 999999 999999 9", is_imei),
        Shape::behind(Context::DEVICE, "999999999999999", is_imei),
    ]),
    hits: &["«35-209900-176148-1»", "IMEI: «490154203237518»"],
    misses: &[
        "35-209900-176148-2",
        "490154203237518",
        "IMEI 490154203237519",
    ],
};

fn is_imei(value: &[u8]) -> bool {
    luhn(value) && !is_one_digit(value)
}
