//! `URL`: a scheme, `://` and what may follow (RFC 3986, letters of other scripts as in RFC 3987).
//!
//! The scheme is looked for to the left of the colon. A URL ends before a blank, a quotation mark,
//! `<`, `>`, a backslash or a bar, before a bracket that closes what it did not open, and before
//! punctuation at its end.

use super::{Automaton, Finder, Found, Scan, Spec, Tier, is_unspaced, is_word, runs};
use crate::edit::Entity;
use crate::left::Left;
use crate::plan::Kind;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::URL,
    placeholder: "[URL]",
    tier: Tier::Shaped,
    about: "a scheme, :// and a host, to the end of the path, query and fragment",
    source: "RFC 3986, RFC 3987",
    finder: Finder::Scan {
        new: || Automaton::Url(Url::default()),
        wakes: |c, before| c == ':' && before != Kind::Other,
        holds: Some(&runs::WORD),
    },
    hits: &[
        "see «https://example.com/a(b)?q=1#c».",
        "[a](«http://example.com»), <«ftp://192.0.2.1:21/»>",
        "«http://[2001:db8::1]/x%20y»!",
        "«http://кулік.укр»",
    ],
    misses: &["http://", "std::vec", "a: // b", "c:/x", "example.com"],
};

/// The longest scheme that is looked for.
const MAX_SCHEME: usize = 16;

#[derive(Clone, Debug, Default)]
pub(crate) struct Url {
    live: Option<Live>,
}

#[derive(Clone, Copy, Debug)]
struct Live {
    start: u64,
    /// Behind the last character that is no punctuation.
    end: u64,
    stage: Stage,
    /// A bracket in it is not closed.
    is_open: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Colon,
    Slash,
    /// The host begins.
    Host,
    /// An address in brackets begins.
    Bracket,
    /// Its digits, and whether there is a colon among them: no placeholder has one.
    Address(bool),
    Rest,
}

impl Scan for Url {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        if let Some(mut live) = self.live.take() {
            let symbol = left.held.get(at);
            // A blank that is spelled `%20` belongs to it.
            let is_spelled = symbol.is_some_and(|s| usize::from(s.raw) > s.ch.len_utf8());
            if live.goes_on(c, at, is_spelled && c.is_ascii()) {
                self.live = Some(live);
                return None;
            }
            if live.stage == Stage::Rest {
                return Some(Found::new(live.start, live.end));
            }
        }
        if c == ':' {
            self.live = scheme(at, left).map(|start| Live {
                start,
                end: at,
                stage: Stage::Colon,
                is_open: false,
            });
        }
        None
    }

    fn live(&self) -> Option<u64> {
        self.live.map(|live| live.start)
    }

    fn is_anchored(&self, _: u64, _: Left<'_>) -> bool {
        self.live.is_some_and(|live| live.stage == Stage::Rest)
    }

    fn goes_on(&self, text: &[u8]) -> usize {
        match self.live {
            Some(live) if live.stage == Stage::Rest => {
                let letters = text.iter().take_while(|b| b.is_ascii_alphanumeric());
                letters.count()
            }
            _ => 0,
        }
    }

    fn go_on(&mut self, text: &[u8], at: u64) {
        if let Some(live) = self.live.as_mut().filter(|_| !text.is_empty()) {
            live.end = at + text.len() as u64;
        }
    }

    fn reset(&mut self) {
        self.live = None;
    }
}

impl Live {
    fn goes_on(&mut self, c: char, at: u64, is_spelled: bool) -> bool {
        let is_letter = c.is_alphanumeric() && !is_unspaced(c);
        match (self.stage, c) {
            (Stage::Colon, '/') => self.stage = Stage::Slash,
            (Stage::Slash, '/') => self.stage = Stage::Host,
            (Stage::Host, '[') => self.stage = Stage::Bracket,
            (Stage::Bracket, '0'..='9' | 'a'..='f') => self.stage = Stage::Address(false),
            (Stage::Bracket | Stage::Address(_), ':') => self.stage = Stage::Address(true),
            (Stage::Address(_), '0'..='9' | 'a'..='f' | '.') => {}
            (Stage::Address(true), ']') => self.stage = Stage::Rest,
            (Stage::Host, '_') => self.stage = Stage::Rest,
            (Stage::Host, _) if is_letter => self.stage = Stage::Rest,
            (Stage::Rest, '(') if !self.is_open => self.is_open = true,
            (Stage::Rest, ')') if self.is_open => self.is_open = false,
            (Stage::Rest, _) if is_letter || is_spelled || is_mark(c) => {}
            _ => return false,
        }
        if self.stage == Stage::Rest && !is_punctuation(c) {
            self.end = at + 1;
        }
        true
    }
}

/// Where the scheme before the colon at `at` begins, as a word of its own. One letter is a drive.
fn scheme(at: u64, left: Left<'_>) -> Option<u64> {
    let mut start = None;
    let visible = left.held.back(at).filter(|(_, symbol)| !symbol.hidden);
    for (len, (place, symbol)) in visible.enumerate() {
        match symbol.ch {
            c if c.is_ascii_alphanumeric() && len < MAX_SCHEME => start = Some((place, len)),
            '+' | '-' | '.' if len < MAX_SCHEME => {}
            c if is_word(c) || matches!(c, '+' | '-' | '.') => return None,
            _ => return begun(start),
        }
    }
    begun(start.filter(|_| !left.before.is_some_and(is_word)))
}

fn begun(start: Option<(u64, usize)>) -> Option<u64> {
    start.filter(|(_, len)| *len > 0).map(|(place, _)| place)
}

/// Unreserved and reserved marks. Square brackets belong to addresses alone, so that no placeholder
/// goes on with a URL.
fn is_mark(c: char) -> bool {
    matches!(
        c,
        '-' | '.'
            | '_'
            | '~'
            | ':'
            | '/'
            | '?'
            | '#'
            | '@'
            | '!'
            | '$'
            | '&'
            | '\''
            | '*'
            | '+'
            | ','
            | ';'
            | '='
            | '%'
    )
}

/// What ends a sentence or an emphasis rather than a URL.
fn is_punctuation(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' | '(' | '&'
    )
}
