//! Numbers of the Nordic and Baltic countries.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{ddmmyy, is_day, last, luhn, number, part, weighted, yymmdd};

const PERSON: Context = Context::ID.or(Context::SSN).or(Context::TAX);

pub(in crate::rules) static SE_PERSONNUMMER: Spec = Spec {
    entity: Entity::SE_PERSONNUMMER,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "date of birth, a hyphen, three digits, Luhn check; bare with the century",
    source: "Skatteverket, SKV 704 and SKV 707",
    finder: Finder::Shapes(&[
        Shape::free("999999-9999", is_swedish),
        Shape::free("99999999-9999", is_swedish),
        Shape::free("999999999999", is_swedish),
        Shape::behind(PERSON, "9999999999", is_swedish),
    ]),
    hits: &[
        "«811218-9876»",
        "«19811218-9876»",
        "personnummer «8112189876»",
    ],
    misses: &["811218-9875", "811318-9876", "8112189876", "18811218-9876"],
};

/// A coordination number has 60 added to the day.
fn is_swedish(value: &[u8]) -> bool {
    let (century, short) = value
        .split_at_checked(value.len().saturating_sub(10))
        .unwrap_or_default();
    let (month, day) = (part(short, 2, 4), part(short, 4, 6));
    matches!(century, b"" | b"19" | b"20")
        && (is_day(month, day) || is_day(month, day.wrapping_sub(60)))
        && luhn(short)
}

pub(in crate::rules) static FI_IDENTITY: Spec = Spec {
    entity: Entity::FI_PERSONAL_IDENTITY_CODE,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "date of birth, sign of the century, three digits, check character",
    source: "Digital and Population Data Services Agency, personal identity code",
    finder: Finder::Shapes(&[
        Shape::free("999999-999x", is_finnish),
        Shape::free("999999-9999", is_finnish),
        Shape::free("999999a999x", is_finnish),
    ]),
    hits: &["«131052-308T»", "hetu «131052A308T»", "«131052-308t»."],
    misses: &["131052-308U", "131352-308T", "131052G308T"],
};

fn is_finnish(value: &[u8]) -> bool {
    let (date, rest) = value.split_at_checked(6).unwrap_or_default();
    let rest = match rest {
        [sign, rest @ ..] if sign.is_ascii_alphabetic() && rest.len() == 4 => {
            if !b"abcdefyxwvu".contains(sign) {
                return false;
            }
            rest
        }
        rest => rest,
    };
    let number = number(date) * 1000 + part(rest, 0, 3);
    let check = b"0123456789abcdefhjklmnprstuvwxy".get((number % 31) as usize);
    ddmmyy(value, 0) && check == rest.last()
}

pub(in crate::rules) static DK_CPR: Spec = Spec {
    entity: Entity::DK_CPR,
    placeholder: "[ID]",
    tier: Tier::Loose,
    about: "date of birth and four digits, after \"CPR\" and the like",
    source: "CPR-kontoret, personnummeret i CPR",
    finder: Finder::Shapes(&[
        Shape::behind(PERSON, "999999-9999", |value| ddmmyy(value, 0)),
        Shape::behind(PERSON, "9999999999", |value| ddmmyy(value, 0)),
    ]),
    hits: &["CPR-nr. «010111-1113»", "cpr «0101111113»"],
    misses: &["010111-1113", "CPR 320111-1113"],
};

pub(in crate::rules) static NO_FNR: Spec = Spec {
    entity: Entity::NO_FNR,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "date of birth, three digits and two check digits",
    source: "Skatteetaten, Lov om folkeregistrering, fødselsnummer",
    finder: Finder::Shapes(&[
        Shape::free("99999999999", is_norwegian),
        Shape::free("999999 99999", is_norwegian),
    ]),
    hits: &["«13097248022»", "Fødselsnummer «130972 48022»"],
    misses: &["13097248021", "13137248022"],
};

/// A D number has 40 added to the day; test numbers have more added to the month.
fn is_norwegian(value: &[u8]) -> bool {
    let (day, month) = (part(value, 0, 2), part(value, 2, 4));
    let month = if month > 40 { month % 40 } else { month };
    is_day(month, if day > 40 { day - 40 } else { day })
        && weighted(value, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 == 0
        && weighted(value, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0
}

pub(in crate::rules) static EE_LT: Spec = Spec {
    entity: Entity::EE_LT_PERSONAL_CODE,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "sex and century, date of birth, three digits, check digit in two steps",
    source: "Estonian standard EVS 585:2007; Lithuanian Population Register",
    finder: Finder::Shapes(&[Shape::free("99999999999", is_baltic)]),
    hits: &["isikukood «37605030299»", "«33309240064»"],
    misses: &["37605030298", "37613030299", "97605030299"],
};

fn is_baltic(value: &[u8]) -> bool {
    let first = weighted(value, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    let second = weighted(value, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
    let check = if first < 10 { first } else { second % 10 };
    matches!(value.first(), Some(b'1'..=b'8')) && yymmdd(value, 1) && check == last(value)
}

pub(in crate::rules) static LV_CODE: Spec = Spec {
    entity: Entity::LV_PERSONAL_CODE,
    placeholder: "[ID]",
    tier: Tier::Shaped,
    about: "date of birth, a hyphen, century and digits, check digit",
    source: "Pilsonības un migrācijas lietu pārvalde, personas kods",
    finder: Finder::Shapes(&[
        Shape::free("999999-99999", is_latvian),
        Shape::behind(PERSON, "99999999999", is_latvian),
    ]),
    hits: &["«161175-19997»", "personas kods «16117519997»"],
    misses: &["161175-19998", "16117519997"],
};

fn is_latvian(value: &[u8]) -> bool {
    let sum = weighted(value, &[1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    ddmmyy(value, 0) && (1101 - sum) % 11 % 10 == last(value)
}
