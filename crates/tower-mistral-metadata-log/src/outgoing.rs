//! What of a caller's headers goes on to the API.

use http::{HeaderMap, HeaderName};
use tower_mistral_wire::ext::{RequestId, TraceContext};

/// Where a call stands in its trace: the span that is the call, and the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trace {
    /// The span that is this call. What the API, or a layer further in, does is a child of it.
    pub span: TraceContext,
    /// The id of the caller's span; none if the caller has named none.
    pub parent: Option<u64>,
}

impl Trace {
    /// Continues the trace that `headers` name, or begins one.
    fn of(headers: &HeaderMap) -> Self {
        match TraceContext::from_headers(headers) {
            Some(parent) => Self {
                span: parent.child(),
                parent: Some(parent.span_id()),
            },
            None => Self {
                span: TraceContext::random(),
                parent: None,
            },
        }
    }
}

/// Puts the call's id and its place in the trace into the headers, and takes out what tells of the
/// caller and is not for the API, but for what is `passed_on`.
pub(crate) fn prepare(headers: &mut HeaderMap, id: &RequestId, passed_on: &[HeaderName]) -> Trace {
    let trace = Trace::of(headers);
    // The state of a trace that is not this one is of no use to anybody.
    let is_stray = |name: &HeaderName| name == "tracestate" && trace.parent.is_none();
    let stays = |name: &HeaderName| passed_on.contains(name) && !is_stray(name);
    let drops = |name: &&HeaderName| is_of_the_caller(name) && !stays(name);
    let dropped: Vec<HeaderName> = headers.keys().filter(drops).cloned().collect();
    for name in dropped {
        headers.remove(name);
    }
    // In the place of all that were given: only the first of them is the id.
    headers.insert(RequestId::HEADER, id.to_header());
    headers.insert(TraceContext::HEADER, trace.span.to_header());
    trace
}

fn is_of_the_caller(name: &HeaderName) -> bool {
    let name = name.as_str();
    matches!(name, "baggage" | "tracestate" | "cookie" | "forwarded")
        || name.starts_with("x-forwarded-")
}
