//! What both test files need: a caller that applies edits.

use prompt_screen::{Edit, Screen, Screening};

/// The text after filtering; fails if the edits do not tile it.
pub(crate) fn filtered(screen: &Screen, text: &str) -> String {
    apply(text, &screen.screen(text))
}

fn apply(text: &str, screening: &Screening) -> String {
    let mut rest = text;
    let mut out = String::new();
    for edit in screening.edits(|_| true) {
        let n = match &edit {
            Edit::Keep(n) | Edit::Replace { n, .. } => *n,
            other => panic!("{other:?}"),
        };
        assert_ne!(n, 0, "an empty edit");
        let (head, tail) = rest.split_at(n);
        match edit {
            Edit::Replace { with, .. } => out.push_str(&with),
            _ => out.push_str(head),
        }
        rest = tail;
    }
    assert_eq!(rest, "", "the edits leave some text over");
    out
}
