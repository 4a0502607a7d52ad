//! Numbers of China, Taiwan, Korea and other countries of Asia and Africa.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{any, digits, is_day, last, luhn, part, weighted, yymmdd};

pub(in crate::rules) static CN_ID: Spec = Spec {
    entity: Entity::CN_RESIDENT_ID,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "region, date of birth, three digits, check digit or X",
    source: "GB 11643-1999; ISO/IEC 7064 modulo 11-2",
    finder: Finder::Shapes(&[
        Shape::free("999999999999999999", is_chinese),
        Shape::free("99999999999999999x", is_chinese),
    ]),
    hits: &["«11010519491231002X»", "«520323197806058856»"],
    misses: &["110105194912310021", "11010519491331002X"],
};

fn is_chinese(value: &[u8]) -> bool {
    let front = value.get(..17).unwrap_or_default();
    let sum = weighted(
        front,
        &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2],
    );
    let check = b"10x98765432".get((sum % 11) as usize);
    matches!(part(value, 6, 8), 18..=20)
        && is_day(part(value, 10, 12), part(value, 12, 14))
        && check == value.last()
}

pub(in crate::rules) static TW_ID: Spec = Spec {
    entity: Entity::TW_NATIONAL_ID,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "a region's capital, 1 or 2, seven digits, check digit",
    source: "Ministry of the Interior of Taiwan, national identification number",
    finder: Finder::Shapes(&[Shape::free("A999999999", is_taiwanese)]),
    hits: &["«A123456789»", "«F131104093»"],
    misses: &["A123456788", "a123456789", "A323456789"],
};

fn is_taiwanese(value: &[u8]) -> bool {
    let region = value.first().and_then(|first| {
        let all = b"abcdefghjklmnpqrstuvxywzio";
        all.iter().position(|letter| letter == first)
    });
    let Some(region) = region.and_then(|n| u32::try_from(n).ok()).map(|n| n + 10) else {
        return false;
    };
    let sum = region / 10 + region % 10 * 9 + weighted(value, &[8, 7, 6, 5, 4, 3, 2, 1, 1]);
    matches!(value.get(1), Some(b'1' | b'2' | b'8' | b'9')) && sum % 10 == 0
}

pub(in crate::rules) static KR_RRN: Spec = Spec {
    entity: Entity::KR_RRN,
    placeholder: "[ID]",
    tier: Tier::Shaped,
    about: "date of birth, a hyphen, sex and six digits",
    source: "Republic of Korea, Resident Registration Act",
    finder: Finder::Shapes(&[
        Shape::free("999999-9999999", is_korean),
        Shape::behind(Context::ID, "9999999999999", is_korean),
    ]),
    hits: &["«900101-1234567»"],
    misses: &["901301-1234567", "900101-0234567", "9001011234567"],
};

fn is_korean(value: &[u8]) -> bool {
    yymmdd(value, 0) && matches!(value.get(6), Some(b'1'..=b'8'))
}

pub(in crate::rules) static OTHER_ASIAN: Spec = Spec {
    entity: Entity::NATIONAL_ID,
    placeholder: "[ID]",
    tier: Tier::Shaped,
    about: "identity numbers of Thailand, Pakistan, Israel, Iran, South Africa, Sri Lanka, Hong Kong",
    source: "the registries' check digits; NADRA for Pakistan",
    finder: Finder::Shapes(&[
        Shape::free("9-9999-99999-99-9", is_thai),
        Shape::behind(Context::ID, "9999999999999", is_thai),
        Shape::free("99999-9999999-9", |value| {
            matches!(value.first(), Some(b'1'..=b'7'))
        }),
        Shape::behind(Context::ID, "999999999", luhn),
        Shape::behind(Context::ID, "9999999999", is_iranian),
        Shape::behind(Context::ID, "9999999999999", |value| {
            yymmdd(value, 0) && luhn(value)
        }),
        Shape::behind(Context::ID, "999999999a", |value| {
            matches!(value.last(), Some(b'v' | b'x'))
        }),
        Shape::behind(Context::ID, "a999999x", any),
    ]),
    hits: &[
        "«1-1012-30000-06-0»",
        "«35201-1234567-1»",
        "id number «335240479»",
    ],
    misses: &["1101230000060", "335240479", "95201-1234567-1"],
};

fn is_thai(value: &[u8]) -> bool {
    let sum = weighted(value, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    (11 - sum % 11) % 10 == last(value)
}

fn is_iranian(value: &[u8]) -> bool {
    let rest = weighted(value, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if rest < 2 { rest } else { 11 - rest };
    check == last(value) && digits(value).any(|digit| digit != 0)
}
