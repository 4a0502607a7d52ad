//! No text of a call gets into anything that is logged or printed.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod support;

use http::{HeaderName, HeaderValue, Response};
use http_body_util::BodyExt;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use support::{Api, Lines, Records, Step, data, post};
use tower::{Layer, ServiceExt};
use tower_mistral_metadata_log::{JsonLines, MetadataLogLayer, wire::ext::CallReport};

/// `value` with the canary in the place of every string, and as an own key of every object.
fn plant(value: Value, canary: &str) -> Value {
    match value {
        Value::String(_) => Value::String(canary.into()),
        Value::Array(items) => items.into_iter().map(|item| plant(item, canary)).collect(),
        Value::Object(entries) => {
            let mut planted: Map<_, _> = entries
                .into_iter()
                // A role decides what is read at all: it stays.
                .map(|(key, value)| match &*key {
                    "role" => (key, value),
                    _ => (key, plant(value, canary)),
                })
                .collect();
            planted.insert(canary.into(), canary.into());
            Value::Object(planted)
        }
        other => other,
    }
}

/// How one call looks.
#[derive(Clone, Copy, Debug)]
struct Shape {
    status: u16,
    stream: bool,
    /// The reply breaks off in the middle.
    cut: bool,
    /// The reader hangs up in the middle.
    dropped: bool,
}

/// Runs one call in which every string is the canary; gives all that was written or can be printed.
async fn everything_that_shows(core: &str, shape: Shape) -> String {
    let Shape {
        status,
        stream,
        cut,
        dropped,
    } = shape;
    let canary = format!("~{core}~");
    let request = plant(
        json!({"model": "m", "stream": stream, "stop": ["s"], "metadata": {"k": "v"},
            "tools": [{"type": "function", "function": {"name": "f", "parameters": {"d": "x"}}}],
            "messages": [{"role": "user", "content": [{"type": "text", "text": "t"}]}]}),
        &canary,
    );
    // In the place of a name any name will do, so these are the canary alone.
    let request = names(request, core, &["model", "agent_id", "conversation_id"]);
    let message = json!({"content": "c", "tool_calls": [{"id": "i", "function": {"name": "n", "arguments": "{}"}}]});
    let reply = plant(
        json!({"id": "i", "model": "m", "object": "o", "message": "e", "type": "t", "code": "c",
            "choices": [{"index": 0, "message": message, "delta": message, "finish_reason": "f"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 4, "service_tier": "s"}}),
        &canary,
    );
    let reply = names(reply, core, &["id", "agent_id", "conversation_id"]);
    // What the API calls its model with success is said; an error may echo the request.
    let reply = match status {
        200 => names(reply, "mistral-small-latest", &["model"]),
        _ => names(reply, core, &["model"]),
    };
    let reply = match stream {
        true => {
            format!(": {canary}\nevent: {canary}\nid: {canary}\ndata: {reply}\n\ndata: [DONE]\n\n")
        }
        false => reply.to_string(),
    };
    let end = if cut { reply.len() / 2 } else { reply.len() };
    let (head, tail) = reply.as_bytes()[..end].split_at(end / 2);
    let mut script = vec![data(head), data(tail)];
    if cut {
        script.push(Step::FailWith(canary.clone()));
    }

    let headers = [
        "authorization",
        "baggage",
        "cookie",
        "mistral-correlation-id",
        "retry-after",
        "traceparent",
        "tracestate",
        "user-agent",
        "x-forwarded-for",
        "x-mistral-guard",
        "x-ratelimit-remaining-tokens-minute",
        "x-request-id",
    ];
    let mut sent = post(request.to_string());
    *sent.method_mut() = http::Method::POST;
    *sent.uri_mut() = format!("https://{core}.example/v1/chat/completions?q={canary}")
        .parse()
        .unwrap();
    for name in headers {
        let value = HeaderValue::from_str(&canary).unwrap();
        sent.headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
    let answer = HeaderValue::from_str(core).unwrap();
    let api = Api(move |_| {
        let label = if stream {
            "text/event-stream"
        } else {
            "application/json"
        };
        let mut response: Response<_> = support::reply(label, &script, false);
        *response.status_mut() = status.try_into().unwrap();
        for name in headers {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), answer.clone());
        }
        response
    });
    // Each sink: that of tracing, lines of JSON, and one that keeps the record.
    let (records, lines) = (Records::default(), Lines::default());
    let json = JsonLines::new(lines.clone()).unwrap();
    let exported = Exported::new();
    let outer = MetadataLogLayer::new().also(json).also(exported.sinks());
    let inner = records.layer();
    let mut shown = format!("{outer:?} {inner:?}");
    let service = outer.layer(
        tower::ServiceBuilder::new()
            .layer(inner)
            .service(Hidden(api)),
    );
    shown += &format!("{service:?}");
    let call = service.oneshot(sent);
    let response = call.await.unwrap();
    let report = response.extensions().get::<CallReport>().unwrap().clone();
    let mut body = response.into_body();
    shown += &format!("{body:?}");
    if dropped {
        let _ = body.frame().await;
        drop(body);
    } else {
        // The error is the inner body's own, which shows what it likes.
        assert_eq!(body.collect().await.is_err(), cut);
    }
    drop(outer);
    let record = records.one();
    assert_eq!(record.messages, 1);
    assert_eq!(lines.parsed().len(), 1);
    shown
        + &format!(
            "{record:?} {report:?} {} {} {}",
            record.to_json(),
            lines.text(),
            exported.text(),
        )
}

