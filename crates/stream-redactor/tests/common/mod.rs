//! A reader of edits that checks what every answer must keep to.

#![allow(dead_code)]

use std::sync::LazyLock;

use stream_redactor::{Edit, End, Redactor, RedactorBuilder, Rule, Stream};

/// All rules, the optional ones too.
pub(crate) fn everything() -> RedactorBuilder {
    let optional = Redactor::optional().into_iter();
    let add = |rules: RedactorBuilder, rule: Rule| rules.with(rule.entity().clone());
    optional.fold(Redactor::builder(), add)
}

/// The redactor with all of them, made once.
pub(crate) fn all_rules() -> Redactor {
    static ALL: LazyLock<Redactor> = LazyLock::new(|| everything().build().unwrap());
    ALL.clone()
}

/// Applies edits to the text they are for, checking that they tile it.
pub(crate) fn apply(text: &str, edits: &[Edit]) -> String {
    let (mut shown, mut at, mut open) = (String::new(), 0, false);
    for edit in edits {
        match edit {
            Edit::Keep(n) => {
                assert!(*n > 0, "an edit over nothing");
                shown.push_str(&text[at..at + n]);
                (at, open) = (at + n, false);
            }
            Edit::Replace { n, with, .. } => {
                assert!(*n > 0, "an edit over nothing");
                assert!(
                    !with.is_empty() || open,
                    "nothing shown in place of a finding"
                );
                assert!(text.is_char_boundary(at + n));
                shown.push_str(with);
                (at, open) = (at + n, true);
            }
            _ => unreachable!(),
        }
    }
    assert_eq!(at, text.len(), "edits tile the text");
    shown
}

/// Redacts a text that comes in pieces, checking what is held after each.
pub(crate) fn stream(stream: &mut Stream, pieces: &[&str], end: End, max_hold: usize) -> String {
    let (text, mut edits, mut pushed) = (pieces.concat(), Vec::new(), 0);
    for piece in pieces {
        let before = edits.len();
        stream.push(piece, &mut edits);
        pushed += piece.len();
        let covered: usize = edits.iter().map(len).sum();
        assert_eq!(stream.held(), pushed - covered, "held is what has no edit");
        assert!(stream.held() <= max_hold, "held {} bytes", stream.held());
        let keeps = |pair: &[Edit]| matches!(pair, [Edit::Keep(_), Edit::Keep(_)]);
        assert!(
            !edits[before..].windows(2).any(keeps),
            "neighbours are merged"
        );
    }
    stream.finish(end, &mut edits);
    assert_eq!((stream.held(), stream.is_swallowing()), (0, false));
    apply(&text, &edits)
}

pub(crate) fn chars(text: &str) -> Vec<&str> {
    text.split("").filter(|piece| !piece.is_empty()).collect()
}

/// The end result, made whole and character by character.
pub(crate) fn redact(redactor: &Redactor, text: &str) -> String {
    let whole = redactor.redact(text).into_owned();
    let streamed = stream(&mut redactor.stream(), &chars(text), End::Complete, 4096);
    assert_eq!(whole, streamed, "stream equals whole for {text:?}");
    assert_eq!(apply(text, &redactor.edits(text)), whole);
    whole
}

pub(crate) fn len(edit: &Edit) -> usize {
    match edit {
        Edit::Keep(n) | Edit::Replace { n, .. } => *n,
        _ => unreachable!(),
    }
}
