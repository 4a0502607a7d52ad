//! A refusal of ours: an answer with a typed extension, or the error of a body.

use std::{borrow::Cow, error::Error, fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use crate::{
    body::ReplyBody,
    error::ApiError,
    ext::{CallReport, RequestId},
    mark::{self, Mark},
    uninspectable::Reason,
};

/// Why a layer refused a call or broke a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RejectionKind {
    /// The path could be read as another one by the host. 400.
    InvalidPath,
    /// The request's body is not JSON, or not strictly. 400.
    InvalidBody,
    /// The request's body is larger than the cap. 413.
    BodyTooLarge,
    /// A text has more characters than the limit. 413.
    TextTooLong,
    /// The request's body is of a kind that cannot be inspected. 415.
    UnsupportedBody,
    /// The request asks for another protocol, which nobody could inspect. 403.
    UpgradeNotAllowed,
    /// The prompt was found to be an attack. 403.
    Blocked,
    /// All buffers of the process are in use. 503, retryable.
    Overloaded,
    /// What must be written about each call cannot be. 503, retryable.
    AuditUnavailable,
    /// There is no key to lend. 503, retryable.
    NoKey,
    /// The API has asked to wait, and would be asked in vain until then. 429, retryable.
    RateLimited,
    /// The key was not made for this origin, or the URI has none. 502.
    OriginNotAllowed,
    /// The caller did not show the right token. 401.
    Unauthorized,
    /// The caller's `Host` or `Origin` is not served. 403.
    Forbidden,
    /// The reply is of a kind or in an encoding that cannot be inspected. 502.
    UninspectableReply,
    /// The reply, or an event of it, is larger than the cap. 502.
    ReplyTooLarge,
    /// The reply is not what its label says. 502.
    MalformedReply,
    /// The reply ends too early. 502, or in mid-stream; retryable.
    TruncatedReply,
    /// The API could not be reached. 502, retryable.
    Unreachable,
}

impl RejectionKind {
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; 19] = [
        Self::InvalidPath,
        Self::InvalidBody,
        Self::BodyTooLarge,
        Self::TextTooLong,
        Self::UnsupportedBody,
        Self::UpgradeNotAllowed,
        Self::Blocked,
        Self::Overloaded,
        Self::AuditUnavailable,
        Self::NoKey,
        Self::RateLimited,
        Self::OriginNotAllowed,
        Self::Unauthorized,
        Self::Forbidden,
        Self::UninspectableReply,
        Self::ReplyTooLarge,
        Self::MalformedReply,
        Self::TruncatedReply,
        Self::Unreachable,
    ];

    /// Its name: in the header `x-mistral-guard-kind`, the error's `code` and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidPath => "invalid_path",
            Self::InvalidBody => "invalid_body",
            Self::BodyTooLarge => "body_too_large",
            Self::TextTooLong => "text_too_long",
            Self::UnsupportedBody => "unsupported_body",
            Self::UpgradeNotAllowed => "upgrade_not_allowed",
            Self::Blocked => "blocked",
            Self::Overloaded => "overloaded",
            Self::AuditUnavailable => "audit_unavailable",
            Self::NoKey => "no_key",
            Self::RateLimited => "rate_limited",
            Self::OriginNotAllowed => "origin_not_allowed",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::UninspectableReply => "uninspectable_reply",
            Self::ReplyTooLarge => "reply_too_large",
            Self::MalformedReply => "malformed_reply",
            Self::TruncatedReply => "truncated_reply",
            Self::Unreachable => "unreachable",
        }
    }

    /// The status it is answered with.
    pub fn status(self) -> StatusCode {
        match self {
            Self::InvalidPath | Self::InvalidBody => StatusCode::BAD_REQUEST,
            Self::BodyTooLarge | Self::TextTooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedBody => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Blocked | Self::Forbidden | Self::UpgradeNotAllowed => StatusCode::FORBIDDEN,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Overloaded | Self::AuditUnavailable | Self::NoKey => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::OriginNotAllowed
            | Self::UninspectableReply
            | Self::ReplyTooLarge
            | Self::MalformedReply
            | Self::TruncatedReply
            | Self::Unreachable => StatusCode::BAD_GATEWAY,
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::Overloaded
                | Self::AuditUnavailable
                | Self::NoKey
                | Self::RateLimited
                | Self::Unreachable
                | Self::TruncatedReply
        )
    }

    fn message(self) -> &'static str {
        match self {
            Self::InvalidPath => "The path is ambiguous",
            Self::InvalidBody => "The body cannot be read",
            Self::BodyTooLarge => "The body is too large",
            Self::TextTooLong => "The text is too long",
            Self::UnsupportedBody => "A body of this kind cannot be inspected",
            Self::UpgradeNotAllowed => "The protocol may not be changed",
            Self::Blocked => "The request was blocked",
            Self::Overloaded => "Too many requests are in memory",
            Self::AuditUnavailable => "The audit trail cannot be written",
            Self::NoKey => "No API key is available",
            Self::RateLimited => "The API has asked to wait",
            Self::OriginNotAllowed => "The key may not be sent to this origin",
            Self::Unauthorized => "Unauthorized",
            Self::Forbidden => "Forbidden",
            Self::UninspectableReply => "The reply cannot be inspected",
            Self::ReplyTooLarge => "The reply is too large",
            Self::MalformedReply => "The reply is not what its label says",
            Self::TruncatedReply => "The reply was cut off",
            Self::Unreachable => "The API could not be reached",
        }
    }
}

