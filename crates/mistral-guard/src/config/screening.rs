//! What is judged how, and what may pass: values of `[sanitize]`.

use std::{collections::BTreeMap, time::SystemTime};

use serde::Deserialize;
use tower_mistral::{
    sanitize_input::{NonceScope, Role, RolePolicy},
    screen::{Allow, Category, Date, Thresholds, Verdict},
};

/// Whose text it is, by its name: `user`, `tool_result`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct RoleName(pub Role);

impl TryFrom<String> for RoleName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let known = Role::ALL.into_iter().find(|role| role.as_str() == name);
        known.map(Self).ok_or_else(|| {
            let names = Role::ALL.map(Role::as_str).join("`, `");
            format!("unknown role, expected one of `{names}`")
        })
    }
}

/// A score between 0 and 1, in hundredths, or `"never"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WrittenScore")]
pub struct Score(pub Option<u8>);

#[derive(Deserialize)]
#[serde(untagged, expecting = "this is a score between 0 and 1, or \"never\"")]
enum WrittenScore {
    Score(f64),
    Whole(u8),
    Word(String),
}

impl TryFrom<WrittenScore> for Score {
    type Error = &'static str;

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn try_from(written: WrittenScore) -> Result<Self, Self::Error> {
        match written {
            WrittenScore::Score(score) if (0.0..=1.0).contains(&score) => {
                Ok(Self(Some((score * 100.0).round() as u8)))
            }
            WrittenScore::Whole(score @ 0..=1) => Ok(Self(Some(score * 100))),
            WrittenScore::Word(word) if word == "never" => Ok(Self(None)),
            _ => Err("this is a score between 0 and 1, or \"never\""),
        }
    }
}

impl Score {
    fn get(self) -> Option<f32> {
        self.0.map(|hundredths| f32::from(hundredths) / 100.0)
    }
}

/// A verdict by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum VerdictName {
    /// Nothing is done or said.
    Allow,
    /// It is reported.
    Flag,
    /// The offending spans become `[FILTERED]`.
    Filter,
    /// The call is refused.
    Block,
}

impl From<VerdictName> for Verdict {
    fn from(name: VerdictName) -> Self {
        match name {
            VerdictName::Allow => Self::Allow,
            VerdictName::Flag => Self::Flag,
            VerdictName::Filter => Self::Filter,
            VerdictName::Block => Self::Block,
        }
    }
}

/// `[sanitize.roles.ROLE]`: what verdicts on the texts of a role lead to. What is not set is the
/// default of all roles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoleConfig {
    /// From which score on a text is flagged. Default 0.5.
    pub flag: Option<Score>,
    /// From which score on it is filtered. Default 0.8.
    pub filter: Option<Score>,
    /// From which score on it is blocked. Default never.
    pub block: Option<Score>,
    /// The most that is done. Default `block`.
    pub most: Option<VerdictName>,
    /// What is done where a filter is asked for and the text may not be edited. Default `flag`.
    pub instead_of_filter: Option<VerdictName>,
    /// Categories of attacks that are judged by scores of their own.
    pub categories: BTreeMap<Category, CategoryConfig>,
}

impl RoleConfig {
    pub(super) fn policy(&self) -> RolePolicy {
        let mut thresholds = Thresholds::default();
        if let Some(score) = self.flag {
            thresholds = thresholds.flag(score.get());
        }
        if let Some(score) = self.filter {
            thresholds = thresholds.filter(score.get());
        }
        if let Some(score) = self.block {
            thresholds = thresholds.block(score.get());
        }
        for (category, config) in &self.categories {
            thresholds = thresholds.category(*category, config.thresholds());
        }
        let mut policy = RolePolicy::new(thresholds);
        if let Some(most) = self.most {
            policy = policy.most(most.into());
        }
        match self.instead_of_filter {
            Some(verdict) => policy.instead_of_filter(verdict.into()),
            None => policy,
        }
    }
}

/// `[sanitize.roles.ROLE.categories.CATEGORY]`: scores of one category. What is not set is never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CategoryConfig {
    /// From which score on a text is flagged.
    pub flag: Option<Score>,
    /// From which score on it is filtered.
    pub filter: Option<Score>,
    /// From which score on it is blocked.
    pub block: Option<Score>,
}

impl CategoryConfig {
    fn thresholds(&self) -> Thresholds {
        let score = |score: Option<Score>| score.and_then(Score::get);
        Thresholds::never()
            .flag(score(self.flag))
            .filter(score(self.filter))
            .block(score(self.block))
    }
}

/// `[[sanitize.allow]]`: what may pass although rules find it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowConfig {
    /// The whole text.
    pub text: Option<String>,
    /// A pattern, as rule files have it, within which nothing is found.
    pub pattern: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it counts, as `2031-12-24`.
    pub until: Option<String>,
}

impl AllowConfig {
    /// The entry, or what is wrong with it.
    pub(super) fn entry(&self) -> Result<Allow, String> {
        let reason = self.reason.clone();
        let allow = match (&self.text, &self.pattern) {
            (Some(text), None) => Allow::exact(text, reason),
            (None, Some(pattern)) => Allow::pattern(pattern, reason),
            _ => return Err("an entry has a text or a pattern".to_owned()),
        };
        let Some(until) = &self.until else {
            return Ok(allow);
        };
        let until: Date = until.parse().map_err(|error| format!("until: {error}"))?;
        Ok(allow.until(until))
    }
}

/// For how much one id in the delimiters is good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum NonceName {
    /// A text.
    #[default]
    Content,
    /// A conversation.
    Conversation,
    /// A call.
    Call,
}

impl From<NonceName> for NonceScope {
    fn from(name: NonceName) -> Self {
        match name {
            NonceName::Content => Self::Content,
            NonceName::Conversation => Self::Conversation,
            NonceName::Call => Self::Call,
        }
    }
}

/// Whether callers may send system messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SystemMessagesName {
    /// They may.
    #[default]
    Allow,
    /// Calls with one are refused.
    Refuse,
}

/// The day it is, in UTC.
pub(super) fn today() -> Option<Date> {
    Some(Date::of(SystemTime::now()))
}
