//! Bytes as text, and places in it.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memrchr};
use serde_json::Value;

/// Bytes of a file that tell whether it is text.
const HEAD: usize = 8 << 10;

/// The bytes as text; none if they are something else.
pub(super) fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => Some(utf16(rest, u16::from_le_bytes).into()),
        [0xfe, 0xff, rest @ ..] => Some(utf16(rest, u16::from_be_bytes).into()),
        _ => {
            let head = bytes.get(..HEAD).unwrap_or(bytes);
            memchr(0, head)
                .is_none()
                .then(|| String::from_utf8_lossy(bytes))
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| match pair {
        [a, b] => unit([*a, *b]),
        _ => 0,
    });
    char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// The text of a notebook's cells, line for line where the file has it: outputs that are pictures
/// are left out, and strings of JSON are read as what they say.
pub(super) fn notebook(text: &str) -> String {
    if text.lines().nth(3).is_none() {
        return serde_json::from_str(text).map_or_else(|_| text.to_owned(), |book| cells(&book));
    }
    let mut lines = String::with_capacity(text.len());
    for line in text.lines() {
        let element = line.trim().trim_end_matches(',');
        match serde_json::from_str::<String>(element) {
            Ok(said) => lines.extend(said.chars().filter(|c| *c != '\n')),
            Err(_) if element.starts_with("\"image/") => {}
            Err(_) => lines.push_str(line),
        }
        lines.push('\n');
    }
    lines
}

/// What all cells say and show as text.
fn cells(book: &Value) -> String {
    let mut text = String::new();
    let cells = book.get("cells").and_then(Value::as_array);
    for cell in cells.into_iter().flatten() {
        said(cell.get("source"), &mut text);
        let outputs = cell.get("outputs").and_then(Value::as_array);
        for output in outputs.into_iter().flatten() {
            said(output.get("text"), &mut text);
            said(output.pointer("/data/text~1plain"), &mut text);
        }
    }
    text
}

fn said(value: Option<&Value>, text: &mut String) {
    match value {
        Some(Value::String(line)) => text.push_str(line),
        Some(Value::Array(lines)) => lines.iter().for_each(|line| said(Some(line), text)),
        _ => return,
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
}

/// The line and the column of a byte, both counted from 1, columns in characters.
pub(super) fn position(text: &str, at: usize) -> (u32, u32) {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let lines = memchr_iter(b'\n', before).count();
    let start = memrchr(b'\n', before).map_or(0, |n| n + 1);
    let column = text.get(start..at).map_or(0, |line| line.chars().count());
    let number = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
    (number(lines), number(column))
}

/// Where the line of a byte begins and ends, without its end.
pub(super) fn line_of(text: &str, at: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let start = bytes
        .get(..at)
        .and_then(|before| memrchr(b'\n', before))
        .map_or(0, |n| n + 1);
    let rest = bytes.get(at..).unwrap_or_default();
    let end = memchr(b'\n', rest).map_or(bytes.len(), |n| at + n);
    (start, end)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_whatever_unicode_it_has() {
        assert_eq!(decode(b"abc").unwrap(), "abc");
        assert_eq!(decode(b"\xff\xfea\0b\0").unwrap(), "ab");
        assert_eq!(decode(b"\xfe\xff\0a\0b").unwrap(), "ab");
        assert_eq!(decode(b"\x7fELF\0\0"), None);
    }

    #[test]
    fn notebooks_are_what_their_cells_say() {
        let long =
            "{\n \"cells\": [\n  {\n   \"source\": [\n    \"key = \\\"a\\\"\\n\",\n    \"x\"\n";
        let said = notebook(long);
        let lines: Vec<_> = said.lines().collect();
        assert_eq!(lines.get(4), Some(&"key = \"a\""));
        let short = r#"{"cells":[{"source":["k = \"a\"\n","b"],"outputs":[{"text":"c"}]}]}"#;
        assert_eq!(notebook(short), "k = \"a\"\nb\nc\n");
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(position("a\néb", 4), (2, 2));
        assert_eq!(line_of("a\néb\nc", 4), (2, 5));
    }
}
