//! The name of a field, for the error that says which one is wrong.

use std::ops::Range;

use tower_mistral_wire::json::{Tape, Value};

/// The path of a text, for instance `messages[2].content`; of one that stands in several strings,
/// which come in the order of the body, the part that their paths share.
pub(crate) fn name(tape: &Tape, values: &[Value<'_>]) -> String {
    let (Some(first), Some(last)) = (values.first(), values.last()) else {
        return String::new();
    };
    // What the first and the last string share all between them share too.
    let (first, last) = (first.span(), last.span());
    let name = path(tape.root(), first.start..last.end);
    name.strip_prefix('.').unwrap_or(&name).to_owned()
}

/// The path of the innermost value that holds these bytes.
fn path(mut at: Value<'_>, wanted: Range<usize>) -> String {
    let holds = |value: &Value<'_>| {
        let span = value.span();
        span.start <= wanted.start && wanted.end <= span.end
    };
    let mut path = String::new();
    loop {
        let entry = at.entries().find(|(_, value)| holds(value));
        let element = at.elements().enumerate().find(|(_, value)| holds(value));
        match (entry, element) {
            (Some((key, value)), _) => {
                path.push('.');
                path.push_str(shown(&key));
                at = value;
            }
            (_, Some((n, value))) => {
                path.push_str(&format!("[{n}]"));
                at = value;
            }
            _ => return path,
        }
    }
}

/// A key that could be text is not repeated.
fn shown(key: &str) -> &str {
    let is_name = (1..=64).contains(&key.len())
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if is_name { key } else { "*" }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use bytes::Bytes;
    use tower_mistral_wire::json::Limits;

    use super::*;

    #[test]
    fn fields_are_named_and_odd_keys_are_not() {
        let body = Bytes::from_static(br#"{"a":[0,{"b":["x","y"],"two words":"z"}]}"#);
        let tape = Tape::parse(body, &Limits::default()).unwrap();
        let object = tape.root().get("a").unwrap().elements().last().unwrap();
        let list: Vec<_> = object.get("b").unwrap().elements().collect();
        let odd = [object.get("two words").unwrap()];
        assert_eq!(name(&tape, &list[..1]), "a[1].b[0]");
        assert_eq!(name(&tape, &list), "a[1].b");
        assert_eq!(name(&tape, &odd), "a[1].*");
    }
}
