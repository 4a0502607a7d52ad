//! Screens with phrases of the caller's own.

use std::{borrow::Cow, error::Error, fmt};

use crate::{
    automaton::{Phrase, Slot},
    edit::PLACEHOLDER,
    fold,
    presets::Preset,
    rule::{Action, Rule, RuleName},
    screen::Screen,
    view::{Reader, Segment},
};

/// Words of the longest phrase. Bounds the work per word of a hostile text.
const MOST_WORDS: usize = 32;

/// Collects the rules of a [`Screen`]. It starts with none.
///
/// ```
/// use prompt_screen::{Action, Screen};
///
/// # fn main() -> Result<(), prompt_screen::ConfigError> {
/// let screen = Screen::builder()
///     .phrase("code-name", "project bluebird", Action::Flag)
///     .build()?;
/// assert_eq!(screen.screen("Tell me of Project-Bluebird.").findings().len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ScreenBuilder {
    rules: Vec<Rule>,
    phrases: Vec<Phrase>,
    error: Option<ConfigError>,
}

impl ScreenBuilder {
    /// Adds a phrase of up to 32 words, written in any case and with any blanks.
    ///
    /// Phrases that share a name belong to one rule and must share its action. What is wrong with
    /// a phrase is said by [`build`](Self::build).
    pub fn phrase(
        mut self,
        name: impl Into<Cow<'static, str>>,
        phrase: &str,
        action: Action,
    ) -> Self {
        let name = RuleName::new(name.into());
        if let Err(error) = self.try_phrase(name, phrase, action) {
            self.error.get_or_insert(error);
        }
        self
    }

    /// Makes the screen.
    ///
    /// # Errors
    ///
    /// The first thing that was wrong with the phrases, see [`ConfigError`].
    pub fn build(self) -> Result<Screen, ConfigError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(Screen::new(self.rules, &self.phrases)),
        }
    }

    pub(crate) fn presets(mut self, presets: &[Preset]) -> Result<Self, ConfigError> {
        for preset in presets {
            let name = RuleName::new(Cow::Borrowed(preset.name));
            self.add(name, preset.slots(), preset.action)?;
        }
        Ok(self)
    }

    fn try_phrase(
        &mut self,
        name: RuleName,
        phrase: &str,
        action: Action,
    ) -> Result<(), ConfigError> {
        if phrase.contains(PLACEHOLDER) {
            return Err(ConfigError::Placeholder(name));
        }
        self.add(name, slots(phrase), action)
    }

    fn add(&mut self, name: RuleName, slots: Vec<Slot>, action: Action) -> Result<(), ConfigError> {
        if name.as_str().is_empty() {
            return Err(ConfigError::NoName);
        }
        if slots.is_empty() {
            return Err(ConfigError::NoWords(name));
        }
        if slots.len() > MOST_WORDS {
            return Err(ConfigError::TooManyWords(name));
        }
        let rule = self.rule(name, action)?;
        self.phrases.push(Phrase { rule, slots });
        Ok(())
    }

    fn rule(&mut self, name: RuleName, action: Action) -> Result<usize, ConfigError> {
        let known = self.rules.iter().position(|rule| *rule.name() == name);
        let Some(known) = known else {
            self.rules.push(Rule::new(name, action));
            return Ok(self.rules.len() - 1);
        };
        if self
            .rules
            .get(known)
            .is_some_and(|rule| rule.action() != action)
        {
            return Err(ConfigError::TwoActions(name));
        }
        Ok(known)
    }
}

/// Why a [`ScreenBuilder`] makes no screen. Names the rule, never the phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A rule has an empty name.
    NoName,
    /// A phrase has no letters or digits to look for.
    NoWords(RuleName),
    /// A phrase has more than 32 words.
    TooManyWords(RuleName),
    /// A phrase holds [`PLACEHOLDER`], which is never a hit.
    Placeholder(RuleName),
    /// Two phrases of one rule ask for different actions.
    TwoActions(RuleName),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => write!(f, "a rule needs a name"),
            Self::NoWords(rule) => write!(f, "rule {rule}: a phrase has no words"),
            Self::TooManyWords(rule) => {
                write!(f, "rule {rule}: a phrase has more than {MOST_WORDS} words")
            }
            Self::Placeholder(rule) => {
                write!(
                    f,
                    "rule {rule}: a phrase holds {PLACEHOLDER}, which is never a hit"
                )
            }
            Self::TwoActions(rule) => write!(f, "rule {rule}: phrases ask for different actions"),
        }
    }
}

impl Error for ConfigError {}

/// The words of a phrase, read as the words of a text are.
fn slots(phrase: &str) -> Vec<Slot> {
    let mut slots = Vec::new();
    let push = |segment: &Segment| {
        let mut at = 0;
        while let Some((word, end)) = segment.words(at, usize::MAX).last() {
            slots.push(Slot {
                words: vec![fold::lower(word)],
                optional: false,
            });
            at = end;
        }
    };
    let mut reader = Reader::new(usize::MAX, |_| true, push);
    let mut at = 0;
    while at < phrase.len() {
        at = reader.read_from(phrase, at);
    }
    slots
}
