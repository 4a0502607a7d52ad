//! Numbers of Spain and Portugal.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{digits, last, part, weighted};

pub(in crate::rules) static NIF: Spec = Spec {
    entity: Entity::ES_NIF,
    placeholder: "[TAX_ID]",
    tier: Tier::Certain,
    about: "seven or eight digits and the letter that they give modulo 23",
    source: "Agencia Tributaria, Orden EHA/451/2008; Real Decreto 1553/2005",
    finder: Finder::Shapes(&[
        Shape::free("99999999a", is_nif),
        Shape::free("99999999-a", is_nif),
        Shape::free("9999999-a", is_nif),
        Shape::free("A9999999A", is_special),
    ]),
    hits: &["«12345678Z»", "DNI «55555555-k»", "«1111111-G»"],
    misses: &["12345678A", "123456789Z", "12345678-Zeta"],
};

pub(in crate::rules) static NIE: Spec = Spec {
    entity: Entity::ES_NIE,
    placeholder: "[TAX_ID]",
    tier: Tier::Certain,
    about: "X, Y or Z, seven digits and the letter that they give modulo 23",
    source: "Ministerio del Interior, Orden INT/2058/2008",
    finder: Finder::Shapes(&[
        Shape::free("a9999999a", is_nie),
        Shape::free("a9999999-a", is_nie),
        Shape::free("a-9999999-a", is_nie),
    ]),
    hits: &["«X9613851N»", "«y8063915-z»", "NIE «Z-8078221-M»"],
    misses: &["Y8063915Q", "58063915Q", "W9613851N"],
};

fn letter_of(number: u64) -> Option<&'static u8> {
    b"trwagmyfpdxbnjzsqvhlcke".get((number % 23) as usize)
}

fn is_nif(value: &[u8]) -> bool {
    letter_of(part(value, 0, value.len())) == value.last()
}

/// K, L and M: Spaniards under fourteen or abroad, and foreigners without an NIE.
fn is_special(value: &[u8]) -> bool {
    matches!(value.first(), Some(b'k' | b'l' | b'm'))
        && letter_of(part(value, 1, 8)) == value.last()
}

fn is_nie(value: &[u8]) -> bool {
    let series = match value.first() {
        Some(first @ b'x'..=b'z') => u64::from(first - b'x'),
        _ => return false,
    };
    letter_of(series * 10_000_000 + part(value, 1, 8)) == value.last()
}

pub(in crate::rules) static CIF: Spec = Spec {
    entity: Entity::ES_CIF,
    placeholder: "[COMPANY_ID]",
    tier: Tier::Shaped,
    about: "a legal form, seven digits and a control character",
    source: "Agencia Tributaria, Orden EHA/451/2008",
    finder: Finder::Shapes(&[
        Shape::free("A9999999A", |value| is_cif(value) && !is_special(value)),
        Shape::free("A-99999999", is_cif),
        Shape::behind(Context::TAX.or(Context::COMPANY), "a9999999x", is_cif),
        Shape::behind(Context::TAX.or(Context::COMPANY), "a-9999999x", is_cif),
    ]),
    hits: &["CIF «A58818501»", "«A-58818501»"],
    misses: &["A58818501", "A-58818502", "CIF I58818501"],
};

fn is_cif(value: &[u8]) -> bool {
    let inner = value.get(1..8).unwrap_or_default();
    let sum: u32 = digits(inner)
        .zip([2, 1].into_iter().cycle())
        .map(|(digit, weight)| digit * weight / 10 + digit * weight % 10)
        .sum();
    let control = (10 - sum % 10) % 10;
    let is_form = value
        .first()
        .is_some_and(|b| b"abcdefghjnpqrsuvw".contains(b));
    is_form
        && match value.last() {
            Some(b) if b.is_ascii_digit() => u32::from(b - b'0') == control,
            Some(b) => b"jabcdefghi".get(control as usize) == Some(b),
            None => false,
        }
}

pub(in crate::rules) static PT_NIF: Spec = Spec {
    entity: Entity::PT_NIF,
    placeholder: "[TAX_ID]",
    tier: Tier::Shaped,
    about: "nine digits after \"NIF\" or \"contribuinte\", modulo 11 check",
    source: "Autoridade Tributária e Aduaneira, número de identificação fiscal",
    finder: Finder::Shapes(&[
        Shape::behind(Context::TAX, "999999999", is_portuguese),
        Shape::behind(Context::TAX, "999 999 999", is_portuguese),
    ]),
    hits: &["NIF: «299999998»", "contribuinte n.º «299 999 998»"],
    misses: &["299999998", "NIF 299999997"],
};

fn is_portuguese(value: &[u8]) -> bool {
    let rest = weighted(value, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    last(value) == if rest < 2 { 0 } else { 11 - rest }
}
