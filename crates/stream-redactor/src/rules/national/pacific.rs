//! Numbers of Singapore and Australia.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{any, number, part, weighted};

pub(in crate::rules) static NRIC: Spec = Spec {
    entity: Entity::SG_NRIC_FIN,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "S, T, F, G or M, seven digits and a check letter",
    source: "Immigration and Checkpoints Authority, NRIC and FIN",
    finder: Finder::Shapes(&[
        Shape::free("a9999999a", is_nric),
        Shape::behind(Context::ID, "a9999999a", |value| {
            value.first().is_some_and(|b| b"stfgm".contains(b))
        }),
    ]),
    hits: &["«S9108268C»", "NRIC «t7572225c»"],
    misses: &["S9108268D", "A9108268C", "PA12348L"],
};

fn is_nric(value: &[u8]) -> bool {
    let Some(series) = value.first() else {
        return false;
    };
    let (offset, letters): (u32, &[u8]) = match series {
        b's' => (0, b"jzihgfedcba"),
        b't' => (4, b"jzihgfedcba"),
        b'f' => (0, b"xwutrqpnmlk"),
        b'g' => (4, b"xwutrqpnmlk"),
        b'm' => (3, b"xwutrqpnjlk"),
        _ => return false,
    };
    let sum = offset + weighted(value, &[2, 7, 6, 5, 4, 3, 2]);
    letters.get((sum % 11) as usize) == value.last()
}

pub(in crate::rules) static UEN: Spec = Spec {
    entity: Entity::SG_UEN,
    placeholder: "[COMPANY_ID]",
    tier: Tier::Shaped,
    about: "eight or nine digits and a letter after \"UEN\", or T, year, kind and more",
    source: "Accounting and Corporate Regulatory Authority, unique entity number",
    finder: Finder::Shapes(&[
        Shape::behind(Context::COMPANY, "99999999a", any),
        Shape::behind(Context::COMPANY, "999999999a", any),
        Shape::free("A99AA9999A", |value| {
            matches!(value.first(), Some(b'r' | b's' | b't'))
        }),
    ]),
    hits: &["UEN «53125226D»", "«T05LL1103B»", "UEN: «201434292D»"],
    misses: &["201434292D", "A05LL1103B"],
};

pub(in crate::rules) static ABN: Spec = Spec {
    entity: Entity::AU_ABN,
    placeholder: "[COMPANY_ID]",
    tier: Tier::Certain,
    about: "eleven digits in groups or after \"ABN\", modulo 89 check",
    source: "Australian Business Register, format of the ABN",
    finder: Finder::Shapes(&[
        Shape::free("99 999 999 999", is_abn),
        Shape::behind(Context::COMPANY, "99999999999", is_abn),
    ]),
    hits: &["«51 824 753 556»", "ABN «51824753556»"],
    misses: &["52 824 753 556", "51824753556"],
};

fn is_abn(value: &[u8]) -> bool {
    let sum = weighted(value, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    value.first() != Some(&b'0') && (sum + 89 - 10) % 89 == 0
}

pub(in crate::rules) static ACN: Spec = Spec {
    entity: Entity::AU_ACN,
    placeholder: "[COMPANY_ID]",
    tier: Tier::Shaped,
    about: "nine digits after \"ACN\", or in groups with zeros in front, check digit",
    source: "Australian Securities and Investments Commission, ACN check digit",
    finder: Finder::Shapes(&[
        Shape::behind(Context::COMPANY, "999 999 999", is_acn),
        Shape::behind(Context::COMPANY, "999999999", is_acn),
        Shape::free("999 999 999", |value| {
            value.starts_with(b"00") && number(value) != 0 && is_acn(value)
        }),
    ]),
    hits: &["ACN «004 085 616»", "«004 085 616»", "ACN: «004085616»"],
    misses: &["824 753 557", "004085616", "004 085 617"],
};

fn is_acn(value: &[u8]) -> bool {
    weighted(value, &[8, 7, 6, 5, 4, 3, 2, 1, 1]) % 10 == 0
}

pub(in crate::rules) static TFN: Spec = Spec {
    entity: Entity::AU_TFN,
    placeholder: "[TAX_ID]",
    tier: Tier::Shaped,
    about: "nine digits after \"TFN\" and the like, modulo 11 check",
    source: "Australian Taxation Office, tax file number check digit",
    finder: Finder::Shapes(&[
        Shape::behind(Context::TAX, "999 999 999", is_tfn),
        Shape::behind(Context::TAX, "999999999", is_tfn),
    ]),
    hits: &["TFN «876 543 210»", "tax file number «876543210»"],
    misses: &["876 543 210", "TFN 876 543 211"],
};

fn is_tfn(value: &[u8]) -> bool {
    weighted(value, &[1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 == 0 && number(value) != 0
}

pub(in crate::rules) static MEDICARE: Spec = Spec {
    entity: Entity::AU_MEDICARE,
    placeholder: "[HEALTH_ID]",
    tier: Tier::Shaped,
    about: "four, five and one digit, or ten after \"Medicare\", check digit",
    source: "Services Australia, Medicare card number check digit",
    finder: Finder::Shapes(&[
        Shape::free("9999 99999 9", is_medicare),
        Shape::behind(Context::HEALTH, "9999999999", is_medicare),
        Shape::behind(Context::HEALTH, "99999999999", is_medicare),
    ]),
    hits: &["«2123 45670 1»", "Medicare «2123456701»"],
    misses: &["2123 25870 1", "7123 45670 1", "2123456701"],
};

fn is_medicare(value: &[u8]) -> bool {
    let sum = weighted(value, &[1, 3, 7, 9, 1, 3, 7, 9]);
    matches!(value.first(), Some(b'2'..=b'6')) && u64::from(sum % 10) == part(value, 8, 9)
}