/// A refusal: an extension of the response that answers it, or the error of a body that was
/// broken. Tells the kind and the request's id, never rule, score, place or text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    kind: RejectionKind,
    request_id: RequestId,
    reason: Option<Reason>,
    detail: Option<Cow<'static, str>>,
    param: Option<Box<str>>,
    retry_after: Option<Duration>,
}

impl Rejection {
    /// A refusal of the call with this id.
    pub fn new(kind: RejectionKind, request_id: RequestId) -> Self {
        let retry_after = kind.is_retryable().then_some(Duration::from_secs(1));
        Self {
            kind,
            request_id,
            reason: None,
            detail: None,
            param: None,
            retry_after,
        }
    }

    /// The refusal of a request that cannot be inspected, for this reason.
    pub fn of_request(reason: Reason, request_id: RequestId) -> Self {
        Self::new(reason.of_request(), request_id).with_reason(reason)
    }

    /// The refusal of a reply that cannot be inspected, for this reason.
    pub fn of_reply(reason: Reason, request_id: RequestId) -> Self {
        Self::new(reason.of_reply(), request_id).with_reason(reason)
    }

    fn with_reason(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self.with_detail(reason.detail())
    }

    /// Adds what is wrong, in words of ours: no content.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names the field that is wrong, for instance `messages[2].content`.
    #[must_use]
    pub fn with_param(mut self, param: impl Into<Box<str>>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// Says after how long to try again, if that is known better than by the kind.
    #[must_use]
    pub fn with_retry_after(mut self, time: Duration) -> Self {
        self.retry_after = Some(time);
        self
    }

    /// Why.
    pub fn kind(&self) -> RejectionKind {
        self.kind
    }

    /// Why something could not be inspected; none for other refusals.
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        self.kind.is_retryable()
    }

    /// After how long to try again.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The id of the call, also in the header `x-mistral-guard-request-id`.
    pub fn request_id(&self) -> &RequestId {
        &self.request_id
    }

    /// The rejection in the chain of an error, through the errors of hyper and reqwest.
    pub fn find<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(rejection) = error.downcast_ref() {
                return Some(rejection);
            }
            next = error.source();
        }
        None
    }

    /// The answer, in the shape of the API's own errors.
    pub fn into_response<B>(self, report: &CallReport) -> Response<ReplyBody<B>> {
        report.answered();
        report.set_rejected(self.kind);
        let error = ApiError {
            message: match &self.detail {
                Some(detail) => format!("{}: {detail}", self.kind.message()),
                None => self.kind.message().to_owned(),
            },
            kind: if self.is_retryable() {
                "guard_unavailable"
            } else {
                "guard_rejected"
            }
            .into(),
            param: self.param.as_deref().map(str::to_owned),
            code: Some(self.kind.as_str().to_owned()),
            status: self.kind.status(),
        };
        let json = match self.kind {
            RejectionKind::Blocked => error.to_guardrail_json(),
            _ => error.to_json(),
        };
        let mut response = Response::new(ReplyBody::whole(Bytes::from(json)));
        *response.status_mut() = self.kind.status();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        if let Some(after) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(after)));
        }
        headers.insert(mark::KIND, HeaderValue::from_static(self.kind.as_str()));
        mark::set(headers, Mark::Blocked, &self.request_id);
        response.extensions_mut().insert(report.clone());
        response.extensions_mut().insert(self);
        response
    }
}

/// Rounded up: whoever comes too early is refused again.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind.message())?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        write!(f, " (request {})", self.request_id)
    }
}

impl Error for Rejection {}
