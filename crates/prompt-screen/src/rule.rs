//! Rules by name, and what each is about.

use std::{borrow::Cow, fmt};

use serde::Deserialize;

/// The name of a rule, as it appears in findings, edits and logs.
///
/// A name is chosen by whoever writes the rule and never holds screened text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleName(Cow<'static, str>);

impl RuleName {
    pub(crate) const fn new(name: Cow<'static, str>) -> Self {
        Self(name)
    }

    pub(crate) const fn learned() -> Self {
        Self(Cow::Borrowed(LEARNED_MODEL))
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Action {
    /// Report the match and leave the text alone.
    Flag,
    /// Replace the matched span with [`PLACEHOLDER`](crate::PLACEHOLDER).
    Filter,
    /// Refuse the whole text. No built-in rule asks for it.
    Block,
}

/// The kind of attack a rule looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Category {
    /// Orders to forget, ignore or overrule what was said before.
    InstructionOverride,
    /// Personas and games without rules: DAN, developer mode, two answers, fictional frames.
    Jailbreak,
    /// Requests for the system prompt or for what stands above.
    PromptExtraction,
    /// Tokens and tags of chat templates, which only the API may write.
    TemplateToken,
    /// Turns of a conversation that never took place.
    FakeTurn,
    /// Orders to send data away, to call tools with it, or to hide something from the user.
    Exfiltration,
    /// Orders to decode something and to follow it.
    EncodedPayload,
    /// A conversation of many made-up turns that teaches a behaviour.
    ManyShot,
    /// Another task in the place of the one that was set.
    GoalHijacking,
    /// Parts that are harmless until the model puts them together.
    PayloadSplitting,
    /// Made-up ends of the data and beginnings of new instructions.
    DelimiterConfusion,
    /// Text that was found by machine to turn a model's head.
    AdversarialSuffix,
    /// Whatever the author of a rule looks for.
    Custom,
    /// What the learned model takes for an attack, of whatever kind.
    Learned,
}

impl Category {
    /// The name in rule files, reports and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InstructionOverride => "instruction-override",
            Self::Jailbreak => "jailbreak",
            Self::PromptExtraction => "prompt-extraction",
            Self::TemplateToken => "template-token",
            Self::FakeTurn => "fake-turn",
            Self::Exfiltration => "exfiltration",
            Self::EncodedPayload => "encoded-payload",
            Self::ManyShot => "many-shot",
            Self::GoalHijacking => "goal-hijacking",
            Self::PayloadSplitting => "payload-splitting",
            Self::DelimiterConfusion => "delimiter-confusion",
            Self::AdversarialSuffix => "adversarial-suffix",
            Self::Custom => "custom",
            Self::Learned => "learned",
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a rule has a say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Mode {
    /// Its hits are findings and count for nothing. New rules begin like this.
    Observe,
    /// Its hits count.
    #[default]
    Enforce,
}

/// How sure a hit alone makes us, in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Weight(u8);

impl Weight {
    pub(crate) const SURE: Self = Self(100);

    pub(crate) fn new(weight: f32) -> Option<Self> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        (0.0..=1.0)
            .contains(&weight)
            .then(|| Self((weight * 100.0).round() as u8))
    }

    pub(crate) fn get(self) -> f32 {
        f32::from(self.0) / 100.0
    }
}

/// The name under which the learned model has findings: texts that it takes for an attack and that no
/// rule points at. They ask for no more than [`Action::Flag`]; more is for [`Thresholds`] to say.
///
/// [`Thresholds`]: crate::Thresholds
pub const LEARNED_MODEL: &str = "learned-model";

/// One rule of a [`Screen`](crate::Screen).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub(crate) name: RuleName,
    pub(crate) category: Category,
    pub(crate) weight: Weight,
    pub(crate) mode: Mode,
    pub(crate) action: Option<Action>,
    /// Hits of the rule in one text that make a finding of them.
    pub(crate) at_least: u16,
    pub(crate) about: Cow<'static, str>,
    pub(crate) since: Cow<'static, str>,
    /// Whether it came with the crate, so that the model knows it.
    pub(crate) is_builtin: bool,
}

impl Rule {
    /// A rule of the builder's: sure of what it found, and with an action of its own.
    pub(crate) const fn phrase(name: RuleName, category: Category, action: Action) -> Self {
        Self {
            name,
            category,
            weight: Weight::SURE,
            mode: Mode::Enforce,
            action: Some(action),
            at_least: 1,
            about: Cow::Borrowed(""),
            since: Cow::Borrowed(""),
            is_builtin: false,
        }
    }

    /// What stands for the model among the rules.
    pub(crate) fn learned() -> Self {
        let mut rule = Self::phrase(RuleName::learned(), Category::Learned, Action::Flag);
        rule.about = Cow::Borrowed("The learned model takes this part for an attack.");
        rule.since = Cow::Borrowed("1.0.0");
        rule
    }

    /// Whether the model has what it tells as a clue, so that it is not to be counted twice.
    pub(crate) const fn is_clue(&self) -> bool {
        self.is_builtin && self.action.is_none()
    }

    /// The rule's name, unique within its screen.
    #[must_use]
    pub const fn name(&self) -> &RuleName {
        &self.name
    }

    /// The kind of attack.
    #[must_use]
    pub const fn category(&self) -> Category {
        self.category
    }

    /// How sure a hit alone makes us that a text is an attack: 0 not at all, 1 entirely.
    #[must_use]
    pub fn weight(&self) -> f32 {
        self.weight.get()
    }

    /// Whether it has a say.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// What the rule asks for whatever the [`Thresholds`](crate::Thresholds), if anything.
    #[must_use]
    pub const fn action(&self) -> Option<Action> {
        self.action
    }

    /// What the rule is for, in a sentence; may be empty.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// The version of the rule set that brought it; may be empty.
    #[must_use]
    pub fn since(&self) -> &str {
        &self.since
    }
}
