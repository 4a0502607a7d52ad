//! Content codings of a reply, piece by piece, as a server flushes them.
#![allow(dead_code, unreachable_pub)]

use std::io::Write;

use flate2::{Compression, write};

/// One coded chunk a piece, each flushed, and one for the end.
pub type Encode = fn(&[String]) -> Vec<Vec<u8>>;

pub fn gzip(pieces: &[String]) -> Vec<Vec<u8>> {
    let mut encoder = write::GzEncoder::new(Vec::new(), Compression::default());
    let mut chunks = flushed(&mut encoder, pieces, |encoder| encoder.get_mut());
    chunks.push(encoder.finish().unwrap());
    chunks
}

pub fn deflate(pieces: &[String]) -> Vec<Vec<u8>> {
    let mut encoder = write::ZlibEncoder::new(Vec::new(), Compression::default());
    let mut chunks = flushed(&mut encoder, pieces, |encoder| encoder.get_mut());
    chunks.push(encoder.finish().unwrap());
    chunks
}

pub fn brotli(pieces: &[String]) -> Vec<Vec<u8>> {
    let mut encoder = ::brotli::CompressorWriter::new(Vec::new(), 4096, 5, 22);
    let mut chunks = flushed(&mut encoder, pieces, |encoder| encoder.get_mut());
    chunks.push(encoder.into_inner());
    chunks
}

fn flushed<W: Write>(
    encoder: &mut W,
    pieces: &[String],
    out: impl Fn(&mut W) -> &mut Vec<u8>,
) -> Vec<Vec<u8>> {
    let mut chunks = Vec::new();
    for piece in pieces {
        encoder.write_all(piece.as_bytes()).unwrap();
        encoder.flush().unwrap();
        chunks.push(std::mem::take(out(encoder)));
    }
    chunks
}
