//! Searches for the input that costs most time per byte, and prints the worst ones found.
//!
//! `cargo run --release -p stream-redactor --example worst -- [SECONDS] [SEED]`, a minute and seed 1
//! unless told otherwise. Short units of characters that rules care about are repeated, with some
//! of them drawn anew each time if that is worse, and climb by small changes. The seed decides the
//! changes; which of them are kept is measured, so two runs may end at different places.
#![allow(clippy::print_stdout, clippy::cast_precision_loss)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use stream_redactor::Redactor;

/// Bytes of a text while searching, and of one that is printed.
const TEXT: usize = 8 * 1024;
const LONG: usize = 128 * 1024;
/// The most parts of a unit.
const PARTS: usize = 12;
/// Steps without a better one after which a climb is over.
const PATIENCE: usize = 150;
const SHOWN: usize = 10;

const PIECES: &[&str] = &[
    "0",
    "1",
    "4",
    "6",
    "9",
    "12",
    "123",
    "4111",
    "45",
    "6789",
    "a",
    "b",
    "f",
    "p",
    "s",
    "x",
    "de",
    "gb",
    "e",
    "@",
    ".",
    "-",
    "_",
    "+",
    "'",
    "#",
    "~",
    "/",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    ":",
    ";",
    "=",
    ",",
    "\"",
    "`",
    "*",
    "&",
    "%",
    "%4",
    "%40",
    "&#",
    "&#6",
    "&#64;",
    "&#x",
    "&lt",
    " ",
    "  ",
    "\t",
    "\n",
    "\\n",
    "@b.",
    "@b.cc",
    "a@b.cc",
    "jane@",
    "xn--",
    "123-45-",
    "123-45-6789",
    "4111 1111 1111 111",
    "4111 1111 1111 1111",
    "DE89",
    " 3704",
    "gb82west",
    "+44 ",
    "+1 (",
    "212-",
    "555-0123",
    "phone ",
    "call",
    "tel:",
    "version ",
    "192.0.2.",
    "192.0.2.1",
    "::",
    "2001:db8",
    "fe80:",
    "<scr",
    "<script",
    "<script>",
    "</script>",
    "</script",
    "system",
    "system ",
    "prompt",
    "system prompt:",
    "-----",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----\n",
    "MIIEvQIBADANBgkq",
    "-----END ",
    "(at)",
    "(a",
    " [dot] ",
    "(dot",
    "\u{200b}",
    "\u{301}",
    "\u{ad}",
    "é",
    "ß",
    "ж",
    "字",
    "。",
    "한",
    "ｊ",
    "４",
    "٣",
    "＠",
    "．",
    "\u{a0}",
    "–",
    "’",
    "😀",
    "ﷺ",
    "\u{0}",
];

#[derive(Clone)]
struct Unit {
    parts: Vec<&'static str>,
    /// Of a hundred parts so many are drawn anew.
    noise: usize,
    nanos: f64,
}

fn main() {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<u64>().ok());
    let seconds = args.next().flatten().unwrap_or(60);
    let mut random = Random(args.next().flatten().unwrap_or(1));
    let redactor = Redactor::recommended();
    let end = Instant::now() + Duration::from_secs(seconds);

    let (mut worst, mut tried): (Vec<Unit>, usize) = (Vec::new(), 0);
    while Instant::now() < end {
        let mut unit = Unit::random(&mut random);
        unit.nanos = time(&redactor, &unit.text(TEXT), 3);
        let mut since = 0;
        while since < PATIENCE && Instant::now() < end {
            let mut next = unit.changed(&mut random);
            let text = next.text(TEXT);
            next.nanos = time(&redactor, &text, 3);
            // Once more, for a neighbour may have slowed that.
            if next.nanos > unit.nanos {
                next.nanos = next.nanos.min(time(&redactor, &text, 5));
            }
            since += 1;
            tried += 1;
            if next.nanos > unit.nanos {
                (unit, since) = (next, 0);
            }
        }
        worst.push(unit);
        worst.sort_by(|a, b| b.nanos.total_cmp(&a.nanos));
        worst.truncate(SHOWN);
    }

    println!("{tried} inputs; memcpy {:.3} ns/byte", memcpy());
    for unit in &worst {
        let nanos = time(&redactor, &unit.text(LONG), 20);
        let Unit { parts, noise, .. } = unit;
        println!(
            "{nanos:6.2} ns/byte, {noise:2} % noise: {:?}",
            parts.concat()
        );
    }
}

impl Unit {
    fn random(random: &mut Random) -> Self {
        let count = 1 + random.below(PARTS);
        Self {
            parts: (0..count).map(|_| random.pick(PIECES)).collect(),
            noise: 0,
            nanos: 0.0,
        }
    }

    fn changed(&self, random: &mut Random) -> Self {
        let mut next = self.clone();
        let at = random.below(next.parts.len());
        match random.below(6) {
            0 if next.parts.len() > 1 => {
                next.parts.remove(at);
            }
            1 | 2 if next.parts.len() < PARTS => next.parts.insert(at, random.pick(PIECES)),
            3 => {
                let other = random.below(next.parts.len());
                next.parts.swap(at, other);
            }
            4 => next.noise = random.pick(&[0, 0, 3, 10, 30]),
            _ => {
                next.parts.remove(at);
                next.parts.insert(at, random.pick(PIECES));
            }
        }
        next
    }

    fn text(&self, len: usize) -> String {
        let mut random = Random(len as u64);
        let mut text = String::with_capacity(len + 64);
        for part in self.parts.iter().cycle() {
            if text.len() >= len {
                break;
            }
            let is_noise = random.below(100) < self.noise;
            text.push_str(if is_noise { random.pick(PIECES) } else { part });
        }
        text
    }
}

/// Nanoseconds per byte, the best of some runs.
fn time(redactor: &Redactor, text: &str, runs: usize) -> f64 {
    best(text.len(), runs, || {
        black_box(redactor.edits(black_box(text)));
    })
}

fn memcpy() -> f64 {
    let (from, mut to) = (vec![1_u8; LONG], vec![0_u8; LONG]);
    best(LONG, 100, || {
        black_box(&mut to).copy_from_slice(black_box(&from));
    })
}

fn best(bytes: usize, runs: usize, mut run: impl FnMut()) -> f64 {
    let nanos = (0..runs).map(|_| {
        let began = Instant::now();
        run();
        began.elapsed().as_nanos() as f64
    });
    nanos.fold(f64::INFINITY, f64::min) / bytes as f64
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let at = self.below(from.len());
        *from.get(at).expect("the place is below the length")
    }
}
