//! Rules by name, and what each asks for.

use std::{borrow::Cow, fmt};

/// The name of a rule, as it appears in findings, edits and logs.
///
/// A name is chosen by whoever writes the rule and never holds screened text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleName(Cow<'static, str>);

impl RuleName {
    pub(crate) const fn new(name: Cow<'static, str>) -> Self {
        Self(name)
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a rule asks the caller to do with a match, from the weakest to the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Action {
    /// Report the match and leave the text alone.
    Flag,
    /// Replace the matched span with [`PLACEHOLDER`](crate::PLACEHOLDER).
    Filter,
    /// Refuse the whole text. No built-in rule asks for it yet.
    Block,
}

/// One rule of a [`Screen`](crate::Screen).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    name: RuleName,
    action: Action,
}

impl Rule {
    pub(crate) const fn new(name: RuleName, action: Action) -> Self {
        Self { name, action }
    }

    /// The rule's name, unique within its screen.
    #[must_use]
    pub const fn name(&self) -> &RuleName {
        &self.name
    }

    /// What the rule asks for.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }
}
