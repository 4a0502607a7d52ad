//! Each way in which a call can end makes one record, with the right counts.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

mod support;

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use support::{Api, EVENTS, JSON, REQUEST, Records, Script, Step, data, post, reply};
use tower::{Layer, ServiceExt};
use tower_mistral_metadata_log::{
    MetadataLogLayer, Outcome, Record,
    wire::{
        Mode,
        body::{Budget, RequestBody},
        ext::{Action, Attempt, CallPolicy, CallReport, Clock, Finding, Layer as Room, ReplyFacts},
        mark,
        rewrite::{Edit, End, Engine, Engines, StreamRewriter},
        table::{Endpoints, Group, RequestPath, TextKind},
    },
};

/// How the reader of a reply behaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Reads on until there is nothing more.
    ToEnd,
    /// Reads this many frames and hangs up.
    Frames(usize),
}

/// Sends one call and returns what the reader got and the record.
async fn run(response: impl Fn() -> Response<Script> + Clone, reader: Reader) -> (Vec<u8>, Record) {
    let records = Records::default();
    let service = records.layer().layer(Api(move |_| response()));
    let response = service.oneshot(post(REQUEST)).await.unwrap();
    let mut body = response.into_body();
    let mut got = Vec::new();
    let mut frames = 0;
    while reader == Reader::ToEnd || reader != Reader::Frames(frames) {
        frames += 1;
        match body.frame().await {
            Some(Ok(frame)) => got.extend(frame.data_ref().into_iter().flatten()),
            Some(Err(_)) | None => break,
        }
    }
    drop(body);
    (got, records.one())
}

#[tokio::test]
async fn each_end_makes_one_record_with_what_had_come_by_then() {
    use Outcome::{Complete, Dropped, Failed};
    use Reader::{Frames, ToEnd};
    const SSE: &str = "text/event-stream; charset=utf-8";
    let (head, tail) = JSON.split_at(60);
    let json = [data(head), data(tail)];
    let with = |step| [data(head), data(tail), step];
    let events: Vec<Step> = EVENTS.iter().map(data).collect();
    let broken = [data(EVENTS[0]), data(EVENTS[1]), Step::Fail];
    let hanging = [data(EVENTS[0]), data(EVENTS[1]), Step::Hang];
    let late = [&events[..], &[Step::Hang]].concat();
    // Content type, script, whether its length is known, reader; outcome, completion tokens,
    // output characters, events, whether something could not be read.
    let table: [(
        &str,
        &[Step],
        bool,
        Reader,
        Outcome,
        Option<u64>,
        u64,
        u64,
        bool,
    ); 13] = [
        (
            "application/json",
            &json,
            false,
            ToEnd,
            Complete,
            Some(7),
            11,
            0,
            false,
        ),
        // The frame with the last byte is the last that this reader asks for.
        (
            "application/json",
            &json,
            true,
            Frames(2),
            Complete,
            Some(7),
            11,
            0,
            false,
        ),
        (
            "application/json",
            &with(Step::Trailers),
            false,
            Frames(3),
            Complete,
            Some(7),
            11,
            0,
            false,
        ),
        (
            "application/json",
            &with(Step::Fail),
            false,
            ToEnd,
            Failed,
            Some(7),
            11,
            0,
            false,
        ),
        (
            "application/json",
            &json,
            false,
            Frames(1),
            Dropped,
            None,
            0,
            0,
            true,
        ),
        (
            "application/json",
            &json,
            false,
            Frames(0),
            Dropped,
            None,
            0,
            0,
            false,
        ),
        (SSE, &events, false, ToEnd, Complete, Some(7), 9, 4, false),
        (SSE, &broken, false, ToEnd, Failed, None, 4, 2, false),
        (SSE, &hanging, false, Frames(2), Dropped, None, 4, 2, false),
        // Hanging up after the last event is what most clients do.
        (SSE, &late, false, Frames(5), Complete, Some(7), 9, 4, false),
        (
            SSE,
            &[data("data: {oops}\n\n"), data(EVENTS[3])],
            false,
            ToEnd,
            Complete,
            None,
            0,
            0,
            true,
        ),
        (
            "text/html",
            &[data("<html>")],
            false,
            ToEnd,
            Complete,
            None,
            0,
            0,
            false,
        ),
        (
            "image/png",
            &[data(JSON)],
            false,
            ToEnd,
            Complete,
            None,
            0,
            0,
            true,
        ),
    ];
    for (n, case) in table.into_iter().enumerate() {
        let (label, steps, sized, reader, outcome, tokens, chars, count, uninspected) = case;
        let (_, record) = run(|| reply(label, steps, sized), reader).await;
        let facts = (
            record.outcome,
            record.completion_tokens,
            record.output_chars,
        );
        assert_eq!(facts, (outcome, tokens, chars), "case {n}");
        let facts = (record.events, record.uninspected);
        assert_eq!(facts, (count, uninspected), "case {n}");
        assert_eq!((record.status, record.messages), (Some(200), 2), "case {n}");
    }
}

