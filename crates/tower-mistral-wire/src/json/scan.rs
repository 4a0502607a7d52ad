//! The parser's tokens: strings, numbers, words.

use std::ops::Range;

use super::{JsonError, JsonErrorKind, parse::Parser, tape::Kind};

impl Parser<'_> {
    pub(super) fn string(&mut self, kind: Kind) -> Result<(), JsonError> {
        let start = self.at + 1;
        let mut escaped = false;
        self.at = start;
        loop {
            self.at += plain_run(self.slice(self.at..self.bytes.len()));
            match self.peek() {
                None => return Err(self.error(JsonErrorKind::Incomplete)),
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(0..=0x1f) => return Err(self.error(JsonErrorKind::Syntax)),
                Some(_) => self.at += 1,
            }
        }
        self.push(kind, start, self.at, escaped)?;
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    match self.peek() {
                        Some(byte) if byte.is_ascii_hexdigit() => self.at += 1,
                        Some(_) => return Err(self.error(JsonErrorKind::Syntax)),
                        None => return Err(self.error(JsonErrorKind::Incomplete)),
                    }
                }
            }
            Some(_) => return Err(self.error(JsonErrorKind::Syntax)),
            None => return Err(self.error(JsonErrorKind::Incomplete)),
        }
        Ok(())
    }

    pub(super) fn number(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        self.push(Kind::Number, start, self.at, false)?;
        Ok(())
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        match (self.at > start, self.peek()) {
            (true, _) => Ok(()),
            (false, Some(_)) => Err(self.error(JsonErrorKind::Syntax)),
            (false, None) => Err(self.error(JsonErrorKind::Incomplete)),
        }
    }

    pub(super) fn literal(&mut self, word: &[u8], kind: Kind) -> Result<(), JsonError> {
        let rest = self.slice(self.at..self.bytes.len());
        if !rest.starts_with(word) {
            let cut = word.starts_with(rest);
            let kind = if cut {
                JsonErrorKind::Incomplete
            } else {
                JsonErrorKind::Syntax
            };
            return Err(self.error(kind));
        }
        self.push(kind, self.at, self.at + word.len(), false)?;
        self.at += word.len();
        Ok(())
    }

    pub(super) fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    pub(super) fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError {
            kind,
            offset: self.at,
        }
    }
}

/// The length of the string whose content `bytes` begins with, up to its closing quote; none if it
/// is not one that a [`Tape`](super::Tape) takes.
pub(crate) fn string_len(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..)?;
        let run = plain_run(rest);
        at += run;
        match rest.get(run..)? {
            [b'"', ..] => break,
            [b'\\', b'u', hex @ ..] => {
                let digits = hex.get(..4)?;
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return None;
                }
                at += 6;
            }
            [
                b'\\',
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
                ..,
            ] => at += 2,
            _ => return None,
        }
    }
    std::str::from_utf8(bytes.get(..at)?).ok()?;
    Some(at)
}

/// How many bytes at the start of `bytes` are neither a quote, a backslash nor a control character.
///
/// Eight bytes at a time: of the classic zero-byte test only the lowest hit is exact, and that is
/// the one that counts.
fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let mut run = 0;
    for chunk in bytes.chunks_exact(8) {
        let Ok(chunk) = chunk.try_into() else { break };
        let word = u64::from_le_bytes(chunk);
        let control = word.wrapping_sub(ONES * 0x20);
        let quote = (word ^ (ONES * u64::from(b'"'))).wrapping_sub(ONES);
        let backslash = (word ^ (ONES * u64::from(b'\\'))).wrapping_sub(ONES);
        // All three are ASCII, so the high bit of `word` is the high bit of what is tested for zero.
        let hit = (control | quote | backslash) & !word & HIGHS;
        if hit != 0 {
            return run + (hit.trailing_zeros() / 8) as usize;
        }
        run += 8;
    }
    let is_plain = |byte: &&u8| !matches!(**byte, b'"' | b'\\' | 0..=0x1f);
    run + bytes
        .get(run..)
        .unwrap_or_default()
        .iter()
        .take_while(is_plain)
        .count()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use bytes::Bytes;

    use super::{plain_run, string_len};
    use crate::json::{Limits, Tape};

    #[test]
    fn a_string_is_measured_as_the_tape_reads_it() {
        let contents: &[&[u8]] = &[
            b"",
            b"plain",
            br"a\nb\u00e9\\\/",
            br"\ud83d",
            br"\u12",
            br"\u12g4",
            br"\x",
            br"\",
            b"a\nb",
            b"\xff",
            "\u{e9} \u{1f600}".as_bytes(),
            b"\x7f",
        ];
        for content in contents {
            let quoted = [b"\"", *content, b"\""].concat();
            let tape = Tape::parse(Bytes::from(quoted.clone()), &Limits::default());
            let len = tape.ok().map(|tape| tape.root().span().len());
            let behind = [&quoted[1..], b",\"x\":1}"].concat();
            let measured = string_len(&behind).filter(|len| *len == content.len());
            assert_eq!(measured, len, "{}", String::from_utf8_lossy(content));
        }
        assert_eq!(string_len(b"no end"), None);
    }

    #[test]
    fn the_run_ends_at_the_first_special_byte() {
        for special in [b'"', b'\\', 0, 0x1f, b'\n'] {
            for at in 0..40 {
                let mut bytes = [b' ', 0x7f, 0x80, 0xff, b'a', b'!', b'#', b'['].repeat(5);
                assert_eq!(plain_run(&bytes), 40);
                bytes[at] = special;
                assert_eq!(plain_run(&bytes), at);
            }
        }
    }
}
