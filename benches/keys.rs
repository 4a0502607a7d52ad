//! What it costs to pick a key, alone and with other threads, and what the layer adds to a call.

use std::{
    convert::Infallible,
    hint::black_box,
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tokio::runtime::Builder;
use tower::{Layer, ServiceExt, service_fn};
use tower_mistral::key_rotation::{KeyRing, KeyRotationLayer, Keys, Strategy};

const STRATEGIES: [(&str, Strategy); 3] = [
    ("primary", Strategy::Primary),
    ("round robin", Strategy::RoundRobin),
    ("least in flight", Strategy::LeastInFlight),
];

fn layer(keys: usize, strategy: Strategy) -> KeyRotationLayer {
    let keys = (0..keys).map(|number| format!("bench-key-{number}"));
    let layer = KeyRotationLayer::new(Keys::new(keys)).expect("the keys are keys");
    layer.strategy(strategy)
}

fn pick(c: &mut Criterion) {
    let mut group = c.benchmark_group("pick");
    for (name, strategy) in STRATEGIES {
        for keys in [2, 8] {
            let ring = layer(keys, strategy).ring();
            let id = |threads| BenchmarkId::new(name, format!("{keys} keys, {threads}"));
            group.bench_function(id("alone"), |b| b.iter(|| black_box(ring.pick())));
            group.bench_function(id("8 threads"), |b| {
                b.iter_custom(|picks| together(&ring, 8, picks));
            });
        }
    }
    group.finish();
}

/// The processor time that so many picks take a thread while others pick too: threads that have no
/// core wait for one, which is no pick's time.
fn together(ring: &KeyRing, threads: u32, picks: u64) -> Duration {
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get() as u32);
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| (0..picks).for_each(|_| _ = black_box(ring.pick())));
        }
    });
    start.elapsed() * cores.min(threads) / threads
}

async fn answer<B: Body>(_: Request<B>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::default()))
}

fn request() -> Request<Full<Bytes>> {
    Request::post("https://api.mistral.ai/v1/chat/completions")
        .header("content-type", "application/json")
        .body(Full::from(r#"{"model":"m","messages":[]}"#))
        .expect("the request is one")
}

fn call(c: &mut Criterion) {
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime starts");
    let mut group = c.benchmark_group("call");
    group.bench_function("no layer", |b| {
        b.iter(|| runtime.block_on(service_fn(answer).oneshot(request())));
    });
    for keys in [1, 3] {
        let layer = layer(keys, Strategy::Primary);
        group.bench_function(BenchmarkId::new("layer", format!("{keys} keys")), |b| {
            b.iter(|| runtime.block_on(layer.layer(service_fn(answer)).oneshot(request())));
        });
    }
    group.finish();
}

criterion_group!(benches, pick, call);
criterion_main!(benches);
