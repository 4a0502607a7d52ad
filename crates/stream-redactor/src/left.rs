//! What a rule may know of the text on its left: the last characters of the line, no more.
//!
//! The register holds what is *shown*, that is placeholders and not the values behind them, so a
//! text that is redacted twice reads the same both times.

use crate::rules::Held;

/// How many characters back a context word may stand.
pub(crate) const REACH: usize = 64;

/// Words before a number that make it one to call, in the languages of most answers.
pub(crate) const CALL: [&str; 37] = [
    "phone",
    "phones",
    "telephone",
    "tel",
    "mobile",
    "cell",
    "cellphone",
    "fax",
    "call",
    "calling",
    "dial",
    "contact",
    "whatsapp",
    "sms",
    "hotline",
    "landline",
    "reach",
    "callback",
    "ring",
    "telefon",
    "handy",
    "mobil",
    "rufnummer",
    "telefonnummer",
    "portable",
    "appeler",
    "telefono",
    "movil",
    "celular",
    "telefone",
    "cellulare",
    "text",
    "helpline",
    "answering",
    "called",
    "phoned",
    "dialed",
];

/// Stands for a letter or digit outside ASCII.
const OTHER_WORD: u8 = 0xff;
/// Stands for any other character outside ASCII.
const OTHER: u8 = 0x80;

/// The last characters of the line that have been decided, folded.
#[derive(Clone, Debug)]
pub(crate) struct Register {
    ring: [u8; REACH],
    next: usize,
    len: usize,
}

impl Register {
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    #[inline]
    pub(crate) fn push(&mut self, c: char) {
        let byte = byte(c);
        if byte == b'\n' {
            self.len = 0;
        }
        if let Some(slot) = self.ring.get_mut(self.next % REACH) {
            *slot = byte;
        }
        self.next = (self.next + 1) % REACH;
        self.len = (self.len + 1).min(REACH);
    }

    /// Shows a text in ASCII that is as long as the register, or the rest of a line.
    pub(crate) fn fill(&mut self, text: &[u8]) {
        self.ring = [0; REACH];
        let from = text.len().saturating_sub(REACH);
        let text = text.get(from..).unwrap_or_default();
        for (slot, byte) in self.ring.iter_mut().zip(text) {
            *slot = match byte {
                b'\r' | 0xb | 0xc => b'\n',
                byte => byte.to_ascii_lowercase(),
            };
        }
        self.len = text.len();
        self.next = text.len() % REACH;
    }

    /// From the last character back.
    fn back(&self) -> impl Iterator<Item = u8> {
        (1..=self.len).filter_map(|n| self.ring.get((self.next + REACH - n) % REACH).copied())
    }
}

impl Default for Register {
    fn default() -> Self {
        Self {
            ring: [0; REACH],
            next: 0,
            len: 0,
        }
    }
}

/// What stands before a place: symbols that are still held, then the register.
#[derive(Clone, Copy)]
pub(crate) struct Left<'m> {
    pub(crate) held: Held<'m>,
    pub(crate) register: &'m Register,
    /// The character before the one that is read; none at the beginning and behind a finding.
    pub(crate) prev: Option<char>,
}

impl Left<'_> {
    /// The characters before `at`, in ASCII, the nearest first.
    pub(crate) fn back(&self, at: u64) -> impl Iterator<Item = u8> {
        let held = self.held;
        let kept = (held.base..at)
            .rev()
            .filter_map(move |place| held.get(place).filter(|symbol| !symbol.hidden))
            .map(|symbol| byte(symbol.ch));
        kept.chain(self.register.back()).take(REACH)
    }

    /// Whether one of `words` stands before `at`, on the same line and not in brackets, which is
    /// how placeholders are written.
    pub(crate) fn has_word(&self, at: u64, words: &[&str]) -> bool {
        let mut text = [0; REACH];
        let len = fill_back(&mut text, self.back(at));
        let line = text.get(REACH - len..).unwrap_or_default();
        // What the reach cuts in two is no word.
        let whole = line.iter().position(|b| len < REACH || !is_word(*b));
        find_word(line.get(whole.unwrap_or(len)..).unwrap_or_default(), words)
    }

    /// The same for [`CALL`], with a word at hand and raw text behind what was decided. It may
    /// say yes where `has_word` says no.
    pub(crate) fn may_be_called(
        &self,
        raw: &[u8],
        word: impl DoubleEndedIterator<Item = u8>,
        at: u64,
    ) -> bool {
        let mut wide = [0; REACH + 16];
        let lower = raw.iter().rev().map(u8::to_ascii_lowercase);
        let back = lower.chain(word.rev()).chain(self.back(at));
        // Brackets may stand between a number and its first digit.
        let len = fill_back(&mut wide, back);
        find_word(wide.get(REACH + 16 - len..).unwrap_or_default(), &CALL)
    }

    /// Whether the last word before `at` is one of `words`, with nothing but blanks, dots, colons
    /// and marks between.
    pub(crate) fn follows_word(&self, at: u64, words: &[&str]) -> bool {
        let mut word = [0; 16];
        let mut len = 0;
        let back = self.back(at).skip_while(|byte| b" .:*`\"'".contains(byte));
        for byte in back.take_while(|byte| is_word(*byte)) {
            let Some(slot) = word.iter_mut().rev().nth(len) else {
                return false;
            };
            *slot = byte;
            len += 1;
        }
        let word = word.get(word.len() - len..).unwrap_or_default();
        words.iter().any(|w| w.as_bytes() == word)
    }
}

/// Writes what stands on the line backwards from the end of `text`; says how much.
fn fill_back(text: &mut [u8], back: impl Iterator<Item = u8>) -> usize {
    let mut len = 0;
    for (slot, byte) in text.iter_mut().rev().zip(back) {
        if matches!(byte, b'\n' | b'\r' | 0xb | 0xc) {
            break;
        }
        *slot = byte;
        len += 1;
    }
    len
}

fn find_word(line: &[u8], words: &[&str]) -> bool {
    let mut rest = line;
    let mut before = None;
    while let Some(first) = rest.iter().position(|byte| is_word(*byte)) {
        let (gap, tail) = rest.split_at_checked(first).unwrap_or((rest, &[]));
        before = gap.last().copied().or(before);
        let end = tail
            .iter()
            .position(|byte| !is_word(*byte))
            .unwrap_or(tail.len());
        let (word, tail) = tail.split_at_checked(end).unwrap_or((tail, &[]));
        let bracketed = matches!(before, Some(b'[' | b'<' | b'_'))
            || matches!(tail.first(), Some(b']' | b'>' | b'_'));
        if !bracketed && words.iter().any(|w| w.as_bytes() == word) {
            return true;
        }
        before = word.last().copied();
        rest = tail;
    }
    false
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == OTHER_WORD
}

fn byte(c: char) -> u8 {
    match c {
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => b'\n',
        c if c.is_ascii() => c as u8,
        c if c.is_alphanumeric() => OTHER_WORD,
        _ => OTHER,
    }
}
