//! The bodies of the fuzz targets: any bytes in, no panic and no broken law.
#![forbid(unsafe_code)]

mod editor;
mod redactor;
mod screen;
mod sse;
mod stream;
mod tape;

pub use self::{
    editor::editor, redactor::redactor, screen::screen, sse::sse, stream::stream, tape::tape,
};

/// Splits what a fuzzer gives into the lengths of pieces (the first eight bytes) and the input.
pub(crate) fn split(data: &[u8]) -> (&[u8], &[u8]) {
    data.split_at(data.len().min(8))
}

/// The input in pieces of the given lengths, taken in turn; a length of zero is an empty piece.
pub(crate) fn pieces<'i>(lengths: &[u8], mut input: &'i [u8]) -> Vec<&'i [u8]> {
    let mut pieces = Vec::new();
    for length in lengths.iter().cycle() {
        if input.is_empty() || lengths.iter().all(|length| *length == 0) {
            break;
        }
        let (piece, rest) = input.split_at(input.len().min(usize::from(*length)));
        pieces.push(piece);
        input = rest;
    }
    pieces.push(input);
    pieces
}
