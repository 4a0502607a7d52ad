//! `SECRET`: what is assigned to the name of a secret, in code, settings, JSON, YAML, XML, headers
//! and prose: `password: hunter2`, `"api_key" => "..."`, `export TOKEN=...`, `Authorization:
//! Bearer ...`.
//!
//! The automaton sleeps until a `:`, `=` or `>` and looks at the name before it. Behind the name
//! of a secret it reads on over blanks, quotation marks and the word of a scheme; a value ends at
//! a blank, at its quotation mark, or at what ends one in code. What a value has to look like
//! depends on how much the name promises, see [`stand_in`](super::stand_in).

use super::names::{self, MAX_NAME, Name};
use super::runs::MAX_RUN;
use super::stand_in::{self, Setting};
use super::{Automaton, Closer, END, Finder, Found, Scan, Spec, Swallow, Tier};
use crate::edit::Entity;
use crate::left::Left;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::SECRET,
    placeholder: "[SECRET]",
    tier: Tier::Certain,
    about: "what is assigned to the name of a secret and is no stand-in for it",
    source: "RFC 6750 and RFC 7617 for headers; elsewhere the name is the context",
    finder: Finder::Scan {
        new: || Automaton::Assigned(Assigned::default()),
        wakes: |c, _| matches!(c, ':' | '=' | '>'),
        holds: None,
    },
    hits: &[
        "password: «hunter2», ok",
        "MISTRAL_API_KEY=«aB3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z»",
        "{\"client_secret\": \"«k8Jx0q2Lw9vB»\"}",
        "Authorization: Bearer «mF_9.B5f-4.1JqM»\n",
        "let token = '«0123456789abcdef0123»';",
        "Server=db;Uid=sa;Pwd=«letmein»;",
        "aws_secret_access_key = «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»",
        "Jenkins-Crumb:«440561953171ba44ace9740562d172bb»",
        "https://x.example/a?se=1&sig=«Zk3pX9qL2vB7nR4tY8wC1mJ6»",
    ],
    misses: &[
        "Password: required. The token: a string.",
        "api_key=os.environ[\"MISTRAL_API_KEY\"]",
        "token = \"your-api-key\"; password = getPassword()",
        "Authorization: Bearer $TOKEN",
        "max_tokens=4096, password_hint: rosebud1",
        "\"signature\": \"8f844bc79b0556fe585535ac611d679d\"",
        "NPM_TOKEN=743b294a-cd03-11ec-9d64-0242ac120002",
        "token := \"sm_sat_h5c0i0b8p7\", license_key=a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8NRAL",
        "sha256: 8f844bc79b0556fe585535ac611d679d8f844bc79b0556fe585535ac611d679d",
    ],
};

/// Blanks and marks between the name and the value.
pub(crate) const MAX_GAP: u8 = 24;
/// The longest word of a scheme, such as `Bearer`.
const MAX_SCHEME: usize = 16;

#[derive(Clone, Debug, Default)]
pub(crate) struct Assigned {
    stage: Stage,
    setting: Option<Setting>,
    /// The mark around the value, or blank.
    quote: Option<char>,
    /// Where the value begins, or may begin.
    start: u64,
}

#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    #[default]
    Out,
    /// So many characters behind the anchor, and line ends may be among them.
    Gap(u8, bool),
    /// So many visible characters of the value.
    Value(usize),
}

