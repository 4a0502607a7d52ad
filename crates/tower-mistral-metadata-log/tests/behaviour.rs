//! Each way in which a call can end makes one record, with the right counts.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

mod support;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use support::{Api, EVENTS, JSON, REQUEST, Records, Script, Step, data, post, reply};
use tower::{Layer, ServiceExt};
use tower_mistral_metadata_log::{
    MetadataLogLayer, OnRecord, Outcome, Record, Value,
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
    let api = || {
        let body = JSON.replace("\"id\":\"1\"", r#""id":"38b08c1f87ca3eb8561ec7eb25f9b33f""#);
        let body = body.replace(
            "\"total_tokens\":16",
            r#""prompt_tokens_details":{"cached_tokens":64},"completion_tokens_details":{"reasoning_tokens":5}"#,
        );
        let mut response = reply("application/json", &[data(body)], true);
        for (name, value) in [
            (
                "mistral-correlation-id",
                "019afc65-481e-7d1c-98be-6a3d65015b2b",
            ),
            ("x-ratelimit-remaining-tokens-minute", "4999911"),
            ("x-ratelimit-limit-tokens-minute", "5000000"),
            ("x-ratelimit-remaining-req-minute", "a secret"),
            ("x-ratelimit-tokens-query-cost", "52"),
        ] {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        response
    };
    let (got, record) = run(api, Reader::ToEnd).await;
    let mut fields = BTreeMap::new();
    record.fields(|name, value| {
        let twice = fields.insert(name, value);
        assert_eq!(twice, None, "{name}");
    });
    let name = Value::Name;
    let list = |item: &str| Value::List(vec![item.to_owned()]);
    let table = [
        ("gen_ai.operation.name", name("chat")),
        ("gen_ai.provider.name", name("mistral_ai")),
        // The API has not said this one.
        ("gen_ai.request.model", name("other")),
        ("gen_ai.request.stream", Value::Flag(true)),
        ("gen_ai.response.model", name("mistral-small-2506")),
        (
            "gen_ai.response.id",
            name("38b08c1f87ca3eb8561ec7eb25f9b33f"),
        ),
        ("gen_ai.response.finish_reasons", list("tool_calls")),
        ("gen_ai.usage.input_tokens", Value::Number(9)),
        ("gen_ai.usage.output_tokens", Value::Number(7)),
        ("gen_ai.usage.cache_read.input_tokens", Value::Number(64)),
        ("gen_ai.usage.reasoning.output_tokens", Value::Number(5)),
        ("server.address", name("api.mistral.ai")),
        ("server.port", Value::Number(443)),
        ("http.request.method", name("POST")),
        ("http.route", name("/v1/chat/completions")),
        ("http.response.status_code", Value::Number(200)),
        (
            "http.request.body.size",
            Value::Number(REQUEST.len() as u64),
        ),
        ("http.response.body.size", Value::Number(got.len() as u64)),
        ("mistral_guard.outcome", name("complete")),
        (
            "mistral_guard.correlation_id",
            name("019afc65-481e-7d1c-98be-6a3d65015b2b"),
        ),
        ("mistral_guard.messages", Value::Number(2)),
        ("mistral_guard.messages_system", Value::Number(1)),
        ("mistral_guard.messages_user", Value::Number(1)),
        ("mistral_guard.messages_tool", Value::Number(0)),
        ("mistral_guard.tools", Value::Number(1)),
        ("mistral_guard.input_chars", Value::Number(15)),
        ("mistral_guard.output_chars", Value::Number(11)),
        ("mistral_guard.choices", Value::Number(1)),
        ("mistral_guard.tool_calls", Value::Number(1)),
        (
            "mistral_guard.tokens_minute_remaining",
            Value::Number(4_999_911),
        ),
        (
            "mistral_guard.tokens_minute_limit",
            Value::Number(5_000_000),
        ),
        ("mistral_guard.query_cost", Value::Number(52)),
    ];
    for (key, value) in table {
        assert_eq!(fields.get(key), Some(&value), "{key}");
    }
    for key in ["error.type", "mistral_guard.requests_minute_remaining"] {
        assert_eq!(fields.get(key), None, "{key}");
    }
}

#[tokio::test]
async fn a_call_without_an_answer_has_a_type_of_error() {
    let status = |status: u16| {
        move || {
            let mut response = reply("text/plain", &[data("no"), Step::Fail], false);
            *response.status_mut() = status.try_into().unwrap();
            response
        }
    };
    let table = [
        (200, Reader::Frames(2), Some("_OTHER")),
        (200, Reader::Frames(1), Some("cancelled")),
        (429, Reader::Frames(1), Some("429")),
    ];
    for (code, reader, expected) in table {
        let (_, record) = run(status(code), reader).await;
        assert_eq!(record.error_type().as_deref(), expected);
    }
}

/// One call with these ids in the request and in the reply, of this status: the names that are
/// recorded.
async fn names(
    layer: &MetadataLogLayer<impl OnRecord>,
    records: &Records,
    (asked, said): (&str, &str),
    status: u16,
) -> [String; 4] {
    let body = format!(
        r#"{{"model":"{said}","conversation_id":"conv_{said}","agent_id":"ag_{said}","choices":[]}}"#
    );
    let service = layer.clone().layer(Api(move |_| {
        let mut response = reply("application/json", &[data(&body)], false);
        *response.status_mut() = status.try_into().unwrap();
        response
    }));
    let request = format!(
        r#"{{"model":"{asked}","conversation_id":"conv_{asked}","agent_id":"ag_{asked}"}}"#
    );
    let response = service.oneshot(post(request)).await.unwrap();
    response.into_body().collect().await.unwrap();
    let record = records.one();
    let name = |name: Option<&str>| name.unwrap_or("-").to_owned();
    [
        name(record.request_model.as_deref()),
        name(record.response_model.as_deref()),
        name(record.conversation_id.as_deref()),
        name(record.agent_id.as_deref()),
    ]
}

#[tokio::test]
async fn a_name_is_said_if_it_is_configured_or_the_api_has_said_it() {
    let records = Records::default();
    let (id, second) = (
        "38b08c1f87ca3eb8561ec7eb25f9b33f",
        "d0250c84a2a578e07870ff36e38c99cf",
    );
    let (conv, agent) = (format!("conv_{id}"), format!("ag_{id}"));
    let configured = format!("ag_{second}");
    let layer = records.layer().agents([&*configured]).max_names(2);
    let other = "other";
    // What a caller asks for, what the API says, and its status; what is recorded.
    let table = [
        ((id, id), 400, [other, other, other, other]),
        ((second, id), 200, [other, id, &conv, &agent]),
        // What is known stays known, whatever the status is.
        ((id, second), 400, [id, other, other, &configured]),
        // Where an id belongs in a reply, anything else is none.
        (("x", "y"), 200, [other, "y", other, other]),
        // Two are enough.
        (("y", "x"), 200, ["y", other, other, other]),
    ];
    for (n, (names_of, status, expected)) in table.into_iter().enumerate() {
        let got = names(&layer, &records, names_of, status).await;
        assert_eq!(got, expected, "case {n}");
    }
    let layer = records.layer().models(["x"]);
    let got = names(&layer, &records, ("x", "x"), 400).await;
    assert_eq!(got[..2], ["x", "x"]);
}

#[tokio::test]
async fn a_host_is_said_if_it_is_known() {
    let records = Records::default();
    let table = [
        (
            "https://api.eu.mistral.ai/",
            Some("api.eu.mistral.ai"),
            Some(443),
        ),
        ("http://llm.corp:8080/", Some("llm.corp"), Some(8080)),
        ("https://a-secret.example:7/", Some("other"), None),
        ("/v1/chat/completions", None, None),
    ];
    for (uri, server, port) in table {
        let layer = records.layer().server("llm.corp");
        let service = layer.layer(Api(|_| reply("text/plain", &[], true)));
        let mut request = post("{}");
        *request.uri_mut() = uri.parse().unwrap();
        drop(service.oneshot(request).await);
        let record = records.one();
        assert_eq!(
            (record.server.as_deref(), record.server_port),
            (server, port)
        );
    }
}

#[tokio::test]
async fn ids_go_on_and_what_tells_of_the_caller_does_not() {
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let private = [
        "baggage",
        "cookie",
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-whatever",
    ];
    for (traceparent, is_kept) in [(trace, true), ("a secret", false)] {
        let seen = Arc::<Mutex<Option<HeaderMap>>>::default();
        let sent = Arc::clone(&seen);
        let records = Records::default();
        let layer = records
            .layer()
            .pass_on(HeaderName::from_static("tracestate"))
            .pass_on(HeaderName::from_static("x-forwarded-host"));
        let service = layer.layer(Api(move |request: Request<RequestBody<_>>| {
            *sent.lock().unwrap() = Some(request.headers().clone());
            reply("application/json", &[data(JSON)], true)
        }));
        let mut request = post(REQUEST);
        let given = private
            .into_iter()
            .chain(["x-request-id", "tracestate", "x-forwarded-host"]);
        for name in given {
            request
                .headers_mut()
                .insert(name, "some, text".parse().unwrap());
        }
        request
            .headers_mut()
            .insert("traceparent", traceparent.parse().unwrap());
        drop(service.oneshot(request).await);
        let (seen, record) = (seen.lock().unwrap().take().unwrap(), records.one());
        let header = |name: &str| seen.get(name).map(|value| value.to_str().unwrap());
        assert!(
            private.iter().all(|name| header(name).is_none()),
            "{seen:?}"
        );
        assert_eq!(header("x-forwarded-host"), Some("some, text"));
        assert_eq!(header("x-request-id"), Some(record.request_id.as_str()));
        assert_eq!(header("traceparent"), Some(&*record.trace.span.to_string()));
        assert_ne!(
            header("traceparent"),
            Some(trace),
            "the call is a span of its own"
        );
        let of_caller = record.trace.span.to_string().starts_with(&trace[..36]);
        assert_eq!(
            (of_caller, record.trace.parent.is_some()),
            (is_kept, is_kept)
        );
        // It belongs to the trace that it came with.
        assert_eq!(header("tracestate").is_some(), is_kept);
    }
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
    let without_times = |record: Record| {
        let mut fields = Vec::new();
        record.fields(|name, value| {
            let differs = ["_ms", "_chunk", "trace_id", "span_id"];
            if !differs.iter().any(|end| name.ends_with(end)) {
                fields.push((name, format!("{value:?}")));
            }
        });
        fields
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
    let records = Records::default();
    // An inner layer has seen the first byte, and has let go text, when it says so; without one the
    // first byte is the first that is passed on, and the first text is that of an event.
    for (is_read, byte, text) in [(false, 50, 90), (true, 25, 60)] {
        let (clock, hand) = Clock::manual();
        let at_api = hand.clone();
        let report = Arc::<Mutex<Option<CallReport>>>::default();
        let at_inner = Arc::clone(&report);
        let api = Api(move |request: Request<RequestBody<_>>| {
            let report = request.extensions().get::<CallReport>().unwrap();
            at_api.advance(Duration::from_millis(20));
            if is_read {
                assert!(report.claim_reply());
            }
            *at_inner.lock().unwrap() = Some(report.clone());
            reply("text/event-stream", &EVENTS.map(data), false)
        });
        let service = records.layer().clock(clock).layer(api);
        let mut body = service.oneshot(post(REQUEST)).await.unwrap().into_body();
        let inner = report.lock().unwrap().take().unwrap();
        let pass = |millis| hand.advance(Duration::from_millis(millis));
        pass(5);
        if is_read {
            inner.note_byte();
        }
        pass(25);
        body.frame().await.unwrap().unwrap();
        pass(10);
        if is_read {
            inner.note_text();
        }
        pass(30);
        body.collect().await.unwrap();
        let record = records.one();
        let millis = |time: Option<Duration>| time.map(|time| time.as_millis());
        assert_eq!(millis(record.time_to_head), Some(20));
        assert_eq!(millis(record.time_to_first_byte), Some(byte));
        assert_eq!(millis(record.time_to_first_text), Some(text));
        assert_eq!(millis(Some(record.duration)), Some(90));
    }
}

#[tokio::test]
async fn off_makes_no_record_and_touches_nothing() {
    let records = Records::default();
    let layer = records.layer();
    let modes = layer.modes();
    let service = layer.layer(Api(|request: Request<RequestBody<_>>| {
        let is_touched = request.headers().len() > 2;
        assert_eq!(
            request.extensions().get::<CallReport>().is_some(),
            is_touched
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
        request
            .headers_mut()
            .insert("cookie", "a=b".parse().unwrap());
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
