//! Letters that are spelled: as numbers, in Morse code, in Braille, by the NATO alphabet, and in
//! invisible characters.

use std::ops::Range;

use super::{Kind, common::Sense, language::readable, parts::Parts};
use crate::read::Word;

/// The fewest numbers, Morse or NATO letters in a row.
const FEWEST: usize = 4;

/// Finds characters written as numbers: decimal, binary, hex in pairs.
pub(crate) fn numbers(text: &str, words: &[Word], parts: &mut Parts) {
    let bytes = text.as_bytes();
    let mut start = 0;
    for (at, word) in words.iter().enumerate() {
        // A pair may begin with a letter, all others begin with a digit.
        let first = bytes.get(word.span.start);
        if word.span.len() == 2 || first.is_some_and(u8::is_ascii_digit) {
            continue;
        }
        numbers_in(text, words.get(start..at).unwrap_or_default(), parts);
        start = at + 1;
    }
    numbers_in(text, words.get(start..).unwrap_or_default(), parts);
}

/// Of words that may all be numbers.
fn numbers_in(text: &str, words: &[Word], parts: &mut Parts) {
    if words.len() < FEWEST {
        return;
    }
    for (kind, number) in [
        (Kind::Binary, binary as fn(&str) -> Option<u8>),
        (Kind::Hex, pair),
        (Kind::Decimal, decimal),
    ] {
        let mut run: Vec<u8> = Vec::new();
        let mut span = 0..0;
        for word in words {
            let byte = text.get(word.span.clone()).and_then(number);
            let between = text.get(span.end..word.span.start).unwrap_or_default();
            if byte.is_none() || between.len() > 4 {
                number_run(kind, text, &run, &span, parts);
                run.clear();
            }
            if let Some(byte) = byte {
                if run.is_empty() {
                    span.start = word.span.start;
                }
                span.end = word.span.end;
                run.push(byte);
            }
        }
        number_run(kind, text, &run, &span, parts);
    }
}

fn number_run(kind: Kind, text: &str, run: &[u8], span: &Range<usize>, parts: &mut Parts) {
    if run.len() < FEWEST {
        return;
    }
    if let Some(decoded) = readable(run) {
        parts.put(kind, text, span.clone(), decoded);
    }
}

fn binary(word: &str) -> Option<u8> {
    let digits = word.strip_prefix("0b").unwrap_or(word);
    let fits = (7..=8).contains(&digits.len());
    fits.then(|| u8::from_str_radix(digits, 2).ok())?
}

fn pair(word: &str) -> Option<u8> {
    let digits = word.strip_prefix("0x").unwrap_or(word);
    (digits.len() == 2).then(|| u8::from_str_radix(digits, 16).ok())?
}

fn decimal(word: &str) -> Option<u8> {
    let byte = word.parse().ok()?;
    (word.len() >= 2 && (b' '..0x7F).contains(&byte)).then_some(byte)
}

/// Digits of the shortest row of bits.
pub(crate) const LEAST_BITS: usize = 8 * FEWEST;

/// Finds a long row of bits without blanks.
pub(crate) fn bits(text: &str, words: &[Word], parts: &mut Parts) {
    for word in words {
        let digits = text.as_bytes().get(word.span.clone()).unwrap_or_default();
        if digits.len() < LEAST_BITS || !digits.iter().all(|byte| matches!(byte, b'0' | b'1')) {
            continue;
        }
        let bits: Vec<bool> = digits.iter().map(|byte| *byte == b'1').collect();
        if let Some(decoded) = of_bits(&[&bits]) {
            parts.put(Kind::Binary, text, word.span.clone(), &decoded);
        }
    }
}

/// Words of characters of eight or seven bits each.
fn of_bits(words: &[&[bool]]) -> Option<String> {
    [8, 7].into_iter().find_map(|n| {
        let mut bytes = Vec::new();
        for word in words.iter().filter(|word| !word.is_empty()) {
            if word.len() % n != 0 {
                return None;
            }
            let byte = |bits: &[bool]| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
            bytes.extend(word.chunks(n).map(byte));
            bytes.push(b' ');
        }
        bytes.pop();
        readable(&bytes).map(str::to_owned)
    })
}

