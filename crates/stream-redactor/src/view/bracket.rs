//! ` (at) `, `[at]`, `{ dot }` and the like: one symbol with the blanks around it.

use std::collections::VecDeque;

use super::{Sym, visible};
use crate::symbols::Symbols;

/// The most symbols held back. A spelling has ten; the rest is room for hidden ones.
pub(super) const MAX_SYMBOLS: usize = 24;

/// Blanks that may stand on either side of the brackets.
const MAX_BLANKS: usize = 3;

#[derive(Clone, Debug, Default)]
pub(super) struct Brackets {
    pending: VecDeque<Sym>,
    /// Blanks that still belong to the spelling just read.
    trailing: usize,
}

enum Shape {
    Prefix,
    Spells(char),
    Nothing,
}

impl Brackets {
    pub(super) fn push(&mut self, symbol: Sym, out: &mut Symbols) {
        if self.pending.is_empty() && (symbol.hidden || self.trailing == 0 && is_plain(symbol.ch)) {
            out.push(symbol);
            return;
        }
        // No spelling hides a text.
        if symbol.hidden && is_covert(symbol.ch) {
            self.flush(out);
            out.push(symbol);
            return;
        }
        let is_blank_before = |s: &Sym| is_blank(s.ch) && !s.hidden;
        if is_plain(symbol.ch) && !symbol.hidden && self.pending.iter().all(is_blank_before) {
            out.extend(self.pending.drain(..));
            out.push(symbol);
            self.trailing = 0;
            return;
        }
        if !symbol.hidden && self.trailing > 0 {
            self.trailing = if is_blank(symbol.ch) {
                self.trailing - 1
            } else {
                0
            };
            if is_blank(symbol.ch) {
                out.push(Sym {
                    hidden: true,
                    ..symbol
                });
                return;
            }
        }
        self.pending.push_back(symbol);
        if self.pending.len() > MAX_SYMBOLS {
            self.flush(out);
        }
        while !self.pending.is_empty() {
            match shape(visible(&self.pending)) {
                Shape::Prefix => break,
                Shape::Spells(ch) => {
                    let raw = self.pending.drain(..).map(|s| s.raw).sum();
                    out.push(Sym {
                        ch,
                        raw,
                        upper: false,
                        hidden: false,
                        invisible: false,
                    });
                    self.trailing = MAX_BLANKS;
                }
                Shape::Nothing => out.extend(self.pending.pop_front()),
            }
        }
    }

    #[inline]
    pub(super) fn is_clear(&self) -> bool {
        self.pending.is_empty() && self.trailing == 0
    }

    pub(super) fn flush(&mut self, out: &mut Symbols) {
        out.extend(self.pending.drain(..));
        self.trailing = 0;
    }
}

fn shape(text: impl Iterator<Item = char>) -> Shape {
    let mut text = text.peekable();
    let mut blanks = 0;
    while text.next_if(|c| is_blank(*c)).is_some() {
        blanks += 1;
    }
    if blanks > MAX_BLANKS {
        return Shape::Nothing;
    }
    let close = match text.next() {
        None => return Shape::Prefix,
        Some('(') => ')',
        Some('[') => ']',
        Some('{') => '}',
        Some(_) => return Shape::Nothing,
    };
    text.next_if(|c| is_blank(*c));
    let (rest, spelled) = match text.next() {
        None => return Shape::Prefix,
        Some('a') => ("t", '@'),
        Some('d') => ("ot", '.'),
        Some(_) => return Shape::Nothing,
    };
    for expected in rest.chars() {
        match text.next() {
            None => return Shape::Prefix,
            Some(c) if c == expected => {}
            Some(_) => return Shape::Nothing,
        }
    }
    text.next_if(|c| is_blank(*c));
    match text.next() {
        None => Shape::Prefix,
        Some(c) if c == close => Shape::Spells(spelled),
        Some(_) => Shape::Nothing,
    }
}

/// A tag character or an override of the direction: no text has a use for it.
fn is_covert(c: char) -> bool {
    matches!(c, '\u{202d}' | '\u{202e}' | '\u{e0000}'..='\u{e007f}')
}

/// A spelling does not begin with it.
fn is_plain(c: char) -> bool {
    !is_blank(c) && !matches!(c, '(' | '[' | '{')
}

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}
