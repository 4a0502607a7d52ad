//! Exact texts that must not show: live keys, canaries.
//!
//! They are looked for in front of the machine, in *stretches* (`stretch.rs`): what has no blank in
//! it, and what goes on over blanks as hexadecimal pairs and wrapped Base64 do. A stretch is held
//! until it is over, or until it is long, **whatever it holds**: so neither what goes out nor when
//! tells anything of a secret that is not there. Complete stretches are read in each spelling
//! (`readings.rs`) and compared (`wires.rs`).

mod readings;
mod stretch;
mod wires;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use self::readings::Readings;
use self::stretch::{Next, Stretch};
use self::wires::Wires;
use crate::echo::{paragraph_end, tail};

/// Exact texts that must not show, such as live keys: made ready once, shared by many streams.
///
/// They are found as they are and spelled in Base64 (any alignment, both alphabets, wrapped), in
/// hexadecimal digits (with separators), percent-encoded, with escapes of JSON and HTML, and
/// backwards. Nothing else is, so nothing is hidden by mistake; and a text in which each character
/// stands alone, another cipher or a translation is not seen.
///
/// ```
/// use stream_redactor::{Redactor, Tripwire};
///
/// let mut keys = Tripwire::new();
/// keys.add("aB3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z")?;
/// let mut stream = Redactor::recommended().stream();
/// stream.tripwire(&keys);
/// let mut edits = Vec::new();
/// stream.push("It ends in z4yXw1vUt8sRq5pOn2mLk9jIh6fEd3Ba.\n\nBye. ", &mut edits);
/// let shown: Vec<_> = edits.iter().map(|edit| format!("{edit:?}")).collect();
/// assert!(shown[1].contains("[REDACTED]") && !shown.concat().contains("z4yXw"));
/// # Ok::<(), stream_redactor::TripwireError>(())
/// ```
///
/// What follows a finding in its paragraph goes with it. All findings of secrets (these, canaries,
/// passages of a [`SystemText`](crate::SystemText)) are shown alike.
///
/// # What it costs
///
/// A stream that has a tripwire, be it empty, holds each stretch without a blank until it ends. That
/// is a word in prose; of one that is longer than 1,024 bytes, such as code on one line, it holds
/// between 512 and 1,024. Two-digit numbers with blanks between (`25 30`), which could be
/// hexadecimal pairs, count as one stretch.
#[derive(Clone, Default)]
pub struct Tripwire {
    wires: Arc<Wires>,
}

impl Tripwire {
    /// The fewest characters of a secret. What is shorter could be guessed, and is in other texts
    /// by chance.
    pub const MIN_LEN: usize = 12;
    /// Of a longer secret its last characters are looked for.
    pub const MAX_LEN: usize = 256;

    /// Without a secret.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret. Clones made earlier are as they were.
    ///
    /// # Errors
    ///
    /// When it is shorter than [`MIN_LEN`](Self::MIN_LEN), or holds anything but printable ASCII
    /// characters without blanks.
    pub fn add(&mut self, secret: &str) -> Result<(), TripwireError> {
        if secret.len() < Self::MIN_LEN {
            return Err(TripwireError::TooShort);
        }
        if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TripwireError::NotAscii);
        }
        let from = secret.len().saturating_sub(Self::MAX_LEN);
        let known = secret.as_bytes().get(from..).unwrap_or_default();
        Arc::make_mut(&mut self.wires).add(known);
        Ok(())
    }

    /// Whether there is no secret in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wires.is_empty()
    }
}

/// Says nothing of the secrets.
impl fmt::Debug for Tripwire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tripwire").finish_non_exhaustive()
    }
}

/// Why a text cannot be a secret of a [`Tripwire`]. It does not show the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TripwireError {
    /// It has fewer than [`Tripwire::MIN_LEN`] characters.
    TooShort,
    /// It holds a blank, a control character or one outside ASCII.
    NotAscii,
}

impl fmt::Display for TripwireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort => write!(f, "a secret of fewer than {} characters", Tripwire::MIN_LEN),
            Self::NotAscii => f.write_str("a secret with other than printable ASCII characters"),
        }
    }
}

impl Error for TripwireError {}

/// A stretch that has become so long is looked at, and let go but for its last [`KEPT`] bytes: so a
/// secret is found whose spelling takes as many.
const LONG: usize = 1024;
const KEPT: usize = 512;

/// The most bytes that are held for tripwires.
pub(crate) const MAX_HELD: usize = LONG + 4;

