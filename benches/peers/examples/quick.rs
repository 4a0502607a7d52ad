//! Megabytes a second of the engine alone, best of several runs: `cargo run --release --example quick`.

use std::hint::black_box;
use std::time::Instant;

use stream_redactor::{Edit, Entity, Redactor, Stream, SystemText};
use stream_redactor_peers as texts;

fn main() {
    let only = std::env::args().nth(1).unwrap_or_default();
    let is_wanted = |name: &str| name.contains(&only);
    // Entities to leave out, for what a rule costs.
    let without = std::env::var("WITHOUT").unwrap_or_default();
    let builder = without.split(',').filter(|name| !name.is_empty());
    let builder = builder.fold(Redactor::builder(), |b, name| b.without(Entity::new(name.to_owned())));
    let redactor = builder.build().unwrap();
    let cases = [
        ("prose 4", texts::prose(4096)),
        ("prose 64", texts::prose(65536)),
        ("answer 4", texts::answer(4096)),
        ("answer 64", texts::answer(65536)),
        ("value/KB", texts::with_values(65536, 1024)),
        ("value/50", texts::with_values(65536, 50)),
        ("logs", texts::logs(65536)),
        ("german", texts::german(65536)),
        ("french", texts::french(65536)),
        ("chinese", texts::chinese(65536)),
    ];
    let (mut stream, mut edits) = (redactor.stream(), Vec::new());
    for (name, text) in cases.iter().filter(|(name, _)| is_wanted(name)) {
        let best = best(text.len(), || whole(&mut stream, &mut edits, text));
        println!("{name:12} {:8.0} MB/s  {:?}", 1e3 / best, texts::rates(text).map(|r| (r * 10.0).round() / 10.0));
    }
    // With a system text of 4 KB to guard.
    let words: Vec<String> = texts::prose(4096).split(' ').rev().map(str::to_owned).collect();
    let system = SystemText::new(&words.join(" "));
    let mut guarded = redactor.stream();
    guarded.protect(&system);
    for (name, text) in cases.iter().take(3) {
        let name = format!("guarded {name}");
        if is_wanted(&name) {
            let best = best(text.len(), || whole(&mut guarded, &mut edits, text));
            println!("{name:12} {:8.0} MB/s", 1e3 / best);
        }
    }
    if is_wanted("index") {
        let text = texts::answer(4096);
        let best = best(text.len(), || drop(black_box(SystemText::new(black_box(&text)))));
        println!("index {best:8.2} ns/byte");
    }
    // Each value alone, every fifty bytes.
    for value in texts::VALUES {
        let name = format!("each value {value}");
        if is_wanted(&name) {
            let text = texts::prose(65536).as_bytes().chunks(50 - value.len() - 2).map(|c| format!("{} {value} ", String::from_utf8_lossy(c).trim())).collect::<String>();
            let best = best(text.len(), || whole(&mut stream, &mut edits, &text));
            println!("{name:44} {:8.0} MB/s", 1e3 / best);
        }
    }
    for (name, text) in [("prose", texts::prose(65536)), ("dense", texts::with_values(65536, 50))] {
        if !is_wanted(&format!("delta {name}")) {
            continue;
        }
        let pieces: Vec<&str> = cut(&text, 4);
        let each = best(pieces.len(), || {
            for piece in &pieces {
                stream.push(piece, &mut edits);
                edits.clear();
            }
            stream.finish(stream_redactor::End::Complete, &mut edits);
            edits.clear();
        });
        println!("delta {name:6} {each:8.1} ns");
    }
    for unit in ["1", "@", "<", "x", "a.", "1-", "1 ", ":", "a:", "-", "(", "&", "%", "+", "ab1", "汉", "é", "\u{200b}", " ", "4111 ", "system ", "`<scr", "de89 ", "a@b.", "-----begin ", "1.", "f:", "[a", "(a", "+1"] {
        if !is_wanted(&format!("flood {unit}")) {
            continue;
        }
        let text = unit.repeat(1_000_000 / unit.len());
        let best = best(text.len(), || whole(&mut stream, &mut edits, &text));
        println!("flood {unit:12?} {best:6.2} ns/byte");
    }
}

fn whole(stream: &mut Stream, edits: &mut Vec<Edit>, text: &str) {
    stream.push(black_box(text), edits);
    stream.finish(stream_redactor::End::Complete, edits);
    black_box(&edits);
    edits.clear();
}

fn cut(text: &str, len: usize) -> Vec<&str> {
    text.as_bytes().chunks(len).map(|c| std::str::from_utf8(c).unwrap()).collect()
}

/// Nanoseconds for one of `n`, the best of several runs.
fn best(n: usize, mut run: impl FnMut()) -> f64 {
    let mut best = f64::MAX;
    let started = Instant::now();
    // For a profiler: so many runs.
    if let Some(times) = std::env::var("ONCE").ok().and_then(|times| times.parse().ok()) {
        (0..times).for_each(|_: u32| run());
        return 1.0;
    }
    while started.elapsed().as_millis() < 120 {
        let at = Instant::now();
        run();
        best = best.min(at.elapsed().as_nanos() as f64);
    }
    best / n as f64
}
