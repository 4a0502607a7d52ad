//! The rules, each a small automaton over the folded view behind one interface.

mod card;
mod email;
mod iban;
mod ip;
mod pem;
mod phone;
mod prompt;
mod run;
mod runs;
mod script;
mod ssn;

use std::borrow::Cow;

use self::email::Email;
use self::iban::Iban;
use self::pem::{Pem, PemCloser};
use self::prompt::{Prompt, PromptCloser};
pub(crate) use self::run::{Grouped, Page, shorten};
pub(crate) use self::runs::{MAX_RUN, Runs};
use self::script::{Script, ScriptCloser};
use crate::edit::Entity;
use crate::left::Left;
use crate::plan;

/// What the automata read after the last character. No value holds it, so it ends every candidate.
pub(crate) const END: char = '\0';

/// One thing that a [`Redactor`](crate::Redactor) looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub(crate) entity: Entity,
    pub(crate) placeholder: Cow<'static, str>,
    kind: Kind,
}

impl Rule {
    /// What the rule finds.
    #[must_use]
    pub fn entity(&self) -> &Entity {
        &self.entity
    }

    /// What is shown instead of a finding.
    #[must_use]
    pub fn placeholder(&self) -> &str {
        &self.placeholder
    }

    /// Why a finding is one, for people: the shape that the rule looks for and how it is checked.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match self.kind {
            Kind::Email => "a local part, an @ and a domain of two labels or more",
            Kind::Ssn => "three, two and four digits, a number that can be issued",
            Kind::Script => "a <script> tag and all up to its end tag",
            Kind::Prompt => "the words \"system prompt\", a colon and the rest of the line",
            Kind::Card => "a network's prefix and length, Luhn check",
            Kind::Iban => "a country's structure and length, modulo 97 check",
            Kind::Phone => "an international or telling national form, or after \"phone\"",
            Kind::Ip => "an IPv4 or IPv6 address that is no loopback, mask or version",
            Kind::Pem => "the PEM header of a private key and the body behind it",
            Kind::Invisible => "more than sixteen invisible characters in a row",
        }
    }

    /// The rules that are right for every text.
    pub(crate) fn basic() -> Vec<Self> {
        vec![
            Self::new(Entity::EMAIL_ADDRESS, "[EMAIL]", Kind::Email),
            Self::new(Entity::US_SSN, "[SSN]", Kind::Ssn),
            Self::new(Entity::SCRIPT, "[SCRIPT]", Kind::Script),
            Self::new(Entity::SYSTEM_PROMPT, "[REDACTED]", Kind::Prompt),
            Self::new(Entity::INVISIBLE_TEXT, "[INVISIBLE]", Kind::Invisible),
        ]
    }

    pub(crate) fn recommended() -> Vec<Self> {
        let mut rules = Self::basic();
        rules.extend([
            Self::new(Entity::CREDIT_CARD, "[CARD]", Kind::Card),
            Self::new(Entity::IBAN_CODE, "[IBAN]", Kind::Iban),
            Self::new(Entity::PHONE_NUMBER, "[PHONE]", Kind::Phone),
            Self::new(Entity::IP_ADDRESS, "[IP]", Kind::Ip),
            Self::new(Entity::PRIVATE_KEY, "[PRIVATE_KEY]", Kind::Pem),
        ]);
        rules
    }

    fn new(entity: Entity, placeholder: &'static str, kind: Kind) -> Self {
        Self {
            entity,
            placeholder: Cow::Borrowed(placeholder),
            kind,
        }
    }

    /// Who wins where two rules find something at one place.
    pub(crate) fn tier(&self) -> Tier {
        match self.kind {
            Kind::Email | Kind::Script | Kind::Prompt | Kind::Invisible => Tier::Certain,
            Kind::Card | Kind::Iban | Kind::Pem => Tier::Certain,
            Kind::Ssn | Kind::Ip => Tier::Shaped,
            Kind::Phone => Tier::Loose,
        }
    }

    /// How the rule judges runs, if its values stand in runs.
    pub(crate) fn grouped(&self) -> Option<&'static Grouped> {
        match self.kind {
            Kind::Ssn => Some(&ssn::SSN),
            Kind::Card => Some(&card::CARD),
            Kind::Phone => Some(&phone::PHONE),
            Kind::Ip => Some(&ip::IP),
            _ => None,
        }
    }

    /// The runs that are held for the rule.
    pub(crate) fn runs(&self) -> Option<&'static Runs> {
        match self.kind {
            Kind::Email | Kind::Iban => Some(&runs::WORD),
            _ => self.grouped().map(Grouped::runs),
        }
    }

    /// Whether the rule finds what is invisible.
    pub(crate) fn is_invisible(&self) -> bool {
        self.kind == Kind::Invisible
    }

    pub(crate) fn automaton(&self) -> Option<Automaton> {
        Some(match self.kind {
            Kind::Email => Automaton::Email(Email::default()),
            Kind::Script => Automaton::Script(Script::default()),
            Kind::Prompt => Automaton::Prompt(Prompt::default()),
            Kind::Iban => Automaton::Iban(Iban::default()),
            Kind::Pem => Automaton::Pem(Pem::default()),
            Kind::Ssn | Kind::Card | Kind::Phone | Kind::Ip | Kind::Invisible => return None,
        })
    }

    /// Whether `c` wakes the rule's automaton behind a character of this kind. All others leave an
    /// idle one as it is.
    pub(crate) fn wakes(&self, c: char, before: plan::Kind) -> bool {
        match self.kind {
            Kind::Email => c == '@',
            Kind::Script => c == '<',
            Kind::Prompt => c == 's' && before == plan::Kind::Other,
            Kind::Iban => c.is_ascii_digit() && before == plan::Kind::Letter,
            Kind::Pem => c == '-',
            Kind::Ssn | Kind::Card | Kind::Phone | Kind::Ip | Kind::Invisible => false,
        }
    }
}

