//! The error answers of the API and of what stands before it.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::json::Json;

/// An error answer, body and headers as the real service was seen to send them.
#[derive(Clone)]
#[must_use]
pub struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) body: ErrorBody,
    pub(crate) origin: Origin,
    pub(crate) retry_after: Option<Duration>,
}

/// Which machine answers; it decides the header fields.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Origin {
    /// The application, after the quota was charged.
    Metered,
    /// The application, before it.
    Unmetered,
    /// The Kong gateway.
    Gateway,
    /// Cloudflare, in front of all.
    Edge,
}

#[derive(Clone)]
pub(crate) enum ErrorBody {
    Json(Json),
    /// Kong's own layout, which carries the id of the request.
    Gateway(&'static str),
    Html(&'static str),
    Empty,
}

/// The key.
impl ApiError {
    /// 401 of the application: `{"detail":"Invalid API Key"}`.
    pub fn invalid_api_key() -> Self {
        Self::detail(StatusCode::UNAUTHORIZED, "Invalid API Key")
    }

    /// 401 of the application in another wording: `{"detail":"Unauthorized"}`.
    pub fn unauthorized() -> Self {
        Self::detail(StatusCode::UNAUTHORIZED, "Unauthorized")
    }

    /// 401 of the Kong gateway: `message` and `request_id`.
    pub fn unauthorized_gateway() -> Self {
        Self::gateway(StatusCode::UNAUTHORIZED, "Unauthorized")
    }

    /// 429, code 1300, with `retry-after` if a pause is given (whole seconds, rounded up).
    pub fn rate_limited(retry_after: impl Into<Option<Duration>>) -> Self {
        let body = model_error("Rate limit exceeded".into(), "rate_limited", "1300", 429);
        Self {
            retry_after: retry_after.into(),
            ..Self::metered(StatusCode::TOO_MANY_REQUESTS, body)
        }
    }

    /// 429 in the older wording: `{"message":"Requests rate limit exceeded"}`.
    pub fn rate_limited_gateway() -> Self {
        let body = Json::object([("message", "Requests rate limit exceeded".into())]);
        Self::metered(StatusCode::TOO_MANY_REQUESTS, body)
    }
}

/// The request.
impl ApiError {
    /// 400, code 3230, for a conversation that ends with `role`.
    pub fn message_order(role: &str) -> Self {
        Self::order(format!(
            "Expected last role User or Tool (or Assistant with prefix True) for serving \
             but got {role}"
        ))
    }

    /// 400, code 1500. The message echoes the model's name.
    pub fn invalid_model(model: &str) -> Self {
        let message = format!("Invalid model: {model}");
        let body = model_error(message, "invalid_model", "1500", 400);
        Self::metered(StatusCode::BAD_REQUEST, body)
    }

    /// 400, code 3051, for arguments that the model does not take.
    pub fn invalid_args(message: &str) -> Self {
        let body = model_error(
            message.to_owned(),
            "invalid_request_invalid_args",
            "3051",
            400,
        );
        Self::metered(StatusCode::BAD_REQUEST, body)
    }

    /// 403 of a guardrail with threshold 0.5 that found `category` with `score`.
    pub fn guardrail_block(category: &str, score: f64) -> Self {
        let decision = Json::object([
            ("threshold", Json::float(0.5)),
            ("score", Json::float(score)),
            ("violated", true.into()),
        ]);
        let decisions = Json::object([(category, decision)]);
        Self::guardrails(Json::object([(
            "moderation_llm_v2",
            Json::object([
                ("model_name", "mistral-moderation-2603".into()),
                ("decisions", decisions),
                ("violated", true.into()),
                ("action", "block".into()),
            ]),
        )]))
    }

    /// 422 that echoes `input`, the value of the top-level `field`, as one that is no string.
    ///
    /// # Panics
    ///
    /// If `input_json` is not JSON.
    pub fn validation_echo(field: &str, input_json: &str) -> Self {
        let input: Json = serde_json::from_str(input_json).expect("a JSON value");
        Self::validation([Json::object([
            ("type", "string_type".into()),
            ("loc", Json::array(["body".into(), field.into()])),
            ("msg", "Input should be a valid string".into()),
            ("input", input),
        ])])
    }
}

/// The service.
impl ApiError {
    /// 503, code 3505: the model is at capacity.
    pub fn capacity_exceeded() -> Self {
        let message = "Service tier capacity exceeded for this model.".to_owned();
        let body = model_error(message, "service_tier_capacity_exceeded", "3505", 503);
        Self::metered(StatusCode::SERVICE_UNAVAILABLE, body)
    }

    /// 500 of the application: `{"detail":"Internal Server Error"}`.
    pub fn internal() -> Self {
        Self::detail(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
    }

    /// 520 of Cloudflare, an HTML page.
    pub fn cloudflare() -> Self {
        let status = StatusCode::from_u16(520).expect("between 100 and 999");
        Self {
            status,
            body: ErrorBody::Html(PAGE_520),
            origin: Origin::Edge,
            retry_after: None,
        }
    }

    /// 504 with an empty body.
    pub fn gateway_timeout() -> Self {
        let status = StatusCode::GATEWAY_TIMEOUT;
        Self {
            status,
            body: ErrorBody::Empty,
            origin: Origin::Edge,
            retry_after: None,
        }
    }

    /// 404 of the Kong gateway: `no Route matched with those values`.
    pub fn no_route() -> Self {
        Self::gateway(StatusCode::NOT_FOUND, "no Route matched with those values")
    }

    /// 404 of the application: `{"detail":"Not Found"}`.
    pub fn not_found() -> Self {
        Self::detail(StatusCode::NOT_FOUND, "Not Found")
    }
}

impl ApiError {
    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn order(message: String) -> Self {
        let body = model_error(message, "invalid_request_message_order", "3230", 400);
        Self::metered(StatusCode::BAD_REQUEST, body)
    }

    pub(crate) fn validation(details: impl IntoIterator<Item = Json>) -> Self {
        let body = Json::object([("detail", Json::array(details))]);
        Self::metered(StatusCode::UNPROCESSABLE_ENTITY, body)
    }

    pub(crate) fn guardrails(results: Json) -> Self {
        let error = Json::object([
            ("message", "Content blocked by guardrail".into()),
            ("status", 403_u64.into()),
        ]);
        let guardrails = Json::object([("results", results)]);
        let body = Json::object([("error", error), ("guardrails", guardrails)]);
        Self::metered(StatusCode::FORBIDDEN, body)
    }

    pub(crate) fn too_large() -> Self {
        Self::detail(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
    }

    fn metered(status: StatusCode, body: Json) -> Self {
        let body = ErrorBody::Json(body);
        Self {
            status,
            body,
            origin: Origin::Metered,
            retry_after: None,
        }
    }

    fn detail(status: StatusCode, detail: &str) -> Self {
        let body = ErrorBody::Json(Json::object([("detail", detail.into())]));
        Self {
            status,
            body,
            origin: Origin::Unmetered,
            retry_after: None,
        }
    }

    fn gateway(status: StatusCode, message: &'static str) -> Self {
        let body = ErrorBody::Gateway(message);
        Self {
            status,
            body,
            origin: Origin::Gateway,
            retry_after: None,
        }
    }
}

/// Prints the status only: a body can echo a request.
impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("status", &self.status.as_u16())
            .finish_non_exhaustive()
    }
}

/// The form of the errors of the model servers. Their `code` is a string.
fn model_error(message: String, kind: &str, code: &str, status: u64) -> Json {
    Json::object([
        ("object", "error".into()),
        ("message", message.into()),
        ("type", kind.into()),
        ("param", Json::Null),
        ("code", code.into()),
        ("raw_status_code", status.into()),
    ])
}

const PAGE_520: &str = "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head>\n\
    <title>api.mistral.ai | 520: Web server is returning an unknown error</title>\n\
    </head>\n<body>\n<h1>Web server is returning an unknown error\n\
    <span>Error code 520</span></h1>\n</body>\n</html>\n";
