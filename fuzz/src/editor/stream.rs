//! The laws of edits in a stream.

use std::collections::BTreeMap;

use bytes::Bytes;
use tower_mistral_wire::{
    json::{Limits, Tape, text},
    rewrite::{StreamOptions, StreamRewriter},
    sse::Decoder,
    table::{Found, Group, TextKind, walk},
};

use super::{chat, mask::Mask, reply::is_document};

pub(super) fn check(mask: Mask, lengths: &[u8], input: &[u8]) {
    let (out, is_ok) = rewrite(mask, &crate::pieces(lengths, input));
    let after = channels(&out).expect("every event that goes out is JSON");
    let has = |word: &[u8]| input.windows(word.len()).any(|part| part == word);
    // A cut may set a carriage return apart from its line feed; padding is drawn at random.
    if !has(b"\r") && !has(b"\"p\"") {
        let whole = rewrite(mask, &[input]);
        assert!(
            whole == (out.clone(), is_ok),
            "the cuts change what goes out"
        );
    }
    if !is_ok {
        return;
    }
    // Halves of surrogate pairs are joined, single ones mended.
    let has_halves = has(b"\\ud") || has(b"\\uD");
    if mask.edits_nothing() && mask.hold == 0 && !has_halves {
        assert!(out == input, "a stream without an edit stays as it is");
    }
    let before = channels(input).expect("what is passed on was read");
    for ((kind, group), before) in before {
        let after = after.get(&(kind, group)).map_or(&b""[..], Vec::as_slice);
        let (before, after) = (text::decode(&before, true), text::decode(after, true));
        match kind {
            TextKind::Content => {
                assert!(
                    after == mask.apply(&before),
                    "the edits stand in their place"
                );
            }
            TextKind::ToolArguments if is_document(&before) => {
                assert!(is_document(&after), "JSON in a text stays JSON");
            }
            _ => {}
        }
    }
}

fn rewrite(mask: Mask, chunks: &[&[u8]]) -> (Vec<u8>, bool) {
    let mut rewriter = StreamRewriter::new(mask, chat(), StreamOptions::default());
    let mut out = Vec::new();
    for chunk in chunks {
        let pushed = rewriter.push(Bytes::copy_from_slice(chunk));
        out.extend(std::iter::from_fn(|| rewriter.pop()).flatten());
        if pushed.is_err() {
            return (out, false);
        }
    }
    let finished = rewriter.finish();
    out.extend(std::iter::from_fn(|| rewriter.pop()).flatten());
    (out, finished.is_ok())
}

/// The spellings of the texts that a stream has in pieces, joined; none if an event is no JSON.
fn channels(stream: &[u8]) -> Option<BTreeMap<(TextKind, Group), Vec<u8>>> {
    let endpoint = chat();
    let mut decoder = Decoder::new(usize::MAX);
    decoder
        .push(Bytes::copy_from_slice(stream))
        .expect("there is no limit");
    let mut events: Vec<_> = std::iter::from_fn(|| decoder.pop()).collect();
    events.extend(std::iter::from_fn(|| decoder.finish()));
    let mut channels: BTreeMap<_, Vec<u8>> = BTreeMap::new();
    for data in events.iter().filter_map(|event| event.data()) {
        if data.is_empty() || data.trim_ascii() == b"[DONE]" {
            continue;
        }
        let tape = Tape::parse(data.clone(), &Limits::default()).ok()?;
        walk(&tape, endpoint.event(), |found| match found {
            Found::Text(slot) if slot.piece => {
                let channel = channels.entry((slot.kind, slot.group)).or_default();
                channel.extend_from_slice(slot.value.raw());
            }
            _ => {}
        });
    }
    Some(channels)
}