#[tokio::test]
async fn a_record_tells_the_whole_call() {
    let (_, record) = run(
        || reply("application/json", &[data(JSON)], true),
        Reader::ToEnd,
    )
    .await;
    assert_eq!(&*record.endpoint, "/v1/chat/completions");
    assert_eq!(record.operation, Some("chat"));
    assert_eq!(record.response_model.as_deref(), Some("mistral-small-2506"));
    assert_eq!(
        record.request_model, None,
        "a name that the API did not say"
    );
    assert!(record.stream);
    assert_eq!((record.tools, record.input_chars), (1, 15));
    assert_eq!((record.choices, record.tool_calls), (1, 1));
    assert_eq!(record.prompt_tokens, Some(9));
    assert_eq!(record.finish_reasons[0].as_str(), "tool_calls");
    assert_eq!((record.error_type(), record.rejected), (None, None));
}

#[tokio::test]
async fn a_reader_that_has_the_announced_length_has_all() {
    let of_length = || {
        let mut response = reply("application/json", &[data(JSON), Step::Hang], false);
        let length = JSON.len().to_string().parse().unwrap();
        response.headers_mut().insert("content-length", length);
        response
    };
    let (_, record) = run(of_length, Reader::Frames(1)).await;
    assert_eq!(record.outcome, Outcome::Complete);
    assert_eq!(record.completion_tokens, Some(7));
    let (_, record) = run(of_length, Reader::Frames(0)).await;
    assert_eq!(record.outcome, Outcome::Dropped);
}

#[tokio::test]
async fn a_reply_passes_as_it_came_however_it_is_cut() {
    let stream = EVENTS.concat();
    for at in 0..stream.len() {
        let cut = [
            data(&stream.as_bytes()[..at]),
            data(&stream.as_bytes()[at..]),
        ];
        let (got, record) = run(|| reply("text/event-stream", &cut, false), Reader::ToEnd).await;
        assert_eq!(got, stream.as_bytes());
        assert_eq!((record.events, record.output_chars), (4, 9));
        assert_eq!((record.choices, record.finish_reasons.len()), (2, 2));
    }
}

struct NoEngines;

impl Engines for NoEngines {
    type Engine = Never;

    fn open(&mut self, _: TextKind, _: Group) -> Option<Never> {
        None
    }

    fn edits(&self, _: TextKind) -> bool {
        false
    }
}

enum Never {}

impl Engine for Never {
    fn push(&mut self, _: &str, _: &mut Vec<Edit>) {
        match *self {}
    }

    fn finish(&mut self, _: End, _: &mut Vec<Edit>) {
        match *self {}
    }
}

/// The facts as the machine of a redacting layer sees them.
fn facts_of_a_rewriter() -> ReplyFacts {
    let path = RequestPath::of(&"/v1/chat/completions".parse().unwrap()).unwrap();
    let endpoint = Endpoints::mistral().find(&Method::POST, &path);
    let mut rewriter = StreamRewriter::new(NoEngines, endpoint, Default::default());
    rewriter.push(Bytes::from(EVENTS.concat())).unwrap();
    rewriter.finish().unwrap();
    rewriter.facts().clone()
}

