//! What the head of a reply says.

use http::{HeaderMap, HeaderName, Response};
use tower_mistral_wire::ext::is_object_id;

use crate::RateLimits;

/// What a record keeps of a reply's head.
#[derive(Debug, Default)]
pub(crate) struct ReplyHead {
    pub(crate) status: Option<u16>,
    pub(crate) correlation_id: Option<Box<str>>,
    pub(crate) rate_limits: RateLimits,
}

impl ReplyHead {
    pub(crate) fn of<B>(response: &Response<B>) -> Self {
        Self {
            status: Some(response.status().as_u16()),
            correlation_id: correlation_id(response.headers()),
            rate_limits: RateLimits::of(response.headers()),
        }
    }

    /// Whether it answers what was asked, so that names in its body are the API's own.
    pub(crate) fn is_success(&self) -> bool {
        self.status
            .is_some_and(|status| (200..300).contains(&status))
    }
}

/// The API writes a UUID.
fn correlation_id(headers: &HeaderMap) -> Option<Box<str>> {
    const HEADER: HeaderName = HeaderName::from_static("mistral-correlation-id");
    let id = headers.get(HEADER)?.to_str().ok()?;
    is_object_id(id).then(|| id.into())
}
