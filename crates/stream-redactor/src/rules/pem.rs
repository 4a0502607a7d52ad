//! `PRIVATE_KEY`: a private key in PEM (RFC 7468), PGP armour included.
//!
//! The line `-----BEGIN … PRIVATE KEY-----` alone is a mention and stays. With [`CERTAIN`]
//! characters of a body behind it, it is a key: the placeholder goes out, and everything up to
//! `-----END …-----` disappears. Line ends may be spelled `\n`, as in JSON, or be blanks. A key
//! that is broken off ends where its characters do.

use super::{Automaton, Closer, Finder, Found, Scan, Spec, Swallow, Tier};
use crate::edit::Entity;
use crate::left::Left;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::PRIVATE_KEY,
    placeholder: "[PRIVATE_KEY]",
    tier: Tier::Certain,
    about: "the PEM header of a private key and the body behind it",
    source: "RFC 7468, RFC 1421, openssh PROTOCOL.key",
    finder: Finder::Scan {
        new: || Automaton::Pem(Pem::default()),
        wakes: |c, _| c == '-',
        holds: None,
    },
    hits: &[
        "«-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----»\nok",
    ],
    misses: &[
        "-----BEGIN CERTIFICATE-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END CERTIFICATE-----",
        "a -----BEGIN PRIVATE KEY----- line",
    ],
};

const BEGIN: &str = "-----begin ";
const END: &str = "-----end ";
const DASHES: &str = "-----";
/// The longest label, as in `ENCRYPTED PRIVATE KEY`.
const MAX_LABEL: usize = 40;
/// Line ends and blanks between the line and the body.
const MAX_GAP: usize = 16;
/// Characters of a body after which there is no doubt.
const CERTAIN: usize = 16;
/// A word of a body that a blank may follow: shorter words are text.
const MIN_WORD: usize = 32;
/// No key is longer, in characters.
const MAX_BODY: usize = 16 * 1024;

#[derive(Clone, Debug, Default)]
pub(crate) struct Pem {
    start: u64,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    #[default]
    Out,
    Begin(usize),
    /// Characters of the label, and of `private key` in it.
    Label(usize, usize),
    Dashes(usize),
    Gap(usize, bool),
    /// Characters, and whether a header's colon stands before.
    Body(usize, bool),
}

const KEY: &str = "private key";

impl Scan for Pem {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        let mut found = None;
        self.stage = match self.stage {
            Stage::Out => Stage::Out,
            Stage::Begin(n) if BEGIN.chars().nth(n) == Some(c) => match n + 1 {
                n if n == BEGIN.len() => Stage::Label(0, 0),
                n => Stage::Begin(n),
            },
            // A longer row of dashes: its last five count.
            Stage::Begin(n) if n == DASHES.len() && c == '-' => {
                self.start += 1;
                Stage::Begin(n)
            }
            Stage::Label(n, key) if n < MAX_LABEL && (c.is_ascii_alphanumeric() || c == ' ') => {
                Stage::Label(n + 1, advance_key(key, c))
            }
            Stage::Label(_, key) if key == KEY.len() && c == '-' => Stage::Dashes(1),
            Stage::Dashes(n) if n < DASHES.len() && c == '-' => Stage::Dashes(n + 1),
            Stage::Dashes(n) if n == DASHES.len() => gap(c, 0, false),
            // Another opening, behind one that is only mentioned.
            Stage::Gap(..) if c == '-' => Stage::Out,
            Stage::Gap(n, escaped) if n < MAX_GAP => gap(c, n, escaped),
            Stage::Body(..) if c == '-' && matches!(left.prev, Some('\n' | '\r')) => Stage::Out,
            Stage::Body(n, _) if is_body(c) && n + 1 >= CERTAIN => {
                let closer = Closer::Pem(PemCloser::default());
                found = Some(Found::opening(self.start, at + 1, closer));
                Stage::Out
            }
            Stage::Body(n, header) if is_body(c) => Stage::Body(n + 1, header || c == ':'),
            Stage::Body(n, true) if c == ' ' && n + 1 < CERTAIN => Stage::Body(n + 1, true),
            Stage::Body(n, _) if matches!(c, '\n' | '\r') => Stage::Body(n, false),
            _ => Stage::Out,
        };
        if matches!(self.stage, Stage::Out) && found.is_none() && c == '-' {
            self.start = at;
            self.stage = Stage::Begin(1);
        }
        found
    }

    fn live(&self) -> Option<u64> {
        (!matches!(self.stage, Stage::Out)).then_some(self.start)
    }

    fn is_anchored(&self, _: u64, _: Left<'_>) -> bool {
        matches!(self.stage, Stage::Body(..))
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

fn advance_key(key: usize, c: char) -> usize {
    match KEY.chars().nth(key) {
        Some(expected) if expected == c => key + 1,
        // `private key block`
        None => KEY.len(),
        Some(_) => usize::from(c == 'p'),
    }
}

/// Between the line and the body: line ends, spelled or not, and blanks.
fn gap(c: char, n: usize, escaped: bool) -> Stage {
    match c {
        'n' | 'r' if escaped => Stage::Gap(n + 1, false),
        '\\' => Stage::Gap(n + 1, true),
        '\n' | '\r' | ' ' | '\t' => Stage::Gap(n + 1, false),
        _ if n > 0 && is_body(c) => Stage::Body(1, false),
        _ => Stage::Out,
    }
}

/// Base64, and what headers before it are made of.
fn is_body(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | ':' | '-' | ',')
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PemCloser {
    /// Characters swallowed.
    len: usize,
    /// Characters of the current word.
    word: usize,
    /// A header's colon stands on this line.
    header: bool,
    /// Characters of the closing line.
    matched: usize,
    /// Dashes behind its label.
    dashes: usize,
    /// A blank stands before this character, behind a word that is too short for a body.
    after_blank: bool,
}

impl PemCloser {
    pub(super) fn step(&mut self, c: char) -> Swallow {
        self.len += 1;
        if self.len > MAX_BODY {
            return Swallow::EndBefore;
        }
        if self.matched == END.len() {
            if c == '-' {
                self.dashes += 1;
                if self.dashes == DASHES.len() {
                    return Swallow::EndAfter;
                }
                return Swallow::More;
            }
            if self.dashes > 0 || !(c.is_ascii_alphanumeric() || c == ' ') {
                return Swallow::EndBefore;
            }
            return Swallow::More;
        }
        if END.chars().nth(self.matched) == Some(c) {
            self.matched += 1;
            return Swallow::More;
        }
        if self.matched > 0 {
            // The opening of another key goes with this one, though its label holds blanks.
            self.header |= self.matched == DASHES.len() && c == 'b';
            self.matched = match c {
                '-' if self.matched == DASHES.len() => self.matched,
                '-' => 1,
                _ => 0,
            };
        }
        match c {
            '\n' | '\r' => {
                (self.word, self.header, self.after_blank) = (0, false, false);
                Swallow::More
            }
            ' ' | '\t' => {
                // An indent ends nothing.
                self.after_blank |= !self.header && (1..MIN_WORD).contains(&self.word);
                self.word = 0;
                Swallow::More
            }
            _ if self.after_blank => Swallow::EndBefore,
            c if is_body(c) || c == '\\' || self.header && !c.is_control() => {
                self.header |= c == ':';
                self.word += 1;
                Swallow::More
            }
            _ => Swallow::EndBefore,
        }
    }
}
