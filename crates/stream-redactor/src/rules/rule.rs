//! A rule as data, and what users see of it.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::group::Group;
use super::shape::Shape;
use super::{Automaton, BASIC, Grouped, OPTIONAL, Runs, Table, Tier, all_specs};
use crate::edit::Entity;
use crate::plan::Kind;
use crate::show::Show;
use crate::user::{User, UserRule};

/// What a rule is made of.
#[derive(Debug)]
pub(crate) struct Spec {
    pub(crate) entity: Entity,
    pub(crate) placeholder: &'static str,
    pub(crate) tier: Tier,
    /// The shape that the rule looks for and how it is checked, for people.
    pub(crate) about: &'static str,
    /// The specification that the shape comes from.
    pub(crate) source: &'static str,
    pub(crate) finder: Finder,
    /// Texts with findings, each between `«` and `»`.
    pub(crate) hits: &'static [&'static str],
    /// Texts that come near and hold nothing.
    pub(crate) misses: &'static [&'static str],
}

/// How the values of a rule are found.
#[derive(Debug)]
pub(crate) enum Finder {
    /// In complete runs.
    Runs(&'static Grouped),
    /// In complete runs, by what it looks like.
    Shapes(&'static [Shape]),
    /// By an automaton.
    Scan {
        new: fn() -> Automaton,
        /// Whether a character wakes the automaton behind one of this kind. All others leave an
        /// idle one as it is.
        wakes: fn(char, Kind) -> bool,
        /// The runs that are held for it.
        holds: Option<&'static Runs>,
    },
    /// By the machine itself: no rule sees what is invisible.
    Invisible,
    /// In front of the machine.
    Outside,
    /// By an automaton of the caller's own.
    User,
}

/// What all rules of the caller's own share.
static USER: Spec = Spec {
    entity: Entity::named("USER"),
    placeholder: "[REDACTED]",
    tier: Tier::Certain,
    about: "a rule of the caller's own",
    source: "the caller",
    finder: Finder::User,
    hits: &[],
    misses: &[],
};

/// One thing that a [`Redactor`](crate::Redactor) looks for.
#[derive(Clone, Debug)]
pub struct Rule {
    spec: &'static Spec,
    pub(crate) entity: Entity,
    pub(crate) show: Show,
    /// Shared by clones.
    user: Option<Arc<UserRule>>,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        let user = |rule: &Self| rule.user.as_ref().map(Arc::as_ptr);
        std::ptr::eq(self.spec, other.spec)
            && user(self) == user(other)
            && (&self.entity, &self.show) == (&other.entity, &other.show)
    }
}

impl Eq for Rule {}

impl Rule {
    /// What the rule finds.
    #[must_use]
    pub fn entity(&self) -> &Entity {
        &self.entity
    }

    /// What kind of harm it is about.
    #[must_use]
    pub fn group(&self) -> Group {
        let user = self.user.as_ref().and_then(|user| user.group);
        user.unwrap_or_else(|| Group::of(&self.entity))
    }

    /// What is shown instead of a finding, unless it is made of the finding: see [`Show`].
    #[must_use]
    pub fn placeholder(&self) -> &str {
        match &self.show {
            Show::Text(text) => text,
            _ => self.default_placeholder(),
        }
    }

    fn default_placeholder(&self) -> &str {
        let user = self.user.as_ref().map(|user| &*user.placeholder);
        user.unwrap_or(self.spec.placeholder)
    }

    /// What is shown for a finding, as rules read it.
    pub(crate) fn shown(&self, value: impl FnOnce() -> String) -> Cow<'static, str> {
        self.show
            .of(value, &self.entity, self.default_placeholder())
    }

