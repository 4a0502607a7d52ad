//! What an answer says of the key that it was asked with.

use http::{HeaderMap, StatusCode, header::CONTENT_TYPE, response::Parts};
use tower_mistral_wire::error::ApiError;

use crate::wait::{self, Wait};

/// What an answer says of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The API knows the key.
    Accepted,
    /// Nothing: it is about the request, or about the API.
    Passes,
    /// The API does not know the key, or a gateway before it says so.
    Rejected,
    /// The key's organisation is to wait.
    Limited(Wait),
    /// The key's organisation may not do this.
    Forbidden,
}

/// How much of an error's body is looked at. The API's own have a few hundred bytes; one that
/// quotes a long request is longer, and about the request.
pub(crate) const LOOK: usize = 16 << 10;

/// The verdict by the head of the answer; none if it takes a look at the body.
pub(crate) fn at_head(parts: &Parts) -> Option<Verdict> {
    match parts.status {
        StatusCode::UNAUTHORIZED => Some(Verdict::Rejected),
        StatusCode::FORBIDDEN if is_json(&parts.headers) => None,
        StatusCode::TOO_MANY_REQUESTS if is_json(&parts.headers) => None,
        StatusCode::TOO_MANY_REQUESTS => Some(limited(parts)),
        status if status.is_success() => Some(Verdict::Accepted),
        _ => Some(Verdict::Passes),
    }
}

/// The verdict by head and body; `body` is none if it is too long to be looked at.
pub(crate) fn at_body(parts: &Parts, body: Option<&[u8]>) -> Verdict {
    let error = body.and_then(|body| ApiError::parse(parts.status, body));
    match (parts.status, error) {
        // A model without capacity is everybody's.
        (StatusCode::TOO_MANY_REQUESTS, Some(error)) if is_capacity(&error) => Verdict::Passes,
        (StatusCode::TOO_MANY_REQUESTS, _) => limited(parts),
        // What cannot be read is nobody's word: a firewall's page, perhaps.
        (StatusCode::FORBIDDEN, Some(error)) if !error.is_guardrail() => Verdict::Forbidden,
        _ => Verdict::Passes,
    }
}

fn limited(parts: &Parts) -> Verdict {
    Verdict::Limited(wait::asked(&parts.headers))
}

fn is_capacity(error: &ApiError) -> bool {
    error.kind == "service_tier_capacity_exceeded" || error.code.as_deref() == Some("3505")
}

fn is_json(headers: &HeaderMap) -> bool {
    let label = headers.get(CONTENT_TYPE);
    let label = label.map_or(&b""[..], |label| label.as_bytes());
    let (kind, _) = label.split_at(label.len().min("application/json".len()));
    kind.eq_ignore_ascii_case(b"application/json")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use http::Response;

    use super::*;

    const RATE: &str = r#"{"object":"error","message":"Rate limit exceeded","type":"rate_limited",
        "param":null,"code":"1300","raw_status_code":429}"#;
    const CAPACITY: &str = r#"{"object":"error","message":"Service tier capacity exceeded for this model.",
        "x":"","type":"service_tier_capacity_exceeded","param":null,"code":"3505"}"#;
    const BLOCKED: &str = r#"{"error":{"message":"Content blocked by guardrail","status":403},
        "guardrails":{"results":{}}}"#;
    const GUARDRAIL_FAILED: &str = r#"{"object":"Error","message":"Guardrail error",
        "type":"invalid_request_error","code":3201,"guardrails":[]}"#;
    const DETAIL: &str = r#"{"detail":"You have no access to this model"}"#;

    #[test]
    fn answers_are_told_apart() {
        let json = "application/json; charset=utf-8";
        let table = [
            (200, json, "{}", Verdict::Accepted),
            (204, "", "", Verdict::Accepted),
            (401, json, r#"{"detail":"Unauthorized"}"#, Verdict::Rejected),
            (401, "text/html", "<html>", Verdict::Rejected),
            (403, json, BLOCKED, Verdict::Passes),
            (403, json, GUARDRAIL_FAILED, Verdict::Passes),
            (403, json, DETAIL, Verdict::Forbidden),
            (403, json, "<html>", Verdict::Passes),
            (403, "text/html", DETAIL, Verdict::Passes),
            (429, json, RATE, Verdict::Limited(wait::UNSAID)),
            (429, json, CAPACITY, Verdict::Passes),
            (429, json, "<html>", Verdict::Limited(wait::UNSAID)),
            (429, "text/html", "<html>", Verdict::Limited(wait::UNSAID)),
            (
                400,
                json,
                r#"{"message":"Invalid model: x","type":"invalid_model"}"#,
                Verdict::Passes,
            ),
            (404, json, r#"{"detail":"Not Found"}"#, Verdict::Passes),
            (422, json, r#"{"detail":[]}"#, Verdict::Passes),
            (
                500,
                json,
                r#"{"detail":"Internal Server Error"}"#,
                Verdict::Passes,
            ),
            (503, json, CAPACITY, Verdict::Passes),
            (307, "", "", Verdict::Passes),
        ];
        for (status, label, body, expected) in table {
            let reply = Response::builder()
                .status(status)
                .header(CONTENT_TYPE, label);
            let (parts, ()) = reply.body(()).unwrap().into_parts();
            let verdict = at_head(&parts).unwrap_or_else(|| at_body(&parts, Some(body.as_bytes())));
            assert_eq!(verdict, expected, "{status} {body}");
        }
    }
}
