//! Numbers of Spain, Italy and Portugal.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{any, digits, last, luhn, part, weighted};

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

pub(in crate::rules) static FISCAL_CODE: Spec = Spec {
    entity: Entity::IT_FISCAL_CODE,
    placeholder: "[TAX_ID]",
    tier: Tier::Certain,
    about: "letters of the name, date of birth, place, check letter",
    source: "Agenzia delle Entrate, DM 23 dicembre 1976",
    finder: Finder::Shapes(&[Shape::free("aaaaaaxxaxxaxxxa", is_fiscal_code)]),
    hits: &["«RSSMRA85T10A562S»", "CF: «dmlpry77d15h501f»"],
    misses: &["RSSMRA85T99A562S", "RSSMRA85I10A562S", "RSSMRA85T10A562"],
};

/// Digits may be letters where two people would have the same code.
fn is_fiscal_code(value: &[u8]) -> bool {
    let digit = |n: usize| {
        let b = value.get(n)?;
        match b {
            b'0'..=b'9' => Some(u64::from(b - b'0')),
            _ => b"lmnpqrstuv"
                .iter()
                .position(|letter| letter == b)
                .map(|n| n as u64),
        }
    };
    let are_digits = [6, 7, 9, 10, 12, 13, 14]
        .into_iter()
        .all(|n| digit(n).is_some());
    let day = digit(9).unwrap_or(9) * 10 + digit(10).unwrap_or(9);
    are_digits
        && value
            .get(8)
            .is_some_and(|month| b"abcdehlmprst".contains(month))
        && matches!(day, 0..=31 | 40..=71)
}

pub(in crate::rules) static VAT_CODE: Spec = Spec {
    entity: Entity::IT_VAT_CODE,
    placeholder: "[VAT]",
    tier: Tier::Shaped,
    about: "eleven digits after \"partita IVA\", Luhn check",
    source: "Agenzia delle Entrate, partita IVA, DPR 633/1972",
    finder: Finder::Shapes(&[
        Shape::behind(Context::COMPANY.or(Context::TAX), "99999999999", luhn),
        Shape::behind(Context::COMPANY.or(Context::TAX), "99 999 99 99 9", luhn),
    ]),
    hits: &["P.IVA «01333550323»", "Partita IVA: «01333550323»"],
    misses: &["01333550323", "P.IVA 01333550324"],
};

pub(in crate::rules) static IDENTITY_CARD: Spec = Spec {
    entity: Entity::IT_IDENTITY_CARD,
    placeholder: "[ID]",
    tier: Tier::Shaped,
    about: "the forms of paper and electronic cards, after \"carta d'identità\"",
    source: "Ministero dell'Interno, carta di identità elettronica",
    finder: Finder::Shapes(&[
        Shape::behind(Context::ID, "aa99999aa", any),
        Shape::behind(Context::ID, "aa9999999", any),
        Shape::behind(Context::ID, "9999999aa", any),
    ]),
    hits: &[
        "Carta d'identità «CA00000AA»",
        "carta identità n. «AA1234567»",
    ],
    misses: &["CA00000AA", "AA1234567"],
};

pub(in crate::rules) static DRIVER_LICENSE: Spec = Spec {
    entity: Entity::IT_DRIVER_LICENSE,
    placeholder: "[LICENSE]",
    tier: Tier::Shaped,
    about: "two letters, seven digits and a letter, or U1 and more, after \"patente\"",
    source: "Ministero delle Infrastrutture e dei Trasporti, patente di guida",
    finder: Finder::Shapes(&[
        Shape::behind(Context::LICENSE, "aa9999999a", any),
        Shape::behind(Context::LICENSE, "a9xxxxxxxa", |value| {
            value.starts_with(b"u1")
        }),
    ]),
    hits: &["Patente di guida «AA0123456B»", "patente «U1H00A000B»"],
    misses: &["AA0123456B", "U1H00A000B"],
};

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
