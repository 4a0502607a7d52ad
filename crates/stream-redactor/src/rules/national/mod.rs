//! Numbers that states and their offices give to people and companies.

mod alps;
mod americas;
mod asia;
mod de;
mod east;
mod es;
mod fr;
mod india;
mod it;
mod north;
mod pacific;
mod passport;
mod uk;
mod us;
mod vat;
mod west;

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
    &alps::AHV,
    &alps::AT_SVNR,
    &es::NIF,
    &es::NIE,
    &es::CIF,
    &it::FISCAL_CODE,
    &it::VAT_CODE,
    &it::IDENTITY_CARD,
    &it::DRIVER_LICENSE,
    &es::PT_NIF,
    &north::SE_PERSONNUMMER,
    &north::FI_IDENTITY,
    &north::DK_CPR,
    &north::NO_FNR,
    &west::BE_NATIONAL,
    &west::NL_BSN,
    &north::EE_LT,
    &north::LV_CODE,
    &west::LU_NUMBER,
    &west::IE_PPS,
    &east::PESEL,
    &east::NIP,
    &east::RODNE_CISLO,
    &east::CNP,
    &east::EGN,
    &east::OIB,
    &east::JMBG,
    &east::AFM,
    &east::TCKN,
    &pacific::NRIC,
    &pacific::UEN,
    &pacific::ABN,
    &pacific::ACN,
    &pacific::TFN,
    &pacific::MEDICARE,
    &india::PAN,
    &india::AADHAAR,
    &india::IN_VOTER,
    &india::IN_VEHICLE,
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
