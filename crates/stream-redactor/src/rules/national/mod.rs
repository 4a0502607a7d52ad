//! Numbers that states and their offices give to people and companies.

mod americas;
mod asia;
mod de;
mod east;
mod es_it;
mod fr;
mod north;
mod passport;
mod uk;
mod us;
mod vat;

use super::Tier;
use super::rule::{Finder, Spec};
use super::shape::Shape;
use crate::context::Context;
use crate::edit::Entity;

/// All of them; where two find the same value, the earlier one wins.
pub(super) static ALL: [&Spec; 73] = [
    &us::SSN,
    &us::ITIN,
    &us::PASSPORT,
    &us::DRIVER_LICENSE,
    &us::BANK_NUMBER,
    &us::ROUTING,
    &us::EIN,
    &us::MEDICAL_LICENSE,
    &uk::NHS,
    &uk::NINO,
    &uk::PASSPORT,
    &uk::DRIVING_LICENCE,
    &uk::UTR,
    &fr::NIR,
    &fr::SIREN,
    &de::TAX_ID,
    &de::TAX_NUMBER,
    &de::SOCIAL_SECURITY,
    &de::PASSPORT,
    &de::ID_CARD,
    &de::HEALTH_INSURANCE,
    &de::AHV,
    &de::AT_SVNR,
    &es_it::NIF,
    &es_it::NIE,
    &es_it::CIF,
    &es_it::FISCAL_CODE,
    &es_it::VAT_CODE,
    &es_it::IDENTITY_CARD,
    &es_it::DRIVER_LICENSE,
    &es_it::PT_NIF,
    &north::SE_PERSONNUMMER,
    &north::FI_IDENTITY,
    &north::DK_CPR,
    &north::NO_FNR,
    &north::BE_NATIONAL,
    &north::NL_BSN,
    &north::EE_LT,
    &north::LV_CODE,
    &north::LU_NUMBER,
    &north::IE_PPS,
    &east::PESEL,
    &east::NIP,
    &east::RODNE_CISLO,
    &east::CNP,
    &east::EGN,
    &east::OIB,
    &east::JMBG,
    &east::AFM,
    &east::TCKN,
    &asia::NRIC,
    &asia::UEN,
    &asia::ABN,
    &asia::ACN,
    &asia::TFN,
    &asia::MEDICARE,
    &asia::PAN,
    &asia::AADHAAR,
    &asia::IN_VOTER,
    &asia::IN_VEHICLE,
    &asia::CN_ID,
    &asia::TW_ID,
    &asia::KR_RRN,
    &asia::OTHER_ASIAN,
    &americas::SIN,
    &americas::CPF,
    &americas::CNPJ,
    &americas::CURP,
    &americas::CUIT,
    &americas::RUT,
    &vat::SPEC,
    &vat::CH_UID,
    &passport::PASSPORT,
];
