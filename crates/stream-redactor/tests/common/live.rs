//! What may still become a value, as the documentation says it: for each rule all its values as a
//! regular language, what stands before one, and which of its starts counts.
//!
//! Slow and obvious on purpose, and nothing here is shared with the crate. Texts are ASCII.

use std::sync::LazyLock;

use regex_automata::dfa::{Automaton, dense::DFA};
use regex_automata::{Anchored, Input};

/// How many characters of a run are looked at.
const WINDOW: usize = 64;
/// No value in a run is longer.
const VALUE: usize = 40;

/// One way in which a rule claims text.
struct Claim {
    /// The rules, by their names.
    entities: &'static [&'static str],
    /// It is told from capitals where they stand.
    is_cased: bool,
    /// All values with this claim: what has no continuation in it is dead.
    language: DFA<Vec<u32>>,
    /// The place where a value begins that is first noticed at the last character of the text.
    begins: fn(&str) -> Option<usize>,
    /// How many characters in front are given up with one more; none if that ends the claim.
    gives_up: fn(&str) -> Option<usize>,
}

/// Rules with values of digits alone.
const NUMBERS: &[&str] = &[
    "US_SSN",
    "CREDIT_CARD",
    "IMEI",
    "CA_SIN",
    "BR_CPF",
    "BR_CNPJ",
    "AR_CUIT",
    "CL_RUT",
    "AU_ABN",
    "AU_ACN",
    "AU_TFN",
    "AU_MEDICARE",
    "IN_AADHAAR",
    "CN_RESIDENT_ID",
    "KR_RRN",
    "NATIONAL_ID",
    "DE_TAX_ID",
    "DE_TAX_NUMBER",
    "CH_AHV",
    "AT_SVNR",
    "PL_PESEL",
    "PL_NIP",
    "CZ_SK_BIRTH_NUMBER",
    "RO_CNP",
    "BG_EGN",
    "HR_OIB",
    "JMBG",
    "GR_AFM",
    "TR_TCKN",
    "IT_VAT_CODE",
    "PT_NIF",
    "FR_NIR",
    "FR_SIREN",
    "SE_PERSONNUMMER",
    "FI_PERSONAL_IDENTITY_CODE",
    "DK_CPR",
    "NO_FNR",
    "BE_NATIONAL_NUMBER",
    "NL_BSN",
    "EE_LT_PERSONAL_CODE",
    "LV_PERSONAL_CODE",
    "LU_NATIONAL_NUMBER",
    "PASSPORT",
    "UK_NHS",
    "UK_UTR",
    "US_SSN",
    "US_ITIN",
    "US_PASSPORT",
    "US_DRIVER_LICENSE",
    "US_BANK_NUMBER",
    "ABA_ROUTING_NUMBER",
    "US_EIN",
    "VAT_NUMBER",
];
/// Rules with values of digits and slashes.
const SLASHED_NUMBERS: &[&str] = &[
    "PHONE_NUMBER",
    "BR_CNPJ",
    "DE_TAX_NUMBER",
    "CZ_SK_BIRTH_NUMBER",
    "BE_NATIONAL_NUMBER",
];
/// Rules with words of letters and digits.
const CODES: &[&str] = &[
    "MX_CURP",
    "CL_RUT",
    "SG_NRIC_FIN",
    "SG_UEN",
    "IN_PAN",
    "IN_VOTER",
    "IN_VEHICLE_REGISTRATION",
    "CN_RESIDENT_ID",
    "TW_NATIONAL_ID",
    "NATIONAL_ID",
    "DE_SOCIAL_SECURITY",
    "DE_PASSPORT",
    "DE_ID_CARD",
    "DE_HEALTH_INSURANCE",
    "ES_NIF",
    "ES_NIE",
    "ES_CIF",
    "IT_FISCAL_CODE",
    "IT_IDENTITY_CARD",
    "IT_DRIVER_LICENSE",
    "FR_NIR",
    "FI_PERSONAL_IDENTITY_CODE",
    "IE_PPS",
    "PASSPORT",
    "UK_NINO",
    "UK_PASSPORT",
    "UK_DRIVING_LICENCE",
    "US_PASSPORT",
    "US_DRIVER_LICENSE",
    "MEDICAL_LICENSE",
    "VAT_NUMBER",
    "CH_UID",
];
/// Rules with codes that hold blanks or slashes.
const SPACED_CODES: &[&str] = &["PASSPORT", "UK_NINO", "US_DRIVER_LICENSE", "VAT_NUMBER"];

