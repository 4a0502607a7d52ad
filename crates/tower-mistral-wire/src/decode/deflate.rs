//! DEFLATE, RFC 1951, bare or in zlib's wrapping, RFC 1950.

use flate2::{Decompress, FlushDecompress, Status};

use super::{DecodeError, Step};

pub(super) struct Inflate(Decompress);

impl Inflate {
    /// In zlib's wrapping, its checksum verified.
    pub(super) fn zlib() -> Self {
        Self(Decompress::new(true))
    }

    pub(super) fn bare() -> Self {
        Self(Decompress::new(false))
    }

    pub(super) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, DecodeError> {
        let (read, written) = (self.0.total_in(), self.0.total_out());
        let status = self
            .0
            .decompress(input, output, FlushDecompress::None)
            .map_err(|_| DecodeError::Corrupt)?;
        Ok(Step {
            read: difference(self.0.total_in(), read),
            written: difference(self.0.total_out(), written),
            ended: status == Status::StreamEnd,
        })
    }
}

fn difference(now: u64, before: u64) -> usize {
    usize::try_from(now - before).expect("one step is within two slices")
}
