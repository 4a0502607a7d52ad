//! The API's checks of a request body, in its order: JSON, fields (422), then model and order of
//! messages (400).

mod chunks;
mod fields;
mod issue;
mod messages;
mod order;
mod rule;

pub(crate) use self::order::check as check_order;

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use self::issue::{Issue, Place};
use crate::error::ApiError;
use crate::json::Json;
use crate::routes::Route;

/// Reads a request body, or says what the API would object to it.
pub(crate) fn read(route: &Route, headers: &HeaderMap, body: &[u8]) -> Result<Json, ApiError> {
    let request = parse(headers, body)?;
    let issues = fields::check(route, &request);
    if issues.is_empty() {
        return Ok(request);
    }
    Err(refusal(issues))
}

fn parse(headers: &HeaderMap, body: &[u8]) -> Result<Json, ApiError> {
    let place = Place::body();
    if body.is_empty() {
        return Err(refusal([Issue::missing(place, Json::Null)]));
    }
    if !is_json(headers) {
        let text = String::from_utf8_lossy(body).into_owned();
        return Err(refusal([Issue::no_object(place, text.into())]));
    }
    let request: Json = serde_json::from_slice(body)
        .map_err(|error| refusal([Issue::no_json(offset(body, &error))]))?;
    if request.members().is_none() {
        return Err(refusal([Issue::no_object(place, request)]));
    }
    Ok(request)
}

fn refusal(issues: impl IntoIterator<Item = Issue>) -> ApiError {
    ApiError::validation(issues.into_iter().map(Issue::json))
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    let essence = essence.to_ascii_lowercase();
    essence
        .strip_prefix("application/")
        .is_some_and(|s| s == "json" || s.ends_with("+json"))
}

/// Where the parser stopped, counted from the start of the body.
fn offset(body: &[u8], error: &serde_json::Error) -> usize {
    let lines = body.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    before + error.column().saturating_sub(1)
}