static CLAIMS: LazyLock<Vec<Claim>> = LazyLock::new(|| {
    vec![
        // A word may be the local part of an address, or begin an account number.
        claim(
            &["EMAIL_ADDRESS", "IBAN_CODE", "URL"],
            "[a-z0-9_.+'#~-]*",
            |text| last(text, |c| c.is_alphanumeric() || c == '_'),
            |text| Some(usize::from(text.len() > WINDOW)),
        ),
        claim(
            &["EMAIL_ADDRESS"],
            "[a-z0-9_.+'#~-]{1,64}@[a-z0-9][a-z0-9-]{0,62}\\.([a-z0-9][a-z0-9-]*\\.)*[a-z]{2,}",
            local_part,
            |_| Some(0),
        ),
        claim(
            &["IBAN_CODE"],
            "de[0-9]{2}([ -]?[0-9]){18}|gb[0-9]{2}([ -]?[a-z]){4}([ -]?[0-9]){14}",
            country,
            |_| Some(0),
        ),
        // Digits in groups, with one blank, hyphen or dot between.
        claim(
            NUMBERS,
            "[0-9]+([ .-][0-9]+)*",
            |text| word(text, |c| c.is_ascii_digit()),
            |text| shorter(text, |c| c.is_ascii_digit(), |c| c.is_ascii_digit()),
        ),
        // The same with up to three of more separators.
        claim(
            SLASHED_NUMBERS,
            "([+(][ ./()x+-]{0,2})?[0-9]+([ ./()x+-]{1,3}[0-9]+)*",
            |text| word(text, |c| c.is_ascii_digit() || "+(".contains(c)),
            |text| {
                let digit = |c: char| c.is_ascii_digit();
                shorter(text, digit, |c| c.is_ascii_digit() || "+(".contains(c))
            },
        ),
        // Letters and digits with up to three marks between.
        claim(
            &["API_TOKEN", "SECRET"],
            "[0-9a-z]+([_.+/~:-]{1,3}[0-9a-z]+)*",
            |text| word(text, |c| c.is_ascii_alphanumeric()),
            |text| {
                let alnum = |c: char| c.is_ascii_alphanumeric();
                shorter(text, alnum, |c| c.is_ascii_alphanumeric())
            },
        ),
        // What is assigned to a name, up to the mark around it, or to what ends it in code.
        claim(
            &["SECRET"],
            "[!#-\\[\\]-~]{1,64}",
            |text| assigned(text, "\""),
            |_| Some(0),
        ),
        claim(
            &["SECRET"],
            "[!#-%(-+.-:=?-\\[\\]-_a-{}~-]{1,64}",
            |text| assigned(text, ""),
            |_| Some(0),
        ),
        claim(
            &["URL_CREDENTIALS"],
            "[a-z0-9._~!$&()*+,;=%:@^#-]{1,128}",
            |text| {
                let first =
                    |c: char| c.is_ascii_alphanumeric() || "._~!$&()*+,;=%:@^#-".contains(c);
                let at = last(text, first)?;
                let scheme = text[..at].strip_suffix("://")?;
                scheme
                    .ends_with(|c: char| c.is_ascii_alphanumeric())
                    .then_some(at)
            },
            |_| Some(0),
        ),
        // A word with hyphens or dots.
        claim(
            CODES,
            "[a-z0-9]+([.-][a-z0-9]+)*",
            |text| word(text, |c| c.is_ascii_alphanumeric()),
            |text| {
                let is_word = |c: char| c.is_ascii_alphanumeric();
                shorter(text, is_word, is_word)
            },
        ),
        // A capital, and up to three capitals, blanks or marks between digits.
        Claim {
            is_cased: true,
            ..claim(
                SPACED_CODES,
                "[A-Z][A-Z ./-]{0,2}([0-9]+[A-Z ./-]{1,3})*[0-9]*",
                |text| word(text, |c| c.is_ascii_uppercase()),
                |text| (text.len() <= WINDOW).then_some(0),
            )
        },
        claim(
            &["IP_ADDRESS"],
            "[0-9a-f:]+([./][0-9a-f:]+)*",
            |text| word(text, hex),
            |text| shorter(text, hex, hex),
        ),
        claim(
            &["MAC_ADDRESS"],
            "[0-9a-f]+([.:-][0-9a-f]+)*",
            |text| word(text, |c| c.is_ascii_hexdigit()),
            |text| shorter(text, |c| c.is_ascii_hexdigit(), |c| c.is_ascii_hexdigit()),
        ),
        claim(
            &["CRYPTO"],
            "[a-z0-9]*",
            |text| word(text, |c| c.is_ascii_alphanumeric()),
            |text| (text.len() <= WINDOW).then_some(0),
        ),
        claim(
            &["DOMAIN_NAME"],
            "[a-z0-9-]+(\\.[a-z0-9-]+)*",
            |text| word(text, |c| c.is_ascii_alphanumeric()),
            |text| {
                let body = |c: char| c.is_ascii_alphanumeric() || c == '-';
                shorter(text, body, |c| c.is_ascii_alphanumeric())
            },
        ),
        claim(
            &["URL"],
            &url(),
            |text| {
                let scheme = text.strip_suffix(':')?;
                let is_part = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
                let from = scheme.trim_end_matches(is_part).len();
                let start = from + scheme[from..].find(|c: char| c.is_ascii_alphanumeric())?;
                let is_scheme = scheme.len() - from <= 16 && start + 1 < scheme.len();
                (is_scheme && !scheme.ends_with(['+', '-', '.'])).then_some(start)
            },
            |_| Some(0),
        ),
        claim(
            &["DATE_OF_BIRTH", "DATE_TIME"],
            &date(),
            |text| {
                let begins = |c: char| c.is_ascii_digit() || "adefgjlmnos".contains(c);
                let before = |c: char| c.is_alphanumeric() || ".-/_$".contains(c);
                let at = last(text, begins)?;
                (!text[..at].ends_with(before)).then_some(at)
            },
            |_| Some(0),
        ),
        claim(
            &["SCRIPT"],
            "<script[\\t\\n />]",
            |text| last(text, |c| c == '<'),
            |_| Some(0),
        ),
        claim(
            &["SYSTEM_PROMPT"],
            "system[ \\t]{1,16}prompt[ \\t*_\"'`]{0,16}:",
            |text| word(text, |c| c == 's'),
            |_| Some(0),
        ),
        // Of a longer row of dashes the last five count; one at the beginning of a line may be
        // another opening.
        claim(
            &["PRIVATE_KEY"],
            "-{5,}begin [a-z0-9 ]*private key[a-z0-9 ]*-----[\\n ]{1,16}\
             [a-z0-9+/=,]([a-z0-9+/=,-]|\\n+[a-z0-9+/=,]){15}",
            |text| last(text, |c| c == '-'),
            |text| {
                let label = text
                    .strip_prefix("-----begin ")
                    .and_then(|l| l.split('-').next());
                let is_label = label.is_none_or(|label| label.len() <= 40);
                is_label.then_some(usize::from(text == "------"))
            },
        ),
        claim(
            &["ACTIVE_CONTENT"],
            "<(iframe|fencedframe)[\\t\\n /][^<>=\\[]{0,128}=|\
             <base[\\t\\n /][^<>\\[]{0,128}target[ .:]*=|\
             <(applet|embed|frame|frameset|object|portal)[\\t\\n /]",
            |text| last(text, |c| c == '<'),
            |_| Some(0),
        ),
        // The value of an event handler, up to what does something.
        claim(
            &["ACTIVE_CONTENT"],
            "(\\n[ \\n]{0,15})?=[ \\n]{0,16}([\"'(!]|([a-z0-9.,:;{}]|\\{\\()([a-z0-9.,:;{})]|\\{\\()*=?[(!\"])",
            handler,
            |_| Some(0),
        ),
        // A script behind a colon, in a link, up to a character of it; in a text, to a call.
        claim(
            &["ACTIVE_CONTENT"],
            ":[ \\n]{0,64}([^ \\n\"'`)>v;]|v[^o])",
            |text| script(text, true),
            |_| Some(0),
        ),
        claim(
            &["ACTIVE_CONTENT"],
            ":([a-z0-9.]*[(=!]|[/{])",
            |text| script(text, false),
            |_| Some(0),
        ),
        // A destination from its first character on, without a bracket that ends it.
        claim(
            &["EXFILTRATION_URL", "EXTERNAL_IMAGE"],
            "https?:/[^ \\n<]*|file:[^ \\n<]*|//[^ \\n<]*|javascript[%+#]",
            |text| {
                let open = text.trim_end_matches([' ', '\n']);
                let is_open = open.ends_with("](") || open.ends_with("]:");
                let is_open = is_open && text.len() <= open.len() + 3;
                (is_open || text.ends_with('<')).then_some(text.len())
            },
            |_| Some(0),
        ),
        claim(
            &["TERMINAL_ESCAPE"],
            "\\x1b(\\[[0-?]{0,64}[ -/]{0,64}[@-~]|[ -/]{1,3}[0-~]|[0-~])",
            |text| last(text, |c| c == '\x1b'),
            |_| Some(0),
        ),
    ]
});

