//! Rules, or what they said once.

use std::{
    collections::{BTreeSet, HashMap},
    path::{Path, PathBuf},
    str::FromStr,
    time::SystemTime,
};

use tower_mistral::{
    screen::{Date, LEARNED_MODEL, Mode, Screen, Screening, Thresholds},
    wire::BoxError,
};

use super::record;
use crate::{
    cli::JudgeArgs,
    screen::{screen, thresholds},
};

/// What is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sides {
    pub(super) old: Side,
    pub(super) new: Side,
}

/// The rules of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Builtin,
    Rules(PathBuf),
    Record(PathBuf),
}

impl FromStr for Sides {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split(',').collect::<Vec<_>>()[..] {
            [old, new] if !old.is_empty() && !new.is_empty() => Ok(Self {
                old: Side::of(old),
                new: Side::of(new),
            }),
            _ => Err("two sides are wanted, with a comma between them"),
        }
    }
}

impl Side {
    fn of(name: &str) -> Self {
        let path = Path::new(name);
        let is_record = path.extension().is_some_and(|end| end == "jsonl");
        match name {
            "builtin" => Self::Builtin,
            _ if is_record => Self::Record(path.to_owned()),
            _ => Self::Rules(path.to_owned()),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Builtin => "builtin".to_owned(),
            Self::Rules(path) | Self::Record(path) => path.display().to_string(),
        }
    }
}

/// What a side makes of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Opinion {
    pub(super) verdict: &'static str,
    pub(super) score: f32,
    /// The rules that matched.
    pub(super) rules: BTreeSet<String>,
}

/// A side at work.
pub(super) struct Judge {
    name: String,
    what: What,
}

enum What {
    Screen {
        screen: Screen,
        thresholds: Thresholds,
        today: Date,
    },
    Record(HashMap<String, Opinion>),
}

impl Judge {
    pub(super) fn new(side: &Side, args: &JudgeArgs) -> Result<Self, BoxError> {
        let what = match side {
            Side::Record(path) => What::Record(record::read(path)?),
            Side::Builtin | Side::Rules(_) => What::Screen {
                screen: match side {
                    Side::Rules(path) => screen(std::slice::from_ref(path), args)?,
                    _ => screen(&[], args)?,
                },
                thresholds: thresholds(args),
                today: Date::of(SystemTime::now()),
            },
        };
        let name = side.name();
        Ok(Self { name, what })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn version(&self) -> Option<&str> {
        match &self.what {
            What::Screen { screen, .. } => Some(screen.version()),
            What::Record(_) => None,
        }
    }

    pub(super) const fn is_record(&self) -> bool {
        matches!(self.what, What::Record(_))
    }

    /// Whether the rule is only observed.
    pub(super) fn observes(&self, name: &str) -> bool {
        let What::Screen { screen, .. } = &self.what else {
            return false;
        };
        let mut rules = screen.rules().iter();
        let rule = rules.find(|rule| rule.name().as_str() == name);
        rule.is_some_and(|rule| rule.mode() == Mode::Observe)
    }

    /// `None` if the record does not have the text.
    pub(super) fn opinion(
        &self,
        id: Option<&str>,
        text: &str,
        only_findings: bool,
    ) -> Option<Opinion> {
        match &self.what {
            What::Record(lines) => lines.get(id?).cloned(),
            What::Screen {
                screen,
                thresholds,
                today,
            } => {
                let screening = screen.screen_on(text, *today);
                Some(Opinion {
                    verdict: screening.verdict(thresholds).as_str(),
                    score: screening.score(),
                    rules: rules(&screening, only_findings),
                })
            }
        }
    }
}

/// The model is among them where it has a finding: it has an opinion on everything.
fn rules(screening: &Screening, only_findings: bool) -> BTreeSet<String> {
    let findings = screening.findings().iter();
    let mut rules: BTreeSet<_> = findings.map(|f| f.rule().to_string()).collect();
    if !only_findings {
        let parts = screening.contributions().into_iter();
        let parts = parts.filter(|part| part.rule().as_str() != LEARNED_MODEL);
        rules.extend(parts.map(|part| part.rule().to_string()));
    }
    rules
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_told_by_their_names() {
        let sides: Sides = "builtin,a/new.toml".parse().unwrap();
        assert_eq!(sides.old, Side::Builtin);
        assert_eq!(sides.new, Side::Rules("a/new.toml".into()));
        let sides: Sides = "old.jsonl,./builtin".parse().unwrap();
        assert_eq!(sides.old, Side::Record("old.jsonl".into()));
        assert_eq!(sides.new, Side::Rules("./builtin".into()));
        for text in ["", "builtin", "a,", ",a", "a,b,c"] {
            assert!(text.parse::<Sides>().is_err(), "{text}");
        }
    }
}
