//! `ACTIVE_CONTENT`: the values of event handlers, `onerror=alert(1)`; of a page's own refresh,
//! `http-equiv="refresh"`; and of encodings that hide tags, `charset=utf-7`.
//!
//! After the HTML tokenizer (HTML standard, section 13.2.5): white space may stand on both sides of
//! the `=`, a value may do without quotes and ends then before white space or `>`. Only the `=` and
//! the value go: a name without a value does nothing, and nothing is held before its `=`.
//!
//! A value without quotes counts if it does something, by a call or an assignment. So
//! `onClick={save}` and `onClick={() => …}` of other languages stay: HTML reads `{save}` and `{()=`.

use super::events::is_event;
use super::markup::{ValueCloser, is_space};
use super::{Automaton, Closer, END, Finder, Found, Scan, Spec, Tier};
use crate::edit::Entity;
use crate::left::Left;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::ACTIVE_CONTENT,
    placeholder: "[ACTIVE]",
    tier: Tier::Certain,
    about: "the value of an event handler that does something, or of a page's refresh",
    source: "HTML standard, sections 8.1.8 and 4.2.5.3; OWASP XSS Filter Evasion Cheat Sheet",
    finder: Finder::Scan {
        new: || Automaton::Handler(Handler::default()),
        wakes: |c, _| matches!(c, '=' | '\n' | '\r'),
        holds: None,
    },
    hits: &[
        "<img src=x onerror«=alert(1)»>",
        "<svg/onload «\n= \"alert('a b')\"» x>",
        "<p onclick«&equals;'x'»>y",
        "<meta http-equiv«=\"Refresh\"» content=\"0;url=x\">",
        "<b onClick«={save()}»>",
        "<meta charset«=UTF-7»>",
    ],
    misses: &[
        "onclick",
        "<Button onClick={save} onBlur={() => close()}>",
        "<a onfoo=\"bar\">",
        "button.onclick = \"x\"",
        "Button(onclick=save, onload = load) {",
        "OnCalendar=daily",
        "once=\"f(x)\"",
        "<meta http-equiv=\"Content-Type\">",
        "if (onload == \"x\")",
    ],
};

/// White space on either side of the `=`.
const MAX_BLANKS: usize = 16;
/// No attribute that counts has a longer name.
const MAX_NAME: usize = 28;

