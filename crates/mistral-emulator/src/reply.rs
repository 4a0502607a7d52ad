//! What a test tells the emulator to answer.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::choice::{Choice, ToolCall, words};
use crate::error::ApiError;

/// A scripted answer: what is said, where a stream cuts it, how it travels.
///
/// The same script serves a call with `"stream": true`, as events, and one without, whole. A
/// method that speaks of something the answer does not have (text of an error, say) does nothing.
/// On the embedding and moderation endpoints the words of a text reply do not matter; its
/// [`flag`](Self::flag)s and the way it travels do.
#[derive(Clone)]
#[must_use]
pub struct Reply {
    pub(crate) answer: Answer,
    pub(crate) flags: Vec<(String, f64)>,
    pub(crate) delivery: Delivery,
}

/// What is said.
impl Reply {
    /// An assistant message, cut into words in a stream.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::new(Answer::Completion(Completion {
            choices: vec![Choice::text(text.as_ref())],
            padding: None,
            escape_non_ascii: false,
        }))
    }

    /// An error of the API, in its own words.
    pub fn error(error: ApiError) -> Self {
        Self::new(Answer::Error(error))
    }

    /// Exactly these bytes: each chunk is written by itself, and no header is added but what
    /// HTTP/1.1 needs (`date`, and `transfer-encoding` unless there is a `content-length`).
    ///
    /// # Panics
    ///
    /// If the status or a header is not valid HTTP.
    pub fn raw<'a, C: Into<Bytes>>(
        status: u16,
        headers: impl IntoIterator<Item = (&'a str, &'a str)>,
        chunks: impl IntoIterator<Item = C>,
    ) -> Self {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a valid header name");
            map.append(
                name,
                HeaderValue::from_str(value).expect("a valid header value"),
            );
        }
        Self::new(Answer::Raw(Raw {
            status: StatusCode::from_u16(status).expect("a valid status"),
            headers: map,
            chunks: chunks.into_iter().map(Into::into).collect(),
        }))
    }

    /// Starts another choice. The methods after it that speak of text, thinking, tool calls and
    /// finish mean this one.
    ///
    /// Choices interleave in a stream, one choice per event, and the shorter finishes first. A
    /// request whose `n` is larger than the script gets copies of the first choice.
    pub fn choice(mut self, text: impl AsRef<str>) -> Self {
        if let Answer::Completion(completion) = &mut self.answer {
            completion.choices.push(Choice::text(text.as_ref()));
        }
        self
    }

    /// Replaces the text by these pieces: one event each, or joined without a stream.
    pub fn deltas<T: Into<String>>(self, pieces: impl IntoIterator<Item = T>) -> Self {
        let pieces = pieces.into_iter().map(Into::into).collect();
        self.with_choice(|choice| choice.text = pieces)
    }

    /// Cuts text and thinking of this choice every `chars` characters.
    pub fn cut_every(self, chars: usize) -> Self {
        self.with_choice(|choice| choice.cut_every(chars))
    }

    /// A reasoning trace before the text, cut into words.
    pub fn thinking(self, trace: impl AsRef<str>) -> Self {
        let pieces = words(trace.as_ref());
        self.with_choice(|choice| choice.thinking = pieces)
    }

    /// A function call after the text, whole in one event. Several share that event.
    pub fn tool_call(self, name: impl Into<String>, arguments_json: impl Into<String>) -> Self {
        self.tool_call_fragments(name, [arguments_json])
    }

    /// A function call whose arguments come in pieces, as the schema permits and other servers of
    /// Mistral models do. Each piece after the first has an event of its own.
    pub fn tool_call_fragments<T: Into<String>>(
        self,
        name: impl Into<String>,
        arguments_json: impl IntoIterator<Item = T>,
    ) -> Self {
        let arguments = arguments_json.into_iter().map(Into::into).collect();
        let call = ToolCall {
            name: name.into(),
            arguments,
        };
        self.with_choice(|choice| choice.tool_calls.push(call))
    }

    /// The finish reason, by default `tool_calls` with tool calls and `stop` without.
    pub fn finish_reason(self, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        self.with_choice(|choice| choice.finish_reason = Some(reason))
    }

    /// Whether the last event with content carries the finish reason too, instead of an event with
    /// empty content after it. The default is the API's habit: yes for tool calls, no for text.
    pub fn last_delta_with_finish(self, together: bool) -> Self {
        self.with_choice(|choice| choice.last_delta_with_finish = Some(together))
    }

    /// The moderation score (0 to 1) of a category, `pii` or `jailbreaking` for instance, that the
    /// API would see in this call's input. A guardrail of the request that covers the category
    /// with a threshold not above it answers 403 when its action is `block`.
    pub fn flag(mut self, category: impl Into<String>, score: f64) -> Self {
        self.flags.push((category.into(), score));
        self
    }

    /// Leaves `p` out of a stream's events. By default only the magistral models do.
    pub fn without_padding(self) -> Self {
        self.with_completion(|completion| completion.padding = Some(false))
    }

    /// Writes non-ASCII text as `\uXXXX`. By default it stays UTF-8.
    pub fn escape_non_ascii(self) -> Self {
        self.with_completion(|completion| completion.escape_non_ascii = true)
    }
}

