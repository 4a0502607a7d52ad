//! Numbers of Italy.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{any, luhn};

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