#[tokio::test]
async fn facts_are_the_same_whoever_reads_the_reply() {
    let records = Records::default();
    for claimed in [false, true] {
        let service = records
            .layer()
            .layer(Api(move |request: Request<RequestBody<_>>| {
                let report = request.extensions().get::<CallReport>().unwrap();
                if claimed {
                    assert!(report.claim_reply());
                    report.update_reply(|facts| *facts = facts_of_a_rewriter());
                }
                reply("text/event-stream", &[data(EVENTS.concat())], false)
            }));
        let mut request = post(REQUEST);
        request
            .headers_mut()
            .insert("x-request-id", "same".parse().unwrap());
        let response = service.oneshot(request).await.unwrap();
        let report = response.extensions().get::<CallReport>().unwrap().clone();
        response.into_body().collect().await.unwrap();
        assert_eq!(report.reply(), facts_of_a_rewriter(), "the report is final");
    }
    let without_times = |mut record: Record| {
        record.duration = Duration::ZERO;
        (record.time_to_head, record.time_to_first_byte) = (None, None);
        format!("{record:?}")
    };
    let [alone, claimed] = <[Record; 2]>::try_from(records.take())
        .unwrap()
        .map(without_times);
    assert_eq!(alone, claimed);
}

#[tokio::test]
async fn a_request_that_cannot_be_read_passes_as_it_came() {
    let records = Records::default();
    let table: [(&str, &str, &str); 4] = [
        ("not json", "/v1/chat/completions", "/v1/chat/completions"),
        (
            r#"{"a":1,"a":2}"#,
            "/v1/chat/completions",
            "/v1/chat/completions",
        ),
        (
            "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]",
            "/v1/chat/completions",
            "/v1/chat/completions",
        ),
        ("{}", "/v1/models/%2e%2e/chat/completions", "other"),
    ];
    for (body, path, endpoint) in table {
        let layer = records.layer().max_body(40);
        let service = layer.layer(Api(|request: Request<RequestBody<_>>| {
            Response::new(request.into_body())
        }));
        let mut request = post(body);
        *request.uri_mut() = path.parse().unwrap();
        let response = service.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(
            response.into_body().collect().await.unwrap().to_bytes(),
            body
        );
        let record = records.one();
        assert_eq!(
            (&*record.endpoint, record.outcome),
            (endpoint, Outcome::Complete)
        );
        assert_eq!((record.messages, record.rejected), (0, None));
    }
}

#[tokio::test]
async fn a_request_that_breaks_off_goes_on_as_it_is_and_is_recorded() {
    let records = Records::default();
    let api = Api(|request: Request<RequestBody<_>>| Response::new(request.into_body()));
    let service = records.layer().layer(api);
    let body = Script::new(&[data("{"), Step::Fail], false);
    let request = Request::post("/v1/chat/completions").body(body).unwrap();
    let mut body = service.oneshot(request).await.unwrap().into_body();
    let head = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(head, "{");
    assert!(body.frame().await.unwrap().is_err());
    drop(body);
    let record = records.one();
    assert_eq!(&*record.endpoint, "/v1/chat/completions");
    assert_eq!((record.outcome, record.rejected), (Outcome::Failed, None));
}

#[tokio::test]
async fn replies_over_the_cap_or_the_budget_pass_unread() {
    let records = Records::default();
    let table = [
        (
            records.layer().max_reply(JSON.len() - 1),
            "application/json",
            JSON,
        ),
        (
            records.layer().max_reply(99),
            "text/event-stream",
            EVENTS[1],
        ),
        (
            records.layer().budget(Budget::new(REQUEST.len() + 9)),
            "application/json",
            JSON,
        ),
    ];
    for (layer, label, body) in table {
        let service = layer.layer(Api(move |_| reply(label, &[data(body)], false)));
        let response = service.oneshot(post(REQUEST)).await.unwrap();
        let got = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(got, body);
        let record = records.one();
        assert!(record.uninspected);
        assert_eq!((record.messages, record.output_chars), (2, 0));
    }
}

