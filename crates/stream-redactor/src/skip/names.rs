//! Where something may be assigned to the name of a secret.

use crate::rules::{MAX_NAME, may_end, named};

/// The words before a name are not further away.
const NEAR: usize = 24;
/// As long as a flag that stands for a name.
const SHORT: usize = 8;

/// Whether the `:`, `=` or `>` at `at` may stand behind such a name.
pub(super) fn assigned(text: &[u8], at: usize) -> bool {
    let anchor = text.get(at).copied().unwrap_or_default();
    // Also what was read already: a name is one wherever reading began anew.
    let before = text.get(..at).unwrap_or_default();
    let line = before
        .get(before.len().saturating_sub(MAX_NAME)..)
        .unwrap_or_default();
    let is_gap = |b: &u8| b.is_ascii_whitespace() || b"\"'`\\*?.!+]:,".contains(b);
    let Some(end) = line.iter().rposition(|b| !is_gap(b)) else {
        return before.len() < MAX_NAME;
    };
    let head = line.get(..=end).unwrap_or_default();
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$');
    let word = head.iter().rposition(|b| !is_word(b)).map_or(0, |n| n + 1);
    let (rest, name) = head.split_at_checked(word).unwrap_or_default();
    let is_flagged = anchor == b':'
        && matches!(
            rest,
            [.., b'u' | b'r', b' '] | [.., b'u' | b'r', b' ', b'"' | b'\'']
        );
    if let [.., before, last] = head {
        if !is_flagged && !may_end(*before, *last) {
            return false;
        }
    }
    // What is spelled otherwise may be a letter, or a blank in the few names that have one.
    let is_foreign = |b: &u8| *b >= 0x80 || matches!(b, b'&' | b'%' | b';');
    let rest_of = rest
        .get(rest.len().saturating_sub(NEAR)..)
        .unwrap_or_default();
    let is_first = rest.len() < NEAR && before.len() < MAX_NAME;
    if is_first && rest.len() < SHORT {
        return true;
    }
    if (is_first || rest_of.iter().any(is_foreign)) && needs_more(name) {
        return true;
    }
    let flag = rest
        .strip_suffix(b"\"")
        .or(rest.strip_suffix(b"'"))
        .unwrap_or(rest);
    if anchor == b':' && (flag.ends_with(b"-u ") || flag.ends_with(b"--user ")) {
        return true;
    }
    match rest {
        [] => return before.len() < MAX_NAME,
        [.., lead, _, _] if (0xe4..=0xe9).contains(lead) && name.is_empty() => return false,
        [.., last] if is_foreign(last) => return true,
        _ => {}
    }
    let mut room = [0; MAX_NAME];
    let Some(lower) = room.get_mut(..line.len()) else {
        return true;
    };
    lower.copy_from_slice(line);
    lower.make_ascii_lowercase();
    named(lower, anchor).is_some()
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
