//! The facts of a stream that passes as it is.

use std::fmt;

use bytes::Bytes;

use super::shape::Shape;
use crate::{
    ext::ReplyFacts,
    json::{JsonError, Limits, Tape, Value, text},
    table::{Found, Rows, Slot, TextKind, walk},
};

/// Notes the facts of the events of one stream, for whoever changes nothing. An event that is the
/// one before it but for its text and padding, as most are, is compared with it and not parsed.
#[derive(Default)]
pub struct Skimmer(Option<Last>);

/// An event whose like may come again.
struct Last {
    /// A copy: the chunk that it came in may be large.
    data: Bytes,
    shape: Shape,
    kind: TextKind,
}

impl Skimmer {
    /// A reader that has seen no event yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes what the data of the next event says, and counts the event.
    ///
    /// # Errors
    ///
    /// It is no JSON.
    pub fn event(
        &mut self,
        data: &Bytes,
        rows: &Rows,
        facts: &mut ReplyFacts,
    ) -> Result<(), JsonError> {
        if let Some((kind, text)) = self.0.as_ref().and_then(|last| last.again(data)) {
            facts.events += 1;
            if kind.is_output() {
                facts.output_chars += text::count_chars(text);
            }
            return Ok(());
        }
        let tape = Tape::parse(data.clone(), &Limits::default())?;
        let mut seen = Seen::default();
        walk(&tape, rows, |found| {
            facts.note(&found);
            seen.note(&found);
            if let Found::Text(slot) = found {
                facts.note_text(slot.kind, slot.value);
            }
        });
        facts.events += 1;
        if let Some((kind, shape)) = seen.shape() {
            let data = Bytes::copy_from_slice(data);
            self.0 = Some(Last { data, shape, kind });
        }
        Ok(())
    }
}

impl Last {
    /// The text of an event that is like this one.
    fn again<'a>(&self, data: &'a Bytes) -> Option<(TextKind, &'a [u8])> {
        let shape = self.shape.fit(&self.data, data)?;
        Some((self.kind, data.get(shape.text)?))
    }
}

/// Whether an event says anything besides one text that counts each time it is said.
#[derive(Default)]
struct Seen<'a> {
    texts: usize,
    text: Option<Slot<'a>>,
    padding: Option<Value<'a>>,
    says_more: bool,
}

impl<'a> Seen<'a> {
    fn note(&mut self, found: &Found<'a>) {
        match found {
            Found::Text(slot) => {
                self.texts += 1;
                self.text = Some(*slot);
            }
            Found::Padding(value) => self.padding = Some(*value),
            Found::Root(_) | Found::Model(_) | Found::Element { .. } | Found::Inner { .. } => {}
            _ => self.says_more = true,
        }
    }

    fn shape(&self) -> Option<(TextKind, Shape)> {
        let text = self.text.filter(|_| self.texts == 1 && !self.says_more)?;
        let shape = Shape {
            text: text.value.span(),
            padding: self.padding.map(Value::span),
        };
        Some((text.kind, shape))
    }
}

impl fmt::Debug for Skimmer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Skimmer")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use http::Method;

    use super::*;
    use crate::table::{Endpoints, RequestPath};

    #[test]
    fn an_event_says_the_same_whether_it_is_compared_or_parsed() {
        let path = RequestPath::of(&"/v1/chat/completions".parse().unwrap()).unwrap();
        let endpoint = Endpoints::mistral().find(&Method::POST, &path);
        let choice = |n: u32, rest: &str| {
            format!(
                r#"{{"id":"38b08c1f87ca3eb8561ec7eb25f9b33f","model":"m","choices":[{{"index":{n},{rest}}}],"p":"ab{rest_len}"}}"#,
                rest_len = rest.len()
            )
        };
        let text = |n, text: &str| {
            choice(
                n,
                &format!(r#""delta":{{"content":"{text}"}},"finish_reason":null"#),
            )
        };
        let arguments = |text: &str| {
            let call = format!(r#"{{"index":0,"function":{{"name":"","arguments":"{text}"}}}}"#);
            choice(
                0,
                &format!(r#""delta":{{"tool_calls":[{call}]}},"finish_reason":null"#),
            )
        };
        let events = [
            text(0, ""),
            text(0, "Tr\\u00e8s"),
            text(0, "bien \\ud83d\\ude00"),
            text(1, "é"),
            text(1, "\\\""),
            text(0, "again"),
            arguments("{"),
            arguments("}"),
            choice(0, r#""delta":{"content":"x"},"finish_reason":"stop""#),
            // Said twice it counts twice.
            choice(0, r#""delta":{"content":"x"},"finish_reason":"stop""#),
            choice(1, r#""delta":{"content":"y"},"finish_reason":"stop""#),
            r#"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#.to_owned(),
            r#"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":3}}"#.to_owned(),
        ];
        let (mut skimmer, mut compared, mut parsed) =
            (Skimmer::new(), ReplyFacts::default(), ReplyFacts::default());
        for event in events {
            let data = Bytes::from(event);
            let rows = endpoint.event();
            skimmer.event(&data, rows, &mut compared).unwrap();
            Skimmer::new().event(&data, rows, &mut parsed).unwrap();
            assert_eq!(compared, parsed);
        }
        assert_eq!((parsed.events, parsed.choices), (13, 2));
        assert_eq!(
            (parsed.finish_reasons.len(), parsed.output_chars),
            (3, 4 + 6 + 1 + 1 + 5 + 2 + 3)
        );
        let broken = Bytes::from(text(0, "x") + "}");
        let read = skimmer.event(&broken, endpoint.event(), &mut compared);
        assert!(read.is_err() && compared == parsed);
    }
}
