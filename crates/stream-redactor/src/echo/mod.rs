//! Repetitions of a text that must not be repeated, such as the system prompt of a call.
//!
//! A passage of twelve words in a row, or of 24 characters of a script without spaces, is found
//! where its last word ends; spelling counts by the folded view, punctuation does not. Eleven words
//! are shown, and the last one goes with what follows as far as it is held, as words are. Nothing
//! else is held for it: when a text goes out depends on the text and the rules alone, so nobody can
//! guess at the secret by watching delays.

mod index;
mod sample;
mod set;
mod words;

use std::fmt;
use std::sync::Arc;

use self::index::{HEAD, Index, MAX_WORDS, Tail};
use self::sample::Sampler;
use self::set::Set;
use self::words::{Back, Token, Words};
use crate::trip::{Tripwire, TripwireError};

/// So many bytes back are looked at again: the longest passage that is noticed at its end at once.
const REACH: usize = 512;

/// A text that replies must not repeat, made ready once and shared by many streams.
///
/// What stands in double quotes (`"…"`, `“…”`, `„…“`, `«…»`) is meant to be said, and may be
/// repeated. A text of fewer than twelve words has nothing that could be told from chance.
///
/// ```
/// use stream_redactor::{Edit, End, Entity, Redactor, SystemText};
///
/// let system = SystemText::new(
///     "You are Ada. Never tell anybody that the discount code is WINTER and that it ends in May.",
/// );
/// let redactor = Redactor::recommended();
/// let mut stream = redactor.stream();
/// stream.protect(&system);
/// let mut edits = Vec::new();
/// stream.push("Well, never tell anybody that the discount code is WINTER and that ", &mut edits);
/// stream.push("it ends in May.", &mut edits);
/// stream.finish(End::Complete, &mut edits);
/// let Some(Edit::Replace { n, entity, .. }) = edits.last() else { panic!() };
/// assert_eq!((*n, entity), ("it ends in May.".len(), &Entity::SYSTEM_PROMPT));
/// ```
#[derive(Clone)]
pub struct SystemText {
    index: Arc<Index>,
    /// Passages that may be repeated all the same.
    known: Arc<Set>,
    canary: Option<Tripwire>,
}

impl SystemText {
    /// Reads the text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            index: Arc::new(Index::new(&unquoted(text))),
            known: Arc::default(),
            canary: None,
        }
    }

    /// Adds a canary: a token that the caller has put into the system text and nowhere else. Where it
    /// turns up, however it is [spelled](Tripwire), the text before it is known to have leaked; the
    /// finding is a `TRIPWIRE`.
    ///
    /// # Errors
    ///
    /// When it cannot be a secret of a [`Tripwire`]: it is too short or not ASCII.
    pub fn with_canary(mut self, token: &str) -> Result<Self, TripwireError> {
        self.canary.get_or_insert_default().add(token)?;
        Ok(self)
    }

    pub(crate) fn canary(&self) -> Option<&Tripwire> {
        self.canary.as_ref()
    }

    pub(crate) fn has_passages(&self) -> bool {
        !self.index.is_empty()
    }

    /// Lets passages be repeated that stand in this text too: the reader's own words, or what was
    /// said to them before. Clones made earlier are as they were.
    pub fn exempt(&mut self, text: &str) {
        let mut echo = Echo::new(self.clone());
        echo.found = Some(Set::default());
        let turns = [echo.next(text), echo.next("\n")];
        debug_assert_eq!(turns, [None, None], "what is only collected opens nothing");
        let found = echo.found.filter(|found| !found.is_empty());
        for passage in found.iter().flat_map(Set::iter) {
            Arc::make_mut(&mut self.known).insert(passage);
        }
    }

    /// Whether there is nothing in it that could be found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.has_passages() && self.canary.is_none()
    }
}

/// Says nothing of the text.
impl fmt::Debug for SystemText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SystemText").finish_non_exhaustive()
    }
}

/// What stands outside of quotation marks. One without its partner on the line is none.
fn unquoted(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for line in text.split_inclusive(['\n', '\r']) {
        let mut rest = line;
        while let Some((from, to)) = quoted(rest) {
            parts.extend(rest.get(..from));
            rest = rest.get(to..).unwrap_or_default();
        }
        parts.push(rest);
    }
    parts
}

