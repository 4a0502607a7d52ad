//! The rules, each a small automaton over the folded view behind one interface.

mod email;
mod prompt;
mod script;
mod ssn;

use std::borrow::Cow;
use std::collections::VecDeque;

use self::email::Email;
use self::prompt::{Prompt, PromptCloser};
use self::script::{Script, ScriptCloser};
use self::ssn::Ssn;
use crate::edit::Entity;
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

    pub(crate) fn all() -> Vec<Self> {
        let rule = |entity, placeholder, kind| Self {
            entity,
            placeholder: Cow::Borrowed(placeholder),
            kind,
        };
        vec![
            rule(Entity::EMAIL_ADDRESS, "[EMAIL]", Kind::Email),
            rule(Entity::US_SSN, "[SSN]", Kind::Ssn),
            rule(Entity::SCRIPT, "[SCRIPT]", Kind::Script),
            rule(Entity::SYSTEM_PROMPT, "[REDACTED]", Kind::Prompt),
        ]
    }

    pub(crate) fn automaton(&self) -> Automaton {
        match self.kind {
            Kind::Email => Automaton::Email(Email::default()),
            Kind::Ssn => Automaton::Ssn(Ssn::default()),
            Kind::Script => Automaton::Script(Script::default()),
            Kind::Prompt => Automaton::Prompt(Prompt::default()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Email,
    Ssn,
    Script,
    Prompt,
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
    fn step(&mut self, c: char, at: u64, held: Held<'_>);
    /// The first place where a candidate may start that is neither complete nor dead, or that is
    /// complete but may grow.
    fn live(&self) -> Option<u64>;
    /// The longest complete candidate from the first start that has one.
    fn found(&self) -> Option<Found>;
    /// So much of the live candidate was read that its part must not be shown either.
    fn is_anchored(&self) -> bool;
    /// Forgets everything. `before` is the character on the left, none after a replacement.
    fn reset(&mut self, before: Option<char>);
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
}

impl Automaton {
    pub(crate) fn get(&self) -> &dyn Scan {
        match self {
            Self::Email(a) => a,
            Self::Ssn(a) => a,
            Self::Script(a) => a,
            Self::Prompt(a) => a,
        }
    }

    pub(crate) fn get_mut(&mut self) -> &mut dyn Scan {
        match self {
            Self::Email(a) => a,
            Self::Ssn(a) => a,
            Self::Script(a) => a,
            Self::Prompt(a) => a,
        }
    }
}

/// Finds the end of what an opening swallows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Closer {
    Script(ScriptCloser),
    Prompt(PromptCloser),
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
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii() && c.is_alphanumeric() && !is_unspaced(c)
}
