//! What reading a body once costs: the tape against the least that any reader has to do, which is
//! to see that it is UTF-8 and JSON.

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde::de::IgnoredAny;
use tower_mistral_wire::{
    json::{Limits, Tape},
    sse::Decoder,
};

#[path = "data.rs"]
mod data;

fn tape(c: &mut Criterion) {
    let mut group = c.benchmark_group("json");
    let limits = Limits::default();
    for (name, size) in [("4KB", 4 << 10), ("64KB", 64 << 10)] {
        let body = data::chat_request(size, false);
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_with_input(BenchmarkId::new("tape", name), &body, |b, body| {
            b.iter(|| Tape::parse(body.clone(), &limits).expect("the body is JSON"));
        });
        group.bench_with_input(BenchmarkId::new("utf8+ignored", name), &body, |b, body| {
            b.iter(|| {
                let text = std::str::from_utf8(body).expect("the body is UTF-8");
                serde_json::from_str::<IgnoredAny>(text).expect("the body is JSON")
            });
        });
        group.bench_with_input(
            BenchmarkId::new("serde_json::Value", name),
            &body,
            |b, body| {
                b.iter(|| {
                    serde_json::from_slice::<serde_json::Value>(body).expect("the body is JSON")
                });
            },
        );
    }
    group.finish();
}

fn events(c: &mut Criterion) {
    let chunks = data::stream(data::EVENTS, data::PROSE);
    let bytes = chunks.iter().map(Bytes::len).sum::<usize>();
    let mut group = c.benchmark_group("sse");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("200 events", |b| {
        b.iter(|| {
            let mut decoder = Decoder::new(1 << 20);
            let mut count = 0;
            for chunk in &chunks {
                decoder.push(chunk.clone()).expect("the events are small");
                count += std::iter::from_fn(|| decoder.pop()).count();
            }
            count
        });
    });
    group.finish();
}

criterion_group!(benches, tape, events);
criterion_main!(benches);
