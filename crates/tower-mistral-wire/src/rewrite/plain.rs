//! Texts that are no JSON.

use super::{Edit, End, Engine, JsonText};

/// Edits a whole text of which nobody knows what it is: where it begins as JSON its strings are
/// read unescaped, whether it is valid or not.
pub fn generic(text: &str, engine: impl Engine, end: End) -> Option<String> {
    let (mark, rest) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text),
    };
    let mut edits = vec![Edit::Keep(mark.len())];
    let mut reader = JsonText::new(engine);
    reader.push(rest, &mut edits);
    reader.finish(end, &mut edits);
    apply(text, &edits)
}

/// Edits a whole text.
pub fn plain(text: &str, engine: &mut impl Engine) -> Option<String> {
    let mut edits = Vec::new();
    engine.push(text, &mut edits);
    engine.finish(End::Complete, &mut edits);
    apply(text, &edits)
}

/// Applies edits that tile `text`; none if they keep all of it.
pub fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    if edits.iter().all(|edit| matches!(edit, Edit::Keep(_))) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    for edit in edits {
        let n = match edit {
            Edit::Keep(n) | Edit::Replace { n, .. } => *n,
        };
        let (head, tail) = rest.split_at_checked(n).unwrap_or((rest, ""));
        match edit {
            Edit::Keep(_) => out.push_str(head),
            Edit::Replace { with, .. } => out.push_str(with),
        }
        rest = tail;
    }
    out.push_str(rest);
    Some(out)
}