    /// What is shown for a finding that is not read.
    pub(crate) fn shown_unread(&self) -> Cow<'static, str> {
        self.show.of_any(self.default_placeholder())
    }

    /// Why a finding is one, for people: the shape that the rule looks for and how it is checked.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        self.spec.about
    }

    /// Where the shape comes from: a standard, a registry, an issuer's documentation.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.spec.source
    }

    /// Texts in which the rule finds something: what it finds stands between `«` and `»`, which are
    /// no part of the text.
    #[must_use]
    pub fn hits(&self) -> &'static [&'static str] {
        self.spec.hits
    }

    /// Texts that come near, in which the rule finds nothing.
    #[must_use]
    pub fn misses(&self) -> &'static [&'static str] {
        self.spec.misses
    }

    pub(crate) fn basic() -> Vec<Self> {
        BASIC.iter().copied().map(Self::new).collect()
    }

    pub(crate) fn recommended() -> Vec<Self> {
        all_specs().map(Self::new).collect()
    }

    pub(crate) fn optional() -> Vec<Self> {
        OPTIONAL.iter().copied().map(Self::new).collect()
    }

    /// All rules of an entity, the optional ones too.
    pub(crate) fn of(entity: &Entity) -> impl Iterator<Item = Self> {
        let all = all_specs().chain(OPTIONAL.iter().copied());
        all.filter(move |spec| spec.entity == *entity)
            .map(Self::new)
    }

    fn new(spec: &'static Spec) -> Self {
        Self {
            spec,
            entity: spec.entity.clone(),
            show: Show::Text(Cow::Borrowed(spec.placeholder)),
            user: None,
        }
    }

    pub(crate) fn of_user(rule: UserRule) -> Self {
        Self {
            spec: &USER,
            entity: rule.entity.clone(),
            show: Show::Text(rule.placeholder.clone()),
            user: Some(Arc::new(rule)),
        }
    }

    /// Whether it is one of the caller's own.
    pub(crate) fn is_user(&self) -> bool {
        self.user.is_some()
    }

    /// Who wins where two rules find something at one place.
    pub(crate) fn tier(&self) -> Tier {
        self.spec.tier
    }

    /// How the rule judges runs, if its values stand in runs.
    pub(crate) fn grouped(&self) -> Option<&'static Grouped> {
        match self.spec.finder {
            Finder::Runs(grouped) => Some(grouped),
            _ => None,
        }
    }

    /// The runs that are held for the rule, beside those of its tables.
    pub(crate) fn runs(&self) -> Option<&'static Runs> {
        match self.spec.finder {
            Finder::Runs(grouped) => Some(grouped.runs()),
            Finder::Scan { holds, .. } => holds,
            Finder::Shapes(_) | Finder::Invisible | Finder::Outside | Finder::User => None,
        }
    }

    /// The tables that tell what its values look like, and where in them.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (&'static Table, Range<usize>)> {
        let tables = match self.spec.finder {
            Finder::Shapes(_) => Table::all(),
            _ => &[],
        };
        let spec = self.spec;
        tables
            .iter()
            .filter_map(move |table| Some((table, table.of_rule(spec)?)))
    }

    /// Whether the rule finds what is invisible.
    pub(crate) fn is_invisible(&self) -> bool {
        matches!(self.spec.finder, Finder::Invisible)
    }

    /// Whether the rule finds URLs, which may be those of an allowed host.
    pub(crate) fn finds_urls(&self) -> bool {
        matches!(self.automaton(), Some(Automaton::Link(_)))
    }

    pub(crate) fn automaton(&self) -> Option<Automaton> {
        match self.spec.finder {
            Finder::Scan { new, .. } => Some(new()),
            _ => {
                let user = self.user.as_ref()?;
                Some(Automaton::User(Box::new(User::new(user))))
            }
        }
    }

    /// Whether `c` wakes the rule's automaton behind a character of this kind.
    pub(crate) fn wakes(&self, c: char, before: Kind) -> bool {
        match self.spec.finder {
            Finder::Scan { wakes, .. } => wakes(c, before),
            _ => {
                let user = self.user.as_ref();
                user.is_some_and(|user| user.program.wakes(c, before))
            }
        }
    }
}