/// How it travels.
impl Reply {
    /// Waits before the response head.
    pub fn delay(mut self, pause: Duration) -> Self {
        self.delivery.delay = pause;
        self
    }

    /// Waits between two events, or between two chunks of a raw reply.
    pub fn delay_between(mut self, pause: Duration) -> Self {
        self.delivery.delay_between = pause;
        self
    }

    /// Breaks the connection after `events` events or chunks, `[DONE]` being one, or after all if
    /// there are fewer. The chunked framing is not ended, so the client's body fails. Without a
    /// stream, half of the body comes.
    pub fn reset_after_events(mut self, events: usize) -> Self {
        self.delivery.stop = Some(Stop {
            events,
            reset: true,
        });
        self
    }

    /// Ends the body cleanly after `events` events or chunks: a client cannot tell such a stream
    /// from a whole one but by the missing `[DONE]`. Without a stream, half of the body comes.
    pub fn truncate_after_events(mut self, events: usize) -> Self {
        self.delivery.stop = Some(Stop {
            events,
            reset: false,
        });
        self
    }

    /// Compresses the body, asked for or not; in a stream event by event.
    pub fn gzip(mut self) -> Self {
        self.delivery.gzip = Gzip::Always;
        self
    }

    /// Compresses the body if the request's `accept-encoding` names gzip.
    pub fn gzip_if_accepted(mut self) -> Self {
        self.delivery.gzip = Gzip::IfAccepted;
        self
    }
}

impl Reply {
    fn new(answer: Answer) -> Self {
        Self {
            answer,
            flags: Vec::new(),
            delivery: Delivery::default(),
        }
    }

    fn with_completion(mut self, change: impl FnOnce(&mut Completion)) -> Self {
        if let Answer::Completion(completion) = &mut self.answer {
            change(completion);
        }
        self
    }

    fn with_choice(self, change: impl FnOnce(&mut Choice)) -> Self {
        self.with_completion(|completion| {
            if let Some(choice) = completion.choices.last_mut() {
                change(choice);
            }
        })
    }
}

impl Default for Reply {
    /// What an emulator without a script says.
    fn default() -> Self {
        Self::text("This is a canned answer: nobody has thought about your question.")
    }
}

/// Prints the kind of answer, never its words.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.answer {
            Answer::Completion(completion) => f
                .debug_struct("Reply")
                .field("choices", &completion.choices.len())
                .finish(),
            Answer::Error(error) => f.debug_tuple("Reply").field(error).finish(),
            Answer::Raw(raw) => f
                .debug_struct("Reply")
                .field("status", &raw.status)
                .field("chunks", &raw.chunks.len())
                .finish(),
        }
    }
}

#[derive(Clone)]
pub(crate) enum Answer {
    Completion(Completion),
    Error(ApiError),
    Raw(Raw),
}

#[derive(Clone)]
pub(crate) struct Completion {
    pub(crate) choices: Vec<Choice>,
    /// `None`: as the model does.
    pub(crate) padding: Option<bool>,
    pub(crate) escape_non_ascii: bool,
}

#[derive(Clone)]
pub(crate) struct Raw {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) chunks: Vec<Bytes>,
}

#[derive(Clone, Default)]
pub(crate) struct Delivery {
    pub(crate) delay: Duration,
    pub(crate) delay_between: Duration,
    pub(crate) stop: Option<Stop>,
    pub(crate) gzip: Gzip,
}

#[derive(Clone, Copy)]
pub(crate) struct Stop {
    pub(crate) events: usize,
    pub(crate) reset: bool,
}

#[derive(Clone, Copy, Default)]
pub(crate) enum Gzip {
    #[default]
    Never,
    IfAccepted,
    Always,
}
