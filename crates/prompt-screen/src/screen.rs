//! A compiled set of rules.

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use crate::{
    automaton::{Automaton, Phrase},
    builder::ScreenBuilder,
    finding::Screening,
    presets::{self, Preset},
    rule::Rule,
    select::select,
};

/// A compiled set of rules. Compile it once; a clone is a reference to the same rules.
#[derive(Clone)]
pub struct Screen {
    inner: Arc<Inner>,
}

struct Inner {
    rules: Vec<Rule>,
    automaton: Automaton,
}

impl Screen {
    /// The five best-known phrases, each filtered wherever it stands: `ignore previous
    /// instructions`, `ignore all instructions`, `system prompt`, `you are now`, `override`.
    ///
    /// Expect hits in ordinary English; [`recommended`](Self::recommended) has fewer.
    #[must_use]
    pub fn basic() -> Self {
        static BASIC: LazyLock<Screen> = LazyLock::new(|| Screen::preset(presets::BASIC));
        BASIC.clone()
    }

    /// The rules to start from.
    ///
    /// `ignore previous instructions` and `ignore all instructions` are filtered, with or without
    /// the small words people put between them ("ignore all of the above instructions").
    /// `system prompt` and `you are now` are flagged only, for they are ordinary English too.
    #[must_use]
    pub fn recommended() -> Self {
        static RECOMMENDED: LazyLock<Screen> =
            LazyLock::new(|| Screen::preset(presets::RECOMMENDED));
        RECOMMENDED.clone()
    }

    /// A builder for a screen of your own phrases.
    pub fn builder() -> ScreenBuilder {
        ScreenBuilder::default()
    }

    /// The rules, in the order they were added.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.inner.rules
    }

    /// Looks for every rule in `text`.
    #[must_use]
    pub fn screen(&self, text: &str) -> Screening {
        let hits = self.inner.automaton.find(text);
        Screening::new(text.len(), select(hits, &self.inner.rules))
    }

    pub(crate) fn new(rules: Vec<Rule>, phrases: &[Phrase]) -> Self {
        let automaton = Automaton::new(phrases);
        Self {
            inner: Arc::new(Inner { rules, automaton }),
        }
    }

    fn preset(presets: &[Preset]) -> Self {
        Self::builder()
            .presets(presets)
            .and_then(ScreenBuilder::build)
            .expect("invariant: the built-in rules are valid")
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.rules().iter().map(|rule| rule.name().as_str());
        f.write_str("Screen ")?;
        f.debug_list().entries(names).finish()
    }
}
