//! The first look: how far a text can be passed over without reading it.
//!
//! Nearly all text holds nothing. A value needs a character that is rare in prose: a digit, `@`,
//! `<`, `=`, `:`, a bracket, `&`, `%`, a row of hyphens, or a character outside ASCII that stands for
//! one of those. [`Search`] finds those, many bytes at a time; [`look`] looks at the neighbours
//! of each, and mostly sees that no value can be there (`(for`, `10 apples`, `e.g. 1.2`).
//!
//! What is passed over is kept, and the machine begins anew at the last word before the anchor, or
//! before the end. That is sound at a place where it would have forgotten all else: a blank ends
//! what is alive in a word, and a letter behind it ends what may hold blanks. One rule reads on
//! there, at the `p` of `system prompt`, so the machine never begins anew at a `p`.
//!
//! A new rule enters here with the characters that its values cannot be without.

mod markup;
mod numbers;
mod other;
mod search;

use self::markup::{bracket, equals, scheme, tag};
use self::numbers::numbers;
use self::other::other;
use self::search::Search;

/// Where reading is needed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    /// Where the machine may begin anew; none if it has to read from where it is.
    pub(crate) anew: Option<usize>,
    /// It has to read at least to here.
    pub(crate) until: usize,
}

/// Looks from `at` on for the next place that has to be read.
///
/// `may_be_called` answers whether a word before a place makes any number there one to call.
pub(crate) fn next(text: &[u8], at: usize, may_be_called: &dyn Fn(&[u8]) -> bool) -> Stop {
    let mut search = Search::new(text, at);
    let (anchor, until) = loop {
        let Some(here) = search.next() else {
            break (text.len(), text.len());
        };
        match look(text, at, here, may_be_called) {
            Look::Pass(to) => search.go_to(to),
            Look::Read(until) => break (here, until.min(text.len())),
        }
    };
    Stop {
        anew: word_before(text, at, anchor),
        until,
    }
}

enum Look {
    /// Nothing before this place.
    Pass(usize),
    /// There may be something. It is read at least to here.
    Read(usize),
}

/// Whether the byte may spell another one: by a reference or an escape, outside ASCII, or because
/// the text ends here for now.
fn may_be_any(byte: Option<&u8>) -> bool {
    byte.is_none_or(|b| *b >= 0x80 && !is_han(*b) || matches!(b, b'&' | b'%'))
}

/// The first byte of a Han character, which stands for nothing else.
fn is_han(byte: u8) -> bool {
    (0xe4..=0xe9).contains(&byte)
}

#[inline(never)]
fn look(text: &[u8], from: usize, at: usize, called: &dyn Fn(&[u8]) -> bool) -> Look {
    let get = |n: usize| text.get(at + n);
    let Some(byte) = text.get(at) else {
        return Look::Pass(at + 1);
    };
    let is_anchor = match byte {
        b'0'..=b'9' => return numbers(text, from, at, called),
        b'-' => return hyphens(text, at),
        0x80.. => return other(text, from, at),
        // Of a row only the last one may anchor a value.
        b'<' | b'@' | b'=' if get(1) == Some(byte) => {
            let row = text.iter().skip(at).take_while(|b| *b == byte).count();
            return Look::Pass(at + row - 1);
        }
        b'<' => tag(text, at),
        b'=' => equals(text, from, at),
        b'&' => match get(1) {
            Some(b'#') | None => true,
            Some(b) => b"cdeghlnpst".contains(&b.to_ascii_lowercase()) || *b >= 0x80,
        },
        b'%' => may_be_any(get(1)) || get(1).is_some_and(u8::is_ascii_hexdigit),
        b'@' => {
            let behind = get(1);
            may_be_any(behind) || behind.is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80)
        }
        b'(' => brackets(text, at) || bracket(text, from, at),
        b'[' | b'{' => brackets(text, at),
        b':' => scheme(text, from, at) || colon(text, from, at),
        _ => true,
    };
    if is_anchor {
        Look::Read(at + 1)
    } else {
        Look::Pass(at + 1)
    }
}

