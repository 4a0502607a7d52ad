//! Numbers of the Nordic and Baltic countries, of the Low Countries and of Ireland.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{
    ddmmyy, digits, is_day, is_one_digit, last, luhn, number, part, weighted, yymmdd,
};

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
