//! The rules, each a small automaton over the folded view behind one interface.

mod assigned;
mod card;
mod checks;
mod crypto;
mod css;
mod date;
mod domain;
mod email;
mod escape;
mod events;
mod group;
mod handler;
mod href;
mod iban;
mod imei;
mod invisible;
mod ip;
mod issuers;
mod link;
mod listed;
mod mac;
mod markup;
mod names;
mod national;
mod pem;
mod phone;
mod prompt;
mod random;
mod rule;
mod run;
mod runs;
mod scheme;
mod script;
mod shape;
mod ssn;
mod stand_in;
mod table;
mod tag;
mod token;
mod tripwire;
mod url;
mod url_login;

pub(crate) use self::assigned::MAX_GAP;
use self::assigned::{Assigned, AssignedCloser};
use self::css::Css;
use self::date::Date;
pub(crate) use self::date::{may_be_month, may_be_particle, may_begin_month, may_precede_year};
use self::email::Email;
use self::escape::{Escape, EscapeCloser};
pub use self::group::Group;
use self::handler::Handler;
pub(crate) use self::href::{Href, MAX_URL};
use self::iban::Iban;
pub(crate) use self::invisible::is_covert;
use self::link::Link;
pub(crate) use self::listed::named_before;
use self::markup::{TagCloser, UrlCloser, ValueCloser};
pub(crate) use self::names::{MAX_NAME, Name, may_end, named};
use self::pem::{Pem, PemCloser};
use self::prompt::{Prompt, PromptCloser};
pub use self::rule::Rule;
use self::rule::{Finder, Spec};
pub(crate) use self::run::{Grouped, Page, Run, shorten};
pub(crate) use self::runs::{CALL_NUMBER, CODE, MAX_RUN, NUMBER, Runs, SPACED_CODE};
use self::scheme::Scheme;
use self::script::{Script, ScriptCloser};
pub(crate) use self::shape::{MAX_SHAPE, Shape};
pub(crate) use self::stand_in::shortest;
pub(crate) use self::table::Table;
use self::tag::Tag;
use self::token::TokenCloser;
pub(crate) use self::token::may_begin as may_begin_token;
use self::url::Url;
use self::url_login::UrlLogin;
use crate::left::Left;
use crate::user::{User, UserCloser};

/// What the automata read after the last character. No value holds it, so it ends every candidate.
pub(crate) const END: char = '\0';

/// What is shown in place of any secret that only the caller knows: of all kinds the same, so that it
/// tells nothing of what it was.
const SECRET_TEXT: &str = "[REDACTED]";

/// The rules that are right for every text.
static BASIC: &[&Spec] = &[
    &email::SPEC,
    &ssn::SPEC,
    &script::SPEC,
    &prompt::SPEC,
    &invisible::SPEC,
];

/// What answers of language models call for beside those.
static MORE: &[&Spec] = &[
    &card::SPEC,
    &iban::SPEC,
    &phone::SPEC,
    &ip::SPEC,
    &pem::SPEC,
    &mac::SPEC,
    &date::BIRTH,
    &token::SPEC,
    &url_login::SPEC,
    &assigned::SPEC,
    &listed::SPEC,
    &crypto::SPEC,
    &imei::SPEC,
    &tag::SPEC,
    &handler::SPEC,
    &scheme::SPEC,
    &css::SPEC,
    &link::SPEC,
    &escape::SPEC,
    &tripwire::SPEC,
];

/// What is right for some texts only: it is often meant to be read.
static OPTIONAL: &[&Spec] = &[&date::DATE, &url::SPEC, &domain::SPEC, &link::IMAGE_SPEC];

/// All rules but those, in the order in which they win over each other where all else is equal.
fn all_specs() -> impl Iterator<Item = &'static Spec> {
    BASIC.iter().chain(MORE).chain(&national::ALL).copied()
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
    /// A name was said that is no part of the text, which begins at `at`.
    fn begin(&mut self, _at: u64, _left: Left<'_>) {}
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
    Date(Date),
    Assigned(Assigned),
    UrlLogin(UrlLogin),
    Url(Url),
    Tag(Tag),
    Handler(Handler),
    Scheme(Scheme),
    Css(Css),
    Link(Link),
    Escape(Escape),
    User(Box<User>),
}

macro_rules! of_each {
    ($automaton:expr, $a:ident => $do:expr) => {
        match $automaton {
            Automaton::Email($a) => $do,
            Automaton::Script($a) => $do,
            Automaton::Prompt($a) => $do,
            Automaton::Iban($a) => $do,
            Automaton::Pem($a) => $do,
            Automaton::Date($a) => $do,
            Automaton::Assigned($a) => $do,
            Automaton::UrlLogin($a) => $do,
            Automaton::Url($a) => $do,
            Automaton::Tag($a) => $do,
            Automaton::Handler($a) => $do,
            Automaton::Scheme($a) => $do,
            Automaton::Css($a) => $do,
            Automaton::Link($a) => $do,
            Automaton::Escape($a) => $do,
            Automaton::User($a) => $do,
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

    fn begin(&mut self, at: u64, left: Left<'_>) {
        of_each!(self, a => a.begin(at, left));
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
    Token(TokenCloser),
    Assigned(AssignedCloser),
    Tag(TagCloser),
    Value(ValueCloser),
    Url(UrlCloser),
    Escape(EscapeCloser),
    User(UserCloser),
    /// Characters that nobody sees.
    Invisible,
    /// Nothing in the text: whoever opened it closes it.
    Outside,
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
            Self::Token(closer) => closer.step(c),
            Self::Assigned(closer) => closer.step(c),
            Self::Tag(closer) => closer.step(c),
            Self::Value(closer) => closer.step(c),
            Self::Url(closer) => closer.step(c),
            Self::Escape(closer) => closer.step(c),
            Self::User(closer) => closer.step(c),
            Self::Invisible => Swallow::EndBefore,
            Self::Outside => Swallow::More,
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