/// `(at)`, `[ dot ]`
fn brackets(text: &[u8], at: usize) -> bool {
    let blanks = usize::from(matches!(text.get(at + 1), Some(b' ' | b'\t')));
    let first = text.get(at + 1 + blanks);
    let second = text.get(at + 2 + blanks);
    may_be_any(first)
        || matches!(first, Some(b'a' | b'A' | b'd' | b'D'))
            && (may_be_any(second) || matches!(second, Some(b't' | b'T' | b'o' | b'O')))
}

/// `prompt:`, `fe80::`, `1:2:`
fn colon(text: &[u8], from: usize, at: usize) -> bool {
    let before = text.get(from..at).unwrap_or_default();
    let is_mark = |b: &&u8| matches!(b, b' ' | b'\t' | b'*' | b'_' | b'"' | b'\'' | b'`');
    let mut words = before.iter().rev().skip_while(is_mark);
    let is_prompt = match words.next() {
        None => true,
        Some(b) if *b >= 0x80 => true,
        Some(b't' | b'T') => words
            .next()
            .is_none_or(|b| *b >= 0x80 || matches!(b, b'p' | b'P')),
        Some(_) => false,
    };
    let group = text.get(at + 1..).unwrap_or_default();
    let digits = group
        .iter()
        .take(5)
        .take_while(|b| b.is_ascii_hexdigit())
        .count();
    let behind = group.get(digits);
    let is_group = digits <= 4 && (behind == Some(&b':') || may_be_any(behind));
    if is_prompt || !is_group {
        return is_prompt;
    }
    let mut head = before.iter().rev().skip_while(|b| b.is_ascii_hexdigit());
    head.next()
        .is_none_or(|b| *b >= 0x80 || !b.is_ascii_alphanumeric())
}

/// `-----BEGIN`
fn hyphens(text: &[u8], at: usize) -> Look {
    let rest = text.get(at..).unwrap_or_default();
    let count = rest.iter().take_while(|b| **b == b'-').count();
    let behind = rest.get(count);
    if may_be_any(behind) && (count > 1 || behind.is_none_or(|b| *b == 0xe2 || *b < 0x80))
        || count >= 5 && matches!(behind, Some(b'b' | b'B'))
    {
        return Look::Read(at + count);
    }
    Look::Pass(at + count)
}

/// The last place in `from..=to` where the machine may begin anew, for all that it would have
/// forgotten there ends at that place or before.
#[inline(never)]
fn word_before(text: &[u8], from: usize, to: usize) -> Option<usize> {
    let mut at = to.min(text.len().checked_sub(1)?);
    while at > from {
        let pair = text.get(at - 1..=at)?;
        match *pair {
            // A blank ends what is alive in a word, and a letter behind it what holds blanks. One
            // rule reads on there, at the `p` of `system prompt`.
            [b' ' | b'\n', next] if begins_word(next) => return Some(at),
            // What holds blanks behind letters holds no number there.
            [b' ', b'0'..=b'9' | b'+'] if at >= from + 4 => {
                let word = text.get(at - 4..at - 1).unwrap_or_default();
                if word.iter().all(u8::is_ascii_alphabetic) {
                    return Some(at);
                }
            }
            // A mark that belongs to no value, and what begins none with it.
            [mark, next] if ends_all(mark) && (begins_word(next) || ends_all(next)) => {
                // Behind `<` a tag may begin, and behind one `@` a domain.
                let is_pair = at - 1 > from && text.get(at - 2) == Some(&mark);
                let is_tag = mark == b'<' && next.is_ascii_alphabetic();
                if !is_tag && (mark != b'@' || is_pair) {
                    return Some(at);
                }
            }
            // Between Han characters punctuation does what a blank does.
            [_, 0xe4..=0xe9] if at >= from + 3 => {
                let before = text.get(at - 3..at);
                if matches!(before, Some([0xe3, 0x80, 0x81 | 0x82] | [0xef, 0xbc, 0x8c])) {
                    return Some(at);
                }
            }
            _ => {}
        }
        at -= 1;
    }
    None
}

fn begins_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() && byte | 0x20 != b'p'
}

/// Marks that no value goes on with, and no spelling of a character.
fn ends_all(byte: u8) -> bool {
    matches!(byte, b'<' | b'>' | b'!' | b'?' | b'|' | b'^' | b'$' | b'@')
}
