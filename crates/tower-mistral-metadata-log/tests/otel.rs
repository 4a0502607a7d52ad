//! What an exporter of OpenTelemetry gets.
#![cfg(feature = "opentelemetry")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

mod support;

use std::collections::BTreeMap;

use http_body_util::BodyExt;
use opentelemetry::{
    metrics::MeterProvider,
    trace::{SpanKind, Status, TracerProvider},
};
use opentelemetry_sdk::{
    metrics::{
        InMemoryMetricExporter, PeriodicReader, SdkMeterProvider,
        data::{AggregatedMetrics, MetricData, ResourceMetrics, ScopeMetrics},
    },
    trace::{InMemorySpanExporter, SdkTracerProvider},
};
use support::{Api, EVENTS, REQUEST, data, post, reply};
use tower::{Layer, ServiceExt};
use tower_mistral_metadata_log::{
    MetadataLogLayer, OnRecord, OtelMetrics, OtelSpans,
    wire::ext::{Action, CallReport, Finding, Layer as WireLayer},
};

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// One streamed call of the given status, in the caller's trace or in none.
fn call(sink: impl OnRecord, status: u16, traceparent: Option<&str>) {
    let layer = MetadataLogLayer::new().versions(0xabc, 7).on_record(sink);
    let service = layer.layer(Api(move |request: http::Request<_>| {
        let report = request.extensions().get::<CallReport>().unwrap();
        for value in ["a", "b", "a"] {
            let finding = Finding::new(WireLayer::RedactOutput, "EMAIL_ADDRESS", Action::Edited);
            report.add(finding.of_value(value));
        }
        let mut response = reply("text/event-stream", &EVENTS.map(data), false);
        *response.status_mut() = status.try_into().unwrap();
        response
    }));
    let mut request = post(REQUEST);
    if let Some(value) = traceparent {
        let value = value.parse().unwrap();
        request.headers_mut().insert("traceparent", value);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(async {
        let response = service.oneshot(request).await.unwrap();
        response.into_body().collect().await.unwrap();
    });
}

#[test]
fn a_call_is_a_span_of_the_callers_trace() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    call(OtelSpans::new(provider.tracer("t")), 200, Some(PARENT));
    call(OtelSpans::new(provider.tracer("t")), 429, None);
    let spans = exporter.get_finished_spans().unwrap();
    let [good, bad] = &spans[..] else {
        panic!("{} spans", spans.len());
    };
    assert_eq!(good.name, "chat other");
    assert_eq!(good.span_kind, SpanKind::Client);
    assert!(good.end_time > good.start_time);
    let trace = format!("{:032x}", good.span_context.trace_id());
    assert_eq!(trace, "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(format!("{:016x}", good.parent_span_id), "00f067aa0ba902b7");
    let attributes: BTreeMap<_, _> = good
        .attributes
        .iter()
        .map(|pair| (pair.key.as_str(), pair.value.to_string()))
        .collect();
    assert_eq!(attributes["gen_ai.response.model"], "mistral-small-2506");
    assert_eq!(
        attributes["gen_ai.response.finish_reasons"],
        "[\"stop\",\"length\"]"
    );
    assert_eq!(attributes["gen_ai.usage.output_tokens"], "7");
    assert_eq!(good.status, Status::Unset);
    let description = "429".into();
    assert_eq!(bad.status, Status::Error { description });
    assert_ne!(bad.span_context.trace_id(), good.span_context.trace_id());
}

#[test]
fn a_call_is_in_the_conventions_histograms() {
    let exporter = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(exporter.clone()).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    call(OtelMetrics::new(&provider.meter("t")), 200, None);
    provider.force_flush().unwrap();
    let exported = exporter.get_finished_metrics().unwrap();
    let (mut seen, mut counters) = (BTreeMap::new(), Vec::new());
    let mut gauges = BTreeMap::new();
    for metric in exported
        .iter()
        .flat_map(ResourceMetrics::scope_metrics)
        .flat_map(ScopeMetrics::metrics)
    {
        let (points, bounds) = match metric.data() {
            AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
                let points = histogram.data_points();
                let bounds = points.map(|point| point.bounds().collect::<Vec<_>>());
                let bounds: Vec<_> = bounds.collect();
                (bounds.len(), bounds.concat())
            }
            AggregatedMetrics::U64(MetricData::Histogram(histogram)) => {
                let points = histogram.data_points();
                let bounds = points.map(|point| point.bounds().collect::<Vec<_>>());
                let bounds: Vec<_> = bounds.collect();
                (bounds.len(), bounds.concat())
            }
            AggregatedMetrics::U64(MetricData::Gauge(gauge)) => {
                for point in gauge.data_points() {
                    let labels = point.attributes().map(|pair| pair.value.to_string());
                    let labels: Vec<_> = labels.collect();
                    gauges.insert((metric.name().to_owned(), labels.concat()), point.value());
                }
                continue;
            }
            _ => {
                counters.push(metric.name().to_owned());
                continue;
            }
        };
        let first = (bounds[0], bounds[13]);
        seen.insert(
            metric.name().to_owned(),
            (metric.unit().to_owned(), points, first),
        );
    }
    let expected = [
        ("gen_ai.client.operation.duration", "s", 1, (0.01, 81.92)),
        (
            "gen_ai.client.operation.time_to_first_chunk",
            "s",
            1,
            (0.01, 81.92),
        ),
        (
            "gen_ai.client.token.usage",
            "{token}",
            2,
            (1.0, 67_108_864.0),
        ),
    ];
    let expected = expected
        .map(|(name, unit, points, bounds)| (name.to_owned(), (unit.to_owned(), points, bounds)));
    assert_eq!(seen, BTreeMap::from(expected));
    let gauge = |name: &str, label: &str| (format!("mistral_guard.{name}"), label.to_owned());
    let expected = [
        (gauge("values_distinct", "EMAIL_ADDRESS"), 2),
        (gauge("config_generation", "0000000000000abc"), 7),
    ];
    assert_eq!(gauges, BTreeMap::from(expected));
    assert!(
        counters.contains(&"mistral_guard.overhead".to_owned()),
        "{counters:?}"
    );
}
