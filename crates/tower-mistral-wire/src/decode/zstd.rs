//! One zstd frame, RFC 8878.

use zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, zstd_sys::ZSTD_ErrorCode};

use super::{DecodeError, Step};

/// 8 MiB: what a decoder of HTTP content has to support, and may refuse beyond (RFC 9659).
const WINDOW_LOG: u32 = 23;

pub(super) struct Zstd(DCtx<'static>);

impl Zstd {
    pub(super) fn new() -> Self {
        let mut context = DCtx::create();
        context
            .set_parameter(DParameter::WindowLogMax(WINDOW_LOG))
            .expect("a window log between 10 and 31 is heeded");
        Self(context)
    }

    pub(super) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, DecodeError> {
        let mut input = InBuffer::around(input);
        let mut output = OutBuffer::around(output);
        let hint = self
            .0
            .decompress_stream(&mut output, &mut input)
            .map_err(error)?;
        Ok(Step {
            read: input.pos(),
            written: output.pos(),
            // The hint is how many bytes are wanted next.
            ended: hint == 0,
        })
    }
}

/// The library gives the negative of its code, as a `size_t`.
fn error(code: zstd_safe::ErrorCode) -> DecodeError {
    let window = ZSTD_ErrorCode::ZSTD_error_frameParameter_windowTooLarge as usize;
    if code.wrapping_neg() == window {
        DecodeError::WindowTooLarge
    } else {
        DecodeError::Corrupt
    }
}
