//! What screening costs: clean English, and the texts that are worst for it. All rules and the
//! model, one screen for all texts.
//!
//! `cargo bench -p tower-mistral-benches --bench screen`

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use prompt_screen::Screen;

/// A letter such as many are, of twelve sentences.
const LETTER: &str = "Dear Margaret,\n\nThank you for the parcel, which came on Tuesday. The book \
    about the coast is a pleasure to read, and I like the drawings most of all. We spent the \
    weekend in the garden, since the weather was kind to us at last: the apple trees have to be \
    cut before the winter, and one of them had grown over the roof of the shed. Could you send me \
    the recipe for the soup that you made in October? Thomas has asked for it twice. He starts at \
    the new school next month and is looking forward to it, although the bus leaves at seven. The \
    train from Leeds takes about two hours, so we hope to see you in the spring. If you come on a \
    Friday, we can walk to the lighthouse and have lunch in the village. Please remember that the \
    bridge is closed; there is a path along the river instead. My sister says that the museum \
    will show the old maps again.\n\nWith love from all of us,\nHelen\n\n";

fn english(len: usize) -> String {
    LETTER.chars().cycle().take(len).collect()
}

/// Base64 of bytes that are no text.
fn base64(len: usize) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let digits = (0..len).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let digit = DIGITS.get((state >> 58) as usize);
        char::from(*digit.expect("six bits are one of 64"))
    });
    digits.collect()
}

fn screen(c: &mut Criterion) {
    const WORST: usize = 64 << 10;
    let screen = Screen::recommended();
    let texts = [
        ("english-512", english(512)),
        ("english-8k", english(8 << 10)),
        ("aaaa-64k", "a".repeat(WORST)),
        ("base64-64k", base64(WORST)),
        ("marks-64k", "\u{301}".repeat(WORST / 2)),
    ];
    let mut group = c.benchmark_group("screen");
    for (name, text) in &texts {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(*name, |b| b.iter(|| screen.screen(black_box(text))));
    }
    group.finish();
}

criterion_group!(benches, screen);
criterion_main!(benches);
