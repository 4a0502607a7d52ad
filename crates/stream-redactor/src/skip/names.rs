//! Where something may be assigned to the name of a secret.

use super::may_be_any;
use crate::rules::{MAX_GAP, MAX_NAME, Name, may_end, named, shortest};
use crate::unread::Unread;

/// The words before a name are not further away.
const NEAR: usize = 24;
/// As long as a flag that stands for a name.
const SHORT: usize = 8;

/// Whether the `:`, `=` or `>` at `at` may stand behind such a name.
pub(super) fn assigned(text: &[u8], at: usize) -> bool {
    let anchor = text.get(at).copied().unwrap_or_default();
    // Also what was read already: a name is one wherever reading began anew.
    let before = text.get(..at).unwrap_or_default();
    let raw = last(before, MAX_NAME);
    let Some(end) = raw.iter().rposition(|b| !is_gap(*b)) else {
        return before.len() < MAX_NAME;
    };
    let is_login = anchor == b':' && may_be_login(raw.get(..=end).unwrap_or_default());
    if let Some(last) = raw.get(..=end).unwrap_or_default().last_chunk() {
        let is_plain = last.is_ascii() && !last.ends_with(b";");
        if is_plain && !is_login && !may_end(*last) {
            return false;
        }
    }
    let may_be = |name| may_be_value(text, at, name);
    // Without branches, so that the compiler takes many bytes at a time.
    let is_other = |b: &u8| (*b >= 0x80) | (*b == b'&') | (*b == b'%');
    if !raw.iter().fold(false, |any, b| any | is_other(b)) {
        let is_header = matches!(raw.get(end), Some(b'n' | b'N'));
        return (is_header || may_be_value(text, at, Name::Password))
            && promised(raw, anchor, before.len() < MAX_NAME, is_login).is_some_and(may_be);
    }
    let Some(unread) = Unread::of(before) else {
        return true;
    };
    let line = last(unread.shown(), MAX_NAME);
    let is_first = line.len() < MAX_NAME && !unread.is_all();
    promised(line, anchor, is_first, is_login).is_some_and(may_be)
}

/// What the name before an assignment may promise; a header, if that is not known.
fn promised(line: &[u8], anchor: u8, is_first: bool, is_login: bool) -> Option<Name> {
    let unknown = Some(Name::Header);
    let end = line.iter().rposition(|b| !is_gap(*b))?;
    let (rest, name) = split_word(line.get(..=end).unwrap_or_default());
    // Of the first words what stands before them is not known.
    if is_first && (rest.len() < SHORT || rest.len() < NEAR && needs_more(name)) {
        return unknown;
    }
    if is_login && rest.len() < SHORT {
        return unknown;
    }
    let mut room = [0; MAX_NAME];
    let Some(lower) = room.get_mut(..line.len()) else {
        return unknown;
    };
    lower.copy_from_slice(line);
    lower.make_ascii_lowercase();
    named(lower, anchor)
}

/// `-u name`, `--user 'name`
fn may_be_login(head: &[u8]) -> bool {
    let (rest, _) = split_word(head);
    match rest {
        [.., b'u' | b'r', b' '] | [.., b'u' | b'r', b' ', b'"' | b'\''] => true,
        rest => rest.last().is_some_and(|b| *b >= 0x80),
    }
}

/// The last word, and what stands before it.
fn split_word(text: &[u8]) -> (&[u8], &[u8]) {
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$');
    let word = text.iter().rposition(|b| !is_word(b)).map_or(0, |n| n + 1);
    text.split_at_checked(word).unwrap_or_default()
}

/// What may stand between a name and its value.
fn is_gap(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"\"'`\\*?.!+]:,".contains(&byte)
}

fn last(text: &[u8], most: usize) -> &[u8] {
    text.get(text.len().saturating_sub(most)..)
        .unwrap_or_default()
}

/// Whether what stands behind the anchor may be long enough for a value.
fn may_be_value(text: &[u8], at: usize, name: Name) -> bool {
    let rest = text.get(at + 1..).unwrap_or_default();
    let is_gap = |b: &u8| b.is_ascii_whitespace() || b":=>\\*@".contains(b);
    let gap = rest.iter().take_while(|b| is_gap(b)).count();
    let (quote, value) = match rest.get(gap..) {
        Some([quote @ (b'"' | b'\'' | b'`'), value @ ..]) => (Some(quote), value),
        Some(value) => (None, value),
        None => return true,
    };
    let ends = |b: &u8| match quote {
        Some(quote) => b == quote || *b <= b' ' || *b == b'\\',
        None => *b <= b' ' || b"\"'`,;<>|\\".contains(b),
    };
    let head = value.iter().take(shortest(name));
    let len = head
        .take_while(|b| !ends(b) && !may_be_any(Some(b)))
        .count();
    gap >= usize::from(MAX_GAP) || len == shortest(name) || may_be_any(value.get(len))
}

/// Whether the words before a name may count too.
fn needs_more(name: &[u8]) -> bool {
    let is = |word: &str| name.eq_ignore_ascii_case(word.as_bytes());
    let is_type = ["string", "str", "char", "const", "varchar"]
        .into_iter()
        .any(is);
    is_type
        || ["key", "passe", "value", "user"].into_iter().any(is)
        || name.iter().all(u8::is_ascii_digit)
}
