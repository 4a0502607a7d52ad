//! The parts of a content list.

use super::issue::{Issue, Place};
use crate::json::Json;

const TYPES: &[&str] = &[
    "text",
    "image_url",
    "document_url",
    "reference",
    "file",
    "thinking",
    "input_audio",
    "resource",
    "resource_link",
];
const SYSTEM_TYPES: &[&str] = &["text", "thinking"];

pub(super) fn check(place: &Place, role: &str, chunk: &Json, issues: &mut Vec<Issue>) {
    if chunk.members().is_none() {
        issues.push(Issue::no_object(place.clone(), chunk.clone()));
        return;
    }
    let expected = if role == "system" {
        SYSTEM_TYPES
    } else {
        TYPES
    };
    let kind = chunk.get("type").and_then(Json::as_str);
    let Some(kind) = kind.filter(|kind| expected.contains(kind)) else {
        issues.push(Issue::no_variant(place.clone(), "type", chunk, expected));
        return;
    };
    let place = place.at(kind);
    match (kind, chunk.get(value_key(kind))) {
        (_, None) => issues.push(Issue::missing(place.at(value_key(kind)), chunk.clone())),
        ("text", Some(value)) if value.as_str().is_none() => {
            issues.push(Issue::no_string(place.at("text"), value.clone()));
        }
        ("thinking" | "reference", Some(value)) if value.items().is_none() => {
            issues.push(Issue::no_list(place.at(value_key(kind)), value.clone()));
        }
        _ => {}
    }
}

/// The key without which a chunk of this type means nothing.
fn value_key(kind: &str) -> &str {
    match kind {
        "reference" => "reference_ids",
        "file" => "file_id",
        "resource" | "resource_link" => "uri",
        same => same,
    }
}
