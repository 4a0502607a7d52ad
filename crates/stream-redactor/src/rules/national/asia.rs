//! Numbers of Singapore, India, Australia and other countries of Asia.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{
    any, digits, is_day, last, luhn, number, part, verhoeff, weighted, yymmdd,
};

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

pub(in crate::rules) static PAN: Spec = Spec {
    entity: Entity::IN_PAN,
    placeholder: "[TAX_ID]",
    tier: Tier::Shaped,
    about: "five letters, the fourth for the kind of holder, four digits and a letter",
    source: "Income Tax Department of India, permanent account number",
    finder: Finder::Shapes(&[
        Shape::free("AAAAA9999A", is_pan),
        Shape::behind(Context::TAX, "aaaaa9999a", is_pan),
        Shape::behind(Context::TAX, "AAAAA9999A", any),
        Shape::free("99AAAAA9999AXAX", |value| {
            is_pan(value.get(2..).unwrap_or_default()) && matches!(part(value, 0, 2), 1..=38 | 97)
        }),
    ]),
    hits: &[
        "My PAN number is «ABBPM4567S» and",
        "GSTIN «27AAPFU0939F1ZV»",
    ],
    misses: &["abbpm4567s", "ABBXM4567S", "ABCD1234"],
};

fn is_pan(value: &[u8]) -> bool {
    value.get(3).is_some_and(|b| b"abcfghljptk".contains(b)) && part(value, 5, 9) != 0
}

pub(in crate::rules) static AADHAAR: Spec = Spec {
    entity: Entity::IN_AADHAAR,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "twelve digits in fours or after \"Aadhaar\", Verhoeff check",
    source: "Unique Identification Authority of India, numbering scheme",
    finder: Finder::Shapes(&[
        Shape::free("9999 9999 9999", is_aadhaar),
        Shape::free("9999-9999-9999", is_aadhaar),
        Shape::behind(Context::ID, "999999999999", is_aadhaar),
    ]),
    hits: &["«2345 6789 0124»", "Aadhaar «234567890124»"],
    misses: &["2345 6789 0123", "1345 6789 0124", "234567890124"],
};

fn is_aadhaar(value: &[u8]) -> bool {
    !matches!(value.first(), Some(b'0' | b'1')) && verhoeff(value)
}

pub(in crate::rules) static IN_VOTER: Spec = Spec {
    entity: Entity::IN_VOTER,
    placeholder: "[ID]",
    tier: Tier::Shaped,
    about: "three letters and seven digits, after \"voter\" or \"EPIC\"",
    source: "Election Commission of India, electors photo identity card",
    finder: Finder::Shapes(&[Shape::behind(Context::ID, "aaa9999999", any)]),
    hits: &["Voter ID «KSD1287349»"],
    misses: &["KSD1287349"],
};

pub(in crate::rules) static IN_VEHICLE: Spec = Spec {
    entity: Entity::IN_VEHICLE_REGISTRATION,
    placeholder: "[VEHICLE]",
    tier: Tier::Shaped,
    about: "state, district, series and number, after a word for a vehicle",
    source: "Central Motor Vehicles Rules 1989, rule 50",
    finder: Finder::Shapes(&[
        Shape::behind(Context::VEHICLE, "aa99aa9999", any),
        Shape::behind(Context::VEHICLE, "aa99a9999", any),
    ]),
    hits: &["vehicle «MH12DE1433»", "Registration: «MH12DE1433»"],
    misses: &["MH12DE1433"],
};

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
