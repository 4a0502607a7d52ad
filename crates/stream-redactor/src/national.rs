//! The names of numbers that states and their offices give out; as in Presidio where it has one.

use crate::edit::Entity;

macro_rules! entities {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        impl Entity {
            $($(#[$doc])* pub const $name: Self = Self::named(stringify!($name));)*
        }
    };
}

entities! {
    /// A United States individual taxpayer identification number.
    US_ITIN,
    /// The number of a United States passport.
    US_PASSPORT,
    /// The number of a driver license, as the states of the United States give them out.
    US_DRIVER_LICENSE,
    /// The number of a bank account without its bank.
    US_BANK_NUMBER,
    /// The routing number of a bank in the United States.
    ABA_ROUTING_NUMBER,
    /// A United States employer identification number.
    US_EIN,
    /// A registration to prescribe, of the Drug Enforcement Administration.
    MEDICAL_LICENSE,
    /// A number of the National Health Service.
    UK_NHS,
    /// A United Kingdom national insurance number.
    UK_NINO,
    /// The number of a United Kingdom passport.
    UK_PASSPORT,
    /// The number of a driver in Great Britain.
    UK_DRIVING_LICENCE,
    /// A United Kingdom unique taxpayer reference.
    UK_UTR,
    /// A French social security number.
    FR_NIR,
    /// A French company or establishment (SIREN, SIRET).
    FR_SIREN,
    /// A German taxpayer's identification number (Steuer-ID).
    DE_TAX_ID,
    /// A number that a German tax office gives out (Steuernummer).
    DE_TAX_NUMBER,
    /// A German pension insurance number.
    DE_SOCIAL_SECURITY,
    /// The number of a German passport.
    DE_PASSPORT,
    /// The number of a German identity card.
    DE_ID_CARD,
    /// A German health insurance number.
    DE_HEALTH_INSURANCE,
    /// A Swiss social security number.
    CH_AHV,
    /// An Austrian social security number.
    AT_SVNR,
    /// A Spanish tax identification number of a person.
    ES_NIF,
    /// A Spanish identification number of a foreigner.
    ES_NIE,
    /// A Spanish tax identification number of a company.
    ES_CIF,
    /// An Italian tax code of a person.
    IT_FISCAL_CODE,
    /// An Italian VAT number.
    IT_VAT_CODE,
    /// The number of an Italian identity card.
    IT_IDENTITY_CARD,
    /// The number of an Italian driving licence.
    IT_DRIVER_LICENSE,
    /// A Portuguese tax identification number.
    PT_NIF,
    /// A Swedish personal identity or coordination number.
    SE_PERSONNUMMER,
    /// A Finnish personal identity code.
    FI_PERSONAL_IDENTITY_CODE,
    /// A Danish civil registration number.
    DK_CPR,
    /// A Norwegian national identity number.
    NO_FNR,
    /// A Belgian national register number.
    BE_NATIONAL_NUMBER,
    /// A Dutch citizen service number.
    NL_BSN,
    /// An Estonian or Lithuanian personal code.
    EE_LT_PERSONAL_CODE,
    /// A Latvian personal code.
    LV_PERSONAL_CODE,
    /// A Luxembourgish national identification number.
    LU_NATIONAL_NUMBER,
    /// An Irish personal public service number.
    IE_PPS,
    /// A Polish personal number.
    PL_PESEL,
    /// A Polish tax identification number.
    PL_NIP,
    /// A Czech or Slovak birth number.
    CZ_SK_BIRTH_NUMBER,
    /// A Romanian personal numerical code.
    RO_CNP,
    /// A Bulgarian uniform civil number.
    BG_EGN,
    /// A Croatian personal identification number.
    HR_OIB,
    /// A citizen number of the states that were Yugoslavia.
    JMBG,
    /// A Greek tax registration number.
    GR_AFM,
    /// A Turkish identification number.
    TR_TCKN,
    /// A Singaporean identity card or foreign identification number.
    SG_NRIC_FIN,
    /// A Singaporean unique entity number.
    SG_UEN,
    /// An Australian business number.
    AU_ABN,
    /// An Australian company number.
    AU_ACN,
    /// An Australian tax file number.
    AU_TFN,
    /// An Australian Medicare number.
    AU_MEDICARE,
    /// An Indian permanent account number, alone or in a GSTIN.
    IN_PAN,
    /// An Indian Aadhaar number.
    IN_AADHAAR,
    /// The number of an Indian voter's identity card.
    IN_VOTER,
    /// An Indian vehicle registration.
    IN_VEHICLE_REGISTRATION,
    /// A Chinese resident identity number.
    CN_RESIDENT_ID,
    /// A Taiwanese national identification number.
    TW_NATIONAL_ID,
    /// A South Korean resident registration number.
    KR_RRN,
    /// An identity number of another country.
    NATIONAL_ID,
    /// A Canadian social insurance number.
    CA_SIN,
    /// A Brazilian individual taxpayer number.
    BR_CPF,
    /// A Brazilian company number.
    BR_CNPJ,
    /// A Mexican population or taxpayer code.
    MX_CURP,
    /// An Argentine tax identification code.
    AR_CUIT,
    /// A Chilean national or tax number.
    CL_RUT,
    /// A European VAT number.
    VAT_NUMBER,
    /// A Swiss company number.
    CH_UID,
    /// The number of another passport.
    PASSPORT,
}
