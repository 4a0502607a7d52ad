//! Where something may be assigned to the name of a secret.

use crate::rules::{MAX_NAME, named};

/// No name is told by more than its last characters.
const NEAR: usize = 24;

/// Whether the `:`, `=` or `>` at `at` may stand behind such a name.
pub(super) fn assigned(text: &[u8], from: usize, at: usize) -> bool {
    let anchor = text.get(at).copied().unwrap_or_default();
    let before = text.get(from..at).unwrap_or_default();
    let Some(tail) = before.last_chunk::<NEAR>() else {
        return true;
    };
    let is_gap = |b: &u8| b.is_ascii_whitespace() || b"\"'`\\*?.!+]:".contains(b);
    let Some(end) = tail.iter().rposition(|b| !is_gap(b)) else {
        return true;
    };
    let head = tail.get(..=end).unwrap_or_default();
    // What is spelled otherwise may be a letter, and a blank outside ASCII stands in few names.
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$');
    let word = head.iter().rposition(|b| !is_word(b)).map_or(0, |n| n + 1);
    let (rest, name) = head.split_at_checked(word).unwrap_or_default();
    let is_foreign = |b: &u8| *b >= 0x80 || matches!(b, b'&' | b'%' | b';');
    let is_two_words = name.eq_ignore_ascii_case(b"key") || name.eq_ignore_ascii_case(b"passe");
    if word == 0 || is_two_words && rest.iter().any(is_foreign) {
        return true;
    }
    match rest {
        [.., lead, _, _] if (0xe4..=0xe9).contains(lead) && name.is_empty() => return false,
        [.., last] if is_foreign(last) => return true,
        _ => {}
    }
    let far = before.len().saturating_sub(MAX_NAME);
    let line = before.get(far..).unwrap_or_default();
    let mut room = [0; MAX_NAME];
    let Some(lower) = room.get_mut(..line.len()) else {
        return true;
    };
    lower.copy_from_slice(line);
    lower.make_ascii_lowercase();
    named(lower, anchor).is_some()
}
