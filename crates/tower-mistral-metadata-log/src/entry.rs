//! A record in the making.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Method, Request, Response, Uri, header};
use http_body::Body;
use tower_mistral_wire::{
    ext::{CallReport, ReplyFacts, RequestFacts, RequestId},
    mark,
    media::ReplyMedia,
    table::{Endpoint, RequestPath},
};

use crate::{OnRecord, Outcome, Record, layer::Settings, reader::ReplyReader, record::Times};

/// What is known of one call so far. It becomes a record when the call ends, or else when it is
/// dropped: exactly once either way.
pub(crate) struct Entry<N: OnRecord> {
    settings: Arc<Settings<N>>,
    report: CallReport,
    method: Method,
    route: Route,
    start: Instant,
    head: Option<Duration>,
    first_byte: Option<Duration>,
    status: Option<u16>,
    is_events: bool,
    /// How many bytes of the reply are still to come, if its length is known.
    left: Option<u64>,
    /// None if an inner layer reads the reply.
    reader: Option<ReplyReader>,
    outcome: Outcome,
}

/// Looked up by the read of the request, which may never be done.
enum Route {
    Asked(Uri),
    Known(Arc<Endpoint>),
}

impl<N: OnRecord> Entry<N> {
    /// Opens the record of `request`, and its report if no outer layer has.
    pub(crate) fn new<B>(settings: Arc<Settings<N>>, request: &mut Request<B>) -> Self {
        let known = request.extensions().get::<CallReport>().cloned();
        let report = known.unwrap_or_else(|| {
            let report = CallReport::new(RequestId::from_headers(request.headers()));
            request.extensions_mut().insert(report.clone());
            report
        });
        Self {
            start: settings.clock.now(),
            settings,
            report,
            method: request.method().clone(),
            route: Route::Asked(request.uri().clone()),
            head: None,
            first_byte: None,
            status: None,
            is_events: false,
            left: None,
            reader: None,
            outcome: Outcome::Dropped,
        }
    }

    pub(crate) fn report(&self) -> &CallReport {
        &self.report
    }

    /// The request was read and is for this endpoint.
    pub(crate) fn read(&mut self, endpoint: Arc<Endpoint>) {
        self.route = Route::Known(endpoint);
    }

    /// The head of the reply has come.
    pub(crate) fn head<R: Body>(&mut self, response: &mut Response<R>) {
        mark::adopt(response, &self.report);
        self.head = Some(self.elapsed());
        self.status = Some(response.status().as_u16());
        let headers = response.headers();
        let media = ReplyMedia::of(&self.method, response.status(), headers);
        self.is_events = media == ReplyMedia::EventStream;
        let announced = || {
            headers
                .get(header::CONTENT_LENGTH)?
                .to_str()
                .ok()?
                .parse()
                .ok()
        };
        self.left = response.body().size_hint().exact().or_else(announced);
        let Route::Known(endpoint) = &self.route else {
            return;
        };
        if self.report.claim_reply() {
            let Settings {
                budget, max_reply, ..
            } = &*self.settings;
            let endpoint = Arc::clone(endpoint);
            self.reader = Some(ReplyReader::new(media, endpoint, *max_reply, budget));
        }
    }

    /// The next bytes of the reply are passed on.
    pub(crate) fn data(&mut self, data: &Bytes) {
        if data.is_empty() {
            return;
        }
        if self.first_byte.is_none() {
            self.first_byte = Some(self.elapsed());
        }
        self.left = self.left.map(|left| left.saturating_sub(data.len() as u64));
        if let Some(reader) = &mut self.reader {
            reader.push(data);
        }
    }

    /// The call has ended well.
    pub(crate) fn complete(mut self) {
        self.outcome = Outcome::Complete;
    }

    /// The call has failed.
    pub(crate) fn failed(mut self) {
        self.outcome = Outcome::Failed;
    }

    fn elapsed(&self) -> Duration {
        self.settings
            .clock
            .now()
            .saturating_duration_since(self.start)
    }

    fn close(&mut self) {
        let has_all = self.outcome == Outcome::Complete || self.left == Some(0);
        if let Some(reader) = self.reader.take() {
            let facts = reader.finish(has_all);
            self.report.update_reply(|known| {
                // A layer may have let it pass unread.
                let uninspected = known.uninspected;
                *known = facts;
                known.uninspected |= uninspected;
            });
        }
        let reply = self.report.reply();
        if self.outcome == Outcome::Dropped && (has_all || self.is_events && is_last(&reply)) {
            self.outcome = Outcome::Complete;
        }
        if let Route::Asked(uri) = &self.route {
            let endpoints = &self.settings.endpoints;
            let endpoint = match RequestPath::of(uri) {
                Ok(path) => endpoints.find(&self.method, &path),
                Err(_) => endpoints.generic(),
            };
            self.report
                .set_request(|| RequestFacts::read(&endpoint, None));
        }
        let times = Times {
            duration: self.elapsed(),
            to_head: self.head,
            to_first_byte: self.first_byte,
        };
        let record = Record::new(&self.report, reply, self.status, self.outcome, times);
        self.settings.sink.on_record(&record);
    }
}

impl<N: OnRecord> Drop for Entry<N> {
    fn drop(&mut self) {
        // A panic of the sink must not take down the call, nor abort a thread that unwinds.
        let _ = catch_unwind(AssertUnwindSafe(|| self.close()));
    }
}

/// Whether a stream has told all it has to tell: usage stands on its last event. Readers that
/// know so hang up without waiting for the end of the body.
fn is_last(reply: &ReplyFacts) -> bool {
    reply.completion_tokens.is_some()
        && reply.choices > 0
        && reply.finish_reasons.len() as u64 >= reply.choices
}
