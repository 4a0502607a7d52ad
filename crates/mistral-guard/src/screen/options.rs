//! From options to a screen and to thresholds.

use std::{fs, path::PathBuf, str::FromStr};

use serde::{
    Deserialize,
    de::value::{Error, StrDeserializer},
};
use tower_mistral::{
    screen::{Category, Screen, ScreenBuilder, Thresholds},
    wire::BoxError,
};

use super::allow;
use crate::cli::JudgeArgs;

/// A score from which on something is done, for all categories or for one: `0.8`, `never`,
/// `jailbreak=0.6`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    category: Option<Category>,
    from: Option<f32>,
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (category, from) = match text.split_once('=') {
            Some((category, from)) => (Some(self::category(category)?), from),
            None => (None, text),
        };
        if from == "never" {
            return Ok(Self {
                category,
                from: None,
            });
        }
        let score = from
            .parse()
            .ok()
            .filter(|score| (0.0..=1.0).contains(score));
        match score {
            None => Err("a score between 0 and 1, or never, is wanted".to_owned()),
            from => Ok(Self { category, from }),
        }
    }
}

fn category(name: &str) -> Result<Category, String> {
    let name = StrDeserializer::<Error>::new(name);
    Category::deserialize(name).map_err(|error| error.to_string())
}

/// What the options ask for, on top of the default.
pub(crate) fn thresholds(args: &JudgeArgs) -> Thresholds {
    type Set = fn(Thresholds, Option<f32>) -> Thresholds;
    let limits: [(&[Limit], Set); 3] = [
        (&args.flag, |all, from| all.flag(from)),
        (&args.filter, |all, from| all.filter(from)),
        (&args.block, |all, from| all.block(from)),
    ];
    let of = |category: Option<Category>, start: Thresholds| {
        limits.iter().fold(start, |all, (limits, set)| {
            let own = limits.iter().filter(|limit| limit.category == category);
            own.fold(all, |all, limit| set(all, limit.from))
        })
    };
    let common = of(None, Thresholds::default());
    let categories = limits.iter().flat_map(|(limits, _)| *limits);
    let categories = categories.filter_map(|limit| limit.category);
    // Where a category says nothing, what holds for all holds for it.
    categories.fold(common.clone(), |all, category| {
        all.category(category, of(Some(category), common.clone()))
    })
}

/// The built-in rules and those of `files`.
///
/// # Errors
///
/// A file cannot be read or is not what it should be; nothing is left to look for.
pub(crate) fn screen(files: &[PathBuf], args: &JudgeArgs) -> Result<Screen, BoxError> {
    if args.without_builtin && files.is_empty() {
        return Err("--without-builtin leaves nothing to look for".into());
    }
    let mut builder = match args.without_builtin {
        true => Screen::builder(),
        false => Screen::builder().recommended(),
    };
    if args.without_model {
        builder = builder.without_model();
    }
    for path in files {
        builder = add(builder, path, |builder, text| Ok(builder.rules(text)))?;
    }
    for path in &args.allow {
        builder = add(builder, path, |builder, text| {
            let entries = allow::parse(text)?;
            Ok(entries.into_iter().fold(builder, ScreenBuilder::allow))
        })?;
    }
    Ok(builder.build()?)
}

/// Adds what a file holds. An error names the file: it may be one of several.
fn add(
    builder: ScreenBuilder,
    path: &PathBuf,
    add: impl FnOnce(ScreenBuilder, &str) -> Result<ScreenBuilder, BoxError>,
) -> Result<ScreenBuilder, BoxError> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    let builder = add(builder, &text).map_err(|error| format!("{name}: {error}"))?;
    match builder.clone().build() {
        Ok(_) => Ok(builder),
        Err(error) => Err(format!("{name}: {error}").into()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read() {
        for (text, category, from) in [
            ("0.8", None, Some(0.8)),
            ("never", None, None),
            ("jailbreak=0", Some(Category::Jailbreak), Some(0.0)),
            ("learned=never", Some(Category::Learned), None),
        ] {
            assert_eq!(text.parse(), Ok(Limit { category, from }), "{text}");
        }
        for text in ["", "1.1", "-0.1", "NaN", "Never", "cake=0.5", "jailbreak"] {
            assert!(text.parse::<Limit>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_category_has_what_all_have_unless_it_says_so() {
        let limits = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let args = JudgeArgs {
            flag: limits(&["0.4"]),
            filter: limits(&["jailbreak=0.6", "never"]),
            ..JudgeArgs::default()
        };
        let common = Thresholds::default().flag(0.4).filter(None);
        let jailbreak = common.clone().filter(0.6);
        let expected = common.category(Category::Jailbreak, jailbreak);
        assert_eq!(thresholds(&args), expected);
    }
}
