//! How a client reads a stream: as the official SDKs do, and knowing nothing of our own decoder.
#![allow(dead_code, unreachable_pub)]

use std::collections::BTreeMap;

use serde_json::Value;

/// The data of a stream's events, `[DONE]` included. A last event without a blank line counts: the
/// Python SDK reads it.
pub fn events(stream: &str) -> Vec<String> {
    let stream = stream.strip_prefix('\u{feff}').unwrap_or(stream);
    let stream = stream.replace("\r\n", "\n").replace('\r', "\n");
    let data = |line: &str| {
        let data = line.strip_prefix("data:")?;
        Some(data.strip_prefix(' ').unwrap_or(data).to_owned())
    };
    stream
        .split("\n\n")
        .map(|event| event.lines().filter_map(data).collect::<Vec<_>>())
        .filter(|lines| !lines.is_empty())
        .map(|lines| lines.join("\n"))
        .collect()
}

/// What a client has put together: every string of every event by its place, deltas joined.
pub fn channels(stream: &str) -> BTreeMap<String, String> {
    let mut channels = BTreeMap::new();
    for data in events(stream) {
        if data == "[DONE]" {
            continue;
        }
        let event: Value = serde_json::from_str(&data).unwrap();
        let index = |key: &str| event.get(key).map(Value::to_string).unwrap_or_default();
        let place = ["type", "output_index", "content_index"]
            .map(index)
            .join(" ");
        strings(&event, &place, "", &mut channels);
    }
    channels
}

fn strings(value: &Value, place: &str, key: &str, channels: &mut BTreeMap<String, String>) {
    match value {
        Value::Array(list) => {
            for (n, element) in list.iter().enumerate() {
                let n = element
                    .get("index")
                    .map_or_else(|| n.to_string(), Value::to_string);
                strings(element, &format!("{place}[{n}]"), key, channels);
            }
        }
        Value::Object(entries) => {
            for (key, value) in entries {
                strings(value, &format!("{place}.{key}"), key, channels);
            }
        }
        // The padding, and what an inserted event repeats, are no text.
        Value::String(_) if key == "p" => {}
        Value::String(text) if ["content", "text", "delta", "arguments"].contains(&key) => {
            *channels.entry(place.to_owned()).or_default() += text;
        }
        // The name of a tool call comes once; events that go on with its arguments leave it empty.
        Value::String(text) if text.is_empty() => {
            channels.entry(place.to_owned()).or_default();
        }
        Value::String(text) => {
            channels.insert(place.to_owned(), text.clone());
        }
        _ => {}
    }
}