#[tokio::test]
async fn what_other_layers_did_is_told_by_rule() {
    let records = Records::default();
    let service = records
        .layer()
        .layer(Api(|request: Request<RequestBody<_>>| {
            let report = request.extensions().get::<CallReport>().unwrap();
            let finding = |rule, action| Finding::new(Room::RedactOutput, rule, action);
            report.add(finding("EMAIL_ADDRESS", Action::Edited));
            report.add(finding("EMAIL_ADDRESS", Action::Edited));
            report.add(finding("EMAIL_ADDRESS", Action::Edited).enforced(false));
            report.add(finding("US_SSN", Action::Flagged));
            report.add(Finding::new(Room::SanitizeInput, "cut", Action::Truncated));
            report.add_attempt(Attempt::new(Some("k1".into()), Some(401)));
            report.add_attempt(Attempt::new(Some("k2".into()), Some(200)));
            reply("application/json", &[data(JSON)], false)
        }));
    let response = service.oneshot(post(REQUEST)).await.unwrap();
    response.into_body().collect().await.unwrap();
    let record = records.one();
    let rules: Vec<_> = record
        .rules
        .iter()
        .map(|count| (&*count.rule, count.enforced, count.observed))
        .collect();
    assert_eq!(
        rules,
        [("cut", 1, 0), ("EMAIL_ADDRESS", 2, 1), ("US_SSN", 1, 0)]
    );
    assert_eq!((record.edits, record.truncations), (2, 1));
    assert_eq!((record.flags, record.observed), (1, 1));
    assert_eq!(record.attempts.len(), 2);
}

#[tokio::test]
async fn times_are_measured_from_the_call() {
    let (clock, hand) = Clock::manual();
    let records = Records::default();
    let at_api = hand.clone();
    let api = Api(move |_| {
        at_api.advance(Duration::from_millis(20));
        reply("text/event-stream", &EVENTS.map(data), false)
    });
    let service = records.layer().clock(clock).layer(api);
    let mut body = service.oneshot(post(REQUEST)).await.unwrap().into_body();
    hand.advance(Duration::from_millis(30));
    body.frame().await.unwrap().unwrap();
    hand.advance(Duration::from_millis(50));
    body.collect().await.unwrap();
    let record = records.one();
    let millis = |time: Duration| time.as_millis();
    assert_eq!(record.time_to_head.map(millis), Some(20));
    assert_eq!(record.time_to_first_byte.map(millis), Some(50));
    assert_eq!(millis(record.duration), 100);
}

#[tokio::test]
async fn off_makes_no_record_and_touches_nothing() {
    let records = Records::default();
    let layer = records.layer();
    let modes = layer.modes();
    let service = layer.layer(Api(|request: Request<RequestBody<_>>| {
        assert_eq!(
            request.extensions().get::<CallReport>().is_some(),
            request.headers().is_empty()
        );
        Response::new(request.into_body())
    }));
    let off = CallPolicy::new().with_mode(Room::MetadataLog, Mode::Off);
    for (mode, policy, recorded) in [
        (Mode::Off, CallPolicy::new(), 0),
        (Mode::Enforce, off, 0),
        (Mode::Observe, CallPolicy::new(), 1),
        (Mode::Enforce, CallPolicy::new(), 1),
    ] {
        modes.set(mode);
        let mut request = post(REQUEST);
        if recorded == 1 {
            request.headers_mut().clear();
        }
        request.extensions_mut().insert(policy);
        let response = service.clone().oneshot(request).await.unwrap();
        let got = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(got, REQUEST);
        assert_eq!(records.take().len(), recorded);
    }
}

#[tokio::test]
async fn a_reply_without_a_body_ends_with_its_head() {
    let records = Records::default();
    let service = records.layer().layer(Api(|_| {
        let reply = Response::builder()
            .status(503)
            .header(mark::GUARD, "blocked");
        reply.body(Empty::<Bytes>::new()).unwrap()
    }));
    let response = service.oneshot(post(REQUEST)).await.unwrap();
    assert!(!response.headers().contains_key(mark::GUARD));
    let record = records.one();
    assert_eq!(record.outcome, Outcome::Complete);
    assert_eq!(record.error_type().as_deref(), Some("503"));
    drop(response);
    assert!(records.take().is_empty());
}

#[tokio::test]
async fn a_sink_that_panics_does_not_take_the_call_down() {
    let layer = MetadataLogLayer::new().on_record(|_: &Record| panic!("a bug in the sink"));
    let service = layer.layer(Api(|_| reply("application/json", &[data(JSON)], false)));
    let response = service.oneshot(post(REQUEST)).await.unwrap();
    let got = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(got, JSON);
}
