//! Encoders that flush after each piece.

use std::io::Write;

use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};
use tower_mistral_wire::decode::Coding;

pub(crate) const CODINGS: &[Coding] = &[
    Coding::Gzip,
    Coding::Deflate,
    Coding::Brotli,
    #[cfg(feature = "decode-zstd")]
    Coding::Zstd,
];

/// The coded pieces, each flushed, and last the end of the coding.
pub(crate) fn encode_pieces(coding: Coding, pieces: &[impl AsRef<[u8]>]) -> Vec<Vec<u8>> {
    match coding {
        Coding::Gzip => {
            let encoder = GzEncoder::new(Vec::new(), Compression::default());
            drive(encoder, pieces, GzEncoder::get_mut, GzEncoder::finish)
        }
        Coding::Deflate => {
            let encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            drive(encoder, pieces, ZlibEncoder::get_mut, ZlibEncoder::finish)
        }
        Coding::Brotli => {
            let encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 22);
            let end = |encoder: brotli::CompressorWriter<_>| Ok(encoder.into_inner());
            drive(encoder, pieces, brotli::CompressorWriter::get_mut, end)
        }
        #[cfg(feature = "decode-zstd")]
        Coding::Zstd => zstd::encode_pieces(pieces),
        other => panic!("no encoder of {other:?}"),
    }
}

fn drive<W: Write>(
    mut encoder: W,
    pieces: &[impl AsRef<[u8]>],
    coded: impl Fn(&mut W) -> &mut Vec<u8>,
    end: impl Fn(W) -> std::io::Result<Vec<u8>>,
) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for piece in pieces {
        encoder.write_all(piece.as_ref()).unwrap();
        encoder.flush().unwrap();
        out.push(std::mem::take(coded(&mut encoder)));
    }
    out.push(end(encoder).unwrap());
    out
}

#[cfg(feature = "decode-zstd")]
mod zstd {
    use zstd_safe::{CCtx, CParameter, InBuffer, OutBuffer, zstd_sys::ZSTD_EndDirective};

    pub(crate) fn encode_pieces(pieces: &[impl AsRef<[u8]>]) -> Vec<Vec<u8>> {
        let mut context = CCtx::create();
        context
            .set_parameter(CParameter::ChecksumFlag(true))
            .unwrap();
        let flush = ZSTD_EndDirective::ZSTD_e_flush;
        let mut out: Vec<_> = pieces
            .iter()
            .map(|piece| run(&mut context, piece.as_ref(), flush))
            .collect();
        out.push(run(&mut context, b"", ZSTD_EndDirective::ZSTD_e_end));
        out
    }

    fn run(context: &mut CCtx<'_>, text: &[u8], mode: ZSTD_EndDirective) -> Vec<u8> {
        let mut input = InBuffer::around(text);
        let mut out = Vec::new();
        loop {
            let mut space = [0; 4096];
            let mut output = OutBuffer::around(&mut space[..]);
            let left = context
                .compress_stream2(&mut output, &mut input, mode)
                .unwrap();
            out.extend_from_slice(output.as_slice());
            if left == 0 {
                return out;
            }
        }
    }
}
