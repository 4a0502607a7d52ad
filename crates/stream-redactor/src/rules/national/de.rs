//! Numbers of Germany, Austria and Switzerland.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{any, ddmmyy, digits, ean13, is_day, last, mod_11_10, part, weighted};

pub(in crate::rules) static TAX_ID: Spec = Spec {
    entity: Entity::DE_TAX_ID,
    placeholder: "[TAX_ID]",
    tier: Tier::Certain,
    about: "eleven digits, one of which stands twice or three times, ISO 7064 check",
    source: "Bundeszentralamt für Steuern, § 139b AO; ISO/IEC 7064 modulo 11,10",
    finder: Finder::Shapes(&[
        Shape::free("99999999999", is_tax_id),
        Shape::free("99 999 999 999", is_tax_id),
        Shape::behind(Context::TAX, "99999999999", mod_11_10),
        Shape::behind(Context::TAX, "99 999 999 999", mod_11_10),
    ]),
    hits: &["«86095742719»", "Steuer-ID: «86 095 742 719»"],
    misses: &["86095742718", "06095742719", "12345678901"],
};

fn is_tax_id(value: &[u8]) -> bool {
    let mut counts = [0; 10];
    for digit in digits(value).take(10) {
        if let Some(count) = counts.get_mut(digit as usize) {
            *count += 1;
        }
    }
    let repeated = counts.iter().filter(|count| **count > 1).count();
    let most = counts.iter().max();
    value.first() != Some(&b'0') && repeated == 1 && matches!(most, Some(2 | 3)) && mod_11_10(value)
}

pub(in crate::rules) static TAX_NUMBER: Spec = Spec {
    entity: Entity::DE_TAX_NUMBER,
    placeholder: "[TAX_ID]",
    tier: Tier::Loose,
    about: "the slashed form of a federal state, or thirteen digits after \"Steuernummer\"",
    source: "ELSTER, Prüfung der Steuer- und Steueridentifikationsnummer",
    finder: Finder::Shapes(&[
        Shape::free("999/999/99999", any),
        Shape::free("99/999/99999", any),
        Shape::free("999/9999/9999", any),
        Shape::free("99/9999/9999", any),
        Shape::behind(Context::TAX, "99999/99999", any),
        Shape::behind(Context::TAX, "999 999 99999", any),
        Shape::behind(Context::TAX, "9{10,13}", any),
    ]),
    hits: &[
        "«123/456/78901»",
        "Steuernummer: «2181508150123»",
        "Steuer-Nr. «93815/08152»",
    ],
    misses: &["2181508150123", "93815/08152", "12/34/56789"],
};

pub(in crate::rules) static SOCIAL_SECURITY: Spec = Spec {
    entity: Entity::DE_SOCIAL_SECURITY,
    placeholder: "[SSN]",
    tier: Tier::Certain,
    about: "area, date of birth, initial, serial and a check digit",
    source: "Deutsche Rentenversicherung, § 147 SGB VI and VKVV § 2",
    finder: Finder::Shapes(&[
        Shape::free("99999999a999", is_insured),
        Shape::free("99-999999-a-999", is_insured),
        Shape::free("99.999999.a.999", is_insured),
    ]),
    hits: &["RVNR «15070649C103»", "«65180539W001»"],
    misses: &["15070649C104", "15071349C103", "150706491103"],
};

fn is_insured(value: &[u8]) -> bool {
    let letter = value
        .get(8)
        .map_or(0, |b| u32::from(b.wrapping_sub(b'a')) + 1);
    let front = value
        .get(..8)
        .unwrap_or_default()
        .iter()
        .map(|b| u32::from(b.wrapping_sub(b'0')));
    let back = value
        .get(9..11)
        .unwrap_or_default()
        .iter()
        .map(|b| u32::from(b.wrapping_sub(b'0')));
    let all = front.chain([letter / 10, letter % 10]).chain(back);
    let sum: u32 = all
        .zip([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1])
        .map(|(digit, weight)| digit * weight / 10 + digit * weight % 10)
        .sum();
    let day = part(value, 2, 4);
    let is_born =
        is_day(part(value, 4, 6), day) || is_day(part(value, 4, 6), day.saturating_sub(50));
    is_born && sum % 10 == last(value)
}

pub(in crate::rules) static PASSPORT: Spec = Spec {
    entity: Entity::DE_PASSPORT,
    placeholder: "[PASSPORT]",
    tier: Tier::Shaped,
    about: "an authority's letter and letters without vowels among digits, or behind \"Reisepass\"",
    source: "ICAO Doc 9303; Bundesministerium des Innern, Seriennummer",
    finder: Finder::Shapes(&[
        Shape::free("AXXXXXXXX", |value| {
            is_mixed(value) && is_serial(value, b"cfghjk")
        }),
        Shape::free("AXXXXXXXX9", |value| {
            is_serial(value, b"cfghjk") && is_checked(value)
        }),
        Shape::behind(PAPERS, "axxxxxxxx", |value| is_serial(value, b"cfghjk")),
    ]),
    hits: &["Reisepass «C01234565»", "«CZ6311T03»", "«C01X00T478»"],
    misses: &["C01X00T471", "C01A00T41", "C012345678"],
};

