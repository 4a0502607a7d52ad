//! Lines of JSON in, lines of JSON out, each with a text of its own.

use std::{borrow::Cow, io::Write};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{error::Category, value::RawValue};
use tower_mistral::{
    redactor::{Edit, End, Entity},
    wire::BoxError,
};

use super::{
    feed::Feed,
    rules::Rules,
    source::{InputError, Problem, Source, Sources},
};

/// Bytes of a line at most, for a line is held as a whole.
const MAX_LINE: usize = 64 << 20;

/// Redacts the text of each line. With `why`, each finding is explained.
pub(super) fn run(
    sources: Sources,
    feed: Feed,
    why: Option<&Rules>,
    mut out: impl Write,
) -> Result<(), BoxError> {
    let mut lines = Lines {
        feed,
        why,
        out: Vec::new(),
        text: String::new(),
        findings: Vec::new(),
    };
    for source in sources {
        lines.source(&mut source?, &mut out)?;
    }
    Ok(())
}

struct Lines<'r> {
    feed: Feed,
    why: Option<&'r Rules>,
    /// Lines that are to be written.
    out: Vec<u8>,
    /// The redacted text of the line at hand, and what was found in it.
    text: String,
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Line<'l> {
    /// As it is spelled, so that no number loses a digit.
    #[serde(borrow, default)]
    id: Option<&'l RawValue>,
    #[serde(borrow)]
    text: Cow<'l, str>,
}

#[derive(Serialize)]
struct Redacted<'l> {
    id: Option<&'l RawValue>,
    text: &'l str,
    findings: &'l [Finding],
}

#[derive(Serialize)]
struct Finding {
    #[serde(serialize_with = "name")]
    entity: Entity,
    /// Characters of the input before it, and before what follows it.
    start: usize,
    end: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
}

impl Lines<'_> {
    /// A line ends with its source: lines of two files are never joined.
    fn source(&mut self, source: &mut Source, out: &mut impl Write) -> Result<(), BoxError> {
        let name = source.name().to_owned();
        let (mut begun, mut number) = (String::new(), 1);
        loop {
            let chunk = source.next().map_err(|error| error.at_line(number))?;
            let read = match chunk {
                Some(chunk) => self.chunk(chunk, &mut begun, &mut number),
                None => self.line(&begun),
            };
            let is_end = chunk.is_none();
            out.write_all(&self.out)?;
            out.flush()?;
            self.out.clear();
            read.map_err(|problem| InputError::new(name.as_str(), problem).at_line(number))?;
            if is_end {
                return Ok(());
            }
        }
    }

    /// Reads all lines that end in `chunk`; `begun` is what there is of the next one.
    fn chunk(&mut self, chunk: &str, begun: &mut String, number: &mut u64) -> Result<(), Problem> {
        let mut rest = chunk;
        while let Some((line, tail)) = rest.split_once('\n') {
            begun.push_str(line);
            self.line(begun)?;
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

    fn line(&mut self, line: &str) -> Result<(), Problem> {
        match line.trim_ascii_start().chars().next() {
            None => return Ok(()),
            // For the parser, an array would do too.
            Some('[') => return Err(Problem::Shape),
            Some(_) => {}
        }
        let line: Line<'_> = serde_json::from_str(line).map_err(|error| problem(&error))?;
        self.redact(&line.text);
        let redacted = Redacted {
            id: line.id,
            text: &self.text,
            findings: &self.findings,
        };
        serde_json::to_writer(&mut self.out, &redacted).expect("these types have a JSON form");
        self.out.push(b'\n');
        Ok(())
    }

    fn redact(&mut self, text: &str) {
        self.text.clear();
        self.findings.clear();
        let (out, findings, why) = (&mut self.text, &mut self.findings, self.why);
        let mut at = 0;
        let mut each = |raw: &str, edit: &Edit| {
            let start = at;
            at += raw.chars().count();
            let Edit::Replace { entity, with, .. } = edit else {
                out.push_str(raw);
                return;
            };
            out.push_str(with);
            match findings.last_mut() {
                // Without a text it goes on with the finding before it.
                Some(last) if with.is_empty() => last.end = at,
                _ => findings.push(Finding {
                    entity: entity.clone(),
                    start,
                    end: at,
                    why: why.map(|rules| rules.why(entity)),
                }),
            }
        };
        self.feed.push(text, &mut each);
        self.feed.finish(End::Complete, &mut each);
    }
}

/// The parser's own message may quote the line.
fn problem(error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Data => Problem::Shape,
        _ => Problem::Json(error.column()),
    }
}

fn name<S: Serializer>(entity: &Entity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(entity.as_str())
}