/// A scheme, a host and the rest; brackets in it in pairs.
fn url() -> String {
    let mark = "a-z0-9._~:/?#@!$&'*+,;=%-";
    let rest = format!("([{mark}]|\\([({mark}]*\\))*(\\([({mark}]*)?");
    format!("[a-z0-9][a-z0-9+.-]*://([a-z0-9_]|\\[([0-9a-f][0-9a-f.]*)?:[0-9a-f:.]*\\]){rest}")
}

const MONTHS: &str = "abr abril ago agosto aout apr april aprile aug august augusti augustus avr avril \
    dec december decembre dez dezember dezembro dic dicembre diciembre ene enero feb \
    febbraio febrero februar februari february fev fevereiro fevr fevrier gen gennaio \
    giu giugno jan janeiro januar januari january janv janvier juil juillet juin jul \
    julho juli julio july jun june junho juni junio lug luglio maart maerz mag maggio \
    mai maio maj mar march marco mars marz marzo may mayo mei mrt mrz nov november \
    novembre novembro noviembre oct october octobre octubre okt oktober ott ottobre \
    out outubro sep sept september septembre septiembre set setembro setiembre \
    settembre";

/// Dates in digits, and with the name of a month.
fn date() -> String {
    let day = "[0-9]{1,2}";
    let month = format!("({})", MONTHS.replace(' ', "|"));
    let time = ":[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?( ?[ap]m|z|[+-][0-9]{2}(:?[0-9]{2})?)?";
    let digits = ["-", "/", "\\."].map(|s| {
        format!(
            "{day}{s}{day}{s}([0-9]{{2}}|[0-9]{{4}})(,? {day}{time})?\
             |[0-9]{{4}}{s}{day}{s}{day}((,? |t){day}{time})?"
        )
    });
    let digits = digits.join("|");
    let year = "((de|del) )?[0-9]{4}";
    let behind = format!("(\\.?,? {year}|-([0-9]{{2}}|[0-9]{{4}}))?");
    format!(
        "{digits}|{day}/[0-9]{{4}}\
         |{day}((st|nd|rd|th|er)? |\\. ?|-)((de|di|of) )?{month}{behind}\
         |{month}(\\.? ({day}(st|nd|rd|th)?(,? [0-9]{{4}})?|{year})|\\.?, {year})"
    )
}