impl Scan for Assigned {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        match self.stage {
            Stage::Out => self.wake(c, at, left),
            Stage::Gap(n, lines) => self.gap(c, at, n, lines),
            Stage::Value(len) => {
                if !self.ends(c) {
                    // A key that says little, and a text of its own: `{"key": "password=hunter2"}`.
                    if self.is_weak_text() && matches!(c, ':' | '=' | '>') {
                        let mut named = Self::default();
                        named.wake(c, at, left);
                        if named.live().is_some() {
                            *self = named;
                            return None;
                        }
                    }
                    if len < MAX_RUN {
                        self.stage = Stage::Value(len + 1);
                        return None;
                    }
                    let is_secret = self.is_secret(at, left);
                    let closer = AssignedCloser { quote: self.quote };
                    let start = self.start;
                    self.reset();
                    return is_secret.then(|| Found::opening(start, at, Closer::Assigned(closer)));
                }
                if c == ' ' && self.is_scheme(at, left) {
                    self.stage = Stage::Gap(1, false);
                    self.start = at + 1;
                    return None;
                }
                if let Some(setting) = &mut self.setting {
                    // A blank before the quotation mark: this may be the beginning of a text.
                    setting.is_quoted &= self.quote == Some(c) || c == '\\';
                    // An argument in a list of them.
                    setting.is_plain &= c != ',';
                }
                let end = self.end(at, left);
                let found = self
                    .is_secret(end, left)
                    .then(|| Found::new(self.start, end));
                self.reset();
                if found.is_none() {
                    self.wake(c, at, left);
                }
                return found;
            }
        }
        None
    }

    fn live(&self) -> Option<u64> {
        (!matches!(self.stage, Stage::Out)).then_some(self.start)
    }

    fn is_anchored(&self, at: u64, left: Left<'_>) -> bool {
        matches!(self.stage, Stage::Value(len) if len >= 8) && self.is_secret(at, left)
    }

    /// A JSON key is as good as a name in the text.
    fn begin(&mut self, at: u64, left: Left<'_>) {
        let mut room = [0; MAX_NAME];
        let line = line(&mut room, left, at);
        let name = line.strip_suffix(b": ").and_then(names::kind);
        if let Some(name) = name {
            self.stage = Stage::Gap(0, false);
            self.quote = Some(END);
            self.start = at;
            self.setting = Some(Setting {
                name,
                is_quoted: true,
                is_plain: false,
            });
        }
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Assigned {
    fn wake(&mut self, c: char, at: u64, left: Left<'_>) {
        if !matches!(c, ':' | '=' | '>') {
            return;
        }
        let mut room = [0; MAX_NAME];
        let line = line(&mut room, left, at);
        let Some(name) = names::named(line, c as u8) else {
            return;
        };
        self.stage = Stage::Gap(0, c == '>');
        self.quote = None;
        self.start = at + 1;
        self.setting = Some(Setting {
            name,
            is_quoted: false,
            is_plain: c == '=' && names::stands_alone(line),
        });
    }

    fn gap(&mut self, c: char, at: u64, n: u8, lines: bool) {
        let is_blank = c == ' ' || c == '\t' || lines && matches!(c, '\n' | '\r');
        let is_operator = matches!(c, ':' | '=' | '>') && self.quote.is_none();
        let is_mark = matches!(c, '"' | '\'' | '`') && self.quote.is_none();
        if is_blank && self.quote.is_some() && !lines {
            // `"Password: " + value`
            self.reset();
            return;
        }
        if let Some(setting) = self.setting.as_mut().filter(|_| n < MAX_GAP) {
            let is_prefix = matches!(c, '\\' | '*' | '@');
            if is_blank || is_operator || is_mark || is_prefix && self.quote.is_none() {
                if is_mark {
                    self.quote = Some(c);
                    setting.is_quoted = true;
                }
                setting.is_plain &= !is_blank && !is_operator;
                self.stage = Stage::Gap(n + 1, lines);
                self.start = at + 1;
                return;
            }
        }
        // Behind a quotation mark that was the end of a text: `"Password:", x`.
        if self.ends(c) || matches!(c, ',' | ';' | ')' | ']' | '}' | '+') {
            self.reset();
            return;
        }
        self.start = at;
        self.stage = Stage::Value(1);
    }

    /// Whether a character ends the value.
    fn ends(&self, c: char) -> bool {
        match self.quote {
            _ if !c.is_ascii_graphic() || c == '\\' => true,
            Some(quote) => c == quote,
            None => matches!(c, '"' | '\'' | '`' | ',' | ';' | '&' | '<' | '>' | '|'),
        }
    }

    /// Whether the text as a whole is the value of a name that may mean anything.
    fn is_weak_text(&self) -> bool {
        self.quote == Some(END) && self.setting.is_some_and(|s| s.name == Name::Key)
    }

    /// The value ends there, without the marks of a sentence.
    fn end(&self, at: u64, left: Left<'_>) -> u64 {
        if self.quote.is_some() {
            return at;
        }
        let mark = |c: char| matches!(c, '.' | ':' | '!' | '?' | ')' | ']' | '}' | '*');
        let back = left
            .held
            .back(at)
            .find(|(place, symbol)| *place <= self.start || !symbol.hidden && !mark(symbol.ch));
        back.map_or(at, |(place, _)| place + 1)
    }

    fn is_secret(&self, end: u64, left: Left<'_>) -> bool {
        let mut room = [0; MAX_RUN];
        let value = value(&mut room, left, (self.start, end));
        self.setting
            .is_some_and(|setting| stand_in::is_secret(value, setting))
    }

    /// Whether the value so far only says how to read what follows (RFC 9110, section 11.1).
    fn is_scheme(&self, end: u64, left: Left<'_>) -> bool {
        let mut room = [0; MAX_RUN];
        let value = value(&mut room, left, (self.start, end));
        let is_header = self
            .setting
            .is_some_and(|setting| setting.name == Name::Header);
        let is_scheme = value.iter().all(|b| b.is_ascii_alphabetic() || *b == b'-');
        is_header && is_scheme && value.len() <= MAX_SCHEME
    }
}

/// What stands before `at`.
pub(super) fn line<'r>(room: &'r mut [u8; MAX_NAME], left: Left<'_>, at: u64) -> &'r [u8] {
    let mut len = 0;
    for (slot, byte) in room.iter_mut().rev().zip(left.back(at)) {
        *slot = byte;
        len += 1;
    }
    room.get(MAX_NAME - len..).unwrap_or_default()
}

/// The visible characters of a stretch, as they were written.
fn value<'r>(room: &'r mut [u8; MAX_RUN], left: Left<'_>, (start, end): (u64, u64)) -> &'r [u8] {
    let visible = left
        .held
        .slice(start, end)
        .iter()
        .filter(|symbol| !symbol.hidden);
    let mut len = 0;
    for (slot, symbol) in room.iter_mut().zip(visible) {
        let byte = symbol.ch as u8;
        *slot = if symbol.upper {
            byte.to_ascii_uppercase()
        } else {
            byte
        };
        len += 1;
    }
    room.get(..len).unwrap_or_default()
}

/// Goes on to the end of the value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AssignedCloser {
    quote: Option<char>,
}

impl AssignedCloser {
    pub(super) fn step(self, c: char) -> Swallow {
        let value = Assigned {
            quote: self.quote,
            ..Assigned::default()
        };
        if value.ends(c) {
            Swallow::EndBefore
        } else {
            Swallow::More
        }
    }
}
