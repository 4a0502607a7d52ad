//! What reading a body once costs: the tape against the least that any reader has to do, which is
//! to see that it is UTF-8 and JSON; and what an event of a stream costs without an engine.

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use http::Method;
use serde::de::IgnoredAny;
use tower_mistral_wire::{
    json::{Limits, Tape},
    rewrite::{Edit, End, Engine, Engines, StreamOptions, StreamRewriter},
    sse::Decoder,
    table::{Endpoints, Group, RequestPath, TextKind},
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

/// An engine that costs nothing: it keeps all, at once, or each piece until the next one comes.
#[derive(Clone, Copy)]
struct Keeps {
    holds: bool,
    held: usize,
}

impl Engine for Keeps {
    fn push(&mut self, text: &str, out: &mut Vec<Edit>) {
        let held = std::mem::replace(&mut self.held, text.len());
        out.push(Edit::Keep(if self.holds { held } else { text.len() }));
    }

    fn finish(&mut self, _: End, out: &mut Vec<Edit>) {
        let held = std::mem::take(&mut self.held);
        out.push(Edit::Keep(if self.holds { held } else { 0 }));
    }
}

impl Engines for Keeps {
    type Engine = Self;

    fn open(&mut self, _: TextKind, _: Group) -> Option<Self> {
        Some(*self)
    }

    fn edits(&self, _: TextKind) -> bool {
        true
    }
}

/// What an event costs on its way through the rewriter, without an engine: untouched, and with a
/// text that is another one in each event. A time is that of 1,000 events.
fn rewriter(c: &mut Criterion) {
    const EVENTS: usize = 1_000;
    let path = "/v1/chat/completions".parse().expect("a path");
    let path = RequestPath::of(&path).expect("a plain path");
    let chat = Endpoints::mistral().find(&Method::POST, &path);
    let chunks = data::stream(EVENTS, data::PROSE);
    let bytes = chunks.iter().map(Bytes::len).sum::<usize>();
    let mut group = c.benchmark_group("1000 events");
    group.throughput(Throughput::Bytes(bytes as u64));
    for (name, holds) in [("untouched", false), ("edited", true)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let engines = Keeps { holds, held: 0 };
                let options = StreamOptions::default();
                let mut rewriter = StreamRewriter::new(engines, chat.clone(), options);
                let mut written = 0;
                for chunk in &chunks {
                    rewriter.push(chunk.clone()).expect("the events are JSON");
                    written += std::iter::from_fn(|| rewriter.pop())
                        .map(|b| b.len())
                        .sum::<usize>();
                }
                rewriter.finish().expect("the stream is whole");
                written
            });
        });
    }
    group.finish();
}

criterion_group!(benches, tape, events, rewriter);
criterion_main!(benches);