fn claim(
    entities: &'static [&'static str],
    language: &str,
    begins: fn(&str) -> Option<usize>,
    gives_up: fn(&str) -> Option<usize>,
) -> Claim {
    let language = DFA::new(&format!("^(?:{language})$")).unwrap();
    Claim {
        entities,
        is_cased: false,
        language,
        begins,
        gives_up,
    }
}

impl Claim {
    /// Reads a text from the left, with one live start at a time.
    fn live(&self, text: &str) -> Option<usize> {
        let lower = text.to_lowercase();
        let text = if self.is_cased { text } else { &lower };
        let mut live = None;
        for end in 1..=text.len() {
            live = live.filter(|start| self.goes_on(&text[*start..end]));
            live = live.and_then(|start| Some(start + (self.gives_up)(&text[start..end])?));
            live = live.or_else(|| (self.begins)(&text[..end]));
        }
        live
    }

    /// Whether a text is the beginning of a value.
    fn goes_on(&self, text: &str) -> bool {
        let input = Input::new(text).anchored(Anchored::Yes);
        let from = self.language.start_state_forward(&input).unwrap();
        let step = |state, byte| self.language.next_state(state, byte);
        let state = text.bytes().fold(from, step);
        // Of a whole value too, until one more character was read.
        let is_whole = self
            .language
            .is_match_state(self.language.next_eoi_state(state));
        is_whole || (0..=0x7f).any(|byte| !self.language.is_dead_state(step(state, byte)))
    }
}

/// The first place that one of these rules may still claim.
pub(crate) fn first_live(text: &str, entities: &[&str]) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let claims = CLAIMS.iter();
    let on = claims.filter(|claim| claim.entities.iter().any(|e| entities.contains(e)));
    let live = |claim: &Claim| claim.live(if claim.is_cased { text } else { &lower });
    on.filter_map(live).min()
}

