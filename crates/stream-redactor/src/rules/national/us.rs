//! Numbers of the United States.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{any, digits, part, weighted};

/// Nine digits behind "social security" and the like.
pub(in crate::rules) static SSN: Spec = Spec {
    entity: Entity::US_SSN,
    placeholder: "[SSN]",
    tier: Tier::Shaped,
    about: "nine digits that can be issued, after \"social security\"",
    source: "Social Security Administration, POMS RM 10201.035",
    finder: Finder::Shapes(&[
        Shape::behind(Context::SSN, "999999999", is_issued),
        Shape::behind(Context::SSN, "99999-9999", is_issued),
        Shape::behind(Context::SSN, "999-999999", is_issued),
    ]),
    hits: &["SSN: «123456789»", "Social security number «123456789»."],
    misses: &[
        "123456789",
        "SSN 000456789",
        "SSN 1234567890",
        "order 123456789",
    ],
};

fn is_issued(value: &[u8]) -> bool {
    let area = part(value, 0, 3);
    (1..900).contains(&area) && area != 666 && part(value, 3, 5) != 0 && part(value, 5, 9) != 0
}

pub(in crate::rules) static ITIN: Spec = Spec {
    entity: Entity::US_ITIN,
    placeholder: "[TAX_ID]",
    tier: Tier::Shaped,
    about: "a 9, two digits, a group in use and four digits",
    source: "Internal Revenue Service, Internal Revenue Manual 3.21.263.5",
    finder: Finder::Shapes(&[
        Shape::free("999~99~9999", is_itin),
        Shape::behind(Context::TAX, "999999999", is_itin),
        Shape::behind(Context::TAX, "999-999999", is_itin),
        Shape::behind(Context::TAX, "99999-9999", is_itin),
    ]),
    hits: &["«912-70-1234»", "ITIN «912701234»", "«912 94 1234»."],
    misses: &["912-89-1234", "912-93-1234", "912701234", "812-70-1234"],
};

