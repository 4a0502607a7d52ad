//! The headers that tell callers in any language what was done.
//!
//! `x-mistral-guard` holds one or more of `blocked`, `edited`, `truncated`, `degraded`;
//! `x-mistral-guard-kind` a [`RejectionKind`](crate::RejectionKind)'s name, and
//! `x-mistral-guard-request-id` the call's id. What is done in mid-stream comes after the headers:
//! that is in the [`CallReport`] only.

use http::{HeaderMap, HeaderName, HeaderValue, Response};

use crate::ext::{CallReport, RequestId};

/// What was done.
pub const GUARD: HeaderName = HeaderName::from_static("x-mistral-guard");
/// Why a call was refused.
pub const KIND: HeaderName = HeaderName::from_static("x-mistral-guard-kind");
/// The call's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-mistral-guard-request-id");

/// A value of the header `x-mistral-guard`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mark {
    /// The call was refused.
    Blocked,
    /// Text of the request or the reply was replaced or added.
    Edited,
    /// Text of the request was cut.
    Truncated,
    /// Something passed that could not be inspected, since the layer was told so.
    Degraded,
}

impl Mark {
    /// Its spelling in the header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Edited => "edited",
            Self::Truncated => "truncated",
            Self::Degraded => "degraded",
        }
    }
}

/// Adds `mark` to the headers of a response, once.
pub fn set(headers: &mut HeaderMap, mark: Mark, id: &RequestId) {
    headers.insert(REQUEST_ID, id.to_header());
    let there = headers
        .get(GUARD)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if there.split(", ").any(|word| word == mark.as_str()) {
        return;
    }
    let value = match there {
        "" => HeaderValue::from_static(mark.as_str()),
        _ => HeaderValue::from_str(&format!("{there}, {}", mark.as_str()))
            .expect("marks are visible ASCII words"),
    };
    headers.insert(GUARD, value);
}

/// Makes a response ours: the first layer of ours that sees it drops guard headers that came from
/// upstream (anyone can write them) and puts the report into its extensions, which nobody can.
pub fn adopt<B>(response: &mut Response<B>, report: &CallReport) {
    if response.extensions().get::<CallReport>().is_some() {
        return;
    }
    let headers = response.headers_mut();
    // One look at all names: to ask for each of three takes longer, and they are hardly ever there.
    if headers
        .keys()
        .any(|name| name.as_str().starts_with(GUARD.as_str()))
    {
        for name in [GUARD, KIND, REQUEST_ID] {
            headers.remove(name);
        }
    }
    report.begin_reply();
    response.extensions_mut().insert(report.clone());
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Rejection, RejectionKind};

    #[test]
    fn marks_add_up_and_foreign_ones_are_dropped() {
        let report = CallReport::new(RequestId::random());
        let mut response = Response::new(());
        response
            .headers_mut()
            .insert(GUARD, HeaderValue::from_static("blocked"));
        adopt(&mut response, &report);
        assert!(response.headers().is_empty());
        for mark in [Mark::Edited, Mark::Truncated, Mark::Edited] {
            set(response.headers_mut(), mark, report.request_id());
        }
        adopt(&mut response, &report);
        assert_eq!(response.headers().get(GUARD).unwrap(), "edited, truncated");
    }

    #[test]
    fn a_report_speaks_of_the_last_reply_of_a_call() {
        let report = CallReport::new(RequestId::random());
        let mut first = Response::new(());
        // A layer may read a reply that nobody has adopted yet.
        assert!(report.claim_reply());
        report.update_reply(|facts| facts.events = 7);
        for _ in 0..2 {
            adopt(&mut first, &report);
            assert!(!report.claim_reply());
            assert_eq!(report.reply().events, 7);
        }
        adopt(&mut Response::new(()), &report);
        assert!(report.claim_reply());
        assert_eq!(report.reply().events, 0);

        let report = CallReport::new(RequestId::random());
        let overloaded = Rejection::new(RejectionKind::Overloaded, RequestId::random());
        let mut refused = overloaded.into_response::<()>(&report);
        adopt(&mut refused, &report);
        assert_eq!(report.rejected(), Some(RejectionKind::Overloaded));
        adopt(&mut Response::new(()), &report);
        assert_eq!(report.rejected(), None);
    }
}
