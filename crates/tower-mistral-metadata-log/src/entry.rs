//! A record in the making.

mod finish;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use http::{Method, Request, Response, header, request::Parts};
use http_body::Body;
use tower_mistral_wire::{
    body::RequestBody,
    ext::{CallReport, Layer, ReplyFacts, RequestFacts},
    mark,
    media::ReplyMedia,
    table::Endpoint,
};
use tracing::{Span, span::Entered};

use self::finish::method_name;
use crate::{
    OnRecord, Outcome, Start, Trace, outgoing, reader::ReplyReader, reply_head::ReplyHead,
    settings::Settings,
};

/// What is known of one call so far. It becomes a record when the call ends, or else when it is
/// dropped: exactly once either way.
pub(crate) struct Entry<N: OnRecord> {
    settings: Arc<Settings<N>>,
    report: CallReport,
    trace: Trace,
    span: Span,
    method: Method,
    endpoint: Arc<Endpoint>,
    server: Option<(Arc<str>, Option<u16>)>,
    started: SystemTime,
    start: Instant,
    reply: ReplyHead,
    head: Option<Duration>,
    /// When the first bytes were passed on.
    first_data: Option<Duration>,
    request_bytes: Option<u64>,
    response_bytes: u64,
    is_events: bool,
    /// How many bytes of the reply are still to come, if its length is known.
    left: Option<u64>,
    /// None if an inner layer reads the reply.
    reader: Option<ReplyReader>,
    outcome: Outcome,
    ended: Option<Duration>,
}

impl<N: OnRecord> Entry<N> {
    /// Opens the record of a request for `endpoint`, and its report if no outer layer has, and puts the
    /// call's id and its trace into what goes on to the API.
    pub(crate) fn new(
        settings: Arc<Settings<N>>,
        parts: &mut Parts,
        endpoint: &Arc<Endpoint>,
    ) -> Self {
        let (started, start) = (SystemTime::now(), settings.clock.now());
        let report = CallReport::of(&mut parts.extensions, &parts.headers);
        report.start_timing(&settings.clock, start);
        let trace = outgoing::prepare(&mut parts.headers, report.request_id(), &settings.passed_on);
        let begin = Start::new(report.request_id(), &trace, method_name(&parts.method));
        let span = settings.sink.span(&begin);
        Self {
            server: settings.server(&parts.uri),
            settings,
            report,
            trace,
            span,
            method: parts.method.clone(),
            endpoint: Arc::clone(endpoint),
            started,
            start,
            reply: ReplyHead::default(),
            head: None,
            first_data: None,
            request_bytes: None,
            response_bytes: 0,
            is_events: false,
            left: None,
            reader: None,
            outcome: Outcome::Dropped,
            ended: None,
        }
    }

    pub(crate) fn report(&self) -> &CallReport {
        &self.report
    }

    /// The span of the call, as long as what is given back is held.
    pub(crate) fn enter(&self) -> Entered<'_> {
        self.span.enter()
    }

    /// The request was read.
    pub(crate) fn read<B>(&mut self, request: &Request<RequestBody<B>>)
    where
        RequestBody<B>: Body,
    {
        let announced = || length(request.headers());
        self.request_bytes = request.body().size_hint().exact().or_else(announced);
    }

    /// The head of the reply has come.
    pub(crate) fn head<R: Body>(&mut self, response: &mut Response<R>) {
        mark::adopt(response, &self.report);
        let from = self.elapsed();
        self.head = Some(from);
        self.reply = ReplyHead::of(response);
        let headers = response.headers();
        let media = ReplyMedia::of(&self.method, response.status(), headers);
        self.is_events = media == ReplyMedia::EventStream;
        self.left = response
            .body()
            .size_hint()
            .exact()
            .or_else(|| length(headers));
        if self.report.claim_reply() {
            let Settings {
                budget, max_reply, ..
            } = &*self.settings;
            let endpoint = Arc::clone(&self.endpoint);
            self.reader = Some(ReplyReader::new(media, endpoint, *max_reply, budget));
        }
        self.add_overhead_since(from);
    }

    /// The next bytes of the reply are passed on. Says when that is, if it looked at the clock.
    pub(crate) fn data(&mut self, data: &Bytes) -> Option<Duration> {
        if data.is_empty() {
            return None;
        }
        let mut seen = None;
        if self.first_data.is_none() {
            let now = self.settings.clock.now();
            self.report.note_byte_at(now);
            seen = Some(now.saturating_duration_since(self.start));
            self.first_data = seen;
        }
        let len = data.len() as u64;
        self.response_bytes = self.response_bytes.saturating_add(len);
        self.left = self.left.map(|left| left.saturating_sub(len));
        if let Some(reader) = &mut self.reader {
            self.report.time(Layer::MetadataLog, || reader.push(data));
            seen = None;
            if reader.has_text() {
                self.report.note_text();
            }
        }
        seen
    }

    /// The call has failed, and is to be [ended](Self::end).
    pub(crate) fn fail(&mut self) {
        self.outcome = Outcome::Failed;
    }

    /// The call has ended: well, unless it has [failed](Self::fail); now, or at the time that the clock
    /// [has just shown](Self::data).
    pub(crate) fn end(mut self: Box<Self>, now: Option<Duration>) {
        self.ended = now;
        if self.outcome == Outcome::Dropped {
            self.outcome = Outcome::Complete;
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        let now = self.settings.clock.now();
        now.saturating_duration_since(self.start)
    }

    pub(crate) fn add_overhead_since(&self, from: Duration) {
        let took = self.elapsed().saturating_sub(from);
        self.report.add_overhead(Layer::MetadataLog, took);
    }

    fn close(&mut self) {
        let ended = self.ended.unwrap_or_else(|| self.elapsed());
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
        let facts = self.report.reply();
        if self.outcome == Outcome::Dropped && (has_all || self.is_events && is_last(&facts)) {
            self.outcome = Outcome::Complete;
        }
        // It may end before its request is read.
        self.report
            .set_request(|| RequestFacts::read(&self.endpoint, None));
        self.add_overhead_since(ended);
        let record = self.record(facts, ended);
        let _span = self.span.enter();
        self.settings.sink.on_record(&record);
    }
}

impl<N: OnRecord> Drop for Entry<N> {
    fn drop(&mut self) {
        // A panic of the sink must not take down the call, nor abort a thread that unwinds.
        let _ = catch_unwind(AssertUnwindSafe(|| self.close()));
    }
}

fn length(headers: &http::HeaderMap) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// Whether a stream has told all it has to tell: usage stands on its last event. Readers that
/// know so hang up without waiting for the end of the body.
fn is_last(reply: &ReplyFacts) -> bool {
    reply.completion_tokens.is_some()
        && reply.choices > 0
        && reply.finish_reasons.len() as u64 >= reply.choices
}
