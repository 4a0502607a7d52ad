//! What one field may hold.

use super::issue::{Issue, Place};
use super::messages;
use crate::json::Json;

#[derive(Clone, Copy)]
pub(super) enum Rule {
    Text,
    TextOrTexts,
    Flag,
    /// `stream` alone must not be null.
    StreamFlag,
    Integer(u64),
    Number {
        above: Option<f64>,
        least: f64,
        most: f64,
    },
    Object,
    List,
    OneOf(&'static [&'static str]),
    Messages,
    Conversations,
    Anything,
}

impl Rule {
    pub(super) fn nullable(self) -> bool {
        !matches!(self, Self::StreamFlag)
    }

    pub(super) fn check(self, place: &Place, value: &Json, issues: &mut Vec<Issue>) {
        let wrong = |kind, message: &str| Issue::new(kind, place.clone(), message, value.clone());
        match (self, value) {
            (Self::Anything, _)
            | (Self::Text | Self::TextOrTexts, Json::String(_))
            | (Self::Flag | Self::StreamFlag, Json::Bool(_))
            | (Self::Object, Json::Object(_))
            | (Self::List, Json::Array(_)) => {}
            (Self::TextOrTexts, Json::Array(items)) => texts(place, items, issues),
            (Self::Text, _) => issues.push(Issue::no_string(place.clone(), value.clone())),
            (Self::TextOrTexts, _) => {
                issues.push(Issue::no_string(place.at("str"), value.clone()));
                issues.push(Issue::no_list(place.at("list[str]"), value.clone()));
            }
            (Self::Flag | Self::StreamFlag, _) => {
                issues.push(wrong("bool_type", "Input should be a valid boolean"));
            }
            (Self::Object, _) => {
                issues.push(wrong("dict_type", "Input should be a valid dictionary"));
            }
            (Self::List, _) => issues.push(Issue::no_list(place.clone(), value.clone())),
            (Self::Integer(least), _) => issues.extend(integer(place, value, least)),
            (Self::Number { above, least, most }, _) => {
                issues.extend(number(place, value, above, least, most));
            }
            (Self::OneOf(names), _) => issues.extend(one_of(place, value, names)),
            (Self::Messages, _) => messages::check(place, value, issues),
            (Self::Conversations, _) => messages::check_conversations(place, value, issues),
        }
    }
}

fn texts(place: &Place, items: &[Json], issues: &mut Vec<Issue>) {
    for (index, item) in items.iter().enumerate() {
        if item.as_str().is_none() {
            issues.push(Issue::no_string(
                place.at("list[str]").at(index),
                item.clone(),
            ));
        }
    }
}

fn integer(place: &Place, value: &Json, least: u64) -> Option<Issue> {
    let number = value.as_f64().filter(|number| number.fract() == 0.0);
    let Some(number) = number else {
        let message = "Input should be a valid integer";
        return Some(Issue::new(
            "int_type",
            place.clone(),
            message,
            value.clone(),
        ));
    };
    // The limits are small: no rounding.
    if number >= least as f64 {
        return None;
    }
    Some(too_small(
        place,
        value,
        Json::from(least),
        &least.to_string(),
    ))
}

fn number(place: &Place, value: &Json, above: Option<f64>, least: f64, most: f64) -> Option<Issue> {
    let Some(number) = value.as_f64() else {
        let message = "Input should be a valid number";
        return Some(Issue::new(
            "float_type",
            place.clone(),
            message,
            value.clone(),
        ));
    };
    if let Some(limit) = above.filter(|limit| number <= *limit) {
        let message = format!("Input should be greater than {limit}");
        let context = Json::object([("gt", Json::float(limit))]);
        let issue = Issue::new("greater_than", place.clone(), &message, value.clone());
        return Some(issue.with_context(context));
    }
    if number < least {
        return Some(too_small(
            place,
            value,
            Json::float(least),
            &least.to_string(),
        ));
    }
    if number > most {
        let message = format!("Input should be less than or equal to {most}");
        let context = Json::object([("le", Json::float(most))]);
        let issue = Issue::new("less_than_equal", place.clone(), &message, value.clone());
        return Some(issue.with_context(context));
    }
    None
}

fn too_small(place: &Place, value: &Json, limit: Json, shown: &str) -> Issue {
    let message = format!("Input should be greater than or equal to {shown}");
    Issue::new("greater_than_equal", place.clone(), &message, value.clone())
        .with_context(Json::object([("ge", limit)]))
}

fn one_of(place: &Place, value: &Json, names: &[&str]) -> Option<Issue> {
    if value.as_str().is_some_and(|text| names.contains(&text)) {
        return None;
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    let expected = match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    };
    let message = format!("Input should be {expected}");
    let context = Json::object([("expected", expected.into())]);
    let issue = Issue::new("literal_error", place.clone(), &message, value.clone());
    Some(issue.with_context(context))
}
