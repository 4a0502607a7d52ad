use bytes::Bytes;
use serde::de::IgnoredAny;
use tower_mistral_wire::json::{JsonErrorKind, Limits, Splice, Tape, Value};

/// Any bytes: read as `serde_json` reads them, but for the strictness that is documented; and what
/// no edit changes stays the same.
pub fn tape(data: &[u8]) {
    let body = Bytes::copy_from_slice(data);
    let theirs = serde_json::from_slice::<IgnoredAny>(data).is_ok();
    let tape = match Tape::parse(body.clone(), &Limits::default()) {
        Ok(tape) => tape,
        Err(error) => {
            let stricter = matches!(
                error.kind(),
                JsonErrorKind::Utf8
                    | JsonErrorKind::DuplicateKey
                    | JsonErrorKind::TooDeep
                    | JsonErrorKind::TooLarge
            );
            assert!(
                stricter || !theirs,
                "serde_json reads what is no JSON to us"
            );
            return;
        }
    };
    assert!(theirs, "we read what is no JSON to serde_json");

    assert!(tape.describes(&body));
    let untouched = Splice::new(&body).finish();
    assert!(untouched.as_ptr() == body.as_ptr() && untouched == body);

    let mut splice = Splice::new(&body);
    let mut open: Vec<Value<'_>> = vec![tape.root()];
    while let Some(value) = open.pop() {
        if value.as_str().is_some() {
            splice.replace_raw(value.span(), value.raw().to_vec());
        }
        open.extend(value.elements());
        open.extend(value.entries().map(|(_, value)| value));
    }
    assert!(
        splice.finish() == body,
        "each string in the place of itself changes nothing"
    );
}
