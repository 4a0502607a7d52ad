//! One text in pieces.

use std::fmt;
use std::sync::Arc;

use crate::echo::{Echo, SystemText, Turn};
use crate::edit::{Edit, Sink};
use crate::machine::Machine;
use crate::redactor::Config;
use crate::ruleset::RuleSet;
use crate::view;

/// The machine for one text that comes in pieces.
///
/// ```
/// use stream_redactor::{Edit, End, Redactor};
///
/// let mut stream = Redactor::recommended().stream();
/// let mut edits = Vec::new();
/// stream.push("Ask jane@exam", &mut edits);
/// assert_eq!(edits, [Edit::Keep(4)]);
/// assert_eq!(stream.held(), "jane@exam".len());
/// stream.push("ple.com now", &mut edits);
/// stream.finish(End::Complete, &mut edits);
/// let shown: Vec<_> = edits.iter().map(|edit| match edit {
///     Edit::Replace { n, with, .. } => (*n, &**with),
///     Edit::Keep(n) => (*n, "as it is"),
///     _ => unreachable!(),
/// }).collect();
/// assert_eq!(shown, [(4, "as it is"), (16, "[EMAIL]"), (1, "as it is"), (3, "as it is")]);
/// ```
#[derive(Clone)]
pub struct Stream {
    machine: Machine,
    echo: Option<Echo>,
}

/// How a text ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// It is whole.
    Complete,
    /// More would have come: a length limit, an error, a closed connection. What began like a
    /// value past doubt (`jane@exam`, `123-45-67`) is replaced too.
    Cut,
}

impl Stream {
    pub(crate) fn new(config: Arc<Config>, enabled: RuleSet) -> Self {
        Self {
            machine: Machine::new(config, enabled),
            echo: None,
        }
    }

    /// Takes the next piece and appends what is decided by now to `out`.
    pub fn push(&mut self, text: &str, out: &mut Vec<Edit>) {
        self.push_to(text, &mut Sink::new(out));
    }

    /// Ends the text and appends the edits for all that was held. The stream is then ready for a
    /// new text, with the same exempt values.
    pub fn finish(&mut self, end: End, out: &mut Vec<Edit>) {
        self.finish_to(end, &mut Sink::new(out));
    }

    /// Bytes that were pushed and have no edit yet. The caller keeps their spelling.
    #[must_use]
    pub fn held(&self) -> usize {
        self.machine.held()
    }

    /// Values that are not to be redacted in this text and the next ones, beside those of the
    /// redactor, compared like them. Takes the place of earlier ones.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "shared by the streams of one call"
    )]
    pub fn exempt(&mut self, values: Arc<[Box<str>]>) {
        self.machine
            .exempt(values.iter().map(|value| view::folded(value)).collect());
    }

    /// Says what stands before the next text without being part of it, such as a JSON key or the
    /// name of a column: rules that ask for a word before a value see its words, also those of
    /// `phone_number` and `phoneNumber`. No name opens or forms a value, and `text`, the name of any
    /// text, says nothing. To be called before the first piece; it counts until the text ends.
    ///
    /// ```
    /// use stream_redactor::{Edit, End, Redactor};
    ///
    /// let mut stream = Redactor::recommended().stream();
    /// let mut edits = Vec::new();
    /// stream.context("phone");
    /// stream.push("555 0123 44", &mut edits);
    /// stream.finish(End::Complete, &mut edits);
    /// assert!(matches!(&edits[..], [Edit::Replace { n: 11, .. }]));
    /// ```
    pub fn context(&mut self, name: &str) {
        self.machine.context(name);
    }

    /// Replaces repetitions of a system text in this text and the next ones: from the twelfth word
    /// in a row, or the 24th character of a script without spaces, up to an empty line. The finding
    /// is a `SYSTEM_PROMPT`, also where the rule for that entity is switched off; a redactor that has
    /// no such rule finds nothing.
    pub fn protect(&mut self, system: &SystemText) {
        let can = self.machine.leak().is_some() && !system.is_empty();
        self.echo = can.then(|| Echo::new(system.clone()));
    }

    /// Whether an open-ended replacement is going on: what is pushed now disappears.
    #[must_use]
    pub fn is_swallowing(&self) -> bool {
        self.machine.is_swallowing()
    }

    /// Lets the rules read every character from now on: the slow way to the same edits, to test
    /// the fast one against.
    #[doc(hidden)]
    pub fn read_all(&mut self) {
        self.machine.read_all();
    }

    pub(crate) fn push_to(&mut self, text: &str, sink: &mut Sink<'_>) {
        let mut rest = text;
        while let Some(turn) = self.echo.as_mut().and_then(|echo| echo.next(rest)) {
            let (Turn::Opens { at, .. } | Turn::Closes(at)) = turn;
            let (head, tail) = rest.split_at_checked(at).expect("turns are in the text");
            self.machine.push_str(head, sink);
            match turn {
                Turn::Opens { back, .. } => self.machine.open(back, sink),
                Turn::Closes(_) => self.machine.close(sink),
            }
            rest = tail;
        }
        self.machine.push_str(rest, sink);
    }

    pub(crate) fn finish_to(&mut self, end: End, sink: &mut Sink<'_>) {
        if let Some(echo) = &mut self.echo {
            echo.restart();
        }
        self.machine.finish(matches!(end, End::Cut), sink);
    }
}

/// Says how much is held, never what.
impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("held", &self.held())
            .field("is_swallowing", &self.is_swallowing())
            .finish_non_exhaustive()
    }
}