/// How sure a rule is of its findings. Of two at one place the surer one wins, then the longer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tier {
    /// An opening or an anchor that nothing else has, or a check digit.
    Certain,
    /// A shape that is rarely something else.
    Shaped,
    /// A shape that other numbers have too.
    Loose,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Email,
    Ssn,
    Script,
    Prompt,
    Card,
    Iban,
    Phone,
    Ip,
    Pem,
    /// Found by the machine itself: no rule sees what is invisible.
    Invisible,
}

/// A complete candidate: symbols `start..end` by their place in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// The candidate is only the opening; what follows is swallowed until this says so.
    pub(crate) opens: Option<Closer>,
}

impl Found {
    pub(crate) fn new(start: u64, end: u64) -> Self {
        Self {
            start,
            end,
            opens: None,
        }
    }

    pub(crate) fn opening(start: u64, end: u64, closer: Closer) -> Self {
        Self {
            start,
            end,
            opens: Some(closer),
        }
    }
}

/// Reads the visible symbols in order, with at most one live start.
pub(crate) trait Scan {
    /// Reads the symbol `c` at place `at`. Answers with a complete candidate, the longest so far.
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found>;
    /// The place of the candidate that is neither complete nor dead, or that may grow. Without
    /// one it is read only what wakes it.
    fn live(&self) -> Option<u64>;
    /// So much of the live candidate was read before `at` that its part must not be shown either.
    fn is_anchored(&self, at: u64, left: Left<'_>) -> bool;
    /// How many of these ASCII characters at least leave the live place as it is, with no complete
    /// candidate.
    fn goes_on(&self, _: &[u8]) -> usize {
        0
    }
    /// Reads so many of them, or fewer, from `at` on.
    fn go_on(&mut self, _: &[u8], _at: u64) {}
    /// Forgets everything.
    fn reset(&mut self);
}

#[derive(Clone, Debug)]
pub(crate) enum Automaton {
    Email(Email),
    Script(Script),
    Prompt(Prompt),
    Iban(Iban),
    Pem(Pem),
}

macro_rules! of_each {
    ($automaton:expr, $a:ident => $do:expr) => {
        match $automaton {
            Automaton::Email($a) => $do,
            Automaton::Script($a) => $do,
            Automaton::Prompt($a) => $do,
            Automaton::Iban($a) => $do,
            Automaton::Pem($a) => $do,
        }
    };
}

impl Scan for Automaton {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        of_each!(self, a => a.step(c, at, left))
    }

    fn live(&self) -> Option<u64> {
        of_each!(self, a => a.live())
    }

    fn is_anchored(&self, at: u64, left: Left<'_>) -> bool {
        of_each!(self, a => a.is_anchored(at, left))
    }

    fn goes_on(&self, text: &[u8]) -> usize {
        of_each!(self, a => a.goes_on(text))
    }

    fn go_on(&mut self, text: &[u8], at: u64) {
        of_each!(self, a => a.go_on(text, at));
    }

    fn reset(&mut self) {
        of_each!(self, a => a.reset());
    }
}

/// Finds the end of what an opening swallows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Closer {
    Script(ScriptCloser),
    Prompt(PromptCloser),
    Pem(PemCloser),
    /// Characters that nobody sees.
    Invisible,
}

/// Where the swallowing stands after one more symbol.
pub(crate) enum Swallow {
    More,
    /// It ended before this symbol.
    EndBefore,
    /// It ended with this symbol.
    EndAfter,
}

impl Closer {
    pub(crate) fn step(&mut self, c: char) -> Swallow {
        match self {
            Self::Script(closer) => closer.step(c),
            Self::Prompt(closer) => closer.step(c),
            Self::Pem(closer) => closer.step(c),
            Self::Invisible => Swallow::EndBefore,
        }
    }
}

/// A letter of a script that writes words without spaces, or that glues its particles to foreign
/// words (Korean). It stands next to a value without belonging to it.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c as u32,
        0xe00..=0xeff | 0xf00..=0xfff | 0x1000..=0x109f | 0x1100..=0x11ff | 0x1780..=0x17ff
        | 0x2e80..=0x2fff | 0x3005..=0x3007 | 0x3041..=0x31ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff
        | 0xa960..=0xa97f | 0xac00..=0xd7ff | 0xf900..=0xfaff | 0x1b000..=0x1b16f
        | 0x20000..=0x3ffff)
}

/// A letter or digit that would make a longer word of a value next to it.
pub(crate) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii() && c.is_alphanumeric() && !is_unspaced(c)
}
