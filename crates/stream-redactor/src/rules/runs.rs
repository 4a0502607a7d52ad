//! Runs: stretches of characters of one class, with separators between.
//!
//! A rule whose values are made of groups names the class of run that they stand in, and judges a
//! run when it is complete. Rules that name the same class share one reading of it, so one more of
//! them costs nothing before there is a run that is long enough.

use super::token::TokenCloser;
use super::{Closer, email};

/// The longest run that is looked at in one go, in visible characters.
pub(crate) const MAX_RUN: usize = 64;

/// A class of runs. It is told apart from others by its address.
#[derive(Debug)]
pub(crate) struct Runs {
    /// The characters that a run may begin with.
    pub(crate) first: fn(char) -> bool,
    /// The characters of groups.
    pub(crate) body: fn(char) -> bool,
    /// The characters between groups, none of them in `body`.
    pub(crate) separator: fn(char) -> bool,
    /// How many of them in a row, at most three.
    pub(crate) max_separators: u8,
    /// Characters of which every value has one, if there are such.
    pub(crate) mark: Option<fn(char) -> bool>,
    /// A run may begin in the middle of a word.
    pub(crate) in_words: bool,
    /// A run that grows too long goes on as a window over its last characters.
    pub(crate) slides: bool,
    /// Letters count only as capitals.
    pub(crate) is_capital: bool,
}

/// Digits in groups, as on a card: one blank, hyphen or dot between.
pub(crate) static NUMBER: Runs = Runs {
    first: |c| c.is_ascii_digit(),
    body: |c| c.is_ascii_digit(),
    separator: |c| matches!(c, ' ' | '-' | '.'),
    max_separators: 1,
    mark: None,
    in_words: false,
    slides: false,
    is_capital: false,
};

/// Digits in groups, as one writes a number to call, with an extension behind `x`.
pub(crate) static CALL_NUMBER: Runs = Runs {
    first: |c| c.is_ascii_digit() || matches!(c, '+' | '('),
    body: |c| c.is_ascii_digit(),
    separator: |c| matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '+' | 'x'),
    max_separators: 3,
    mark: None,
    in_words: false,
    slides: false,
    is_capital: false,
};

/// Hexadecimal digits with colons, dots, and a slash before a length.
pub(super) static ADDRESS: Runs = Runs {
    first: |c| c.is_ascii_hexdigit() || c == ':',
    body: |c| c.is_ascii_hexdigit() || c == ':',
    separator: |c| matches!(c, '.' | '/'),
    max_separators: 1,
    mark: Some(|c| matches!(c, ':' | '.')),
    in_words: false,
    slides: false,
    is_capital: false,
};

/// A host name.
pub(super) static HOST: Runs = Runs {
    first: |c| c.is_ascii_alphanumeric(),
    body: |c| c.is_ascii_alphanumeric() || c == '-',
    separator: |c| c == '.',
    max_separators: 1,
    mark: Some(|c| c == '.'),
    in_words: false,
    slides: false,
    is_capital: false,
};

/// A word with a digit in it.
pub(super) static ALNUM: Runs = Runs {
    first: |c| c.is_ascii_alphanumeric(),
    body: |c| c.is_ascii_alphanumeric(),
    separator: |_| false,
    max_separators: 0,
    mark: Some(|c| c.is_ascii_digit()),
    in_words: false,
    slides: false,
    is_capital: false,
};

/// Hexadecimal digits in groups.
pub(super) static HEX_GROUPS: Runs = Runs {
    first: |c| c.is_ascii_hexdigit(),
    body: |c| c.is_ascii_hexdigit(),
    separator: |c| matches!(c, ':' | '-' | '.'),
    max_separators: 1,
    mark: Some(|c| matches!(c, ':' | '-' | '.')),
    in_words: false,
    slides: false,
    is_capital: false,
};

/// A word: what may be the local part of an address, until an `@` comes, or the two letters of an
/// account number. No rule judges it.
pub(super) static WORD: Runs = Runs {
    first: email::begins_local,
    body: email::is_local,
    separator: |_| false,
    max_separators: 0,
    mark: None,
    in_words: true,
    slides: true,
    is_capital: false,
};

/// Letters and digits with single hyphens or dots between, and a digit among them.
pub(crate) static CODE: Runs = Runs {
    first: |c| c.is_ascii_alphanumeric(),
    body: |c| c.is_ascii_alphanumeric(),
    separator: |c| matches!(c, '-' | '.'),
    max_separators: 1,
    mark: Some(|c| c.is_ascii_digit()),
    in_words: false,
    slides: false,
    is_capital: false,
};

/// A code as it is printed, with blanks: a capital, and digits with up to three capitals, blanks
/// and marks between and behind. Of prose that is no more than the first letters of a word in
/// capitals.
pub(crate) static SPACED_CODE: Runs = Runs {
    first: |c| c.is_ascii_uppercase(),
    body: |c| c.is_ascii_digit(),
    separator: |c| c.is_ascii_uppercase() || matches!(c, ' ' | '-' | '.' | '/'),
    max_separators: 3,
    mark: Some(|c| c.is_ascii_digit()),
    in_words: false,
    slides: false,
    is_capital: true,
};

/// Letters and digits with the marks that a token has: Base64 of both alphabets, dots, and what
/// a URL begins with.
pub(super) static SECRET: Runs = Runs {
    first: |c| c.is_ascii_alphanumeric(),
    body: |c| c.is_ascii_alphanumeric(),
    separator: is_token_mark,
    max_separators: 3,
    // Nearly every random string has a digit, and prefixes end with the others.
    mark: Some(|c| c.is_ascii_digit() || matches!(c, '_' | '-')),
    in_words: false,
    slides: false,
    is_capital: false,
};

pub(super) fn is_token_mark(c: char) -> bool {
    matches!(c, '_' | '-' | '.' | '+' | '/' | '~' | ':')
}

impl Runs {
    /// What swallows the rest of a value that is longer than a run.
    pub(super) fn closer(&self) -> Option<Closer> {
        std::ptr::eq(self, &SECRET).then_some(Closer::Token(TokenCloser))
    }
}
