//! One text in pieces.

use std::fmt;
use std::sync::Arc;

use crate::echo::{Echo, SystemText, Turn};
use crate::edit::{Edit, Entity, Sink};
use crate::machine::Machine;
use crate::redactor::Config;
use crate::ruleset::RuleSet;
use crate::trip::{self, Step, Trip, Tripwire};
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
    /// Boxed, for few streams have it.
    trip: Option<Box<Trip>>,
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
    pub(crate) fn new(config: &Arc<Config>, enabled: RuleSet) -> Self {
        let mut stream = Self {
            machine: Machine::new(Arc::clone(config), enabled),
            echo: None,
            trip: None,
        };
        if let Some(tripwire) = &config.tripwire {
            stream.tripwire(tripwire);
        }
        stream
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
        self.machine.held() + self.trip.as_ref().map_or(0, |trip| trip.held())
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
        let can = self.machine.rule_for(&Entity::SYSTEM_PROMPT).is_some();
        self.echo = (can && system.has_passages()).then(|| Echo::new(system.clone()));
        if let Some(canary) = system.canary() {
            self.tripwire(canary);
        }
    }

    /// Hides these secrets in this text and the next ones, beside those of the redactor and of earlier
    /// calls: from the first one on to the next empty line. Where the rule for `TRIPWIRE` is off, nothing is
    /// found, and nothing held for it.
    ///
    /// What goes out and when is the same for any secrets that are not in the text, see
    /// [`Tripwire`].
    pub fn tripwire(&mut self, tripwire: &Tripwire) {
        let rule = self.machine.rule_for(&Entity::TRIPWIRE);
        if rule.is_some_and(|rule| self.machine.is_enabled(rule)) {
            self.machine.reserve(trip::MAX_HELD);
            self.trip.get_or_insert_default().watch(tripwire);
        }
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
        let Some(mut trip) = self.trip.take() else {
            self.read(text, sink);
            return;
        };
        trip.push(text, &mut |step| self.follow(&step, sink));
        self.trip = Some(trip);
    }

    fn follow(&mut self, step: &Step<'_>, sink: &mut Sink<'_>) {
        match step {
            Step::Read(text) => self.read(text, sink),
            Step::Open => {
                if let Some(echo) = &mut self.echo {
                    echo.restart();
                }
                self.machine.open(&Entity::TRIPWIRE, 0, sink);
            }
            Step::Hide(text) => self.machine.push_str(text, sink),
            Step::Close => self.machine.close(sink),
        }
    }

    fn read(&mut self, text: &str, sink: &mut Sink<'_>) {
        let mut rest = text;
        while let Some(turn) = self.echo.as_mut().and_then(|echo| echo.next(rest)) {
            let (Turn::Opens { at, .. } | Turn::Closes(at)) = turn;
            let (head, tail) = rest.split_at_checked(at).expect("turns are in the text");
            self.machine.push_str(head, sink);
            match turn {
                Turn::Opens { back, .. } => self.machine.open(&Entity::SYSTEM_PROMPT, back, sink),
                Turn::Closes(_) => self.machine.close(sink),
            }
            rest = tail;
        }
        self.machine.push_str(rest, sink);
    }

    pub(crate) fn finish_to(&mut self, end: End, sink: &mut Sink<'_>) {
        if let Some(mut trip) = self.trip.take() {
            trip.finish(&mut |step| self.follow(&step, sink));
            self.trip = Some(trip);
        }
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
