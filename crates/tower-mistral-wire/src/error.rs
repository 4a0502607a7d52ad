//! The API's error shapes, read and written.

use http::StatusCode;
use serde_json::{Value, json};

/// An error as the API words it: `{"object":"error","message":...,"type":...,"code":...}`.
///
/// Reading it loses nothing that an operator may log: `message` may quote the request, so it is
/// not for logs; `kind` and `code` are kept only when they have the shape of a name.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// What went wrong, for people. May quote the request.
    pub message: String,
    /// The API's `type`, for instance `rate_limited`.
    pub kind: String,
    /// The field that is wrong.
    pub param: Option<String>,
    /// The API's `code`: a number in a string, or a name.
    pub code: Option<String>,
    /// The status of the answer.
    pub status: StatusCode,
}

impl ApiError {
    /// The JSON of the shape that the API answers most errors with.
    pub fn to_json(&self) -> String {
        self.shape().to_string()
    }

    /// The same with what the API's own guardrails answer with when they block: an `error` with
    /// message and status, and `guardrails`, which say no more than that.
    pub(crate) fn to_guardrail_json(&self) -> String {
        let mut shape = self.shape();
        if let Some(shape) = shape.as_object_mut() {
            let error = json!({
                "message": "Content blocked by guardrail",
                "status": self.status.as_u16(),
                "code": self.code,
            });
            shape.insert("error".to_owned(), error);
            shape.insert("guardrails".to_owned(), json!({"results": {}}));
        }
        shape.to_string()
    }

    fn shape(&self) -> Value {
        json!({
            "object": "error",
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
            "raw_status_code": self.status.as_u16(),
        })
    }

    /// Reads any of the seven shapes that the API, its framework and its gateway answer with, or
    /// none if it is another text.
    pub fn parse(status: StatusCode, body: &[u8]) -> Option<Self> {
        let json: Value = serde_json::from_slice(body).ok()?;
        // Guardrails wrap theirs in `error`; all others stand at the top.
        let error = json
            .get("error")
            .filter(|error| error.is_object())
            .unwrap_or(&json);
        let detail = || json.get("detail");
        let message = match error.get("message").or_else(detail)? {
            Value::String(text) => text.clone(),
            // FastAPI's list, in `detail`, `message` or `message.detail`.
            other => {
                let list = other.get("detail").unwrap_or(other);
                let first = list.get(0).and_then(|first| first.get("msg"));
                first
                    .and_then(Value::as_str)
                    .unwrap_or("invalid request")
                    .to_owned()
            }
        };
        let name = |key: &str| match error.get(key)? {
            Value::String(name) => is_name(name).then(|| name.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        // A guardrail that failed calls its error an invalid request's.
        let kind = match json.get("guardrails") {
            Some(_) => "guardrail".to_owned(),
            None => name("type").unwrap_or_default(),
        };
        Some(Self {
            message,
            kind,
            param: name("param"),
            code: name("code"),
            status,
        })
    }

    /// Whether it says that a guardrail of the API blocked the content: not the key's fault.
    pub fn is_guardrail(&self) -> bool {
        self.kind == "guardrail"
    }
}

impl std::fmt::Debug for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiError")
            .field("kind", &self.kind)
            .field("code", &self.code)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_read() {
        let table = [
            (
                r#"{"object":"error","message":"Rate limit exceeded","type":"rate_limited","param":null,"code":"1300","raw_status_code":429}"#,
                "Rate limit exceeded",
                "rate_limited",
                Some("1300"),
            ),
            (
                r#"{"detail":"Invalid API Key"}"#,
                "Invalid API Key",
                "",
                None,
            ),
            (
                r#"{"message":"Unauthorized","request_id":"00"}"#,
                "Unauthorized",
                "",
                None,
            ),
            (
                r#"{"error":{"message":"Content blocked by guardrail","status":403},"guardrails":{}}"#,
                "Content blocked by guardrail",
                "guardrail",
                None,
            ),
            (
                r#"{"object":"Error","message":"failed","type":"invalid_request_error","code":3201,"guardrails":[]}"#,
                "failed",
                "guardrail",
                Some("3201"),
            ),
            (
                r#"{"detail":[{"type":"missing","loc":["body"],"msg":"Field required","input":{}}]}"#,
                "Field required",
                "",
                None,
            ),
            (
                r#"{"object":"error","message":{"detail":[{"msg":"bad"}]},"type":"invalid_request_error"}"#,
                "bad",
                "invalid_request_error",
                None,
            ),
            (
                r#"{"object":"Error","detail":[{"msg":"x"}],"message":[{"msg":"bad"}],"type":"invalid_request_error","code":3001}"#,
                "bad",
                "invalid_request_error",
                Some("3001"),
            ),
        ];
        for (body, message, kind, code) in table {
            let error = ApiError::parse(StatusCode::BAD_REQUEST, body.as_bytes()).unwrap();
            assert_eq!(
                (&*error.message, &*error.kind, error.code.as_deref()),
                (message, kind, code)
            );
            assert_eq!(error.is_guardrail(), kind == "guardrail");
        }
        assert_eq!(ApiError::parse(StatusCode::BAD_GATEWAY, b"<html>"), None);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let error = ApiError {
            message: "no".into(),
            kind: "k".into(),
            param: Some("messages".into()),
            code: None,
            status: StatusCode::FORBIDDEN,
        };
        assert_eq!(
            ApiError::parse(error.status, error.to_json().as_bytes()),
            Some(error)
        );
    }
}
