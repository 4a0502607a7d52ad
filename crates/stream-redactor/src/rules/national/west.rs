//! Numbers of Belgium, the Netherlands, Luxembourg and Ireland.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{digits, is_day, is_one_digit, luhn, number, part, weighted, yymmdd};

const PERSON: Context = Context::ID.or(Context::SSN).or(Context::TAX);

pub(in crate::rules) static BE_NATIONAL: Spec = Spec {
    entity: Entity::BE_NATIONAL_NUMBER,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "date of birth, three digits, and a check modulo 97",
    source: "Royaume de Belgique, arrêté royal du 3 avril 1984",
    finder: Finder::Shapes(&[
        Shape::free("99.99.99-999.99", is_belgian),
        Shape::free("99 99 99 999 99", is_belgian),
        Shape::free("99.99.99.999.99", is_belgian),
        Shape::free("99999999999", is_belgian),
        Shape::free("999999-999-99", is_belgian),
        Shape::free("99/9999-99999", is_belgian_tax),
    ]),
    hits: &["«85.07.30-033.28»", "Rijksregisternummer «85073003328»"],
    misses: &["85.07.30-033.29", "85.13.30-033.28"],
};

/// From 2000 on a 2 stands in front. A number for a guest has 20 or 40 added to the month.
fn is_belgian(value: &[u8]) -> bool {
    let month = part(value, 2, 4);
    let is_born = yymmdd(value, 0)
        || is_day(month.wrapping_sub(20), part(value, 4, 6))
        || is_day(month.wrapping_sub(40), part(value, 4, 6));
    is_born && is_belgian_tax(value)
}

fn is_belgian_tax(value: &[u8]) -> bool {
    let (number, check) = (part(value, 0, 9), part(value, 9, 11));
    let is = |number: u64| 97 - number % 97 == check;
    (is(number) || is(2_000_000_000 + number)) && number != 0
}

pub(in crate::rules) static NL_BSN: Spec = Spec {
    entity: Entity::NL_BSN,
    placeholder: "[SSN]",
    tier: Tier::Shaped,
    about: "nine digits after \"BSN\" and the like, eleven test",
    source: "Rijksdienst voor Identiteitsgegevens, Besluit burgerservicenummer",
    finder: Finder::Shapes(&[
        Shape::behind(PERSON, "999999999", is_dutch),
        Shape::behind(PERSON, "9999.99.999", is_dutch),
        Shape::behind(PERSON, "9999 99 999", is_dutch),
        Shape::behind(PERSON, "999.999.999", is_dutch),
    ]),
    hits: &["BSN: «111222333»", "burgerservicenummer «1112.22.333»"],
    misses: &["111222333", "BSN 111222334"],
};

fn is_dutch(value: &[u8]) -> bool {
    weighted(value, &[9, 8, 7, 6, 5, 4, 3, 2, 10]) % 11 == 0 && number(value) != 0
}

pub(in crate::rules) static LU_NUMBER: Spec = Spec {
    entity: Entity::LU_NATIONAL_NUMBER,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "date of birth with the century, five digits, Luhn check before the last",
    source: "Grand-Duché de Luxembourg, loi du 19 juin 2013, numéro d'identification",
    finder: Finder::Shapes(&[Shape::free("9999999999999", is_luxembourgish)]),
    hits: &["matricule «1893120105732»"],
    misses: &["1893120105742", "1893130105732"],
};

fn is_luxembourgish(value: &[u8]) -> bool {
    matches!(value.get(..2), Some(b"18" | b"19" | b"20"))
        && yymmdd(value, 2)
        && luhn(value.get(..12).unwrap_or_default())
}

pub(in crate::rules) static IE_PPS: Spec = Spec {
    entity: Entity::IE_PPS,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "seven digits, a check letter, and a capital or none",
    source: "Department of Social Protection, personal public service number",
    finder: Finder::Shapes(&[
        Shape::free("9999999A", is_irish),
        Shape::free("9999999AA", is_irish),
        Shape::behind(PERSON, "9999999a{1,2}", is_irish),
    ]),
    hits: &["PPS «1234567T»", "«1234567FA»"],
    misses: &["1234567A", "1234567t"],
};

fn is_irish(value: &[u8]) -> bool {
    let extra = value.get(8).map_or(0, |b| match b {
        b'w' => 0,
        b => u32::from(b.wrapping_sub(b'a')) + 1,
    });
    let sum = weighted(value, &[8, 7, 6, 5, 4, 3, 2]) + 9 * extra;
    let check = b"wabcdefghijklmnopqrstuv".get((sum % 23) as usize);
    check == value.get(7) && extra < 10 && digits(value).count() == 7 && !is_one_digit(value)
}