/// Finds Morse code: dots and dashes with blanks between letters, `/` or more blanks between words.
pub(crate) fn morse(text: &str, parts: &mut Parts) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let mut span = 0..0;
        let mut letters = String::new();
        let mut count = 0;
        let mut token_at = start;
        for token in line.split(' ') {
            let bare = token.trim_end();
            let letter = letter_of_morse(bare);
            match letter {
                Some(letter) => {
                    if count == 0 {
                        letters.clear();
                        span.start = token_at;
                    }
                    count += 1;
                    letters.push(letter);
                    span.end = token_at + bare.len();
                }
                None if bare.is_empty() || bare == "/" || bare == "|" => letters.push(' '),
                None => {
                    morse_run(text, &span, &letters, count, parts);
                    count = 0;
                }
            }
            token_at += token.len() + 1;
        }
        morse_run(text, &span, &letters, count, parts);
    }
}

fn morse_run(text: &str, span: &Range<usize>, letters: &str, count: usize, parts: &mut Parts) {
    // Rows of single dots or dashes are ornaments.
    let varied = letters
        .trim()
        .chars()
        .any(|c| !matches!(c, 'e' | 't' | ' '));
    if count >= FEWEST && varied {
        parts.put(Kind::Morse, text, span.clone(), letters.trim_end());
    }
}

fn letter_of_morse(token: &str) -> Option<char> {
    let mut code = 1_usize;
    for c in token.chars().take(7) {
        code = code << 1
            | match c {
                '.' | '·' | '•' => 0,
                '-' | '−' | '–' | '—' | '_' => 1,
                _ => return None,
            };
    }
    let letter = char::from(*MORSE.get(code)?);
    (letter != ' ').then_some(letter)
}

/// By the code with a one in front: dot 0, dash 1.
const MORSE: &[u8; 64] = b"  etianmsurwdkgohvf l pjbxcyzq  54 3   2       16       7   8 90";

