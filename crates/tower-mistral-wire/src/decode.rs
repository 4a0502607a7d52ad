//! Content codings of bodies, undone incrementally: `gzip`, `deflate` and `br`, and `zstd` with
//! the feature `decode-zstd`.
//!
//! A [`Decoder`] holds nothing back: what its peer flushed comes out of the push that completes
//! it, so a coded event stream stays a stream. Memory is bounded by the window of the coding
//! (deflate 32 KiB, brotli 16 MiB, zstd 8 MiB by RFC 9659), and output by [`Limits`].
//!
//! ```
//! use http::{HeaderMap, HeaderValue, header};
//! use tower_mistral_wire::decode::{Coding, DecodeError, Decoder, Limits};
//!
//! let mut headers = HeaderMap::new();
//! headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
//! let coding = Coding::of(&headers).unwrap().unwrap();
//!
//! let mut decoder = Decoder::new(coding, Limits { max_output: 1 << 20 });
//! assert!(decoder.push(&[0x1f, 0x8b, 8]).unwrap().is_empty());
//! assert_eq!(decoder.finish(), Err(DecodeError::Incomplete));
//! ```

mod brotli;
mod coding;
mod deflate;
mod error;
mod gzip;
#[cfg(feature = "decode-zstd")]
mod zstd;

use std::fmt;

use bytes::{Bytes, BytesMut};

pub use self::{
    coding::{Coding, UnknownCoding},
    error::DecodeError,
};

/// How much is decoded between two looks at the limit.
const STEP: usize = 8 * 1024;

/// What a coded body may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many bytes the whole body may have, decoded.
    pub max_output: usize,
}

/// Undoes the coding of one body, wherever its bytes were cut.
///
/// After an error it is of no further use: every call fails with the same error.
pub struct Decoder {
    engine: Engine,
    output_left: usize,
    state: State,
    /// What is decoded but not yet given filled the space: then there is more to ask for.
    filled: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Open,
    Ended,
    Failed(DecodeError),
}

impl Decoder {
    /// A decoder for one body.
    pub fn new(coding: Coding, limits: Limits) -> Self {
        Self {
            engine: Engine::new(coding),
            output_left: limits.max_output,
            state: State::Open,
            filled: false,
        }
    }

    /// Takes the next bytes of the coded body, and gives all that can be decoded so far.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](DecodeError::Corrupt), [`TrailingData`](DecodeError::TrailingData) (a second
    /// gzip member or zstd frame is such), [`TooLarge`](DecodeError::TooLarge) or
    /// [`WindowTooLarge`](DecodeError::WindowTooLarge). What this push decoded before the fault
    /// is dropped.
    pub fn push(&mut self, chunk: &[u8]) -> Result<Bytes, DecodeError> {
        self.take(&mut &*chunk, usize::MAX)
    }

    /// Takes as much of the next bytes as gives about `room` decoded ones, and moves `input` behind
    /// what was taken: a small input can become a thousand times as much. There is more to ask for
    /// while `input` is not empty or [`holds_more`](Self::holds_more).
    ///
    /// # Errors
    ///
    /// Those of [`push`](Self::push).
    pub fn take(&mut self, input: &mut &[u8], room: usize) -> Result<Bytes, DecodeError> {
        if let State::Failed(error) = self.state {
            return Err(error);
        }
        self.decode(input, room).inspect_err(|error| {
            self.state = State::Failed(*error);
        })
    }

    /// Whether more may come out without another byte of input.
    pub fn holds_more(&self) -> bool {
        self.filled && matches!(self.state, State::Open)
    }

    /// Says that the coded body is over. Gives what is left: nothing, as [`push`](Self::push)
    /// holds nothing back.
    ///
    /// # Errors
    ///
    /// [`Incomplete`](DecodeError::Incomplete) if the body ended too early (a body without a byte
    /// did), or the error of an earlier push.
    pub fn finish(&mut self) -> Result<Bytes, DecodeError> {
        match self.state {
            State::Ended => Ok(Bytes::new()),
            State::Open => Err(DecodeError::Incomplete),
            State::Failed(error) => Err(error),
        }
    }

    fn decode(&mut self, input: &mut &[u8], room: usize) -> Result<Bytes, DecodeError> {
        let mut output = BytesMut::new();
        let mut space = [0; STEP];
        while matches!(self.state, State::Open)
            && (self.filled || !input.is_empty())
            && output.len() < room
        {
            let step = self.engine.step(input, &mut space)?;
            let decoded = space.get(..step.written).unwrap_or_default();
            self.output_left = self
                .output_left
                .checked_sub(decoded.len())
                .ok_or(DecodeError::TooLarge)?;
            output.extend_from_slice(decoded);
            if step.ended {
                self.state = State::Ended;
            } else if step.read == 0 && step.written == 0 && !input.is_empty() {
                return Err(DecodeError::Corrupt);
            }
            *input = input.get(step.read..).unwrap_or_default();
            self.filled = step.written == STEP;
        }
        match self.state {
            State::Ended if !input.is_empty() => Err(DecodeError::TrailingData),
            _ => Ok(output.freeze()),
        }
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("coding", &self.engine.coding())
            .field("output_left", &self.output_left)
            .field("state", &self.state)
            .finish()
    }
}

/// What one step of an engine did.
#[derive(Default)]
struct Step {
    /// Bytes of the input that are done with.
    read: usize,
    /// Bytes of the output that were written.
    written: usize,
    /// Whether the coded body is whole, its checksums right.
    ended: bool,
}

enum Engine {
    Gzip(gzip::Gzip),
    Deflate(deflate::Inflate),
    Brotli(brotli::Brotli),
    #[cfg(feature = "decode-zstd")]
    Zstd(zstd::Zstd),
}

impl Engine {
    fn new(coding: Coding) -> Self {
        match coding {
            Coding::Gzip => Self::Gzip(gzip::Gzip::new()),
            Coding::Deflate => Self::Deflate(deflate::Inflate::zlib()),
            Coding::Brotli => Self::Brotli(brotli::Brotli::new()),
            #[cfg(feature = "decode-zstd")]
            Coding::Zstd => Self::Zstd(zstd::Zstd::new()),
        }
    }

    fn coding(&self) -> Coding {
        match self {
            Self::Gzip(_) => Coding::Gzip,
            Self::Deflate(_) => Coding::Deflate,
            Self::Brotli(_) => Coding::Brotli,
            #[cfg(feature = "decode-zstd")]
            Self::Zstd(_) => Coding::Zstd,
        }
    }

    /// Decodes until the input is used up, the output is full or the body is whole.
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, DecodeError> {
        match self {
            Self::Gzip(gzip) => gzip.step(input, output),
            Self::Deflate(inflate) => inflate.step(input, output),
            Self::Brotli(brotli) => brotli.step(input, output),
            #[cfg(feature = "decode-zstd")]
            Self::Zstd(zstd) => zstd.step(input, output),
        }
    }
}
