//! The rules, each a small automaton over the folded view behind one interface.

mod card;
mod email;
mod iban;
mod ip;
mod pem;
mod phone;
mod prompt;
mod script;
mod ssn;
mod token;

use std::borrow::Cow;
use std::collections::VecDeque;

use self::email::Email;
use self::iban::Iban;
use self::pem::{Pem, PemCloser};
use self::prompt::{Prompt, PromptCloser};
use self::script::{Script, ScriptCloser};
use self::ssn::Ssn;
use self::token::Token;
use crate::edit::Entity;
use crate::left::Left;
use crate::view::Sym;

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
        }
    }

    /// The rules that are right for every text.
    pub(crate) fn basic() -> Vec<Self> {
        vec![
            Self::new(Entity::EMAIL_ADDRESS, "[EMAIL]", Kind::Email),
            Self::new(Entity::US_SSN, "[SSN]", Kind::Ssn),
            Self::new(Entity::SCRIPT, "[SCRIPT]", Kind::Script),
            Self::new(Entity::SYSTEM_PROMPT, "[REDACTED]", Kind::Prompt),
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

    /// Whether every word may begin a value of the rule, until a blank or mark ends it.
    pub(crate) fn holds_words(&self) -> bool {
        self.kind == Kind::Email
    }

    pub(crate) fn automaton(&self) -> Automaton {
        match self.kind {
            Kind::Email => Automaton::Email(Email::default()),
            Kind::Ssn => Automaton::Ssn(Ssn::default()),
            Kind::Script => Automaton::Script(Script::default()),
            Kind::Prompt => Automaton::Prompt(Prompt::default()),
            Kind::Card => Automaton::Token(Token::new(&card::CARD)),
            Kind::Phone => Automaton::Token(Token::new(&phone::PHONE)),
            Kind::Ip => Automaton::Token(Token::new(&ip::IP)),
            Kind::Iban => Automaton::Iban(Iban::default()),
            Kind::Pem => Automaton::Pem(Pem::default()),
        }
    }

    /// Whether a candidate may start with `c`. All other characters leave an idle automaton as it
    /// is, so it does not read them.
    pub(crate) fn starts_with(&self, c: char, after_word: bool) -> bool {
        let of = |spec: &token::Spec| c.is_ascii() && (spec.first)(c as u8) && !after_word;
        match self.kind {
            Kind::Email => email::begins_local(c),
            Kind::Ssn => c.is_ascii_digit() && !after_word,
            Kind::Script => c == '<',
            Kind::Prompt => c == 's' && !after_word,
            Kind::Card => of(&card::CARD),
            Kind::Phone => of(&phone::PHONE),
            Kind::Ip => of(&ip::IP),
            Kind::Iban => c.is_ascii_lowercase() && !after_word,
            Kind::Pem => c == '-',
        }
    }
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
}

/// A complete candidate: symbols `start..end` by their place in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// The candidate is only the opening; what follows is swallowed until this says so.
    pub(crate) opens: Option<Closer>,
}

/// Reads the visible symbols in order, with at most one live start.
///
/// Every method but `step` and `reset` is a question. Once a candidate is found and nothing is
/// live the automaton is not stepped any more until it is reset.
pub(crate) trait Scan {
    /// Reads the symbol `c` at place `at`.
    fn step(&mut self, c: char, at: u64, left: Left<'_>);
    /// The first place where a candidate may start that is neither complete nor dead, or that is
    /// complete but may grow.
    fn live(&self) -> Option<u64>;
    /// The longest complete candidate from the first start that has one.
    fn found(&self) -> Option<Found>;
    /// So much of the live candidate was read before `at` that its part must not be shown either.
    fn is_anchored(&self, at: u64, left: Left<'_>) -> bool;
    /// Whether what is live is sure to end at the next blank.
    fn ends_at_blank(&self) -> bool {
        false
    }
    /// Forgets everything.
    fn reset(&mut self);
}

/// The symbols that are held back, by their place in the text.
#[derive(Clone, Copy)]
pub(crate) struct Held<'m> {
    pub(crate) symbols: &'m VecDeque<Sym>,
    pub(crate) base: u64,
}

impl Held<'_> {
    pub(crate) fn get(&self, at: u64) -> Option<Sym> {
        let index = usize::try_from(at.checked_sub(self.base)?).ok()?;
        self.symbols.get(index).copied()
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Automaton {
    Email(Email),
    Ssn(Ssn),
    Script(Script),
    Prompt(Prompt),
    Token(Token),
    Iban(Iban),
    Pem(Pem),
}

macro_rules! of_each {
    ($automaton:expr, $a:ident => $do:expr) => {
        match $automaton {
            Automaton::Email($a) => $do,
            Automaton::Ssn($a) => $do,
            Automaton::Script($a) => $do,
            Automaton::Prompt($a) => $do,
            Automaton::Token($a) => $do,
            Automaton::Iban($a) => $do,
            Automaton::Pem($a) => $do,
        }
    };
}

impl Scan for Automaton {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) {
        of_each!(self, a => a.step(c, at, left));
    }

    fn live(&self) -> Option<u64> {
        of_each!(self, a => a.live())
    }

    fn found(&self) -> Option<Found> {
        of_each!(self, a => a.found())
    }

    fn is_anchored(&self, at: u64, left: Left<'_>) -> bool {
        of_each!(self, a => a.is_anchored(at, left))
    }

    fn ends_at_blank(&self) -> bool {
        of_each!(self, a => a.ends_at_blank())
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
fn is_unspaced(c: char) -> bool {
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
