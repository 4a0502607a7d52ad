//! Where the strings stand that the `meta.json` of an exchange names.
#![allow(dead_code, unreachable_pub)]

use serde_json::Value;

/// The JSON pointers of the strings that a path names.
///
/// The language is what the recordings use of JSONPath: keys (`a|b` for several), `[*]`, `[0]`,
/// `[?(@.key=='value')]`, `..key`; a remark in brackets may follow. Of what is no string all
/// strings below count, but for a list of parts, whose texts have paths of their own.
pub fn places(document: &Value, path: &str) -> Vec<String> {
    let path = path.split(" (").next().unwrap().strip_prefix('$').unwrap();
    let mut found = vec![String::new()];
    let mut rest = path;
    while !rest.is_empty() {
        let (step, after) = split(rest);
        found = found
            .into_iter()
            .flat_map(|place| advance(document, place, step))
            .collect();
        rest = after;
    }
    found
        .into_iter()
        .filter(|place| !(place.ends_with("/content") && at(document, place).is_array()))
        .flat_map(|place| strings(document, place))
        .collect()
}

fn at<'v>(document: &'v Value, place: &str) -> &'v Value {
    document.pointer(place).unwrap()
}

/// The first step of a path, and what follows it.
fn split(path: &str) -> (&str, &str) {
    let end = match path.starts_with('[') {
        true => path.find(']').unwrap() + 1,
        false => {
            let from = path.len() - path.trim_start_matches('.').len();
            path[from..]
                .find(['.', '['])
                .map_or(path.len(), |end| from + end)
        }
    };
    path.split_at(end)
}

fn advance(document: &Value, place: String, step: &str) -> Vec<String> {
    let value = at(document, &place);
    let inner = |key: &str| format!("{place}/{key}");
    if let Some(key) = step.strip_prefix("..") {
        let children = children(value)
            .into_iter()
            .flat_map(|child| advance(document, inner(&child), step));
        let own = value.get(key).map(|_| inner(key));
        return own.into_iter().chain(children).collect();
    }
    if let Some(keys) = step.strip_prefix('.') {
        return keys
            .split('|')
            .filter(|key| value.get(key).is_some())
            .map(inner)
            .collect();
    }
    let select = step.trim_matches(['[', ']']);
    let elements = value.as_array().map_or(&[][..], Vec::as_slice);
    let test = select
        .strip_prefix("?(@.")
        .and_then(|test| test.strip_suffix("')")?.split_once("=='"));
    elements
        .iter()
        .enumerate()
        .filter(|(n, element)| match test {
            Some((key, wanted)) => element[key] == wanted,
            None => select == "*" || select == n.to_string(),
        })
        .map(|(n, _)| inner(&n.to_string()))
        .collect()
}

/// The places of all strings at and below a place.
fn strings(document: &Value, place: String) -> Vec<String> {
    let value = at(document, &place);
    match value.is_string() {
        true => vec![place],
        false => children(value)
            .into_iter()
            .flat_map(|child| strings(document, format!("{place}/{child}")))
            .collect(),
    }
}

fn children(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => (0..list.len()).map(|n| n.to_string()).collect(),
        Value::Object(entries) => entries.keys().cloned().collect(),
        _ => Vec::new(),
    }
}
