//! What the test files need: a caller that applies edits.
#![allow(dead_code, reason = "not every test file needs all of it")]

use prompt_screen::{Edit, Screen};

/// The text after filtering; fails if the edits do not tile it.
pub(crate) fn filtered(screen: &Screen, text: &str) -> String {
    apply(text, &screen.screen(text).edits(|_| true))
}

pub(crate) fn apply(text: &str, edits: &[Edit]) -> String {
    let mut rest = text;
    let mut out = String::new();
    for edit in edits {
        let n = match edit {
            Edit::Keep(n) | Edit::Replace { n, .. } => *n,
            other => panic!("{other:?}"),
        };
        assert_ne!(n, 0, "an empty edit");
        let (head, tail) = rest.split_at(n);
        match edit {
            Edit::Replace { with, .. } => out.push_str(with),
            _ => out.push_str(head),
        }
        rest = tail;
    }
    assert_eq!(rest, "", "the edits leave some text over");
    out
}
