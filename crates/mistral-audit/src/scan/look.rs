//! The first look: which lines may hold a secret. What it leaves out the rules would hardly have found:
//! words without a digit, in few capitals, behind the name of a token.
//!
//! Most lines of a program hold neither a long word with a digit nor the name of a secret, and this
//! says so many times faster than the rules could.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::{memchr, memchr_iter, memmem};

/// Names for which any value may be a secret.
const PASSWORDS: &[&str] = &[
    "pass",
    "pwd",
    "psw",
    "pw",
    "contrasena",
    "contrase\u{f1}a",
    "senha",
    "wachtwoord",
    "kennwort",
];
/// Names whose values have to look random.
const NAMES: &[&str] = &[
    "secret",
    "token",
    "key",
    "credential",
    "auth",
    "bearer",
    "session",
    "sig",
    "psk",
    "pat",
    "access",
    "sonar",
    "mistral",
];
/// Lines of a private key, at most.
const MAX_PEM: usize = 400;

pub(super) struct Look {
    passwords: AhoCorasick,
    names: AhoCorasick,
    pem: memmem::Finder<'static>,
    scheme: memmem::Finder<'static>,
}

/// What the words of a line are like.
#[derive(Clone, Copy, Default)]
struct Words {
    /// One is long and has a digit: it may be a token that tells by its shape.
    token: bool,
    /// One may be a value that has to look random.
    random: bool,
}

impl Look {
    pub(super) fn new() -> Self {
        let names = |names: &[&str]| {
            AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::Standard)
                .build(names)
                .expect("the names are few")
        };
        Self {
            passwords: names(PASSWORDS),
            names: names(NAMES),
            pem: memmem::Finder::new("-----BEGIN "),
            scheme: memmem::Finder::new("://"),
        }
    }

    /// The lines that may hold a secret, with their line ends, neighbours as one.
    pub(super) fn lines(&self, text: &str) -> Vec<Range<usize>> {
        let bytes = text.as_bytes();
        let mut found: Vec<Range<usize>> = Vec::new();
        let (mut start, mut before) = (0, 0..0);
        // Lines that a private key may still go on for.
        let mut pem = 0;
        for end in memchr_iter(b'\n', bytes)
            .map(|at| at + 1)
            .chain([bytes.len()])
        {
            let line = bytes.get(start..end).unwrap_or_default();
            if pem == 0 && self.pem.find(line).is_some() {
                pem = MAX_PEM;
            }
            // The name may be a tag on the line above.
            let tag = bytes.get(before.clone()).unwrap_or_default();
            if pem == 0 && self.is_tag(tag) && words(line).random {
                match found.last_mut() {
                    Some(last) if last.end >= start => last.end = end,
                    Some(last) if last.end == before.start => last.end = end,
                    _ => found.push(before.start..end),
                }
            } else if pem > 0 || self.may_hold(line) {
                match found.last_mut() {
                    Some(last) if last.end == start => last.end = end,
                    _ => found.push(start..end),
                }
            }
            pem = match memmem::find(line, b"-----END ") {
                Some(_) => 0,
                None => pem.saturating_sub(1),
            };
            before = start..end;
            start = end;
        }
        found
    }

    fn is_tag(&self, line: &[u8]) -> bool {
        let tag = line.trim_ascii();
        tag.starts_with(b"<") && tag.ends_with(b">") && self.names.is_match(tag)
    }

    fn may_hold(&self, line: &[u8]) -> bool {
        // The shortest is `pw=` and five characters.
        if line.len() < 9 {
            return false;
        }
        let words = words(line);
        words.token
            || words.random && self.names.is_match(line)
            || self.passwords.is_match(line)
                && line
                    .iter()
                    .any(|b| matches!(b, b':' | b'=' | b'>' | b'"' | b'\'' | b'`'))
            || self.scheme.find(line).is_some_and(|at| {
                let rest = line.get(at..).unwrap_or_default();
                memchr(b'@', rest).is_some()
            })
    }
}

/// What a byte is in a word.
const LETTER: u8 = 1;
const DIGIT: u8 = 2;
/// `_` and `-`: in tokens.
const JOINT: u8 = 4;
/// `+`, `/`, `.`, `~`, `=`, `!` and the like: in values.
const MARK: u8 = 8;
/// What code has around arguments: in passwords at most.
const BRACKET: u8 = 16;
/// Capitals, besides [`LETTER`].
const UPPER: u8 = 32;

static KINDS: [u8; 256] = kinds();

const fn kinds() -> [u8; 256] {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        {
            kinds[byte] = if b.is_ascii_digit() {
                DIGIT
            } else if b.is_ascii_uppercase() {
                LETTER | UPPER
            } else if b.is_ascii_alphabetic() || b >= 0x80 {
                LETTER
            } else if matches!(b, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>') {
                BRACKET
            } else if b == b'_' || b == b'-' {
                JOINT
            } else if b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'`' | b',' | b';') {
                MARK
            } else {
                0
            };
        }
        byte += 1;
    }
    kinds
}

fn words(line: &[u8]) -> Words {
    let mut words = Words::default();
    // Of the word of letters, digits and joints; and of that with marks.
    let (mut len, mut digits) = (0_u32, 0_u32);
    let mut wide = Wide::default();
    let mut marks = 0_u32;
    let mut before = 0;
    for byte in line {
        let kind = KINDS.get(usize::from(*byte)).copied().unwrap_or_default();
        if kind & (LETTER | DIGIT | JOINT) != 0 {
            let digit = u32::from(kind == DIGIT);
            len += 1;
            digits += digit;
            wide.len += 1;
            wide.digits += digit;
            wide.capitals += u32::from(kind & UPPER != 0 && before & UPPER == 0);
            before = kind;
            continue;
        }
        before = 0;
        words.token |= len >= 16 && digits > 0;
        (len, digits) = (0, 0);
        if kind == MARK {
            wide.len += 1;
            marks += 1;
            continue;
        }
        words.random |= wide.is_random() || marks >= 6;
        wide = Wide::default();
        if kind != BRACKET {
            marks = 0;
        }
    }
    words.token |= len >= 16 && digits > 0;
    words.random |= wide.is_random() || marks >= 6;
    words
}

/// A word with the marks in it.
#[derive(Clone, Copy, Default)]
struct Wide {
    len: u32,
    digits: u32,
    /// Capitals behind something else.
    capitals: u32,
}

impl Wide {
    /// Long enough and with digits, or so long and in so many capitals that digits are not needed.
    fn is_random(self) -> bool {
        self.len >= 8 && self.digits >= 2 || self.len >= 20 && self.capitals >= 3
    }
}