/// The first text in quotation marks, with them.
fn quoted(text: &str) -> Option<(usize, usize)> {
    text.char_indices().find_map(|(from, open)| {
        let closers: &[char] = match open {
            '"' => &['"'],
            '“' => &['”'],
            '„' => &['“', '”'],
            '«' => &['»'],
            '»' => &['«'],
            _ => return None,
        };
        let inner = text.get(from + open.len_utf8()..)?;
        let end = inner.find(closers)?;
        let close = inner.get(end..)?.chars().next()?;
        Some((from, from + open.len_utf8() + end + close.len_utf8()))
    })
}

/// Where something happens in a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// A passage ended here, with a word of so many bytes: that and what follows disappears.
    Opens { at: usize, back: usize },
    /// The paragraph has ended.
    Closes(usize),
}

/// Looks for repetitions in one text that comes in pieces.
#[derive(Clone)]
pub(crate) struct Echo {
    system: SystemText,
    /// Passages are collected here, if there is something, and open nothing.
    found: Option<Set>,
    /// The last [`REACH`] bytes before the piece at hand, or more.
    before: String,
    /// Room for the text on the left of a place.
    left: String,
    mode: Mode,
    sampler: Sampler,
}

#[derive(Clone, Debug, Default)]
enum Mode {
    #[default]
    Sample,
    /// Three words in a row stand in the system text, too: each further one is looked at.
    Watch { words: Words, tail: Tail },
    /// To the end of the paragraph, an empty line.
    Swallow { after_line_end: bool },
}

impl Echo {
    pub(crate) fn new(system: SystemText) -> Self {
        Self {
            system,
            found: None,
            before: String::new(),
            left: String::new(),
            mode: Mode::Sample,
            sampler: Sampler::default(),
        }
    }

    /// Begins a new text.
    pub(crate) fn restart(&mut self) {
        self.before.clear();
        self.mode = Mode::Sample;
        self.sampler.restart(None);
    }

    /// Reads a piece up to the first turn. What is behind it has to be read by another call.
    pub(crate) fn next(&mut self, text: &str) -> Option<Turn> {
        let mut at = 0;
        let turn = loop {
            match &mut self.mode {
                Mode::Sample => {
                    let mut sampler = std::mem::take(&mut self.sampler);
                    let place = sampler.find(text.as_bytes(), at, |place, words| {
                        self.looks_known(text, place, words)
                    });
                    self.sampler = sampler;
                    match place {
                        Some(place) => {
                            self.begin_watch(text, place);
                            at = place;
                        }
                        None => break None,
                    }
                }
                Mode::Watch { .. } => match self.watch(text, at) {
                    Some(Watched::Passage { at, back }) => break Some(Turn::Opens { at, back }),
                    Some(Watched::Nothing(end)) => {
                        self.mode = Mode::Sample;
                        let before = end.checked_sub(1).and_then(|n| text.as_bytes().get(n));
                        self.sampler.restart(before.copied());
                        at = end;
                    }
                    None => break None,
                },
                Mode::Swallow { after_line_end } => {
                    break paragraph_end(text, after_line_end).map(Turn::Closes);
                }
            }
        };
        match turn {
            Some(Turn::Opens { .. }) => {
                self.before.clear();
                self.mode = Mode::Swallow {
                    after_line_end: false,
                };
            }
            Some(Turn::Closes(_)) => self.restart(),
            None if matches!(self.mode, Mode::Swallow { .. }) => {}
            None => self.remember(text),
        }
        turn
    }

    /// Whether the words before a place stand in a row in the system text, too.
    #[inline]
    fn looks_known(&mut self, text: &str, place: usize, words: u64) -> bool {
        let left = text.as_bytes().get(..place).unwrap_or_default();
        match words::last_ascii::<HEAD>(left, words) {
            Some(head) => self.system.index.has_head(&head),
            None => self.is_known(text, place),
        }
    }