/// What exporters of OpenTelemetry get.
#[cfg(feature = "opentelemetry")]
struct Exported {
    spans: opentelemetry_sdk::trace::InMemorySpanExporter,
    tracer: opentelemetry_sdk::trace::SdkTracerProvider,
    metrics: opentelemetry_sdk::metrics::InMemoryMetricExporter,
    meter: opentelemetry_sdk::metrics::SdkMeterProvider,
}

#[cfg(feature = "opentelemetry")]
impl Exported {
    fn new() -> Self {
        use opentelemetry_sdk::{metrics, trace};

        let spans = trace::InMemorySpanExporter::default();
        let exporter = metrics::InMemoryMetricExporter::default();
        let reader = metrics::PeriodicReader::builder(exporter.clone()).build();
        let tracer = trace::SdkTracerProvider::builder();
        Self {
            tracer: tracer.with_simple_exporter(spans.clone()).build(),
            spans,
            metrics: exporter,
            meter: metrics::SdkMeterProvider::builder()
                .with_reader(reader)
                .build(),
        }
    }

    fn sinks(&self) -> impl tower_mistral_metadata_log::OnRecord {
        use opentelemetry::{metrics::MeterProvider, trace::TracerProvider};
        use tower_mistral_metadata_log::{OtelMetrics, OtelSpans};

        let spans = OtelSpans::new(self.tracer.tracer("t"));
        (spans, OtelMetrics::new(&self.meter.meter("t")))
    }

    fn text(&self) -> String {
        self.meter.force_flush().unwrap();
        let spans = self.spans.get_finished_spans().unwrap();
        assert_eq!(spans.len(), 1);
        format!(
            "{spans:?} {:?}",
            self.metrics.get_finished_metrics().unwrap()
        )
    }
}

#[cfg(not(feature = "opentelemetry"))]
struct Exported;

#[cfg(not(feature = "opentelemetry"))]
impl Exported {
    fn new() -> Self {
        Self
    }

    fn sinks(&self) {}

    fn text(&self) -> &'static str {
        ""
    }
}

/// Puts `name` into these places of an object.
fn names(mut object: Value, name: &str, keys: &[&str]) -> Value {
    for key in keys {
        object[key] = name.into();
    }
    object
}

/// The canary, and how it looks in other clothes: base64, at each of three places in a text, and with
/// every character escaped.
fn clothes(core: &str) -> Vec<String> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let base64 = |skip: usize| -> String {
        let whole = core.as_bytes()[skip..].chunks_exact(3);
        let digits = whole.flat_map(|three| {
            let bits = three
                .iter()
                .fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
            [18, 12, 6, 0].map(|shift| char::from(DIGITS[bits >> shift & 63]))
        });
        digits.collect()
    };
    let escaped = core.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    vec![core.to_owned(), base64(0), base64(1), base64(2), escaped]
}

/// Leaves out what the inner service itself would print.
#[derive(Clone)]
struct Hidden<S>(S);

impl<S> std::fmt::Debug for Hidden<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden")
    }
}

impl<S: tower::Service<Q>, Q> tower::Service<Q> for Hidden<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(
        &mut self,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Q) -> S::Future {
        self.0.call(request)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_of_a_call_shows(
        core in "[A-Za-z0-9]{12,24}",
        status in prop::sample::select(vec![200_u16, 401, 422]),
        stream: bool,
        cut: bool,
        dropped: bool,
    ) {
        let shape = Shape { status, stream, cut, dropped };
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(lines.clone())
            .finish();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let shown = tracing::subscriber::with_default(subscriber, || {
            runtime.block_on(everything_that_shows(&core, shape))
        });
        let lines = lines.text();
        for form in clothes(&core) {
            prop_assert!(!lines.contains(&form), "in the log: {}", form);
            prop_assert!(!shown.contains(&form), "in a line, a Debug form or an error: {}", form);
        }
        // The log is there, and says what it should.
        prop_assert_eq!(lines.lines().count(), 1);
        prop_assert!(lines.contains("tower_mistral: call "));
        let expected = format!("http.response.status_code={status}");
        prop_assert!(lines.contains(&expected));
        prop_assert!(lines.contains("mistral_guard.messages=1"));
        prop_assert!(lines.contains("gen_ai.operation.name=\"chat\""));
        prop_assert!(lines.contains("gen_ai.request.model=\"other\""));
    }
}