/// Finds letters in Braille and in the invisible characters that carry bytes or bits.
pub(crate) fn symbols(text: &str, parts: &mut Parts) {
    let mut run = Run::default();
    for (at, c) in text.char_indices() {
        let symbol = Symbol::of(c);
        let same = symbol.is_some_and(|symbol| run.takes(symbol));
        if !same {
            run.end(text, parts);
            run = Run::default();
        }
        if let Some(symbol) = symbol {
            run.push(symbol, at..at + c.len_utf8());
        }
    }
    run.end(text, parts);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Symbol {
    Braille(u8),
    /// A variation selector.
    Selector(u8),
    Bit(bool),
    Space,
}

impl Symbol {
    fn of(c: char) -> Option<Self> {
        let code = u32::from(c);
        let byte = |first: u32| u8::try_from(code - first).ok();
        match c {
            '\u{2800}'..='\u{28FF}' => byte(0x2800).map(Self::Braille),
            '\u{E0100}'..='\u{E01EF}' => byte(0xE0100).map(Self::Selector),
            '\u{2062}' => Some(Self::Bit(false)),
            '\u{2064}' => Some(Self::Bit(true)),
            ' ' | '\u{200B}' => Some(Self::Space),
            _ => None,
        }
    }
}

/// Symbols of one kind in a row, blanks among them.
#[derive(Default)]
struct Run {
    symbols: Vec<Symbol>,
    span: Range<usize>,
    /// The first that is no blank.
    first: Option<Symbol>,
}

impl Run {
    fn takes(&self, symbol: Symbol) -> bool {
        use std::mem::discriminant;
        let first = self.first.map(|first| discriminant(&first));
        symbol == Symbol::Space || first.is_none_or(|first| first == discriminant(&symbol))
    }

    fn push(&mut self, symbol: Symbol, span: Range<usize>) {
        if symbol == Symbol::Space {
            if self.first.is_some() {
                self.symbols.push(symbol);
            }
            return;
        }
        if self.first.is_none() {
            self.first = Some(symbol);
            self.span.start = span.start;
        }
        self.symbols.push(symbol);
        self.span.end = span.end;
    }

    fn end(&self, text: &str, parts: &mut Parts) {
        let (kind, decoded) = match self.first {
            Some(Symbol::Braille(_)) => (Kind::Braille, Some(self.braille())),
            Some(Symbol::Selector(_)) => (Kind::Selectors, self.selectors()),
            Some(Symbol::Bit(_)) => (Kind::InvisibleBits, self.bits()),
            _ => return,
        };
        if let Some(decoded) = decoded.filter(|text| text.trim().len() > 2) {
            parts.put(kind, text, self.span.clone(), decoded.trim_end());
        }
    }

    /// The first grade: a letter a cell; capitals are marked, digits are letters behind a mark.
    fn braille(&self) -> String {
        let mut number = false;
        let mut out = String::new();
        for symbol in &self.symbols {
            let Symbol::Braille(cell) = symbol else {
                number = false;
                out.push(' ');
                continue;
            };
            match *cell {
                0 => out.push(' '),
                0x3C => number = true,
                0x20 | 0x30 => {}
                cell => {
                    let letter = BRAILLE.iter().position(|known| *known == cell);
                    let letter = letter.and_then(|at| u8::try_from(at).ok());
                    let digit = letter.filter(|at| number && *at < 10);
                    out.push(match (digit, letter) {
                        (Some(digit), _) => char::from(b'0' + (digit + 1) % 10),
                        (None, Some(letter)) => char::from(b'a' + letter),
                        (None, None) => '.',
                    });
                    number = digit.is_some();
                }
            }
        }
        out
    }

    /// Two ways are in use: the code of a character itself, or sixteen less. In text most are
    /// letters in lower case.
    fn selectors(&self) -> Option<String> {
        let way = |offset: u8| {
            let codes = self.symbols.iter().filter_map(|symbol| match symbol {
                Symbol::Selector(code) => Some(code.wrapping_add(offset)),
                Symbol::Space => Some(b' '),
                _ => None,
            });
            let codes: Vec<u8> = codes.collect();
            let text = readable(&codes)?.to_owned();
            let lower = text
                .bytes()
                .filter(|byte| byte.is_ascii_lowercase() || *byte == b' ');
            Some((lower.count(), text))
        };
        let best = [way(0), way(16)]
            .into_iter()
            .flatten()
            .max_by_key(|(lower, _)| *lower);
        best.map(|(_, text)| text)
    }

    fn bits(&self) -> Option<String> {
        let ones: Vec<bool> = self
            .symbols
            .iter()
            .map(|s| *s == Symbol::Bit(true))
            .collect();
        let mut words = Vec::new();
        let mut start = 0;
        for (at, symbol) in self.symbols.iter().chain([&Symbol::Space]).enumerate() {
            if *symbol == Symbol::Space {
                words.extend(ones.get(start..at));
                start = at + 1;
            }
        }
        of_bits(&words)
    }
}

/// The cells of `a` to `z`.
const BRAILLE: [u8; 26] = [
    0x01, 0x03, 0x09, 0x19, 0x11, 0x0B, 0x1B, 0x13, 0x0A, 0x1A, 0x05, 0x07, 0x0D, 0x1D, 0x15, 0x0F,
    0x1F, 0x17, 0x0E, 0x1E, 0x25, 0x27, 0x3A, 0x2D, 0x3D, 0x35,
];

/// Finds words spelled by the NATO alphabet.
pub(crate) fn nato(text: &str, senses: &[(Sense, &Word)], parts: &mut Parts) {
    let mut letters = String::new();
    let mut span = 0..0;
    for (sense, word) in senses {
        let Sense::Nato(letter) = *sense else {
            continue;
        };
        let between = text.get(span.end..word.span.start).unwrap_or_default();
        if between.contains(char::is_alphanumeric) {
            nato_run(text, &letters, &span, parts);
            letters.clear();
        }
        if letters.is_empty() {
            span.start = word.span.start;
        }
        span.end = word.span.end;
        letters.push(letter);
    }
    nato_run(text, &letters, &span, parts);
}

fn nato_run(text: &str, letters: &str, span: &Range<usize>, parts: &mut Parts) {
    if letters.len() >= FEWEST {
        parts.put(Kind::Nato, text, span.clone(), letters);
    }
}
