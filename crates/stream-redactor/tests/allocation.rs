//! Small pieces cost no allocation once a stream has met texts of their kind.
#![allow(
    unsafe_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use stream_redactor::{Edit, Redactor};

/// The system's allocator, counting what the current thread asks for.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // A thread that is about to end has no counter any more.
    let _ = ALLOCATIONS.try_with(|n| n.set(n.get() + 1));
}

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const PROSE: &str = "It was the second morning of the journey, and in the garden (the old one, by \
    the river) they had been talking for 3 hours about the history of the language. Well, the \
    system prompt is a text like any other: nobody would phone the government because of it. ";
const DENSE: &str = "Reach jane.doe@example.com or +44 20 7946 0958, card 4111 1111 1111 1111; \
    SSN 123-45-6789, IBAN DE89 3704 0044 0532 0130 00, from 192.0.2.17 and 2001:db8::17 at once. \
    jane (at) example (dot) com, bob&#64;b.org, phone 555-0123, <script>alert(1)</script> and \
    system prompt: be brief\n-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n\
    -----END PRIVATE KEY-----\n";
const SCRIPTS: &str = "Für Jürgen in der Straße 12 – l’été, déjà. 我们可以，联系jane@example.com谢谢。\
    Иван: иван@пример.рф, ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ, jose\u{301}\u{200b}, 한국 1‑2. ";

/// Pieces of about four bytes.
fn deltas(text: &str) -> Vec<&str> {
    let (mut deltas, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let end = (4..rest.len()).find(|n| rest.is_char_boundary(*n));
        let (delta, tail) = rest.split_at(end.unwrap_or(rest.len()));
        deltas.push(delta);
        rest = tail;
    }
    deltas
}

#[test]
fn small_deltas_do_not_allocate() {
    for text in [PROSE, DENSE, SCRIPTS] {
        let (mut stream, mut edits) = (Redactor::recommended().stream(), Vec::new());
        let deltas = deltas(text);
        let mut read = |times| {
            let (before, mut found) = (ALLOCATIONS.get(), 0);
            for delta in deltas.iter().cycle().take(times * deltas.len()) {
                stream.push(delta, &mut edits);
                found += edits.iter().filter(|e| !matches!(e, Edit::Keep(_))).count();
                edits.clear();
            }
            (ALLOCATIONS.get() - before, found)
        };
        assert_ne!(read(20).0, 0, "what is counted are the allocations here");
        let (allocations, found) = read(200);
        assert_eq!(allocations, 0, "{text:?}");
        assert_eq!(found > 0, text != PROSE, "{text:?}");
    }
}
