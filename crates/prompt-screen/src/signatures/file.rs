//! The format of rule files.

use std::{collections::BTreeMap, error::Error, fmt};

use serde::Deserialize;
use toml::Spanned;

use crate::rule::{Action, Category, Mode, Rule, RuleName, Weight};

use super::{
    pattern::{Fault, Pattern},
    vocabulary::Vocabulary,
};

/// A rule file, read but not yet compiled: its patterns may name sets of another file.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleFile {
    pub(crate) sets: BTreeMap<String, String>,
    pub(crate) rules: Vec<RuleEntry>,
}

/// A rule, its patterns and the examples it is tested with.
#[derive(Clone, Debug)]
pub(crate) struct RuleEntry {
    pub(crate) rule: Rule,
    patterns: Vec<(usize, String)>,
    #[cfg_attr(not(test), allow(dead_code, reason = "for tests of the data"))]
    pub(crate) hits: Vec<String>,
    #[cfg_attr(not(test), allow(dead_code, reason = "for tests of the data"))]
    pub(crate) misses: Vec<String>,
}

impl RuleFile {
    pub(crate) fn extend(&mut self, other: Self) {
        self.sets.extend(other.sets);
        self.rules.extend(other.rules);
    }
}

impl RuleEntry {
    pub(crate) fn patterns(&self, vocabulary: &Vocabulary) -> Result<Vec<Pattern>, RulesError> {
        let patterns = self.patterns.iter().map(|(line, text)| {
            Pattern::parse(text, vocabulary).map_err(|fault: Fault| RulesError {
                rule: Some(self.rule.name().clone()),
                line: *line,
                what: fault.as_str().to_owned(),
            })
        });
        patterns.collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    sets: BTreeMap<String, String>,
    #[serde(default, rename = "rule")]
    rules: Vec<Spanned<RawRule>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: String,
    category: Category,
    #[serde(default)]
    about: String,
    #[serde(default)]
    since: String,
    weight: f32,
    #[serde(default)]
    mode: Mode,
    action: Option<Action>,
    at_least: Option<u16>,
    patterns: Vec<Spanned<String>>,
    #[serde(default)]
    hits: Vec<String>,
    #[serde(default)]
    misses: Vec<String>,
}

/// Reads a rule file.
pub(crate) fn parse(text: &str) -> Result<RuleFile, RulesError> {
    let raw: RawFile = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
    let rules: Result<_, _> = raw
        .rules
        .into_iter()
        .map(|rule| entry(text, rule))
        .collect();
    Ok(RuleFile {
        sets: raw.sets,
        rules: rules?,
    })
}

/// Reads a file of sets: a table for each language.
pub(crate) fn words(text: &str) -> Result<Vocabulary, RulesError> {
    type Sets = BTreeMap<String, BTreeMap<String, String>>;
    let languages: Sets = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
    let mut vocabulary = Vocabulary::default();
    for (language, sets) in &languages {
        for (name, members) in sets {
            vocabulary.add(Some(language), name, members);
        }
    }
    Ok(vocabulary)
}

fn entry(text: &str, rule: Spanned<RawRule>) -> Result<RuleEntry, RulesError> {
    let line = line_of(text, rule.span().start);
    let raw = rule.into_inner();
    let error = |rule: Option<RuleName>, what: &str| RulesError {
        rule,
        line,
        what: what.to_owned(),
    };
    if !is_id(&raw.id) {
        let what = "an id is 1 to 64 of the characters a-z, 0-9, `-`, `.` and `/`";
        return Err(error(None, what));
    }
    let name = RuleName::new(raw.id.into());
    let Some(weight) = Weight::new(raw.weight) else {
        return Err(error(Some(name), "a weight is between 0 and 1"));
    };
    if raw.patterns.is_empty() {
        return Err(error(Some(name), "a rule needs a pattern"));
    }
    let patterns = raw.patterns.into_iter();
    Ok(RuleEntry {
        patterns: patterns
            .map(|pattern| (line_of(text, pattern.span().start), pattern.into_inner()))
            .collect(),
        rule: Rule {
            name,
            category: raw.category,
            weight,
            mode: raw.mode,
            action: raw.action,
            at_least: raw.at_least.unwrap_or(1),
            about: raw.about.into(),
            since: raw.since.into(),
            is_builtin: false,
        },
        hits: raw.hits,
        misses: raw.misses,
    })
}

fn is_id(id: &str) -> bool {
    let allowed =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.' | '/');
    (1..=64).contains(&id.len()) && id.chars().all(allowed)
}

fn unreadable(text: &str, error: &toml::de::Error) -> RulesError {
    RulesError {
        rule: None,
        line: error.span().map_or(1, |span| line_of(text, span.start)),
        what: error.message().to_owned(),
    }
}

fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Why a rule file is of no use: which rule, which line, and what is wrong with it.
///
/// It may name fields and ids of the rule file; it never holds a pattern or screened text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesError {
    rule: Option<RuleName>,
    line: usize,
    what: String,
}

impl RulesError {
    /// The rule, if its id could be read.
    #[must_use]
    pub const fn rule(&self) -> Option<&RuleName> {
        self.rule.as_ref()
    }

    /// The line of the file, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }
}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        if let Some(rule) = &self.rule {
            write!(f, "rule {rule}: ")?;
        }
        f.write_str(&self.what)
    }
}

impl Error for RulesError {}
