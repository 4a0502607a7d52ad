//! Numbers of Poland and its neighbours, the Balkans, Greece and Turkey.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{digits, is_day, is_one_digit, last, mod_11_10, number, part, weighted};

const PERSON: Context = Context::ID.or(Context::SSN).or(Context::TAX);

pub(in crate::rules) static PESEL: Spec = Spec {
    entity: Entity::PL_PESEL,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "date of birth, four digits, check digit",
    source: "Ministerstwo Cyfryzacji, rejestr PESEL",
    finder: Finder::Shapes(&[Shape::free("99999999999", is_pesel)]),
    hits: &["My pesel is «44051401458».", "«86051575214»"],
    misses: &["44051401459", "44131401458", "4405140145"],
};

/// The century is added to the month.
fn is_pesel(value: &[u8]) -> bool {
    is_day(part(value, 2, 4) % 20, part(value, 4, 6))
        && weighted(value, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0
}

pub(in crate::rules) static NIP: Spec = Spec {
    entity: Entity::PL_NIP,
    placeholder: "[TAX_ID]",
    tier: Tier::Certain,
    about: "ten digits in groups or after \"NIP\", modulo 11 check",
    source: "Ministerstwo Finansów, numer identyfikacji podatkowej",
    finder: Finder::Shapes(&[
        Shape::free("999-999-99-99", is_nip),
        Shape::free("999-99-99-999", is_nip),
        Shape::behind(Context::TAX.or(Context::COMPANY), "9999999999", is_nip),
    ]),
    hits: &["«123-456-32-18»", "NIP: «1234563218»"],
    misses: &["123-456-32-19", "1234563218"],
};

fn is_nip(value: &[u8]) -> bool {
    weighted(value, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == last(value) && number(value) != 0
}

pub(in crate::rules) static RODNE_CISLO: Spec = Spec {
    entity: Entity::CZ_SK_BIRTH_NUMBER,
    placeholder: "[ID]",
    tier: Tier::Shaped,
    about: "date of birth, a slash, three or four digits; ten are a multiple of eleven",
    source: "Zákon č. 133/2000 Sb., o evidenci obyvatel, § 13",
    finder: Finder::Shapes(&[
        Shape::free("999999/9999", is_czech),
        Shape::free("999999/999", is_czech),
        Shape::behind(PERSON, "9{9,10}", is_czech),
    ]),
    hits: &["«710319/2745»", "rodné číslo «7103192745»"],
    misses: &["710319/2746", "711319/2745"],
};

fn is_czech(value: &[u8]) -> bool {
    let month = part(value, 2, 4) % 50;
    let month = if month > 20 { month - 20 } else { month };
    let is_multiple = number(value) % 11 == 0 || part(value, 0, 9) % 11 == 10 && last(value) == 0;
    is_day(month, part(value, 4, 6)) && (value.len() < 10 || is_multiple)
}

pub(in crate::rules) static CNP: Spec = Spec {
    entity: Entity::RO_CNP,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "sex and century, date of birth, county, check digit",
    source: "România, Legea nr. 105/1996, codul numeric personal",
    finder: Finder::Shapes(&[Shape::free("9999999999999", |value| {
        let sum = weighted(value, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
        value.first() != Some(&b'0')
            && is_day(part(value, 3, 5), part(value, 5, 7))
            && matches!(part(value, 7, 9), 1..=52 | 70)
            && last(value) == if sum == 10 { 1 } else { sum }
    })]),
    hits: &["CNP «1630615123457»"],
    misses: &["1630615123458", "1631315123457"],
};

pub(in crate::rules) static EGN: Spec = Spec {
    entity: Entity::BG_EGN,
    placeholder: "[ID]",
    tier: Tier::Shaped,
    about: "date of birth, four digits, check digit, after a word for it",
    source: "Bulgaria, Civil Registration Act, uniform civil number",
    finder: Finder::Shapes(&[Shape::behind(PERSON, "9999999999", |value| {
        let sum = weighted(value, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
        let month = part(value, 2, 4);
        let month = if month > 20 { month % 20 } else { month };
        is_day(month, part(value, 4, 6)) && sum == last(value)
    })]),
    hits: &["EGN «7523169263»"],
    misses: &["7523169263", "EGN 7523169264"],
};

pub(in crate::rules) static OIB: Spec = Spec {
    entity: Entity::HR_OIB,
    placeholder: "[ID]",
    tier: Tier::Shaped,
    about: "eleven digits after \"OIB\", ISO 7064 check",
    source: "Porezna uprava, osobni identifikacijski broj; ISO/IEC 7064",
    finder: Finder::Shapes(&[Shape::behind(PERSON, "99999999999", mod_11_10)]),
    hits: &["OIB: «33392005961»"],
    misses: &["33392005961", "OIB 33392005962"],
};

pub(in crate::rules) static JMBG: Spec = Spec {
    entity: Entity::JMBG,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "date of birth, region, three digits, check digit",
    source: "Unique master citizen number, Službeni list SFRJ 58/76",
    finder: Finder::Shapes(&[Shape::free("9999999999999", |value| {
        let sum = weighted(value, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
        let is_year = matches!(part(value, 4, 7), 900..=999 | 0..=99);
        is_day(part(value, 2, 4), part(value, 0, 2))
            && is_year
            && last(value) == if sum < 2 { 0 } else { 11 - sum }
    })]),
    hits: &["JMBG «0101006500006»"],
    misses: &["0101006500007", "3201006500006"],
};

pub(in crate::rules) static AFM: Spec = Spec {
    entity: Entity::GR_AFM,
    placeholder: "[TAX_ID]",
    tier: Tier::Shaped,
    about: "nine digits after a word for a taxpayer, check digit",
    source: "Independent Authority for Public Revenue, tax identification number",
    finder: Finder::Shapes(&[Shape::behind(Context::TAX, "999999999", |value| {
        let sum = weighted(value, &[256, 128, 64, 32, 16, 8, 4, 2]);
        sum % 11 % 10 == last(value) && number(value) != 0
    })]),
    hits: &["TIN «758426713»"],
    misses: &["758426713", "TIN 758426714"],
};

pub(in crate::rules) static TCKN: Spec = Spec {
    entity: Entity::TR_TCKN,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "eleven digits with two check digits",
    source: "Nüfus ve Vatandaşlık İşleri Genel Müdürlüğü, T.C. kimlik numarası",
    finder: Finder::Shapes(&[Shape::free("99999999999", |value| {
        let odd: u32 = digits(value).step_by(2).take(5).sum();
        let even: u32 = digits(value).skip(1).step_by(2).take(4).sum();
        let sum: u32 = digits(value).take(10).sum();
        value.first() != Some(&b'0')
            && u64::from((odd * 7 + 100 - even) % 10) == part(value, 9, 10)
            && sum % 10 == last(value)
            && !is_one_digit(value)
    })]),
    hits: &["«10000000146»"],
    misses: &["10000000147", "00000000146"],
};
