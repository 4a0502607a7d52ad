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

mod codes;
mod dates;
mod hex;
mod markup;
mod names;
mod numbers;
mod other;
mod search;
mod short;
mod stamp;
mod tokens;

use self::dates::{goes_on_in_words, may_be_date};
use self::hex::{hex_groups, pairs};
use self::markup::{bracket, equals, scheme, tag};
use self::names::assigned;
use self::numbers::{ends_row, numbers};
use self::other::other;
use self::search::Search;
use self::tokens::{hook, token};
use crate::context::Context;
use crate::edit::Entity;

/// The words before what stands behind a text.
type Contexts<'c> = &'c dyn Fn(&[u8]) -> Context;

/// What is looked for that the first look would not stop for otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sought {
    /// Dates of birth.
    pub(crate) births: bool,
    /// Any dates.
    pub(crate) dates: bool,
    /// Schemes of URLs.
    pub(crate) urls: bool,
    /// Host names, which have nothing that is rare: all is read.
    pub(crate) hosts: bool,
}

impl Sought {
    /// What a rule for this entity looks for, if it is of that kind.
    pub(crate) fn of(entity: &Entity) -> Option<Self> {
        let sought = Self {
            births: *entity == Entity::DATE_OF_BIRTH,
            dates: *entity == Entity::DATE_TIME,
            urls: *entity == Entity::URL,
            hosts: *entity == Entity::DOMAIN_NAME,
        };
        (sought.births || sought.dates || sought.urls || sought.hosts).then_some(sought)
    }

    /// Both.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            births: self.births || other.births,
            dates: self.dates || other.dates,
            urls: self.urls || other.urls,
            hosts: self.hosts || other.hosts,
        }
    }
}

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
/// `contexts` answers which words stand before a place, or more of them.
pub(crate) fn next(text: &[u8], at: usize, contexts: Contexts<'_>, sought: Sought) -> Stop {
    let mut search = Search::new(text, at);
    let (anchor, until) = loop {
        let Some(here) = search.next() else {
            break (text.len(), text.len());
        };
        match look(text, at, here, contexts, sought) {
            Look::Pass(to) => search.go_to(to),
            Look::Read(until) => break (here, until.min(text.len())),
        }
    };
    Stop {
        anew: word_before(text, at, anchor, sought),
        until,
    }
}

/// User and password in a URL, in characters.
const MAX_LOGIN: usize = 128;

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

/// The same for a text that is not cut in the middle of an escape: a `%` spells something only
/// before two hexadecimal digits.
fn may_spell(text: &[u8]) -> bool {
    match text {
        [b'%', rest @ ..] => rest.first().is_none_or(u8::is_ascii_hexdigit),
        [first, ..] => may_be_any(Some(first)),
        [] => true,
    }
}

/// Whether a word begins behind this that is part of nothing longer: no mark that a value may hold
/// stands there, nor a blank that a code may hold.
fn is_apart(before: &[u8]) -> bool {
    match before {
        [.., b':', b' '] => true,
        [.., last, b' '] => ends_row(*last) && !last.is_ascii_uppercase() && *last != b'\n',
        [.., b'"', b':'] => true,
        [
            ..,
            b'$' | b'"' | b'\'' | b'`' | b'[' | b'#' | b'*' | b'=' | b'\n' | b'|',
        ] => true,
        _ => false,
    }
}

/// The first byte of a Han character, which stands for nothing else.
fn is_han(byte: u8) -> bool {
    (0xe4..=0xe9).contains(&byte)
}

#[inline(never)]
fn look(text: &[u8], from: usize, at: usize, contexts: Contexts<'_>, sought: Sought) -> Look {
    let get = |n: usize| text.get(at + n);
    let Some(byte) = text.get(at) else {
        return Look::Pass(at + 1);
    };
    let is_anchor = match byte {
        b'0'..=b'9' => return numbers(text, from, at, contexts, sought),
        b'-' => return hyphens(text, from, at),
        b'_' => token(text, from, at),
        0x80.. => return other(text, from, at),
        // Of a row only the last one may anchor a value.
        b'<' | b'@' | b'=' if get(1) == Some(byte) => {
            let row = text.iter().skip(at).take_while(|b| *b == byte).count();
            // A name assigns with the first one.
            if *byte == b'=' && assigned(text, at) {
                return Look::Read(at + row);
            }
            return Look::Pass(at + row - 1);
        }
        b'<' => tag(text, at),
        b'=' => equals(text, at) || assigned(text, at),
        b'&' => match get(1) {
            Some(b'#') | None => true,
            Some(b) => b"cdeghlnpst".contains(&b.to_ascii_lowercase()) || *b >= 0x80,
        },
        b'%' => may_spell(text.get(at..).unwrap_or_default()),
        b'@' => {
            let behind = get(1);
            may_be_any(behind) || behind.is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80)
        }
        b'(' => brackets(text, at) || bracket(text, at),
        b'[' | b'{' => brackets(text, at),
        b':' => {
            scheme(text, from, at)
                || sought.urls && slashes(text, at)
                || colon(text, from, at)
                || has_login(text, at)
                || hook(text, at)
                || assigned(text, at)
        }
        b'>' => assigned(text, at),
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
    let rest = text.get(at + 1..).unwrap_or_default();
    let rest = rest
        .strip_prefix(b" ")
        .or(rest.strip_prefix(b"\t"))
        .unwrap_or(rest);
    let behind = match rest {
        [b'a' | b'A' | b'd' | b'D', behind @ ..] => behind,
        // Latin-1 letters that fold to `a`, and those that do not.
        [0xc3, 0x80..=0x85 | 0xa0..=0xa5, behind @ ..] => behind,
        [0xc3, _, ..] => return false,
        rest => return may_be_any(rest.first()),
    };
    may_be_any(behind.first()) || matches!(behind, [b't' | b'T' | b'o' | b'O', ..])
}

