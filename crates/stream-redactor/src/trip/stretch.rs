//! What may belong to one secret, by its shape alone.
//!
//! A stretch is a text without blanks. It goes on over up to four of them, with one line end among
//! them at most, where it ends like a pair of hexadecimal digits and a digit follows; and over a
//! line end where Base64 of sixteen characters or more stands before it and goes on behind. (The
//! first digit of a printable ASCII character is 2 to 7.) What is not seen belongs to a stretch,
//! and a character outside ASCII that does not stand for one of ASCII ends it.

use crate::view;

/// The most blanks between two hexadecimal pairs.
const MAX_GAP: usize = 4;
/// The fewest characters of a line of Base64.
const MIN_LINE: usize = 16;

/// How the stretch at hand stands, if there is one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stretch {
    is_open: bool,
    gap: Option<Gap>,
}

/// The blanks at its end.
#[derive(Clone, Copy, Debug)]
struct Gap {
    len: usize,
    /// Carriage returns and line feeds.
    line_ends: [u8; 2],
    /// What stands before it is the end of a pair.
    is_pair: bool,
    /// What stands before it is a line of Base64.
    is_line: bool,
}

/// What the next bytes are to a stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// So many belong to none.
    Passes(usize),
    /// So many belong to the one at hand, or begin one.
    Goes(usize),
    /// The one at hand is over.
    Over,
}

enum Class {
    Graphic,
    Blank,
    LineEnd,
    Hidden,
    Other,
}

impl Stretch {
    pub(super) fn is_open(self) -> bool {
        self.is_open
    }

    /// Reads on: one character, or up to about `room` bytes at once. The stretch so far is `held` and
    /// `part` behind it.
    pub(super) fn next(&mut self, part: &str, held: &str, rest: &str, room: usize) -> Next {
        let (class, len) = first(rest);
        if !self.is_open {
            return match class {
                Class::Graphic => {
                    *self = Self {
                        is_open: true,
                        gap: None,
                    };
                    Next::Goes(len)
                }
                _ => Next::Passes(len),
            };
        }
        let goes_on = match (class, &mut self.gap) {
            (Class::Hidden, _) => true,
            (Class::Graphic, None) => {
                let bytes = rest.as_bytes().iter().take(room);
                let word = bytes.take_while(|byte| byte.is_ascii_graphic()).count();
                return Next::Goes(word.max(len));
            }
            (Class::Graphic, Some(gap)) => {
                let goes_on = gap.is_followed_by(rest);
                self.gap = None;
                goes_on
            }
            (Class::Blank | Class::LineEnd, gap) => gap
                .get_or_insert_with(|| Gap::behind(held, part))
                .takes(rest.as_bytes().first()),
            (Class::Other, _) => false,
        };
        if goes_on {
            return Next::Goes(len);
        }
        *self = Self::default();
        Next::Over
    }
}

impl Gap {
    fn behind(held: &str, part: &str) -> Self {
        let mut back = part.bytes().rev().chain(held.bytes().rev());
        let is_line = back
            .clone()
            .take(MIN_LINE)
            .filter(|b| is_base64(*b))
            .count()
            == MIN_LINE;
        let is_mark = |b: &u8| matches!(b, b',' | b';' | b':' | b'"' | b'\'');
        let last = back.next();
        let last = if last.as_ref().is_some_and(is_mark) {
            back.next()
        } else {
            last
        };
        let is_pair = last.is_some_and(|b| b.is_ascii_hexdigit())
            && back.next().is_some_and(|b| (b'2'..=b'7').contains(&b));
        Self {
            len: 0,
            line_ends: [0; 2],
            is_pair,
            is_line,
        }
    }

    /// Whether a stretch may go on behind one more blank.
    fn takes(&mut self, blank: Option<&u8>) -> bool {
        self.len += 1;
        let [returns, feeds] = &mut self.line_ends;
        match blank {
            Some(b'\r') => *returns += 1,
            Some(b'\n') => *feeds += 1,
            _ => self.is_line = false,
        }
        let is_one = *returns <= 1 && *feeds <= 1;
        self.is_line &= is_one;
        is_one && (self.is_line || self.is_pair && self.len <= MAX_GAP)
    }

    fn is_followed_by(self, rest: &str) -> bool {
        let next = rest.chars().next().map(|c| view::folded_char(c).ch);
        let next = next.and_then(|c| u8::try_from(c).ok()).unwrap_or(b' ');
        let is_pair = matches!(next, b'0' | b'2'..=b'7' | b'\\' | b'"' | b'\'');
        self.is_pair && self.len <= MAX_GAP && is_pair || self.is_line && is_base64(next)
    }
}

fn first(rest: &str) -> (Class, usize) {
    let Some(c) = rest.chars().next() else {
        return (Class::Other, 0);
    };
    let class = match c {
        '\r' | '\n' => Class::LineEnd,
        ' ' | '\t' => Class::Blank,
        c if c.is_ascii_graphic() => Class::Graphic,
        c if c.is_ascii() => Class::Other,
        c => match view::folded_char(c) {
            symbol if symbol.hidden => Class::Hidden,
            symbol if symbol.ch.is_ascii_graphic() => Class::Graphic,
            _ => Class::Other,
        },
    };
    (class, c.len_utf8())
}

pub(super) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}
