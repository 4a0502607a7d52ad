//! The shape of messages: roles, the keys each role may have, content.

use super::chunks;
use super::issue::{Issue, Place};
use crate::json::Json;

const ROLES: &[&str] = &["system", "user", "assistant", "tool"];

pub(super) fn check(place: &Place, messages: &Json, issues: &mut Vec<Issue>) {
    let Some(items) = messages.items() else {
        issues.push(Issue::no_list(place.clone(), messages.clone()));
        return;
    };
    for (index, message) in items.iter().enumerate() {
        check_message(&place.at(index), message, issues);
    }
}

/// `input` of the chat moderation: one conversation, or a list of them.
pub(super) fn check_conversations(place: &Place, input: &Json, issues: &mut Vec<Issue>) {
    let nested = input
        .items()
        .is_some_and(|items| !items.is_empty() && items.iter().all(|item| item.items().is_some()));
    if !nested {
        check(place, input, issues);
        return;
    }
    for (index, conversation) in input.items().unwrap_or_default().iter().enumerate() {
        check(&place.at(index), conversation, issues);
    }
}

fn check_message(place: &Place, message: &Json, issues: &mut Vec<Issue>) {
    if message.members().is_none() {
        issues.push(Issue::no_object(place.clone(), message.clone()));
        return;
    }
    let role = message.get("role").and_then(Json::as_str);
    let Some(role) = role.filter(|role| ROLES.contains(role)) else {
        issues.push(Issue::no_variant(place.clone(), "role", message, ROLES));
        return;
    };
    let place = place.at(role);
    check_content(&place, role, message, issues);
    for (key, value) in message.members().unwrap_or_default() {
        if !keys(role).contains(&key.as_str()) {
            issues.push(Issue::extra(place.at(key.as_str()), value.clone()));
        }
    }
}

fn check_content(place: &Place, role: &str, message: &Json, issues: &mut Vec<Issue>) {
    let at = place.at("content");
    match message.get("content") {
        Some(Json::String(_)) => {}
        Some(Json::Array(items)) => {
            for (index, chunk) in items.iter().enumerate() {
                chunks::check(&at.at(index), role, chunk, issues);
            }
        }
        None if role != "assistant" => issues.push(Issue::missing(at, message.clone())),
        None => {}
        Some(Json::Null) if role != "system" => {}
        Some(other) => {
            issues.push(Issue::no_string(at.at("str"), other.clone()));
            issues.push(Issue::no_list(at.at("list"), other.clone()));
        }
    }
}

fn keys(role: &str) -> &'static [&'static str] {
    match role {
        "assistant" => &["role", "content", "tool_calls", "prefix"],
        "tool" => &["role", "content", "tool_call_id", "name"],
        _ => &["role", "content"],
    }
}
