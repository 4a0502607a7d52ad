//! Several sinks at once, and what each of them says.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

mod support;

use std::{
    collections::BTreeSet,
    io::{self, Write},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use http_body_util::BodyExt;
use serde_json::Value;
use support::{Api, Lines, REQUEST, Records, data, post, reply};
use tower::{Layer, ServiceExt};
use tower_mistral_metadata_log::{
    JsonLines, MetadataLogLayer, OnRecord, Record,
    wire::ext::{Action, Attempt, CallReport, Clock, Finding, Layer as Room},
};
use tracing::{Subscriber, subscriber::Interest};

/// A reply that says all that a reply can say.
const FULL: &str = r#"{"id":"38b08c1f87ca3eb8561ec7eb25f9b33f","model":"mistral-small-latest","conversation_id":"conv_70e643fb1c0108b4fe7d927add6573bd","agent_id":"ag_4e42f7dd43ecbfe104de58610557c5ba","choices":[{"index":0,"message":{"content":"Bien"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}"#;

/// One call that has all that can be recorded.
async fn call(layer: MetadataLogLayer<impl OnRecord>) {
    let (time, clock) = Clock::manual();
    let layer = layer.clock(time).versions(0xabc, 3);
    let api = Api(move |request: http::Request<_>| {
        let report = request.extensions().get::<CallReport>().unwrap();
        report.add_overhead(Room::MetadataLog, Duration::from_micros(7));
        report.add(Finding::new(Room::SanitizeInput, "phrase", Action::Flagged));
        for value in ["one value", "another", "one value"] {
            let finding = Finding::new(Room::RedactOutput, "EMAIL_ADDRESS", Action::Edited);
            report.add(finding.of_value(value));
        }
        report.note_held(Some("EMAIL_ADDRESS".into()), 1.5);
        report.note_held(None, 0.25);
        report.note_held(Some("EMAIL_ADDRESS".into()), 0.5);
        report.add_overhead(Room::SanitizeInput, Duration::from_micros(1500));
        report.time(Room::RedactOutput, || {
            clock.advance(Duration::from_micros(2500));
        });
        report.add_attempt(Attempt::new(Some("k1".into()), Some(200)));
        report.add_attempt(Attempt::new(Some("k2".into()), None));
        let mut response = reply("application/json", &[data(FULL)], true);
        for of in [
            "tokens-minute",
            "tokens-month",
            "req-minute",
            "req-10-second",
        ] {
            for what in ["limit", "remaining"] {
                let name = format!("x-ratelimit-{what}-{of}").parse::<http::HeaderName>();
                response.headers_mut().insert(name.unwrap(), 7.into());
            }
        }
        let uuid = "019afc65-481e-7d1c-98be-6a3d65015b2b";
        let headers = response.headers_mut();
        headers.insert("mistral-correlation-id", uuid.parse().unwrap());
        headers.insert("x-ratelimit-tokens-query-cost", 7.into());
        headers.insert("retry-after", 7.into());
        tracing::info!(target: "client", "called");
        response
    });
    let response = layer.layer(api).oneshot(post(REQUEST)).await.unwrap();
    response.into_body().collect().await.unwrap();
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

/// What is logged while `run` runs, as JSON.
fn logged(run: impl FnOnce()) -> Vec<Value> {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(lines.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, run);
    lines.parsed()
}

#[test]
fn every_sink_names_the_same_fields() {
    let (lines, records) = (Lines::default(), Records::default());
    let json = JsonLines::new(lines.clone()).unwrap();
    let layer = MetadataLogLayer::new().also(json).also({
        let records = records.clone();
        move |record: &Record| records.push(record)
    });
    let logged = logged(|| block_on(call(layer)));
    let record = records.one();
    let mut expected = BTreeSet::new();
    record.fields(|name, _| {
        expected.insert(name.to_owned());
    });
    let names = |line: &Value| -> BTreeSet<_> {
        let frame = ["timestamp", "level", "target", "message", "span", "spans"];
        let names = line.as_object().unwrap().keys().cloned();
        names.filter(|name| !frame.contains(&&**name)).collect()
    };
    // `error.type` alone is for calls that went wrong.
    assert!(expected.len() > 60, "{}", expected.len());
    let [called, event] = <[Value; 2]>::try_from(logged).unwrap();
    let [line] = <[Value; 1]>::try_from(lines.parsed()).unwrap();
    assert_eq!(names(&event), expected);
    assert_eq!(names(&line), expected);
    for name in expected {
        let (one, other) = (&event[&name], &line[&name]);
        let joined = other.as_array().map(|items| {
            let items: Vec<_> = items.iter().map(|item| item.as_str().unwrap()).collect();
            Value::from(items.join(","))
        });
        assert_eq!(*one, joined.unwrap_or_else(|| other.clone()), "{name}");
    }
    let rules = "sanitize_input/phrase:flagged=1+0,redact_output/EMAIL_ADDRESS:edited=3+0";
    assert_eq!(event["mistral_guard.rules"], rules);
    assert_eq!(event["mistral_guard.attempts"], "k1:200,k2:-");
    assert_eq!(event["mistral_guard.redaction"], "edited");
    assert_eq!(
        event["mistral_guard.values"],
        "redact_output/EMAIL_ADDRESS=2/2"
    );
    let held = "EMAIL_ADDRESS=2.000000,none=0.250000";
    assert_eq!(event["mistral_guard.held"], held);
    assert_eq!(event["mistral_guard.held_byte_seconds"], 2.25);
    assert_eq!(event["mistral_guard.overhead_sanitize_input_ms"], 1.5);
    assert_eq!(event["mistral_guard.overhead_redact_output_ms"], 2.5);
    assert_eq!(event["mistral_guard.rule_set"], "0000000000000abc");
    assert_eq!(event["mistral_guard.config_generation"], 3);
    // What happens inside of the call stands in its span.
    for line in [&called, &event] {
        assert_eq!(line["span"]["name"], "mistral_call");
        assert_eq!(line["span"]["trace_id"], event["trace_id"]);
        assert_eq!(line["span"]["request_id"], record.request_id.as_str());
    }
}

#[test]
fn a_sink_that_panics_is_alone_with_it() {
    let records = Records::default();
    let sink = |record: &Record| records.push(record);
    let bug = |_: &Record| panic!("a bug in the sink");
    let layer = MetadataLogLayer::new().on_record((bug, sink, ()));
    block_on(call(layer.also(bug).also(Some(sink)).also(vec![sink])));
    assert_eq!(records.take().len(), 3);
}

/// Says that it was asked to write, and does when it is told to.
struct Gate {
    asked: Sender<()>,
    open: Receiver<()>,
    lines: Lines,
}

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.asked.send(()).unwrap();
        // An end that is gone leaves it open.
        let _ = self.open.recv();
        self.lines.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_is_stuck_holds_up_no_call_and_what_is_lost_is_counted() {
    let (asked, is_asked) = channel();
    let (opens, open) = channel();
    let lines = Lines::default();
    let gate = Gate {
        asked,
        open,
        lines: lines.clone(),
    };
    let sink = JsonLines::with_capacity(2, gate).unwrap();
    let layer = MetadataLogLayer::new().on_record(sink.clone());
    block_on(call(layer.clone()));
    is_asked.recv().unwrap();
    for _ in 0..5 {
        block_on(call(layer.clone()));
    }
    // One is being written, two wait.
    assert_eq!(sink.dropped(), 3);
    assert!(lines.parsed().is_empty());
    drop((opens, layer, sink));
    assert_eq!(lines.parsed().len(), 3, "the last handle waits");
}

#[test]
fn a_write_that_fails_is_counted() {
    struct Full(Sender<()>);
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    impl Drop for Full {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }
    let (ended, has_ended) = channel();
    let sink = JsonLines::new(Full(ended)).unwrap();
    let dropped = sink.clone();
    block_on(call(MetadataLogLayer::new().on_record(sink)));
    // It counts at the latest when it ends, and this handle keeps it from that.
    while dropped.dropped() == 0 {
        std::thread::yield_now();
    }
    assert_eq!(dropped.dropped(), 1);
    drop(dropped);
    has_ended.recv().unwrap();
}

/// Hears nothing, and counts what it is told all the same.
struct Deaf(Arc<Mutex<u32>>);

impl Subscriber for Deaf {
    fn register_callsite(&self, _: &'static tracing::Metadata<'static>) -> Interest {
        Interest::sometimes()
    }
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        false
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        *self.0.lock().unwrap() += 1;
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, _: &tracing::Event<'_>) {
        *self.0.lock().unwrap() += 1;
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn nobody_listens_and_nothing_is_said() {
    let said = Arc::default();
    let run = || block_on(call(MetadataLogLayer::new()));
    tracing::subscriber::with_default(Deaf(Arc::clone(&said)), run);
    assert_eq!(*said.lock().unwrap(), 0);
}