    /// The same for any words, also for those of an earlier piece.
    #[inline(never)]
    fn is_known(&mut self, text: &str, place: usize) -> bool {
        let (whole, is_cut) = self.read_left(text, place);
        let mut back = Back::new(self.left.get(..whole).unwrap_or_default(), is_cut);
        let mut head = [Token::default(); HEAD];
        for slot in head.iter_mut().rev() {
            match back.next() {
                Some(token) => *slot = token,
                None => return false,
            }
        }
        self.system.index.has_head(&head)
    }

    /// Watches from a place on.
    fn begin_watch(&mut self, text: &str, place: usize) {
        let (whole, is_cut) = self.read_left(text, place);
        let (whole, part) = self.left.split_at_checked(whole).unwrap_or_default();
        let (mut words, mut tail) = (Words::default(), Tail::default());
        let last: Vec<Token> = Back::new(whole, is_cut).take(MAX_WORDS).collect();
        last.into_iter().rev().for_each(|token| tail.push(token));
        part.chars().for_each(|c| {
            words.push(c);
        });
        self.mode = Mode::Watch { words, tail };
    }

    /// Writes the last [`REACH`] bytes before a place to `left`. Says how many of them are whole
    /// words, for the place may be inside of one, and whether there are more bytes before.
    fn read_left(&mut self, text: &str, place: usize) -> (usize, bool) {
        let (piece, rest) = text.split_at_checked(place).unwrap_or_default();
        let near = tail(piece, REACH);
        self.left.clear();
        self.left.push_str(tail(&self.before, REACH - near.len()));
        self.left.push_str(near);
        let is_inside = rest.chars().next().is_some_and(words::is_inside);
        let whole = match &*self.left {
            left if is_inside => left.trim_end_matches(words::is_inside).len(),
            left => left.len(),
        };
        (whole, self.before.len() + piece.len() >= REACH)
    }

    /// Reads word by word from `at` on.
    fn watch(&mut self, text: &str, at: usize) -> Option<Watched> {
        let Mode::Watch {
            mut words,
            mut tail,
        } = std::mem::take(&mut self.mode)
        else {
            return None;
        };
        for (n, c) in text.get(at..)?.char_indices() {
            let (here, behind) = (at + n, at + n + c.len_utf8());
            let back = words.len();
            let (ended, alone) = words.push(c);
            for (token, back, end) in [(ended, back, here), (alone, 0, behind)] {
                let Some(token) = token else {
                    continue;
                };
                tail.push(token);
                if tail
                    .passage()
                    .is_some_and(|passage| self.is_secret(passage))
                {
                    return Some(Watched::Passage { at: here, back });
                }
                if !self.system.index.has_head(tail.head()) {
                    return Some(Watched::Nothing(end));
                }
            }
        }
        self.mode = Mode::Watch { words, tail };
        None
    }

    /// Whether a passage must not be repeated.
    fn is_secret(&mut self, passage: u64) -> bool {
        if !self.system.index.has_passage(passage) || self.system.known.contains(passage) {
            return false;
        }
        let Some(found) = &mut self.found else {
            return true;
        };
        found.insert(passage);
        false
    }

    fn remember(&mut self, piece: &str) {
        if self.before.len() + piece.len() > 4 * REACH {
            let kept = tail(&self.before, REACH).len();
            self.before.drain(..self.before.len() - kept);
        }
        self.before.push_str(tail(piece, REACH));
    }
}

/// What came of watching, and where.
enum Watched {
    /// It ends here, with a word of so many bytes, or with the character that stands here.
    Passage {
        at: usize,
        back: usize,
    },
    Nothing(usize),
}

/// The last bytes of a text, at most so many, in whole characters.
pub(crate) fn tail(text: &str, len: usize) -> &str {
    let mut from = text.len().saturating_sub(len);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text.get(from..).unwrap_or_default()
}

/// Where an empty line begins.
pub(crate) fn paragraph_end(text: &str, after_line_end: &mut bool) -> Option<usize> {
    text.bytes().position(|byte| {
        let is_line_end = byte == b'\n';
        let ends = is_line_end && *after_line_end;
        *after_line_end = is_line_end || *after_line_end && matches!(byte, b' ' | b'\t' | b'\r');
        ends
    })
}
