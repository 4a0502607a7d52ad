//! Numbers of Canada and Latin America.

use super::{Context, Entity, Finder, Shape, Spec, Tier};
use crate::rules::checks::{digits, is_day, is_one_digit, last, luhn, part, weighted};

const PERSON: Context = Context::ID.or(Context::SSN).or(Context::TAX);

pub(in crate::rules) static SIN: Spec = Spec {
    entity: Entity::CA_SIN,
    placeholder: "[SSN]",
    tier: Tier::Shaped,
    about: "nine digits after \"social insurance\" and the like, Luhn check",
    source: "Service Canada, social insurance number",
    finder: Finder::Shapes(&[
        Shape::behind(PERSON, "999 999 999", luhn),
        Shape::behind(PERSON, "999-999-999", luhn),
        Shape::behind(PERSON, "999999999", luhn),
    ]),
    hits: &["social insurance number «046 454 286»"],
    misses: &["046 454 286", "social insurance 046 454 287"],
};

pub(in crate::rules) static CPF: Spec = Spec {
    entity: Entity::BR_CPF,
    placeholder: "[TAX_ID]",
    tier: Tier::Certain,
    about: "eleven digits in groups or after \"CPF\", two check digits",
    source: "Receita Federal do Brasil, cadastro de pessoas físicas",
    finder: Finder::Shapes(&[
        Shape::free("999.999.999-99", is_cpf),
        Shape::behind(PERSON, "99999999999", is_cpf),
    ]),
    hits: &["«111.444.777-35»", "CPF «11144477735»"],
    misses: &["111.444.777-36", "111.111.111-11", "11144477735"],
};

fn is_cpf(value: &[u8]) -> bool {
    let first = weighted(value, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10;
    let second = weighted(value, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10;
    u64::from(first * 10 + second) == part(value, 9, 11) && !is_one_digit(value)
}

pub(in crate::rules) static CNPJ: Spec = Spec {
    entity: Entity::BR_CNPJ,
    placeholder: "[COMPANY_ID]",
    tier: Tier::Certain,
    about: "fourteen digits in groups or after \"CNPJ\", two check digits",
    source: "Receita Federal do Brasil, IN RFB 2119/2022 and 2229/2024",
    finder: Finder::Shapes(&[
        Shape::free("99.999.999/9999-99", is_cnpj),
        Shape::behind(Context::COMPANY.or(Context::TAX), "99999999999999", is_cnpj),
    ]),
    hits: &["«11.222.333/0001-81»", "CNPJ «11222333000181»"],
    misses: &["11.222.333/0001-82", "11222333000181"],
};

fn is_cnpj(value: &[u8]) -> bool {
    let check = |weights: &[u32]| match weighted(value, weights) % 11 {
        rest @ 2.. => 11 - rest,
        _ => 0,
    };
    let first = check(&[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
    let second = check(&[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
    u64::from(first * 10 + second) == part(value, 12, 14) && !is_one_digit(value)
}

pub(in crate::rules) static CURP: Spec = Spec {
    entity: Entity::MX_CURP,
    placeholder: "[ID]",
    tier: Tier::Shaped,
    about: "letters of the name, date of birth, sex, state, consonants and two more",
    source: "RENAPO, Instructivo normativo para la asignación de la CURP",
    finder: Finder::Shapes(&[
        Shape::free("aaaa999999aaaaaax9", |value| {
            is_day(part(value, 6, 8), part(value, 8, 10))
                && matches!(value.get(10), Some(b'h' | b'm' | b'x'))
        }),
        Shape::behind(Context::TAX, "aaaa999999xxx", |value| {
            is_day(part(value, 6, 8), part(value, 8, 10))
        }),
        Shape::behind(Context::TAX, "aaa999999xxx", |value| {
            is_day(part(value, 5, 7), part(value, 7, 9))
        }),
    ]),
    hits: &["«BOXW310820HNERXN09»", "RFC «GODE561231GR8»"],
    misses: &["BOXW311320HNERXN09", "GODE561231GR8"],
};

pub(in crate::rules) static CUIT: Spec = Spec {
    entity: Entity::AR_CUIT,
    placeholder: "[TAX_ID]",
    tier: Tier::Certain,
    about: "kind, eight digits and a check digit, in groups or after \"CUIT\"",
    source: "Administración Federal de Ingresos Públicos, CUIT and CUIL",
    finder: Finder::Shapes(&[
        Shape::free("99-99999999-9", is_argentine),
        Shape::behind(PERSON, "99999999999", is_argentine),
    ]),
    hits: &["«20-05536168-2»", "CUIT «20055361682»"],
    misses: &["20-05536168-3", "20055361682"],
};

fn is_argentine(value: &[u8]) -> bool {
    let sum = weighted(value, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    let check = match 11 - sum % 11 {
        11 => 0,
        10 => 9,
        check => check,
    };
    matches!(part(value, 0, 2), 20 | 23..=27 | 30 | 33 | 34) && check == last(value)
}

pub(in crate::rules) static RUT: Spec = Spec {
    entity: Entity::CL_RUT,
    placeholder: "[ID]",
    tier: Tier::Certain,
    about: "seven or eight digits and a check character, with dots or after \"RUT\"",
    source: "Servicio de Registro Civil e Identificación, RUN and RUT",
    finder: Finder::Shapes(&[
        Shape::free("99.999.999-9", is_chilean),
        Shape::free("9.999.999-9", is_chilean),
        Shape::behind(PERSON, "9{7,8}-9", is_chilean),
        Shape::free("99.999.999-x", is_chilean),
        Shape::free("9.999.999-x", is_chilean),
        Shape::behind(PERSON, "9{7,8}-x", is_chilean),
    ]),
    hits: &["«12.345.678-5»", "RUT «12345678-5»", "«6.000.000-K»"],
    misses: &["12.345.678-6", "12345678-5"],
};

fn is_chilean(value: &[u8]) -> bool {
    let Some((check, front)) = value.split_last() else {
        return false;
    };
    let weights = [2, 3, 4, 5, 6, 7].into_iter().cycle();
    let sum: u32 = digits(front)
        .rev()
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    b"0123456789k".get(((11 - sum % 11) % 11) as usize) == Some(check)
}
