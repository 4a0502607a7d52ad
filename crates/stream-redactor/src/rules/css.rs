//! `ACTIVE_CONTENT`: style sheets that run something: `expression(…)` and the properties that bind a
//! script to an element.
//!
//! Old browsers did so, and mail readers and embedded views still may. Only what stands from the
//! bracket on goes. `an expression(s)` is no call: inside there has to be another one, or a colon or an
//! assignment.

use super::markup::{Around, UrlCloser};
use super::{Automaton, Closer, Finder, Found, Scan, Spec, Tier};
use crate::edit::Entity;
use crate::left::Left;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::ACTIVE_CONTENT,
    placeholder: "[ACTIVE]",
    tier: Tier::Certain,
    about: "a style that runs a script",
    source: "OWASP XSS Filter Evasion Cheat Sheet, \"STYLE\"",
    finder: Finder::Scan {
        new: || Automaton::Css(Css::default()),
        wakes: |c, _| c == '(',
        holds: None,
    },
    hits: &[
        "<b style=\"width: expression«(alert(1)»)\">",
        "-moz-binding: url«(http://x.example/x.xml#x»)",
    ],
    misses: &[
        "regular expression(s)",
        "evaluate_expression(f(x))",
        "background: url(x.png)",
    ],
};

/// Characters of an argument before what tells that it runs.
const MAX_IDLE: usize = 64;

#[derive(Clone, Debug, Default)]
pub(crate) struct Css {
    start: u64,
    /// So many characters of an argument.
    idle: Option<usize>,
}

impl Scan for Css {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        let idle = self.idle.take();
        match (idle, c) {
            (Some(_), '(') => return Some(self.opening(at, 1)),
            (Some(_), ':' | '=') => return Some(self.opening(at, 0)),
            (Some(n), c) if n < MAX_IDLE && (c.is_alphanumeric() || matches!(c, '.' | '_')) => {
                self.idle = Some(n + 1);
            }
            (_, '(') => match call(at, left) {
                Some(Call::Expression) => (self.start, self.idle) = (at, Some(0)),
                Some(Call::Binding) => {
                    self.start = at;
                    return Some(self.opening(at, 0));
                }
                None => {}
            },
            _ => {}
        }
        None
    }

    fn live(&self) -> Option<u64> {
        self.idle.map(|_| self.start)
    }

    fn is_anchored(&self, _: u64, _: Left<'_>) -> bool {
        false
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Css {
    fn opening(&self, at: u64, open: u16) -> Found {
        let closer = Closer::Url(UrlCloser::new(Around::Parentheses(open)));
        Found::opening(self.start, at + 1, closer)
    }
}

enum Call {
    Expression,
    Binding,
}

/// What a bracket at `at` calls.
fn call(at: u64, left: Left<'_>) -> Option<Call> {
    let mut back = left.back(at).peekable();
    let is_blank = |b: &u8| matches!(b, b' ' | b'\t');
    if reads(&mut back, "expression") {
        while back.next_if(is_blank).is_some() {}
        // Behind the colon of a property or a comment, or at the beginning of a line.
        let begins = |b: u8| matches!(b, b':' | b'/' | b'\n'..=b'\r');
        return back.next().is_none_or(begins).then_some(Call::Expression);
    }
    if !reads(&mut left.back(at).peekable(), "url") {
        return None;
    }
    let property = || left.back(at).skip(3).skip_while(is_blank).peekable();
    let binds = |name| reads(&mut property(), name);
    (binds("-moz-binding:") || binds("behavior:")).then_some(Call::Binding)
}

/// Whether a word stands there, read backwards.
fn reads(back: &mut std::iter::Peekable<impl Iterator<Item = u8>>, word: &str) -> bool {
    word.bytes().rev().all(|b| back.next_if_eq(&b).is_some())
}
