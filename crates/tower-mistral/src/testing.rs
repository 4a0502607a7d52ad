//! Helpers for your own tests: the emulator, scripted streams, every split, leak assertions.
//!
//! ```
//! use tower_mistral::{assert_no_leak, testing};
//!
//! let stream = testing::chat_stream(["Ask ja", "ne@", "example.com"]);
//! for chunks in testing::every_split(&stream) {
//!     assert_eq!(chunks.concat(), stream.as_bytes());
//! }
//! assert_eq!(testing::joined_text(&stream), "Ask jane@example.com");
//! assert_no_leak!(testing::chat_stream(["Ask [EMAIL]"]), "jane@example.com");
//! ```

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame};
pub use mistral_emulator::{self as emulator, Emulator, Reply};
use serde_json::{Value, json};

/// A chat stream, framed as the API frames it, with these deltas of one choice.
pub fn chat_stream<T: AsRef<str>>(deltas: impl IntoIterator<Item = T>) -> String {
    let event = |delta: Value, finish: Value| {
        let choices = json!([{"index": 0, "delta": delta, "finish_reason": finish}]);
        let event = json!({
            "id": "6dc361", "object": "chat.completion.chunk", "created": 1_757_759_492,
            "model": "mistral-small-latest", "choices": choices,
        });
        format!("data: {event}\n\n")
    };
    let mut stream = event(json!({"role": "assistant", "content": ""}), Value::Null);
    for delta in deltas {
        stream += &event(json!({"content": delta.as_ref()}), Value::Null);
    }
    stream + &event(json!({"content": ""}), json!("stop")) + "data: [DONE]\n\n"
}

/// Every way of cutting `stream` into two chunks, and into single bytes.
pub fn every_split(stream: &str) -> impl Iterator<Item = Vec<Bytes>> + use<> {
    let stream = Bytes::copy_from_slice(stream.as_bytes());
    let single = (0..stream.len())
        .map(|at| stream.slice(at..at + 1))
        .collect();
    let places = 0..=stream.len();
    let halves = places.map(move |at| vec![stream.slice(..at), stream.slice(at..)]);
    std::iter::once(single).chain(halves)
}

/// A body of given chunks.
#[derive(Clone, Debug, Default)]
pub struct Chunks(VecDeque<Bytes>);

impl Chunks {
    /// A body that yields these chunks, one by one.
    pub fn new<T: Into<Bytes>>(chunks: impl IntoIterator<Item = T>) -> Self {
        Self(chunks.into_iter().map(Into::into).collect())
    }
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|chunk| Ok(Frame::data(chunk))))
    }
}

/// What a reader of a stream or of a JSON reply has put together: all strings under `content`,
/// `text` and `arguments`, joined in order.
pub fn joined_text(reply: &str) -> String {
    let mut text = String::new();
    if let Ok(json) = serde_json::from_str(reply) {
        join(&json, &mut text);
        return text;
    }
    for line in reply.split(['\n', '\r']) {
        let data = line.strip_prefix("data:").map(str::trim);
        if let Some(json) = data.and_then(|data| serde_json::from_str(data).ok()) {
            join(&json, &mut text);
        }
    }
    text
}

fn join(json: &Value, out: &mut String) {
    match json {
        Value::Array(list) => list.iter().for_each(|value| join(value, out)),
        Value::Object(entries) => {
            for (key, value) in entries {
                match value {
                    Value::String(text)
                        if matches!(key.as_str(), "content" | "text" | "arguments") =>
                    {
                        out.push_str(text);
                    }
                    _ => join(value, out),
                }
            }
        }
        _ => {}
    }
}

/// Whether `secret` can be read from `output`: as it stands, in JSON's spelling, or once the
/// deltas of a stream are joined.
pub fn leaks(output: &str, secret: &str) -> bool {
    let spelled = Value::from(secret).to_string();
    let spelled = spelled.trim_matches('"');
    output.contains(secret) || output.contains(spelled) || joined_text(output).contains(secret)
}

/// Asserts that none of the secrets can be read from an output, be it text, JSON or a stream.
///
/// The failure names the secret by its place in the list, so that it does not end in a CI log.
#[macro_export]
macro_rules! assert_no_leak {
    ($output:expr, $($secret:expr),+ $(,)?) => {{
        let output = $output;
        let output: &str = ::core::convert::AsRef::<str>::as_ref(&output);
        let secrets: &[&str] = &[$(::core::convert::AsRef::<str>::as_ref(&$secret)),+];
        for (n, secret) in secrets.iter().enumerate() {
            assert!(!$crate::testing::leaks(output, secret), "secret {n} leaks");
        }
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_disguise() {
        assert!(leaks("x a\"b", "a\"b"));
        assert!(leaks(r#"{"x":"a\"b"}"#, "a\"b"));
        assert!(leaks(&chat_stream(["a", "\"", "b"]), "a\"b"));
        assert!(!leaks(&chat_stream(["a", "-", "b"]), "a\"b"));
    }

    #[test]
    #[should_panic(expected = "secret 1 leaks")]
    fn the_assertion_names_no_secret() {
        assert_no_leak!("one two", "three", "two");
    }
}
