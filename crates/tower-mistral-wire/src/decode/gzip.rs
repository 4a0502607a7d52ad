//! One gzip member, RFC 1952.

use flate2::Crc;

use super::{DecodeError, Step, deflate::Inflate};

const FHCRC: u8 = 1 << 1;
const FEXTRA: u8 = 1 << 2;
const FNAME: u8 = 1 << 3;
const FCOMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

pub(super) struct Gzip {
    part: Part,
    flags: u8,
    header_crc: Crc,
    inflate: Inflate,
    /// The checksum and the length of what was decoded.
    crc: Crc,
}

/// What comes next. Numbers count the bytes of the part that have come.
enum Part {
    /// The ten bytes at the beginning.
    Fixed(u8),
    ExtraLength(u8, u16),
    ExtraLeft(u16),
    Name,
    Comment,
    HeaderCrc(u8, u16),
    Body,
    Trailer(u8, u64),
}

impl Gzip {
    pub(super) fn new() -> Self {
        Self {
            part: Part::Fixed(0),
            flags: 0,
            header_crc: Crc::new(),
            inflate: Inflate::bare(),
            crc: Crc::new(),
        }
    }

    pub(super) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, DecodeError> {
        let mut step = self.frame(input)?;
        if !matches!(self.part, Part::Body) {
            return Ok(step);
        }
        let body = input.get(step.read..).unwrap_or_default();
        let inflated = self.inflate.step(body, output)?;
        let decoded = output.get(..inflated.written).unwrap_or_default();
        self.crc.update(decoded);
        step.read += inflated.read;
        step.written = inflated.written;
        if inflated.ended {
            self.part = Part::Trailer(0, 0);
            let trailer = self.frame(input.get(step.read..).unwrap_or_default())?;
            step.read += trailer.read;
            step.ended = trailer.ended;
        }
        Ok(step)
    }

    /// Takes the bytes of the header or trailer at the beginning of the input.
    fn frame(&mut self, input: &[u8]) -> Result<Step, DecodeError> {
        let mut step = Step::default();
        for byte in input {
            if step.ended || matches!(self.part, Part::Body) {
                break;
            }
            step.ended = self.frame_byte(*byte)?;
            step.read += 1;
        }
        Ok(step)
    }

    /// Takes a byte of the header or trailer; says whether it was the last of the member.
    fn frame_byte(&mut self, byte: u8) -> Result<bool, DecodeError> {
        if !matches!(self.part, Part::HeaderCrc(..) | Part::Trailer(..)) {
            self.header_crc.update(&[byte]);
        }
        self.part = match self.part {
            Part::Fixed(at) => self.fixed(at, byte)?,
            Part::ExtraLength(0, _) => Part::ExtraLength(1, u16::from(byte)),
            Part::ExtraLength(_, low) => match low | u16::from(byte) << 8 {
                0 => self.after(FEXTRA),
                length => Part::ExtraLeft(length),
            },
            Part::ExtraLeft(1) => self.after(FEXTRA),
            Part::ExtraLeft(left) => Part::ExtraLeft(left - 1),
            Part::Name if byte == 0 => self.after(FNAME),
            Part::Name => Part::Name,
            Part::Comment if byte == 0 => self.after(FCOMMENT),
            Part::Comment => Part::Comment,
            Part::HeaderCrc(0, _) => Part::HeaderCrc(1, u16::from(byte)),
            Part::HeaderCrc(_, low) => {
                let crc = u32::from(low | u16::from(byte) << 8);
                if crc != self.header_crc.sum() & 0xffff {
                    return Err(DecodeError::Corrupt);
                }
                Part::Body
            }
            Part::Body => Part::Body,
            Part::Trailer(at, value) => {
                let value = value | u64::from(byte) << (8 * at);
                if at == 7 {
                    return self.verify(value);
                }
                Part::Trailer(at + 1, value)
            }
        };
        Ok(false)
    }

    fn fixed(&mut self, at: u8, byte: u8) -> Result<Part, DecodeError> {
        let valid = match at {
            0 => byte == 0x1f,
            1 => byte == 0x8b,
            // The only method there is: deflate.
            2 => byte == 8,
            3 => {
                self.flags = byte;
                byte & RESERVED == 0
            }
            // Time, level and system.
            _ => true,
        };
        match at {
            _ if !valid => Err(DecodeError::Corrupt),
            9 => Ok(self.after(0)),
            _ => Ok(Part::Fixed(at + 1)),
        }
    }

    /// The first part behind that of a flag. The parts come in the order of the list.
    fn after(&self, done: u8) -> Part {
        let parts = [
            (FEXTRA, Part::ExtraLength(0, 0)),
            (FNAME, Part::Name),
            (FCOMMENT, Part::Comment),
        ];
        for (flag, part) in parts {
            if flag > done && self.flags & flag != 0 {
                return part;
            }
        }
        if self.flags & FHCRC == 0 {
            Part::Body
        } else {
            Part::HeaderCrc(0, 0)
        }
    }

    /// Compares checksum and length, of 32 bits each.
    fn verify(&self, trailer: u64) -> Result<bool, DecodeError> {
        let decoded = u64::from(self.crc.amount()) << 32 | u64::from(self.crc.sum());
        if trailer == decoded {
            Ok(true)
        } else {
            Err(DecodeError::Corrupt)
        }
    }
}
