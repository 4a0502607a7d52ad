//! Lines of JSON in, lines of JSON out, each with a text of its own.

use std::io::Write;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use tower_mistral::{
    redactor::{Edit, End, Entity},
    wire::BoxError,
};

use super::{feed::Feed, rules::Rules};
use crate::input::{
    Problem, Sources,
    lines::{self, Line},
};

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
        to: &mut out,
        out: Vec::new(),
        text: String::new(),
        findings: Vec::new(),
    };
    for source in sources {
        lines::read(&mut source?, &mut lines)?;
    }
    Ok(())
}

struct Lines<'r, O> {
    feed: Feed,
    why: Option<&'r Rules>,
    to: O,
    /// Lines that are to be written.
    out: Vec<u8>,
    /// The redacted text of the line at hand, and what was found in it.
    text: String,
    findings: Vec<Finding>,
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

impl<O: Write> lines::Reader for Lines<'_, O> {
    fn line(&mut self, line: &str, _: u64) -> Result<(), Problem> {
        let line = Line::parse(line)?;
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

    fn flush(&mut self) -> Result<(), BoxError> {
        self.to.write_all(&self.out)?;
        self.to.flush()?;
        self.out.clear();
        Ok(())
    }
}

impl<O> Lines<'_, O> {
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

fn name<S: Serializer>(entity: &Entity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(entity.as_str())
}
