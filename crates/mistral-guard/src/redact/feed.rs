//! From pieces of text to edits beside the text that they are about.

use std::num::NonZeroUsize;

use tower_mistral::redactor::{Edit, End, Stream};

/// The engine and the text that it has not decided yet.
pub(super) struct Feed {
    stream: Stream,
    /// The longest piece, in characters.
    step: Option<NonZeroUsize>,
    held: String,
    edits: Vec<Edit>,
}

impl Feed {
    pub(super) fn new(stream: Stream, step: Option<NonZeroUsize>) -> Self {
        Self {
            stream,
            step,
            held: String::new(),
            edits: Vec::new(),
        }
    }

    /// Reads on. `each` gets what is decided by now: every edit with the text that it is about.
    pub(super) fn push(&mut self, text: &str, each: &mut impl FnMut(&str, &Edit)) {
        self.held.push_str(text);
        match self.step {
            None => self.stream.push(text, &mut self.edits),
            Some(step) => {
                for piece in pieces(text, step) {
                    self.stream.push(piece, &mut self.edits);
                }
            }
        }
        self.take(each);
    }

    /// Ends the text. The next push begins a new one.
    pub(super) fn finish(&mut self, end: End, each: &mut impl FnMut(&str, &Edit)) {
        self.stream.finish(end, &mut self.edits);
        self.take(each);
    }

    fn take(&mut self, each: &mut impl FnMut(&str, &Edit)) {
        let mut rest = self.held.as_str();
        for edit in self.edits.drain(..) {
            let (Edit::Keep(n) | Edit::Replace { n, .. }) = &edit else {
                unreachable!("there are no other edits")
            };
            let (raw, after) = rest.split_at_checked(*n).expect("edits tile the text");
            rest = after;
            each(raw, &edit);
        }
        let decided = self.held.len() - rest.len();
        self.held.drain(..decided);
    }
}

fn pieces(text: &str, step: NonZeroUsize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.char_indices().nth(step.get()).map(|(at, _)| at);
        let (piece, after) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        rest = after;
        Some(piece).filter(|piece| !piece.is_empty())
    })
}