pub(in crate::rules) static ID_CARD: Spec = Spec {
    entity: Entity::DE_ID_CARD,
    placeholder: "[ID]",
    tier: Tier::Shaped,
    about: "an authority's letter and letters without vowels among digits, or behind \"Ausweis\"",
    source: "ICAO Doc 9303; Personalausweisverordnung, Anhang 3",
    finder: Finder::Shapes(&[
        Shape::free("AXXXXXXXX", |value| {
            is_mixed(value) && is_serial(value, OF_CARDS)
        }),
        Shape::free("AXXXXXXXX9", |value| {
            is_serial(value, OF_CARDS) && is_checked(value)
        }),
        Shape::behind(PAPERS, "axxxxxxxx", |value| is_serial(value, OF_CARDS)),
    ]),
    hits: &[
        "Ausweis Nr. «T22000129» gültig",
        "«L01X00T47»",
        "«T220001293»",
    ],
    misses: &["T22000129", "T2200012", "T220001290"],
};

const PAPERS: Context = Context::PASSPORT.or(Context::ID);
const OF_CARDS: &[u8] = b"lmnprtvwxyz";

fn is_serial(value: &[u8], first: &[u8]) -> bool {
    let is_used = |b: &u8| b.is_ascii_digit() || b"cfghjklmnprtvwxyz".contains(b);
    value.first().is_some_and(|b| first.contains(b))
        && value.iter().all(is_used)
        && digits(value).count() >= 4
}

fn is_mixed(value: &[u8]) -> bool {
    digits(value).count() + 2 <= value.len()
}

/// The check digit of a machine readable document: 7, 3, 1, and letters from 10.
fn is_checked(value: &[u8]) -> bool {
    let worth = |b: &u8| match b {
        b'0'..=b'9' => u32::from(b - b'0'),
        _ => u32::from(b.wrapping_sub(b'a')) + 10,
    };
    let serial = value.get(..9).unwrap_or_default().iter();
    let sum: u32 = serial
        .zip([7, 3, 1].iter().cycle())
        .map(|(b, weight)| worth(b) * weight)
        .sum();
    sum % 10 == last(value)
}

pub(in crate::rules) static HEALTH_INSURANCE: Spec = Spec {
    entity: Entity::DE_HEALTH_INSURANCE,
    placeholder: "[HEALTH_ID]",
    tier: Tier::Certain,
    about: "a capital, eight digits and a check digit",
    source: "GKV-Spitzenverband, § 290 SGB V, Krankenversichertennummer",
    finder: Finder::Shapes(&[
        Shape::free("A999999999", is_patient),
        Shape::behind(Context::HEALTH, "a999999999", is_patient),
    ]),
    hits: &["KVNR: «A123456780»", "«M123456785»"],
    misses: &["A123456787", "1123456780", "A1234567890"],
};

fn is_patient(value: &[u8]) -> bool {
    let letter = value
        .first()
        .map_or(0, |b| u32::from(b.wrapping_sub(b'a')) + 1);
    let all = [letter / 10, letter % 10]
        .into_iter()
        .chain(digits(value).take(8));
    let sum: u32 = all
        .zip([1, 2].into_iter().cycle())
        .map(|(digit, weight)| digit * weight / 10 + digit * weight % 10)
        .sum();
    sum % 10 == last(value)
}

pub(in crate::rules) static AHV: Spec = Spec {
    entity: Entity::CH_AHV,
    placeholder: "[SSN]",
    tier: Tier::Certain,
    about: "756 and ten digits, article number check",
    source: "Zentrale Ausgleichsstelle, AHV number; GS1 check digit",
    finder: Finder::Shapes(&[
        Shape::free("999.9999.9999.99", is_swiss),
        Shape::free("999 9999 9999 99", is_swiss),
        Shape::free("9999999999999", is_swiss),
    ]),
    hits: &["AHV «756.9217.0769.85»", "«7569217076985»"],
    misses: &["756.9217.0769.84", "757.9217.0769.85"],
};

fn is_swiss(value: &[u8]) -> bool {
    value.starts_with(b"756") && ean13(value)
}

pub(in crate::rules) static AT_SVNR: Spec = Spec {
    entity: Entity::AT_SVNR,
    placeholder: "[SSN]",
    tier: Tier::Shaped,
    about: "four digits, one of them a check digit, and a date of birth",
    source: "Dachverband der Sozialversicherungsträger, Versicherungsnummer",
    finder: Finder::Shapes(&[
        Shape::free("9999 999999", is_austrian),
        Shape::behind(Context::SSN, "9999999999", is_austrian),
    ]),
    hits: &[
        "SVNr. «1237 010180»",
        "Sozialversicherungsnummer «1237010180»",
    ],
    misses: &["1238 010180", "1237 011380"],
};

fn is_austrian(value: &[u8]) -> bool {
    let sum = weighted(value, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]);
    ddmmyy(value, 4) && u64::from(sum % 11) == part(value, 3, 4) && value.first() != Some(&b'0')
}
