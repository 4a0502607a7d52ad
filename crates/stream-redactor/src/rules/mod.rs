//! The rules, each a small automaton over the folded view behind one interface.

mod card;
mod css;
mod email;
mod escape;
mod events;
mod handler;
mod iban;
mod invisible;
mod ip;
mod link;
mod markup;
mod pem;
mod phone;
mod prompt;
mod rule;
mod run;
mod runs;
mod scheme;
mod script;
mod ssn;
mod tag;
mod url;

use self::css::Css;
use self::email::Email;
use self::escape::{Escape, EscapeCloser};
use self::handler::Handler;
use self::iban::Iban;
pub(crate) use self::invisible::is_covert;
use self::link::Link;
use self::markup::{TagCloser, UrlCloser, ValueCloser};
use self::pem::{Pem, PemCloser};
use self::prompt::{Prompt, PromptCloser};
pub use self::rule::Rule;
use self::rule::{Finder, Spec};
pub(crate) use self::run::{Grouped, Page, shorten};
pub(crate) use self::runs::{MAX_RUN, Runs};
use self::scheme::Scheme;
use self::script::{Script, ScriptCloser};
use self::tag::Tag;
pub(crate) use self::url::{MAX_URL, Url};
use crate::left::Left;

/// What the automata read after the last character. No value holds it, so it ends every candidate.
pub(crate) const END: char = '\0';

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
    &tag::SPEC,
    &handler::SPEC,
    &scheme::SPEC,
    &css::SPEC,
    &link::SPEC,
    &escape::SPEC,
];

/// All images of other hosts, for those who ask for it.
pub(crate) static ALL_IMAGES: &Spec = &link::IMAGE_SPEC;

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
    Tag(Tag),
    Handler(Handler),
    Scheme(Scheme),
    Css(Css),
    Link(Link),
    Escape(Escape),
}

macro_rules! of_each {
    ($automaton:expr, $a:ident => $do:expr) => {
        match $automaton {
            Automaton::Email($a) => $do,
            Automaton::Script($a) => $do,
            Automaton::Prompt($a) => $do,
            Automaton::Iban($a) => $do,
            Automaton::Pem($a) => $do,
            Automaton::Tag($a) => $do,
            Automaton::Handler($a) => $do,
            Automaton::Scheme($a) => $do,
            Automaton::Css($a) => $do,
            Automaton::Link($a) => $do,
            Automaton::Escape($a) => $do,
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
    Tag(TagCloser),
    Value(ValueCloser),
    Url(UrlCloser),
    Escape(EscapeCloser),
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
            Self::Tag(closer) => closer.step(c),
            Self::Value(closer) => closer.step(c),
            Self::Url(closer) => closer.step(c),
            Self::Escape(closer) => closer.step(c),
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
