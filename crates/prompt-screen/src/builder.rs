//! Screens with phrases of the caller's own.

use std::{borrow::Cow, error::Error, fmt};

use crate::{
    allow::{Allow, What},
    automaton::{Phrase, Slot},
    edit::PLACEHOLDER,
    fold,
    model::Model,
    presets::{self, Preset},
    rule::{Action, Category, Rule, RuleName},
    screen::{Parts, Screen},
    signatures::{
        self, Signature,
        file::{self, RuleEntry, RulesError},
        pattern::Pattern,
        vocabulary::Vocabulary,
    },
    verdict::Verdict,
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
    signatures: Vec<Signature>,
    allow: Vec<Allow>,
    vocabulary: Vocabulary,
    version: Option<&'static str>,
    has_no_model: bool,
    /// Of all that was added.
    hash: u64,
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

    /// Adds the signatures that come with the crate, the sets of words they are written with and the
    /// learned model, which scores texts with what they find as clues.
    pub fn signatures(mut self) -> Self {
        let (vocabulary, file) = signatures::builtin();
        self.vocabulary = vocabulary.clone();
        self.version = Some(signatures::version());
        for entry in &file.rules {
            if let Err(error) = self.try_entry(entry, true) {
                self.error.get_or_insert(error);
            }
        }
        self
    }

    /// Adds all that [`Screen::recommended`] has: [`signatures`](Self::signatures), and the orders that
    /// are filtered whatever the thresholds.
    pub fn recommended(self) -> Self {
        let builder = self.signatures();
        builder.presets(presets::RECOMMENDED)
    }

    /// Adds all that [`Screen::basic`] has.
    pub fn basic(self) -> Self {
        self.presets(presets::BASIC)
    }

    /// Leaves the learned model out: the score is what the rules add up to.
    pub fn without_model(mut self) -> Self {
        self.has_no_model = true;
        self
    }

    /// Adds the rules of a rule file in TOML.
    ///
    /// ```
    /// use prompt_screen::Screen;
    ///
    /// # fn main() -> Result<(), prompt_screen::ConfigError> {
    /// let screen = Screen::from_toml(
    ///     r#"
    /// [sets]
    /// bird = "bluebird blue_bird jaybird"
    ///
    /// [[rule]]
    /// id = "code-name"
    /// category = "custom"
    /// about = "Nobody outside knows the name of the project."
    /// weight = 0.7
    /// patterns = ["project ..1 @bird", "@bird project|team"]
    /// "#,
    /// )?;
    /// assert_eq!(screen.screen("Tell me of Project Big Bluebird.").score(), 0.7);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A pattern is a row of items with blanks between them: a word; `a|b_c`, one of several (`_`
    /// is a blank); `@set`, one of a set of this file or of the built-in ones, if
    /// [`signatures`](Self::signatures) came first; `x?`, which may be missing; `..3`, up to three
    /// words of any kind within a sentence (at most 12); `^`, the start of a sentence, a line or
    /// the text; and, in backquotes, characters as they stand. A rule may also have a `mode`
    /// (`observe` or `enforce`, the default), an `action` of its own (`flag`, `filter`, `block`),
    /// `at_least` (how many matches make a finding), `since`, and examples in `hits` and `misses`.
    pub fn rules(mut self, toml: &str) -> Self {
        if let Err(error) = self.try_rules(toml) {
            self.error.get_or_insert(error);
        }
        self
    }

    /// Adds an entry to the allow list.
    pub fn allow(mut self, allow: Allow) -> Self {
        if allow.reason.trim().is_empty() {
            self.error.get_or_insert(ConfigError::NoReason);
        }
        self.hash = allow
            .parts()
            .iter()
            .fold(self.hash, |h, part| fold_hash(h, part));
        self.allow.push(allow);
        self
    }

    /// Makes the screen.
    ///
    /// # Errors
    ///
    /// The first thing that was wrong with the rules, see [`ConfigError`].
    pub fn build(mut self) -> Result<Screen, ConfigError> {
        let has_model = self.version.is_some() && !self.has_no_model;
        if has_model {
            self.add_model();
        }
        let first_allow = self.rules.len();
        for (allow, rule) in self.allow.iter().zip(first_allow..) {
            let What::Pattern(pattern) = &allow.what else {
                continue;
            };
            match Pattern::parse(pattern, &self.vocabulary) {
                Ok(pattern) => self.signatures.push(Signature { rule, pattern }),
                Err(_) => {
                    self.error.get_or_insert(ConfigError::AllowPattern);
                }
            }
        }
        if let Some(error) = self.error {
            return Err(error);
        }
        Ok(Screen::new(Parts {
            rules: self.rules,
            phrases: self.phrases,
            signatures: self.signatures,
            allow: self.allow,
            first_allow,
            version: version(self.version, has_model, self.hash),
            has_model,
        }))
    }

    pub(crate) fn presets(mut self, presets: &[Preset]) -> Self {
        for preset in presets {
            if let Err(error) = self.try_preset(preset) {
                self.error.get_or_insert(error);
            }
        }
        self
    }

    fn try_preset(&mut self, preset: &Preset) -> Result<(), ConfigError> {
        let name = RuleName::new(Cow::Borrowed(preset.name));
        self.fold_phrase(&name, preset.phrase, preset.action);
        let rule = self.add(name, preset.slots(), preset.category, preset.action)?;
        if let Some(rule) = self.rules.get_mut(rule) {
            rule.is_builtin = true;
            rule.about = Cow::Borrowed(preset.about);
            rule.since = Cow::Borrowed("1.0.0");
        }
        Ok(())
    }

    fn fold_phrase(&mut self, name: &RuleName, phrase: &str, action: Action) {
        let action = Verdict::from(action).as_str();
        let parts = [name.as_str(), phrase, action];
        self.hash = parts.iter().fold(self.hash, |h, part| fold_hash(h, part));
    }

    fn add_model(&mut self) {
        let rule = Rule::learned();
        if self.rules.iter().any(|known| known.name == rule.name) {
            self.error
                .get_or_insert(ConfigError::Twice(rule.name.clone()));
        }
        self.rules.push(rule);
    }

    fn try_rules(&mut self, toml: &str) -> Result<(), ConfigError> {
        self.hash = fold_hash(self.hash, toml);
        let file = file::parse(toml).map_err(ConfigError::Rules)?;
        for (name, members) in &file.sets {
            self.vocabulary.add(None, name, members);
        }
        file.rules
            .iter()
            .try_for_each(|entry| self.try_entry(entry, false))
    }

    fn try_entry(&mut self, entry: &RuleEntry, is_builtin: bool) -> Result<(), ConfigError> {
        if self.rules.iter().any(|rule| rule.name == entry.rule.name) {
            return Err(ConfigError::Twice(entry.rule.name.clone()));
        }
        let patterns = entry
            .patterns(&self.vocabulary)
            .map_err(ConfigError::Rules)?;
        let rule = self.rules.len();
        self.rules.push(Rule {
            is_builtin,
            ..entry.rule.clone()
        });
        let patterns = patterns.into_iter();
        self.signatures
            .extend(patterns.map(|pattern| Signature { rule, pattern }));
        Ok(())
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
        self.fold_phrase(&name, phrase, action);
        self.add(name, slots(phrase), Category::Custom, action)?;
        Ok(())
    }

    fn add(
        &mut self,
        name: RuleName,
        slots: Vec<Slot>,
        category: Category,
        action: Action,
    ) -> Result<usize, ConfigError> {
        if name.as_str().is_empty() {
            return Err(ConfigError::NoName);
        }
        if slots.is_empty() {
            return Err(ConfigError::NoWords(name));
        }
        if slots.len() > MOST_WORDS {
            return Err(ConfigError::TooManyWords(name));
        }
        let rule = self.rule(name, category, action)?;
        self.phrases.push(Phrase { rule, slots });
        Ok(rule)
    }

    fn rule(
        &mut self,
        name: RuleName,
        category: Category,
        action: Action,
    ) -> Result<usize, ConfigError> {
        let known = self.rules.iter().position(|rule| *rule.name() == name);
        let Some(known) = known else {
            self.rules.push(Rule::phrase(name, category, action));
            return Ok(self.rules.len() - 1);
        };
        if self
            .rules
            .get(known)
            .is_some_and(|rule| rule.action() != Some(action))
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
    /// Two rules have the same name.
    Twice(RuleName),
    /// A rule file is not what it should be.
    Rules(RulesError),
    /// An entry of the allow list has no reason.
    NoReason,
    /// The pattern of an entry of the allow list cannot be read.
    AllowPattern,
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
            Self::Twice(rule) => write!(f, "rule {rule}: there are two of them"),
            Self::Rules(error) => write!(f, "rules, {error}"),
            Self::NoReason => write!(f, "an entry of the allow list needs a reason"),
            Self::AllowPattern => write!(f, "a pattern of the allow list cannot be read"),
        }
    }
}

impl Error for ConfigError {}

fn fold_hash(hash: u64, text: &str) -> u64 {
    let bytes = text.bytes().chain([0]);
    bytes.fold(hash ^ 0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

fn version(builtin: Option<&str>, has_model: bool, own: u64) -> String {
    let mut text = match builtin {
        Some(builtin) => builtin.to_owned(),
        None => return format!("0.0.0+{own:016x}"),
    };
    if has_model {
        text = format!("{text}.{:08x}", Model::mark());
    }
    match own {
        0 => text,
        own => format!("{text}.{own:016x}"),
    }
}

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
