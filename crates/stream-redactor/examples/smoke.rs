//! Fails when the recommended rules read prose slower than a tenth of memcpy.
//!
//! `cargo run --release -p stream-redactor --example smoke`
//!
//! What is copied is more than the caches hold. Within them a processor with wide vectors copies 50
//! to 90 GB/s, and no reader that looks at each byte comes near a tenth of that, so a limit there
//! would say more of the processor than of the rules; memory gives 5 to 15 GB/s on all machines of
//! the last years, and a text has to come from there once. The limit is meant for a rule set that
//! ruins the first look: where it stops at one common letter more, prose is read ten times slower.
//!
//! A neighbour that takes the memory makes the limit lower, one that takes the processor is waited
//! for: the best of several runs counts, in up to three tries.
#![allow(clippy::print_stdout, clippy::cast_precision_loss)]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use stream_redactor::Redactor;

/// Bytes of prose that are read in one go.
const TEXT: usize = 64 * 1024;
/// Bytes that are copied in one go.
const COPIED: usize = 128 * 1024 * 1024;
const SHARE: f64 = 0.1;
const TRIES: usize = 3;

const WORDS: [&str; 40] = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "is",
    "that",
    "for",
    "it",
    "was",
    "with",
    "on",
    "not",
    "this",
    "are",
    "or",
    "from",
    "which",
    "they",
    "people",
    "system",
    "would",
    "there",
    "water",
    "between",
    "because",
    "government",
    "important",
    "question",
    "number",
    "history",
    "language",
    "process",
    "morning",
    "children",
    "prompt",
    "phone",
    "well-known",
    "don't",
];

fn main() -> ExitCode {
    let prose = prose();
    let redactor = Redactor::recommended();
    let (from, mut to) = (vec![b'x'; COPIED], vec![0; COPIED]);
    for _ in 0..TRIES {
        let read = best(50, 16 * prose.len(), || {
            for _ in 0..16 {
                black_box(redactor.edits(black_box(&prose)));
            }
        });
        let copy = best(5, COPIED, || {
            black_box(&mut to).copy_from_slice(black_box(&from));
        });
        println!("prose {read:.2} GB/s, memcpy {copy:.2} GB/s");
        if read >= SHARE * copy {
            return ExitCode::SUCCESS;
        }
    }
    println!("prose is read slower than a tenth of memcpy");
    ExitCode::FAILURE
}

/// The best of `times` runs over so many bytes, in GB/s.
fn best(times: usize, bytes: usize, mut run: impl FnMut()) -> f64 {
    let seconds = (0..times).map(|_| {
        let began = Instant::now();
        run();
        began.elapsed().as_secs_f64()
    });
    bytes as f64 / seconds.fold(f64::INFINITY, f64::min) / 1e9
}

/// English words with 1.8 numbers and 1.3 brackets per KB, as counted in real prose.
fn prose() -> String {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    };
    let mut text = String::new();
    while text.len() < TEXT {
        let word = WORDS.get(below(WORDS.len())).copied().unwrap_or_default();
        match below(1000) {
            0..10 => text.push_str(&(1 + below(2030)).to_string()),
            10..17 => text.extend(["(", word, ")"]),
            _ => text.push_str(word),
        }
        match below(1000) {
            0..60 => text.push_str(". "),
            60..120 => text.push_str(", "),
            120..122 => text.push_str(": "),
            122..130 => text.push_str(".\n\n"),
            _ => text.push(' '),
        }
    }
    text
}