/// What becomes of the text that was pushed, in its order.
pub(crate) enum Step<'t> {
    /// It goes on to the rules.
    Read(&'t str),
    /// A secret begins here: what follows disappears.
    Open,
    Hide(&'t str),
    /// The paragraph has ended.
    Close,
}

/// Looks for secrets in one text that comes in pieces.
#[derive(Clone, Default)]
pub(crate) struct Trip {
    wires: Vec<Arc<Wires>>,
    /// The stretch that was not over when a piece ended, and the blanks behind it.
    held: String,
    stretch: Stretch,
    /// What follows a secret up to the end of its paragraph; whether it stands behind a line end.
    hides: Option<bool>,
    readings: Readings,
}

impl Trip {
    pub(crate) fn watch(&mut self, tripwire: &Tripwire) {
        self.wires.push(Arc::clone(&tripwire.wires));
    }

    pub(crate) fn held(&self) -> usize {
        self.held.len()
    }

    pub(crate) fn push(&mut self, text: &str, out: &mut impl FnMut(Step<'_>)) {
        let mut rest = text;
        while !rest.is_empty() {
            let read = match self.hides {
                Some(_) => self.hide(rest, out),
                None => self.read(rest, out),
            };
            rest = rest.get(read..).unwrap_or_default();
        }
    }

    pub(crate) fn finish(&mut self, out: &mut impl FnMut(Step<'_>)) {
        self.stretch = Stretch::default();
        let mut held = std::mem::take(&mut self.held);
        let secret = self.find(&held).unwrap_or(held.len());
        let (before, secret) = held.split_at_checked(secret).unwrap_or_default();
        out(Step::Read(before));
        if !secret.is_empty() {
            out(Step::Open);
            out(Step::Hide(secret));
        }
        held.clear();
        (self.held, self.hides) = (held, None);
    }

    /// Hides text up to the end of the paragraph. Says how far it has read.
    fn hide(&mut self, text: &str, out: &mut impl FnMut(Step<'_>)) -> usize {
        let end = self
            .hides
            .as_mut()
            .and_then(|after_line_end| paragraph_end(text, after_line_end));
        let hidden = end.unwrap_or(text.len());
        out(Step::Hide(text.get(..hidden).unwrap_or_default()));
        if end.is_some() {
            self.hides = None;
            out(Step::Close);
        }
        hidden
    }

    /// Reads text up to a secret. Says how far it has read.
    fn read(&mut self, text: &str, out: &mut impl FnMut(Step<'_>)) -> usize {
        let mut piece = Piece {
            text,
            shown: 0,
            start: 0,
            at: 0,
        };
        while piece.at < text.len() {
            let was_open = self.stretch.is_open();
            let room = LONG.saturating_sub(self.held.len() + piece.at - piece.start);
            let next = self
                .stretch
                .next(piece.stretch(), &self.held, piece.rest(), room);
            match next {
                Next::Passes(n) => {
                    piece.at += n;
                    piece.start = piece.at;
                }
                Next::Goes(n) => {
                    if !was_open {
                        piece.start = piece.at;
                    }
                    piece.at += n;
                    let is_long = self.held.len() + piece.at - piece.start >= LONG;
                    if is_long && self.look(&mut piece, KEPT, out) {
                        return piece.at;
                    }
                }
                Next::Over => {
                    if self.look(&mut piece, 0, out) {
                        return piece.at;
                    }
                }
            }
        }
        let (read, held) = text.split_at_checked(piece.start).unwrap_or_default();
        out(Step::Read(read.get(piece.shown..).unwrap_or_default()));
        self.held.push_str(held);
        text.len()
    }

    /// Looks at the stretch, and lets it go but for its last `kept` bytes. True if it holds a secret:
    /// all was read up to that, or up to where the piece stands.
    fn look(&mut self, piece: &mut Piece<'_>, kept: usize, out: &mut impl FnMut(Step<'_>)) -> bool {
        let stretch = piece.stretch();
        if self.held.is_empty() {
            let Some(secret) = self.find(stretch) else {
                piece.start = piece.at - tail(stretch, kept).len();
                return false;
            };
            piece.at = piece.start + secret;
            let read = piece.text.get(piece.shown..piece.at);
            out(Step::Read(read.unwrap_or_default()));
            self.open(out);
            return true;
        }
        let mut held = std::mem::take(&mut self.held);
        held.push_str(stretch);
        (piece.shown, piece.start) = (piece.at, piece.at);
        let secret = self.find(&held);
        let end = secret.unwrap_or(held.len() - tail(&held, kept).len());
        let (before, behind) = held.split_at_checked(end).unwrap_or_default();
        out(Step::Read(before));
        if secret.is_some() {
            self.open(out);
            self.hide(behind, out);
            held.clear();
        } else {
            held.drain(..end);
        }
        self.held = held;
        secret.is_some()
    }

    fn open(&mut self, out: &mut impl FnMut(Step<'_>)) {
        out(Step::Open);
        self.hides = Some(false);
        self.stretch = Stretch::default();
    }

    /// Where the first secret begins.
    fn find(&mut self, stretch: &str) -> Option<usize> {
        self.readings.find(&self.wires, stretch)
    }
}

/// A piece of text on its way.
struct Piece<'t> {
    text: &'t str,
    /// So far it went on.
    shown: usize,
    /// Where the part of the stretch begins that stands in it.
    start: usize,
    /// So far it was read.
    at: usize,
}

impl<'t> Piece<'t> {
    fn stretch(&self) -> &'t str {
        self.text.get(self.start..self.at).unwrap_or_default()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }
}
