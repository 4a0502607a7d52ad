//! One text that stands in several strings: edits over it, dealt out to them.

use super::{Edit, channel::respell};
use crate::json::Value;

/// Deals edits that tile one text out to the strings it stands in, in order, and spells them.
///
/// The answer is the new spelling of each string, inside its quotes, or none where all of it is
/// kept. A replacement that reaches over several strings goes into the first of them.
pub fn respell_text<'a>(
    values: &[Value<'a>],
    edits: impl IntoIterator<Item = Edit>,
) -> Vec<(Value<'a>, Option<Vec<u8>>)> {
    let mut edits = edits.into_iter();
    let mut next = edits.next();
    let mut dealt = Vec::with_capacity(values.len());
    for value in values {
        let mut own = Vec::new();
        let mut left = value.text().len();
        while let Some(edit) = next.take() {
            let (Edit::Keep(n) | Edit::Replace { n, .. }) = edit;
            if n <= left {
                left -= n;
                own.push(edit);
                next = edits.next();
                continue;
            }
            let (here, there) = split(edit, left);
            own.extend(here.filter(|_| left > 0));
            next = Some(there);
            break;
        }
        dealt.push((*value, spell(*value, &own)));
    }
    dealt
}

fn spell(value: Value<'_>, edits: &[Edit]) -> Option<Vec<u8>> {
    if edits.iter().all(|edit| matches!(edit, Edit::Keep(_))) {
        return None;
    }
    let raw = value.raw();
    let mut spelled = Vec::with_capacity(raw.len());
    let done = respell(raw, edits, &mut spelled);
    spelled.extend_from_slice(raw.get(done..).unwrap_or_default());
    Some(spelled)
}

fn split(edit: Edit, at: usize) -> (Option<Edit>, Edit) {
    match edit {
        Edit::Keep(n) => (Some(Edit::Keep(at)), Edit::Keep(n - at)),
        edit @ Edit::Replace { .. } if at == 0 => (None, edit),
        Edit::Replace { n, with } => (
            Some(Edit::Replace { n: at, with }),
            Edit::Replace {
                n: n - at,
                with: "".into(),
            },
        ),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::json::{Limits, Tape};

    fn replace(n: usize, with: &'static str) -> Edit {
        let with = with.into();
        Edit::Replace { n, with }
    }

    #[test]
    fn a_replacement_goes_into_the_first_string_it_reaches() {
        let body = Bytes::from_static(br#"["\u0061b", "", "cd", "e\n"]"#);
        let tape = Tape::parse(body, &Limits::default()).unwrap();
        let values: Vec<_> = tape.root().elements().collect();
        let table = [
            (vec![Edit::Keep(6)], [None, None, None, None]),
            (
                vec![Edit::Keep(1), replace(4, "X"), Edit::Keep(1)],
                [Some(r"\u0061X"), None, Some(""), Some(r"\n")],
            ),
            (
                vec![replace(0, "\""), Edit::Keep(6)],
                [Some(r#"\"\u0061b"#), None, None, None],
            ),
            (
                vec![Edit::Keep(2), replace(1, "X"), Edit::Keep(3)],
                [None, None, Some("Xd"), None],
            ),
        ];
        for (edits, expected) in table {
            let spelled = respell_text(&values, edits.clone());
            let spelled: Vec<_> = spelled
                .iter()
                .map(|(_, raw)| raw.as_deref().map(|raw| std::str::from_utf8(raw).unwrap()))
                .collect();
            assert_eq!(spelled, expected, "{edits:?}");
        }
    }
}