fn is_itin(value: &[u8]) -> bool {
    let group = part(value, 3, 5);
    value.first() == Some(&b'9') && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

pub(in crate::rules) static PASSPORT: Spec = Spec {
    entity: Entity::US_PASSPORT,
    placeholder: "[PASSPORT]",
    tier: Tier::Shaped,
    about: "nine digits or a letter and eight, after \"passport\"",
    source: "United States Department of State, travel document numbers",
    finder: Finder::Shapes(&[
        Shape::behind(Context::PASSPORT, "999999999", any),
        Shape::behind(Context::PASSPORT, "a99999999", any),
    ]),
    hits: &["Passport no. «340007237»", "passport: «E00007734»"],
    misses: &["340007237", "E00007734", "passport 34000723"],
};

pub(in crate::rules) static DRIVER_LICENSE: Spec = Spec {
    entity: Entity::US_DRIVER_LICENSE,
    placeholder: "[LICENSE]",
    tier: Tier::Loose,
    about: "a state's form, after \"driver's license\"",
    source: "AAMVA, driver license formats of the states",
    finder: Finder::Shapes(&[
        Shape::behind(Context::LICENSE, "9{7,12}", any),
        Shape::behind(Context::LICENSE, "x{6,14}", has_five_digits),
        Shape::behind(Context::LICENSE, "a999-9999-9999", any),
        Shape::behind(Context::LICENSE, "a999-9999-9999-99", any),
        Shape::behind(Context::LICENSE, "a999-999-99-999-9", any),
        Shape::behind(Context::LICENSE, "a9999-99999-99999", any),
        Shape::behind(Context::LICENSE, "99-999-999", any),
        Shape::behind(Context::LICENSE, "999-999-999", any),
        Shape::behind(Context::LICENSE, "999 999 999", any),
        Shape::behind(Context::LICENSE, "A999 9999 9999", any),
        Shape::behind(Context::LICENSE, "A9999 99999 99999", any),
    ]),
    hits: &[
        "My driver's license number is «D1234567»",
        "DL «F255-921-50-094-0»",
        "driver license: «12345678»",
    ],
    misses: &[
        "D1234567",
        "F255-921-50-094-0",
        "driver's license from 2019",
    ],
};

fn has_five_digits(value: &[u8]) -> bool {
    digits(value).count() >= 5
}

pub(in crate::rules) static BANK_NUMBER: Spec = Spec {
    entity: Entity::US_BANK_NUMBER,
    placeholder: "[ACCOUNT]",
    tier: Tier::Loose,
    about: "eight to seventeen digits, after \"account\" or \"bank\"",
    source: "Nacha operating rules, account number field",
    finder: Finder::Shapes(&[Shape::behind(Context::ACCOUNT, "9{8,17}", any)]),
    hits: &["Bank account: «945456787654»", "checking «12345678»"],
    misses: &[
        "945456787654",
        "account 1234567",
        "account 123456789012345678",
    ],
};

pub(in crate::rules) static ROUTING: Spec = Spec {
    entity: Entity::ABA_ROUTING_NUMBER,
    placeholder: "[ROUTING]",
    tier: Tier::Shaped,
    about: "a Federal Reserve district and a check digit, after \"routing\"",
    source: "American Bankers Association, routing number policy",
    finder: Finder::Shapes(&[
        Shape::behind(Context::ROUTING, "999999999", is_routing),
        Shape::behind(Context::ROUTING, "9999-9999-9", is_routing),
    ]),
    hits: &["routing number «021000021»", "ABA: «0210-0002-1»"],
    misses: &["021000021", "routing 021000022", "routing 421000021"],
};

fn is_routing(value: &[u8]) -> bool {
    let district = part(value, 0, 2);
    matches!(district, 0..=12 | 21..=32 | 61..=72 | 80)
        && weighted(value, &[3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 == 0
        && part(value, 0, 9) != 0
}

pub(in crate::rules) static EIN: Spec = Spec {
    entity: Entity::US_EIN,
    placeholder: "[TAX_ID]",
    tier: Tier::Loose,
    about: "two and seven digits, after \"employer identification\" or \"tax id\"",
    source: "Internal Revenue Service, Internal Revenue Manual 21.7.13.3",
    finder: Finder::Shapes(&[Shape::behind(
        Context::TAX,
        "99-9999999",
        |value| !matches!(part(value, 0, 2), 0 | 7..=9 | 17..=19 | 28 | 29 | 49 | 69 | 70 | 78 | 79 | 89 | 96 | 97),
    )]),
    hits: &["tax id «31-1234567»"],
    misses: &["31-1234567", "tax id 07-1234567"],
};

pub(in crate::rules) static MEDICAL_LICENSE: Spec = Spec {
    entity: Entity::MEDICAL_LICENSE,
    placeholder: "[MEDICAL_LICENSE]",
    tier: Tier::Certain,
    about: "a DEA registration: a registrant's letter, a second one, seven digits with a check digit",
    source: "Drug Enforcement Administration, 21 CFR 1301; check digit as published by NTIS",
    finder: Finder::Shapes(&[
        Shape::free("AA9999999", is_dea),
        Shape::free("A99999999", is_dea),
        Shape::behind(Context::HEALTH, "ax9999999", is_dea),
    ]),
    hits: &["DEA «AB1234563»", "«BB1388568»."],
    misses: &["AB1234564", "ab1234563", "QB1234563"],
};

fn is_dea(value: &[u8]) -> bool {
    let [first, second, number @ ..] = value else {
        return false;
    };
    let is_second = second.is_ascii_alphabetic() || *second == b'9';
    b"abcdefghjklmprstux".contains(first)
        && is_second
        && weighted(number, &[1, 2, 1, 2, 1, 2, 9]) % 10 == 0
        && part(number, 0, 7) != 0
}
