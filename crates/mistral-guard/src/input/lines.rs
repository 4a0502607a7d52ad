//! Lines of JSON, one by one.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{error::Category, value::RawValue};
use tower_mistral::wire::BoxError;

use super::{InputError, Problem, Source};

/// Bytes of a line at most, for a line is held as a whole.
pub(crate) const MAX_LINE: usize = 64 << 20;

/// A text with a name.
#[derive(Deserialize)]
pub(crate) struct Line<'l> {
    /// As it is spelled, so that no number loses a digit.
    #[serde(borrow, default)]
    pub(crate) id: Option<&'l RawValue>,
    #[serde(borrow)]
    pub(crate) text: Cow<'l, str>,
}

impl<'l> Line<'l> {
    pub(crate) fn parse(line: &'l str) -> Result<Self, Problem> {
        parse(line, "an object with a string \"text\"")
    }
}

/// Who reads lines.
pub(crate) trait Reader {
    /// Takes a line that is not blank, and its number.
    fn line(&mut self, line: &str, number: u64) -> Result<(), Problem>;

    /// Hands out what is done by now: the next read may wait.
    fn flush(&mut self) -> Result<(), BoxError>;
}

/// Reads `source` to its end, or to the first line that `reader` does not take. The last line ends
/// with its source: lines of two files are never joined.
pub(crate) fn read(source: &mut Source, reader: &mut impl Reader) -> Result<(), BoxError> {
    let name = source.name().to_owned();
    let (mut begun, mut number) = (String::new(), 1);
    loop {
        let chunk = source.next().map_err(|error| error.at_line(number))?;
        let is_end = chunk.is_none();
        let read = match chunk {
            Some(chunk) => take(chunk, &mut begun, &mut number, reader),
            None => line(&begun, number, reader),
        };
        reader.flush()?;
        read.map_err(|problem| InputError::new(name.as_str(), problem).at_line(number))?;
        if is_end {
            return Ok(());
        }
    }
}

/// Reads all lines that end in `chunk`; `begun` is what there is of the next one.
fn take(
    chunk: &str,
    begun: &mut String,
    number: &mut u64,
    reader: &mut impl Reader,
) -> Result<(), Problem> {
    let mut rest = chunk;
    while let Some((end, tail)) = rest.split_once('\n') {
        begun.push_str(end);
        line(begun, *number, reader)?;
        begun.clear();
        *number += 1;
        rest = tail;
    }
    begun.push_str(rest);
    match begun.len() > MAX_LINE {
        true => Err(Problem::TooLong(MAX_LINE)),
        false => Ok(()),
    }
}

fn line(line: &str, number: u64, reader: &mut impl Reader) -> Result<(), Problem> {
    match line.trim_ascii().is_empty() {
        true => Ok(()),
        false => reader.line(line, number),
    }
}

/// Reads an object; `expected` says what it should be.
pub(crate) fn parse<'l, T: Deserialize<'l>>(
    line: &'l str,
    expected: &'static str,
) -> Result<T, Problem> {
    // For the parser, an array would do too.
    if line.trim_ascii_start().starts_with('[') {
        return Err(Problem::Shape(expected));
    }
    // The parser's own message may quote the line.
    serde_json::from_str(line).map_err(|error| match error.classify() {
        Category::Data => Problem::Shape(expected),
        _ => Problem::Json(error.column()),
    })
}