#[derive(Clone, Debug, Default)]
pub(crate) struct Handler {
    start: u64,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    #[default]
    Out,
    /// So much white space before a `=` on a later line.
    BeforeEquals(Name, usize),
    /// So much white space behind it.
    BeforeValue(Name, usize),
    /// In a value that does nothing so far, behind this character.
    Idle(char),
    /// So many characters of a certain value, in these quotes.
    Certain(&'static str, usize, Option<char>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    /// An event of HTML.
    Event,
    /// A name of which only this value counts.
    With(&'static str),
}

/// Values that count, by the names before them: a page that moves on, and encodings in which harmless
/// letters are tags.
const CERTAIN: [(&[u8], &str); 3] = [
    (b"http-equiv", "refresh"),
    (b"charset", "utf-7"),
    (b"charset", "x-imap4-modified-utf7"),
];

impl Scan for Handler {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        let found = self.advance(c, at);
        if found.is_none() && matches!(self.stage, Stage::Out) {
            self.begin(c, at, left);
        }
        found
    }

    fn live(&self) -> Option<u64> {
        (!matches!(self.stage, Stage::Out)).then_some(self.start)
    }

    fn is_anchored(&self, _: u64, _: Left<'_>) -> bool {
        matches!(self.stage, Stage::BeforeValue(Name::Event, _))
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Handler {
    fn begin(&mut self, c: char, at: u64, left: Left<'_>) {
        let is_line_end = matches!(c, '\n' | '\r');
        if c != '=' && !is_line_end {
            return;
        }
        if let Some(name) = name(at, left) {
            self.start = at;
            self.stage = if is_line_end {
                Stage::BeforeEquals(name, 1)
            } else {
                Stage::BeforeValue(name, 0)
            };
        }
    }

    fn advance(&mut self, c: char, at: u64) -> Option<Found> {
        let (stage, quote) = match self.stage {
            Stage::Out => return None,
            Stage::BeforeEquals(name, _) if c == '=' => (Stage::BeforeValue(name, 0), None),
            Stage::BeforeEquals(name, n) if is_space(c) && n < MAX_BLANKS => {
                (Stage::BeforeEquals(name, n + 1), None)
            }
            Stage::BeforeValue(name, n) if is_space(c) && n < MAX_BLANKS => {
                (Stage::BeforeValue(name, n + 1), None)
            }
            Stage::BeforeValue(Name::Event, _) if matches!(c, '"' | '\'') => {
                (Stage::Out, Some(Some(c)))
            }
            Stage::BeforeValue(Name::With(value), _) => certain(value, 0, None, c),
            Stage::Certain(value, n, quote) => certain(value, n, quote, c),
            Stage::BeforeValue(..) => unquoted(None, c),
            Stage::Idle(last) => unquoted(Some(last), c),
            Stage::BeforeEquals(..) => (Stage::Out, None),
        };
        self.stage = stage;
        let quote = quote?;
        if c == END {
            return Some(Found::new(self.start, at));
        }
        let closer = Closer::Value(ValueCloser::new(quote));
        Some(Found::opening(self.start, at + 1, closer))
    }
}

/// What comes next, and the quotes of a value that was found.
type Next = (Stage, Option<Option<char>>);

/// One more character of a value without quotes that did nothing so far.
fn unquoted(last: Option<char>, c: char) -> Next {
    let next = match (last, c) {
        // Before something else that is found, or at the end of the text.
        (_, END) => return (Stage::Out, Some(None)),
        (_, '>') | (None, '=') => Stage::Out,
        _ if is_space(c) => Stage::Out,
        // `{()=>`: the value ends before the `>`.
        (Some('='), _) => return (Stage::Out, Some(None)),
        (Some(_), '=' | ')') | (Some('{'), '(') => Stage::Idle(c),
        _ if c.is_alphanumeric() || "_$.,:;{}".contains(c) => Stage::Idle(c),
        _ => return (Stage::Out, Some(None)),
    };
    (next, None)
}

/// One more character of a value that is the only one to count.
fn certain(value: &'static str, n: usize, quote: Option<char>, c: char) -> Next {
    match value.chars().nth(n) {
        Some(expected) if expected == c && n + 1 == value.len() => (Stage::Out, Some(quote)),
        Some(expected) if expected == c => (Stage::Certain(value, n + 1, quote), None),
        _ if n == 0 && quote.is_none() && matches!(c, '"' | '\'') => {
            (Stage::Certain(value, 0, Some(c)), None)
        }
        // One name with two values: they differ in their first letter.
        _ if n == 0 => match CERTAIN.iter().find(|(_, other)| other.starts_with(c)) {
            Some((_, other)) if *other != "refresh" && value != "refresh" => {
                (Stage::Certain(other, 1, quote), None)
            }
            _ => (Stage::Out, None),
        },
        _ => (Stage::Out, None),
    }
}

/// The name of an attribute before `at`, on the line, if it is one that counts.
fn name(at: u64, left: Left<'_>) -> Option<Name> {
    let is_blank = |b: &u8| matches!(b, b' ' | b'\t' | 0xb | 0xc);
    let mut back = left.back(at).peekable();
    let mut blanks = 0;
    while back.next_if(is_blank).is_some() {
        blanks += 1;
        if blanks > MAX_BLANKS {
            return None;
        }
    }
    let mut room = [0; MAX_NAME];
    let mut len = 0;
    while let Some(byte) = back.next_if(|b| b.is_ascii_lowercase() || *b == b'-') {
        *room.iter_mut().rev().nth(len)? = byte;
        len += 1;
    }
    let name = room.get(MAX_NAME - len..)?;
    if let Some((_, value)) = CERTAIN.iter().find(|(certain, _)| *certain == name) {
        return Some(Name::With(value));
    }
    // An attribute stands behind white space, a slash or the value before it.
    let begins = |b: &u8| b.is_ascii_whitespace() || b.is_ascii_control() || b"/\"'`".contains(b);
    if len < 4 || !name.starts_with(b"on") || !back.peek().is_none_or(begins) {
        return None;
    }
    is_event(name).then_some(Name::Event)
}
