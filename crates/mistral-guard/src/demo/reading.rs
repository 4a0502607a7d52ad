//! Reads a reply the way an application does.

use bytes::Bytes;
use serde_json::Value;

/// The text of a chat reply as its bytes come in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    raw: Vec<u8>,
    /// Up to where events were read.
    at: usize,
    /// The text of each event, in a stream.
    pub(crate) deltas: Vec<String>,
}

impl Reading {
    pub(crate) fn push(&mut self, chunk: &Bytes) {
        self.raw.extend_from_slice(chunk);
        while let Some(event) = self.next_event() {
            self.deltas.extend(delta(&event));
        }
    }

    /// The whole text so far.
    pub(crate) fn text(&self) -> String {
        if !self.deltas.is_empty() {
            return self.deltas.concat();
        }
        let reply: Value = serde_json::from_slice(&self.raw).unwrap_or_default();
        let content = reply
            .pointer("/choices/0/message/content")
            .and_then(Value::as_str);
        content.unwrap_or_default().to_owned()
    }

    fn next_event(&mut self) -> Option<Vec<u8>> {
        let rest = self.raw.get(self.at..)?;
        let end = rest.windows(2).position(|pair| pair == b"\n\n")?;
        let event = rest.get(..end)?.to_vec();
        self.at += end + 2;
        Some(event)
    }
}

/// The text of one event; none for `[DONE]`.
fn delta(event: &[u8]) -> Option<String> {
    let data = event.strip_prefix(b"data: ")?;
    let event: Value = serde_json::from_slice(data).ok()?;
    let content = event
        .pointer("/choices/0/delta/content")
        .and_then(Value::as_str);
    Some(content.unwrap_or_default().to_owned())
}
