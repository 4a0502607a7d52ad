//! A text, read in each way in which a secret may be spelled.

use std::sync::Arc;

use super::wires::{Form, Wires};
use crate::symbols::Symbols;
use crate::view::View;

/// Room for readings, of one text after the other.
#[derive(Clone, Default)]
pub(super) struct Readings {
    decoded: Reading,
    spelled: Reading,
}

/// Characters, and where in the text each of them begins.
#[derive(Clone, Default)]
struct Reading {
    bytes: Vec<u8>,
    at: Vec<usize>,
}

/// Stands for any character outside ASCII.
const OTHER: u8 = 0x80;

impl Readings {
    /// Where the first secret begins, however it is spelled.
    pub(super) fn find(&mut self, wires: &[Arc<Wires>], text: &str) -> Option<usize> {
        let wires = || wires.iter().filter(|wires| !wires.is_empty());
        wires().filter_map(|wires| self.find_one(wires, text)).min()
    }

    fn find_one(&mut self, wires: &Wires, text: &str) -> Option<usize> {
        let least = wires.least(Form::Plain)?;
        if least > text.len() {
            return None;
        }
        let mut first = self.find_in(wires, |reading| reading.raw(text));
        if text.contains('\\') {
            let escaped = self.find_in(wires, |reading| {
                reading.raw(text);
                reading.unescape();
            });
            first = first.into_iter().chain(escaped).min();
        }
        if text.bytes().any(|b| b >= 0x80 || matches!(b, b'%' | b'&')) {
            let decoded = self.find_in(wires, |reading| {
                reading.decode(text);
                reading.unescape();
            });
            first = first.into_iter().chain(decoded).min();
        }
        first
    }

    /// Where the first secret begins in a reading of the text.
    fn find_in(&mut self, wires: &Wires, read: impl FnOnce(&mut Reading)) -> Option<usize> {
        let Self { decoded, spelled } = self;
        decoded.clear();
        read(decoded);
        let fits = |form| {
            wires
                .least(form)
                .is_some_and(|least| least <= decoded.bytes.len())
        };
        let plain = decoded.find(wires, Form::Plain);
        let base64 = fits(Form::Base64).then(|| {
            spelled.base64(decoded.iter());
            spelled.find(wires, Form::Base64)
        });
        let hex = fits(Form::Hex).then(|| {
            spelled.hex(decoded.iter());
            spelled.find(wires, Form::Hex)
        });
        [plain, base64.flatten(), hex.flatten()]
            .into_iter()
            .flatten()
            .min()
    }
}

impl Reading {
    fn iter(&self) -> impl Iterator<Item = (u8, usize)> {
        self.bytes.iter().copied().zip(self.at.iter().copied())
    }

    fn find(&self, wires: &Wires, form: Form) -> Option<usize> {
        self.at.get(wires.find(form, &self.bytes)?).copied()
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.at.clear();
    }

    fn push(&mut self, byte: u8, at: usize) {
        self.bytes.push(byte);
        self.at.push(at);
    }

    /// The bytes themselves.
    fn raw(&mut self, text: &str) {
        self.bytes.extend(text.as_bytes());
        self.at.extend(0..text.len());
    }

    /// References of HTML, percent encoding, other widths, what is not seen.
    fn decode(&mut self, text: &str) {
        let (mut view, mut symbols) = (View::default(), Symbols::default());
        text.chars().for_each(|c| view.push(c, &mut symbols));
        view.flush(&mut symbols);
        let mut at = 0;
        for symbol in symbols.iter() {
            if !symbol.hidden {
                let c = symbol.cased();
                self.push(if c.is_ascii() { c as u8 } else { OTHER }, at);
            }
            at += usize::from(symbol.raw);
        }
    }

    /// Escapes of JSON and the like.
    fn unescape(&mut self) {
        let (mut from, mut to) = (0, 0);
        while let Some((byte, len)) = self.bytes.get(from..).and_then(unescaped) {
            let at = self.at.get(from).copied().unwrap_or_default();
            if let (Some(slot), Some(place)) = (self.bytes.get_mut(to), self.at.get_mut(to)) {
                (*slot, *place) = (byte, at);
            }
            (from, to) = (from + len, to + 1);
        }
        self.bytes.truncate(to);
        self.at.truncate(to);
    }

    /// Both alphabets as one, without line ends.
    fn base64(&mut self, text: impl Iterator<Item = (u8, usize)>) {
        self.clear();
        for (byte, at) in text {
            match byte {
                b'\r' | b'\n' => {}
                b'-' => self.push(b'+', at),
                b'_' => self.push(b'/', at),
                _ => self.push(byte, at),
            }
        }
    }

    /// Hexadecimal digits, without what stands between pairs: marks, blanks, `0x`.
    fn hex(&mut self, text: impl Iterator<Item = (u8, usize)>) {
        self.clear();
        for (byte, at) in text {
            match byte {
                b'x' | b'X' if self.bytes.last() == Some(&b'0') => {
                    self.bytes.pop();
                    self.at.pop();
                }
                // `\x61`
                b'x' | b'X' => {}
                byte if byte.is_ascii_hexdigit() => self.push(byte.to_ascii_lowercase(), at),
                byte if byte.is_ascii_alphanumeric() || byte == OTHER => self.push(byte, at),
                _ => {}
            }
        }
    }
}

/// The character that a text begins with, and the length of its spelling.
fn unescaped(text: &[u8]) -> Option<(u8, usize)> {
    let number = |digits: &[u8]| {
        let digits = std::str::from_utf8(digits).ok()?;
        let byte = u32::from_str_radix(digits, 16).ok()?;
        u8::try_from(byte).ok().filter(u8::is_ascii_graphic)
    };
    let spelled = match text {
        [b'\\', b'u', b'{', rest @ ..] => {
            let len = rest.iter().take(8).position(|b| *b == b'}');
            len.and_then(|len| Some((number(rest.get(..len)?)?, len + 4)))
        }
        [b'\\', b'u', a, b, c, d, ..] => number(&[*a, *b, *c, *d]).map(|byte| (byte, 6)),
        [b'\\', b'x', a, b, ..] => number(&[*a, *b]).map(|byte| (byte, 4)),
        [b'\\', b'n' | b'r', ..] => Some((b'\n', 2)),
        [b'\\', byte @ (b'/' | b'"' | b'\'' | b'\\'), ..] => Some((*byte, 2)),
        _ => None,
    };
    spelled.or_else(|| text.first().map(|byte| (*byte, 1)))
}