/// `://`
fn slashes(text: &[u8], at: usize) -> bool {
    let next = |n: usize| text.get(at + n);
    may_be_any(next(1)) || next(1) == Some(&b'/') && (may_be_any(next(2)) || next(2) == Some(&b'/'))
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

/// `://user:password@`, as far as can be told.
fn has_login(text: &[u8], at: usize) -> bool {
    let rest = text.get(at + 1..).unwrap_or_default();
    let slashes = rest.iter().take(2).take_while(|b| **b == b'/').count();
    if slashes < 2 {
        return may_be_any(rest.get(slashes)) && (slashes > 0 || rest.is_empty());
    }
    let mut login = rest.iter().skip(2).take(MAX_LOGIN);
    let ends = |b: &&u8| b.is_ascii_whitespace() || **b >= 0x80 || b"/@&%\"'`<>?{[".contains(b);
    match login.find(ends) {
        Some(b'@' | b'&' | b'%') | None => true,
        Some(b) => *b >= 0x80,
    }
}

/// `-----BEGIN`, `-1a-`, `sk-`
fn hyphens(text: &[u8], from: usize, at: usize) -> Look {
    let rest = text.get(at..).unwrap_or_default();
    let count = rest.iter().take_while(|b| **b == b'-').count();
    let behind = rest.get(count);
    if count == 1 && pairs(rest.get(1..).unwrap_or_default(), b'-') {
        return Look::Read(at + 1);
    }
    if may_be_any(behind) && (count > 1 || behind.is_none_or(|b| *b == 0xe2 || *b < 0x80))
        || count >= 5 && matches!(behind, Some(b'b' | b'B'))
        || count <= 3 && token(text, from, at)
    {
        return Look::Read(at + count);
    }
    Look::Pass(at + count)
}

/// The last place in `from..=to` where the machine may begin anew, for all that it would have
/// forgotten there ends at that place or before.
#[inline(never)]
fn word_before(text: &[u8], from: usize, to: usize, sought: Sought) -> Option<usize> {
    let has_dates = sought.births || sought.dates;
    // Dates hold blanks, too.
    let goes_on = |before: &[u8]| goes_on_in_words(before, sought);
    let in_date = |at: usize| has_dates && text.get(..at).is_some_and(goes_on);
    let mut at = to.min(text.len().checked_sub(1)?);
    while at > from {
        let pair = text.get(at - 1..=at)?;
        match *pair {
            // A blank ends what is alive in a word, and a letter behind it what holds blanks.
            [b'\n', next] if begins_word(next) => return Some(at),
            [b' ', next]
                if begins_word(next)
                    && (next.is_ascii_lowercase() || ends_code(text, from, at))
                    && !in_date(at - 1) =>
            {
                return Some(at);
            }
            // What holds blanks behind letters holds no number there.
            [b' ', b'0'..=b'9' | b'+'] if at >= from + 4 => {
                let word = text.get(at - 4..at - 1).unwrap_or_default();
                if word.iter().all(u8::is_ascii_alphabetic) && !in_date(at - 1) {
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

/// Whether no code with blanks goes on over the blank before `at`.
fn ends_code(text: &[u8], from: usize, at: usize) -> bool {
    let before = text.get(from..at - 1).unwrap_or_default();
    match before {
        [] => true,
        [.., last] if *last < 0x80 => {
            !last.is_ascii_uppercase()
                && !last.is_ascii_digit()
                && !matches!(last, b' ' | b'-' | b'.' | b'/')
        }
        // Small letters of Latin-1, Greek, Cyrillic; Han, Hangul; dashes and quotation marks.
        [.., 0xc3, 0xa0..=0xff] | [.., 0xce..=0xd1, _] | [.., 0xe4..=0xec, _, _] => true,
        [.., 0xe2, 0x80, third] => matches!(third, 0x94 | 0x95 | 0x98..=0x9f | 0xa2 | 0xa6),
        _ => false,
    }
}

/// Not those that something goes on with over a blank: `system prompt`, `555 0123 x 44`.
fn begins_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() && !matches!(byte | 0x20, b'p' | b'x')
}

/// Marks that no value goes on with, and no spelling of a character.
fn ends_all(byte: u8) -> bool {
    matches!(byte, b'<' | b'>' | b'!' | b'?' | b'|' | b'^' | b'$' | b'@')
}
