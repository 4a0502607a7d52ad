//! The answer of the embedding endpoint.

use crate::completion::Usage;
use crate::ids::SplitMix;
use crate::json::Json;

const DIMENSION: u64 = 1024;
const MAX_DIMENSION: u64 = 8192;

pub(crate) fn body(request: &Json, id: String, model: &str, usage: Usage) -> Json {
    let dimension = request
        .get("output_dimension")
        .and_then(Json::as_u64)
        .unwrap_or(DIMENSION);
    let dimension = dimension.clamp(1, MAX_DIMENSION);
    let data = inputs(request)
        .into_iter()
        .enumerate()
        .map(|(index, text)| {
            Json::object([
                ("object", "embedding".into()),
                ("embedding", vector(text, dimension)),
                ("index", index.into()),
            ])
        });
    Json::object([
        ("id", id.into()),
        ("object", "list".into()),
        ("data", Json::array(data)),
        ("model", model.into()),
        ("usage", usage.input_only(Json::Null)),
    ])
}

/// The texts of `input`, which is one or a list.
pub(crate) fn inputs(request: &Json) -> Vec<&str> {
    match request.get("input") {
        Some(Json::String(text)) => vec![text],
        Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The same text has the same vector in every run, and another text another.
fn vector(text: &str, dimension: u64) -> Json {
    let mut numbers = SplitMix(fnv1a(text));
    Json::array((0..dimension).map(|_| {
        // Four decimals between -0.06 and 0.06, like the API's.
        let step = i32::try_from(numbers.next() % 1201).unwrap_or(0) - 600;
        Json::float(f64::from(step) / 10_000.0)
    }))
}

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
