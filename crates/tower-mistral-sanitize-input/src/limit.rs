//! The limit on a message's characters.

use prompt_screen::PLACEHOLDER;
use tower_mistral_wire::rewrite::Edit;

use crate::text::Text;

/// Where the characters beyond `max` begin, if there are any.
pub(crate) fn overflow(text: &str, max: usize) -> Option<usize> {
    // A character has at least one byte, so most texts need not be counted.
    if text.len() <= max {
        return None;
    }
    text.char_indices().nth(max).map(|(at, _)| at)
}

/// Where to cut a screened text that has more than `max` characters.
///
/// The cut keeps a placeholder whole or drops it whole. Where it makes a phrase of what was none
/// (`override` of `overridden`, say), it moves to the front of the phrase, which `harm` names.
pub(crate) fn cut(
    text: &Text<'_>,
    max: usize,
    harm: impl Fn(&Text<'_>) -> Option<usize>,
) -> Option<usize> {
    let mut end = prompt_screen::cut(text.as_str(), max)?;
    let mut rest = text.clone();
    loop {
        end = before_placeholder(text.as_str(), end);
        rest.truncate(end);
        match harm(&rest) {
            Some(start) if start < end => end = start,
            Some(_) => return Some(0),
            None => return Some(end),
        }
    }
}

/// Ends a text at the byte `end` of what `edits` make of it; also says where that is in the
/// text of `len` bytes that they tile.
pub(crate) fn end_at(edits: Vec<Edit>, end: usize, len: usize) -> (Vec<Edit>, usize) {
    let mut kept = Vec::with_capacity(edits.len() + 1);
    let (mut old, mut new) = (0, 0);
    for edit in edits {
        match &edit {
            Edit::Keep(n) if new + n <= end => (old, new) = (old + n, new + n),
            Edit::Keep(_) => {
                kept.push(Edit::Keep(end - new));
                old += end - new;
                break;
            }
            Edit::Replace { n, with } if new + with.len() <= end => {
                (old, new) = (old + n, new + with.len());
            }
            _ => break,
        }
        kept.push(edit);
    }
    kept.push(Edit::Replace {
        n: len - old,
        with: "".into(),
    });
    (kept, old)
}

fn before_placeholder(text: &str, end: usize) -> usize {
    let starts = end.saturating_sub(PLACEHOLDER.len() - 1)..end;
    starts
        .into_iter()
        .find(|start| {
            text.get(*start..)
                .is_some_and(|rest| rest.starts_with(PLACEHOLDER))
        })
        .unwrap_or(end)
}
