//! stream-redactor, its peers, one alternation of twenty patterns, and memcpy, in one run.
//!
//! `cargo bench` here; `cargo bench -- prose` for one text.

use std::hint::black_box;

use cerberust::scanners::PiiScanner;
use cerberust::{ScanCtx, Scanner};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use guardrail_classifiers::pii::{PiiEntityType, PiiRedactor};
use guardrail_classifiers::pii_stream::StreamingPiiRedactor;
use stream_redactor::{End, Redactor};
use stream_redactor_peers as texts;

/// Patterns of the kind and number that a list of regular expressions would have.
const PATTERNS: [&str; 20] = [
    r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b",
    r"\b\d{3}-\d{2}-\d{4}\b",
    r"\b(?:\d[ -]?){13,19}\b",
    r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b",
    r"\+\d{1,3}[ -]?\d{2,4}[ -]?\d{3,4}[ -]?\d{3,4}\b",
    r"\(\d{3}\) ?\d{3}-\d{4}",
    r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
    r"\b(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F]{1,4}\b",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    r"(?i)<script\b",
    r"(?i)system\s+prompt\s*:",
    r"\bAKIA[0-9A-Z]{16}\b",
    r"\bghp_[A-Za-z0-9]{36}\b",
    r"\bsk-[A-Za-z0-9]{20,}\b",
    r"\bxox[abp]-[A-Za-z0-9-]{10,}\b",
    r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\b",
    r"\b(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}\b",
    r"\b[13][a-km-zA-HJ-NP-Z1-9]{25,34}\b",
    r"\b\d{4}-\d{2}-\d{2}\b",
    r"\b[A-Z]{1,2}\d{6,9}\b",
];

/// All that it knows.
fn guardrail() -> PiiRedactor {
    let entities = vec![
        PiiEntityType::Email,
        PiiEntityType::Phone,
        PiiEntityType::CreditCard,
        PiiEntityType::Ssn,
        PiiEntityType::IpAddress,
        PiiEntityType::ApiKey,
        PiiEntityType::AwsKey,
    ];
    PiiRedactor::new(entities, true).unwrap()
}

fn whole_texts(c: &mut Criterion) {
    let cases = [
        ("prose-4k", texts::prose(4096)),
        ("prose-64k", texts::prose(65_536)),
        ("answer-4k", texts::answer(4096)),
        ("value-every-kb", texts::with_values(65_536, 1024)),
        ("value-every-50", texts::with_values(65_536, 50)),
        ("logs", texts::logs(65_536)),
        ("german", texts::german(65_536)),
        ("french", texts::french(65_536)),
        ("chinese", texts::chinese(65_536)),
    ];
    let redactor = Redactor::recommended();
    let guardrail = guardrail();
    let regex = regex::Regex::new(&PATTERNS.map(|p| format!("(?:{p})")).join("|")).unwrap();
    for (name, text) in &cases {
        let mut group = c.benchmark_group(*name);
        group.throughput(Throughput::Bytes(text.len() as u64));
        let mut copy = Vec::with_capacity(text.len());
        group.bench_function("memcpy", |b| {
            b.iter(|| {
                copy.clear();
                copy.extend_from_slice(black_box(text.as_bytes()));
                black_box(&copy);
            });
        });
        let (mut stream, mut edits) = (redactor.stream(), Vec::new());
        group.bench_function("stream-redactor", |b| {
            b.iter(|| {
                stream.push(black_box(text), &mut edits);
                stream.finish(End::Complete, &mut edits);
                black_box(&edits);
                edits.clear();
            });
        });
        group.bench_function("regex-20", |b| {
            b.iter(|| black_box(regex.replace_all(black_box(text), "[X]")).len());
        });
        let scanner = PiiScanner::new();
        group.bench_function("cerberust", |b| {
            b.iter(|| {
                let mut ctx = ScanCtx::default();
                black_box(scanner.scan(black_box(text), &mut ctx));
            });
        });
        group.bench_function("guardrail", |b| {
            b.iter(|| black_box(guardrail.redact_text(black_box(text))).len());
        });
        group.finish();
    }
}

fn deltas(c: &mut Criterion) {
    let guardrail = guardrail();
    for (name, text) in [
        ("delta-prose", texts::prose(16_384)),
        ("delta-dense", texts::with_values(16_384, 50)),
    ] {
        let pieces: Vec<_> = text
            .as_bytes()
            .chunks(4)
            .map(|piece| std::str::from_utf8(piece).unwrap())
            .collect();
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(pieces.len() as u64));
        let redactor = Redactor::recommended();
        let (mut stream, mut edits) = (redactor.stream(), Vec::new());
        group.bench_function("stream-redactor", |b| {
            b.iter(|| {
                for piece in &pieces {
                    stream.push(black_box(piece), &mut edits);
                    black_box(&edits);
                    edits.clear();
                }
                stream.finish(End::Complete, &mut edits);
                edits.clear();
            });
        });
        group.bench_function("guardrail", |b| {
            b.iter(|| {
                let mut stream = StreamingPiiRedactor::new();
                for piece in &pieces {
                    black_box(stream.push(&guardrail, black_box(piece)));
                }
                black_box(stream.finish(&guardrail));
            });
        });
        group.finish();
    }
}

criterion_group!(benches, whole_texts, deltas);
criterion_main!(benches);