/// What the view holds back at the end of a text: it may be the beginning of an `(at)`.
pub(crate) fn unread(text: &str) -> usize {
    let mut spellings = Vec::new();
    for (open, word, close) in [
        ("(", "at", ")"),
        ("(", "dot", ")"),
        ("[", "at", "]"),
        ("[", "dot", "]"),
    ] {
        for blanks in ["", " ", "  ", "   "] {
            for (before, behind) in [("", ""), (" ", ""), ("", " "), (" ", " ")] {
                spellings.push(format!("{blanks}{open}{before}{word}{behind}{close}"));
            }
        }
    }
    let text = text.to_lowercase();
    let begins = |n: &usize| {
        spellings
            .iter()
            .any(|spelling| spelling.starts_with(&text[*n..]))
    };
    let first = (0..text.len()).find(begins);
    first.map_or(0, |first| text.len() - first)
}

fn last(text: &str, is: impl Fn(char) -> bool) -> Option<usize> {
    text.ends_with(is).then(|| text.len() - 1)
}

/// The last character, with no letter or digit before it.
fn word(text: &str, is: impl Fn(char) -> bool) -> Option<usize> {
    let at = last(text, is)?;
    (!text[..at].ends_with(char::is_alphanumeric)).then_some(at)
}

fn hex(c: char) -> bool {
    c.is_ascii_hexdigit() || c == ':'
}

/// A run that is too long goes on from a group that begins in the last characters before, if one
/// does.
fn shorter(text: &str, body: fn(char) -> bool, first: fn(char) -> bool) -> Option<usize> {
    if text.len() <= WINDOW {
        return Some(0);
    }
    let groups = text.len() - VALUE..text.len() - 1;
    let is_group = |n: &usize| !text[..*n].ends_with(body) && text[*n..].starts_with(first);
    groups.into_iter().find(is_group)
}

/// A character behind `password:` or `token=`, blanks and `quote`.
fn assigned(text: &str, quote: &str) -> Option<usize> {
    let never = if quote.is_empty() {
        "\"'`,;&<>|\\)]}+:=*@"
    } else {
        "\",;\\)]}+"
    };
    let first = |c: char| c.is_ascii_graphic() && !never.contains(c);
    let at = last(text, first)?;
    let gap = text[..at].strip_suffix(quote)?;
    let name = gap.trim_end_matches([' ', ':', '=', '>']);
    let name = gap[name.len()..]
        .contains([':', '=', '>'])
        .then_some(name)?;
    let name = name.trim_end_matches('"');
    let name = name.strip_suffix(' ').unwrap_or(name);
    (name.ends_with("password") || name.ends_with("token")).then_some(at)
}

/// Where the local part before an `@` begins: in the last 64 characters, behind a word that they
/// cut, or in its middle.
fn local_part(text: &str) -> Option<usize> {
    let text = text.strip_suffix('@')?;
    let is_local = |c: char| c.is_alphanumeric() || "_.+'#~-".contains(c);
    let run = text.trim_end_matches(is_local).len();
    let window = run.max(text.len().saturating_sub(WINDOW));
    let begins = |from: usize| {
        let is_first = |c: char| c.is_alphanumeric() || c == '_';
        Some(from + text[from..].find(is_first)?)
    };
    let first = begins(window)?;
    let is_cut = window > run && text[..window].ends_with(char::is_alphanumeric);
    if !is_cut || first > window {
        return Some(first);
    }
    let gap = text[window..].find(|c: char| !c.is_alphanumeric());
    gap.and_then(|gap| begins(window + gap + 1))
        .or(Some(window + 35))
}

/// A `=`, or a line end, behind the name of an event handler.
fn handler(text: &str) -> Option<usize> {
    let at = last(text, |c| c == '=' || c == '\n')?;
    let name = text[..at].trim_end_matches(' ').strip_suffix("onclick")?;
    let begins = name.is_empty() || name.ends_with(|c| " \n/\"'`".contains(c));
    begins.then_some(at)
}

/// A colon behind `javascript`, in a URL or not.
fn script(text: &str, in_url: bool) -> Option<usize> {
    let at = last(text, |c| c == ':')?;
    let before = text[..at].strip_suffix("javascript")?;
    let is_word = before.ends_with(|c: char| c.is_ascii_alphabetic() || "-_.$".contains(c));
    let is_url = before.ends_with("](") || before.ends_with(['<', '=']);
    (!is_word && is_url == in_url).then_some(at)
}

/// Where the country before a first digit begins, as a word of its own.
fn country(text: &str) -> Option<usize> {
    let start = last(text, |c| c.is_ascii_digit())?.checked_sub(2)?;
    let is_country = matches!(&text[start..start + 2], "de" | "gb");
    (is_country && !text[..start].ends_with(char::is_alphanumeric)).then_some(start)
}
