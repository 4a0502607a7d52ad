//! Labelled rows, and what is found in them.

use serde_json::Value;
use stream_redactor::{Edit, End, Redactor, Stream};

/// A stretch of Unicode characters with a name.
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) entity: String,
}

pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) set: String,
    pub(crate) text: String,
    /// What stands before the text without being part of it.
    pub(crate) key: String,
    /// What it is an example of, or a counter-example.
    pub(crate) entity: String,
    /// What is labelled; none if the source tells no places.
    pub(crate) spans: Option<Vec<Span>>,
    /// How many values there are, if only that is known.
    pub(crate) expected: usize,
    /// Whether all that is in the text is labelled.
    pub(crate) is_complete: bool,
    /// Whether the text as a whole is one to find something in.
    pub(crate) is_positive: bool,
    pub(crate) found: Vec<Span>,
}

impl Row {
    pub(crate) fn new(row: &Value, redactor: &Redactor, keyed: bool) -> Self {
        let word = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let types = row["labelled_types"].as_array();
        let text = word("text");
        let key = if keyed { word("entity") } else { String::new() };
        Self {
            id: word("id"),
            set: word("set"),
            entity: word("entity"),
            spans: spans(row),
            expected: row["n_expected"].as_u64().unwrap_or_default() as usize,
            is_complete: types.is_some_and(|types| types.iter().any(|t| t == "*")),
            is_positive: row["label"] == 1,
            found: findings(&edits(redactor, &key, &text), &text),
            key,
            text,
        }
    }

    /// Whether nothing is labelled: a counter-example.
    pub(crate) fn is_negative(&self) -> bool {
        self.expected == 0 && self.spans.as_ref().is_some_and(Vec::is_empty)
    }

    /// Whether 90 % of the span's characters are replaced.
    pub(crate) fn is_replaced(&self, span: &Span) -> bool {
        let overlap = |f: &Span| f.end.min(span.end).saturating_sub(f.start.max(span.start));
        let replaced: usize = self.found.iter().map(overlap).sum();
        replaced * 10 >= (span.end - span.start) * 9
    }

    /// Whether a finding touches what is labelled.
    pub(crate) fn is_labelled(&self, found: &Span) -> bool {
        let mut spans = self.spans.iter().flatten();
        spans.any(|span| span.start < found.end && found.start < span.end)
    }
}

pub(crate) fn edits(redactor: &Redactor, key: &str, text: &str) -> Vec<Edit> {
    let (mut stream, mut edits) = (redactor.stream(), Vec::new());
    self::key(&mut stream, key);
    stream.push(text, &mut edits);
    stream.finish(End::Complete, &mut edits);
    edits
}

/// Says what stands before a text, if anything does.
pub(crate) fn key(stream: &mut Stream, key: &str) {
    if !key.is_empty() {
        stream.context(key);
    }
}

/// Findings, with what an opening swallows as a part of it.
fn findings(edits: &[Edit], text: &str) -> Vec<Span> {
    let (mut found, mut at): (Vec<Span>, _) = (Vec::new(), 0);
    let mut rest = text;
    for edit in edits {
        let (Edit::Keep(n) | Edit::Replace { n, .. }) = edit else {
            continue;
        };
        let (raw, tail) = rest.split_at(*n);
        let end = at + raw.chars().count();
        if let Edit::Replace { entity, with, .. } = edit {
            match found.last_mut() {
                Some(last) if with.is_empty() && last.end == at => last.end = end,
                _ => found.push(Span {
                    start: at,
                    end,
                    entity: entity.as_str().to_owned(),
                }),
            }
        }
        (rest, at) = (tail, end);
    }
    found
}

fn spans(row: &Value) -> Option<Vec<Span>> {
    let place = |value: &Value| value.as_u64().unwrap_or_default() as usize;
    let span = |span: &Value, entity: &str| Span {
        start: place(&span[0]),
        end: place(&span[1]),
        entity: entity.to_owned(),
    };
    if let Some(entities) = row["entities"].as_array() {
        let named = |e: &Value| span(e, e[2].as_str().unwrap_or_default());
        return Some(entities.iter().map(named).collect());
    }
    let entity = row["entity"].as_str().unwrap_or_default();
    let spans = row["spans"].as_array()?;
    Some(spans.iter().map(|s| span(s, entity)).collect())
}
