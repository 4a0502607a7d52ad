//! Where records go.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use tower_mistral_wire::ext::RequestId;
use tracing::Span;

use crate::{Record, Trace};

/// A call that begins: what is known of it when nothing of it has been read.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Start<'a> {
    /// The call's id.
    pub request_id: &'a RequestId,
    /// The call's place in its trace.
    pub trace: &'a Trace,
    /// The method, as in [`Record::method`].
    pub method: &'static str,
}

impl<'a> Start<'a> {
    pub(crate) fn new(request_id: &'a RequestId, trace: &'a Trace, method: &'static str) -> Self {
        Self {
            request_id,
            trace,
            method,
        }
    }
}

/// Takes the records.
///
/// It is called once per call, at the call's end: in the task that polls or drops the reply, so it
/// should be quick, and never under a lock. A panic is caught and loses the record.
///
/// Closures `Fn(&Record)` are sinks, and `()` takes nothing. Tuples, lists and options of sinks are
/// sinks too: each gets every record, also when another one panics.
pub trait OnRecord {
    /// A call has ended. [`span`](Self::span) is entered.
    fn on_record(&self, record: &Record);

    /// The span in which the call runs, and its body is read. Default: none.
    fn span(&self, start: &Start<'_>) -> Span {
        let _ = start;
        Span::none()
    }

    /// Whether calls may go on. If a sink that must not miss one says no, they are refused with
    /// [`RejectionKind::AuditUnavailable`](tower_mistral_wire::RejectionKind::AuditUnavailable). Default:
    /// yes.
    fn accepts_calls(&self) -> bool {
        true
    }
}

impl<F: Fn(&Record)> OnRecord for F {
    fn on_record(&self, record: &Record) {
        self(record);
    }
}

impl OnRecord for () {
    fn on_record(&self, _: &Record) {}
}

impl<S: OnRecord + ?Sized> OnRecord for Arc<S> {
    fn on_record(&self, record: &Record) {
        (**self).on_record(record);
    }

    fn span(&self, start: &Start<'_>) -> Span {
        (**self).span(start)
    }

    fn accepts_calls(&self) -> bool {
        (**self).accepts_calls()
    }
}

impl<S: OnRecord> OnRecord for Option<S> {
    fn on_record(&self, record: &Record) {
        self.as_slice()
            .iter()
            .for_each(|sink| sink.on_record(record));
    }

    fn span(&self, start: &Start<'_>) -> Span {
        self.as_ref()
            .map_or_else(Span::none, |sink| sink.span(start))
    }

    fn accepts_calls(&self) -> bool {
        self.as_ref().is_none_or(OnRecord::accepts_calls)
    }
}

impl<S: OnRecord> OnRecord for Vec<S> {
    fn on_record(&self, record: &Record) {
        self.iter().for_each(|sink| alone(sink, record));
    }

    fn span(&self, start: &Start<'_>) -> Span {
        first(self.iter().map(|sink| sink.span(start)))
    }

    fn accepts_calls(&self) -> bool {
        self.iter().all(OnRecord::accepts_calls)
    }
}

impl<A: OnRecord, B: OnRecord> OnRecord for (A, B) {
    fn on_record(&self, record: &Record) {
        alone(&self.0, record);
        alone(&self.1, record);
    }

    fn span(&self, start: &Start<'_>) -> Span {
        first([self.0.span(start), self.1.span(start)].into_iter())
    }

    fn accepts_calls(&self) -> bool {
        self.0.accepts_calls() && self.1.accepts_calls()
    }
}

impl<A: OnRecord, B: OnRecord, C: OnRecord> OnRecord for (A, B, C) {
    fn on_record(&self, record: &Record) {
        alone(&self.0, record);
        alone(&self.1, record);
        alone(&self.2, record);
    }

    fn span(&self, start: &Start<'_>) -> Span {
        first([self.0.span(start), self.1.span(start), self.2.span(start)].into_iter())
    }

    fn accepts_calls(&self) -> bool {
        self.0.accepts_calls() && self.1.accepts_calls() && self.2.accepts_calls()
    }
}

/// A panic of one sink is not the others' business.
fn alone(sink: &impl OnRecord, record: &Record) {
    let _ = catch_unwind(AssertUnwindSafe(|| sink.on_record(record)));
}

/// Two spans for one call would be one too many.
fn first(mut spans: impl Iterator<Item = Span>) -> Span {
    spans
        .find(|span| !span.is_none())
        .unwrap_or_else(Span::none)
}
