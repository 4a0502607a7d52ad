//! The normalised view: the words of a text with the spans they came from.
//!
//! A *piece* is a run of letters that nothing interrupts. Pieces that only a seam parts (an
//! invisible character) can be read as one word or as several; both readings are kept. Pieces are
//! collected into *segments*: a word that no rule knows ends one, since no phrase can span it.

use std::ops::Range;

use crate::{
    edit::PLACEHOLDER,
    fold::{self, Sign},
};

/// Neighbouring words that rules may know.
#[derive(Default)]
pub(crate) struct Segment {
    letters: String,
    pieces: Vec<Piece>,
}

struct Piece {
    /// Where its letters are in the segment.
    letters: Range<usize>,
    count: usize,
    /// Where it is in the text.
    span: Range<usize>,
    /// Only a seam parts it from the piece before.
    joins: bool,
}

impl Segment {
    /// The number of pieces.
    pub(crate) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// The text from the start of piece `first` to the end of the piece before `end`.
    pub(crate) fn span(&self, first: usize, end: usize) -> Option<Range<usize>> {
        let last = self.pieces.get(end.checked_sub(1)?)?;
        Some(self.pieces.get(first)?.span.start..last.span.end)
    }

    /// The words that can be read from piece `first` on, the shortest first, each with the piece
    /// after it.
    pub(crate) fn words(
        &self,
        first: usize,
        longest: usize,
    ) -> impl Iterator<Item = (&str, usize)> {
        let start = self
            .pieces
            .get(first)
            .map_or(0, |piece| piece.letters.start);
        let mut count = 0;
        (first..)
            .zip(self.pieces.get(first..).unwrap_or_default())
            .take_while(move |(at, piece)| {
                count += piece.count;
                count <= longest && (*at == first || piece.joins)
            })
            .filter_map(move |(at, piece)| {
                Some((self.letters.get(start..piece.letters.end)?, at + 1))
            })
    }
}

/// Where the reader is, seen from the last letter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Between,
    InWord,
    AtSeam,
    AfterGlyph,
}

/// Reads texts and calls `search` with every segment. Words of more than `longest` letters, and
/// words that stand alone and that `knows` does not know, are left out.
pub(crate) struct Reader<K, S> {
    longest: usize,
    knows: K,
    search: S,
    state: State,
    segment: Segment,
}

impl<K: Fn(&str) -> bool, S: FnMut(&Segment)> Reader<K, S> {
    pub(crate) fn new(longest: usize, knows: K, search: S) -> Self {
        Self {
            longest,
            knows,
            search,
            state: State::Between,
            segment: Segment::default(),
        }
    }

    /// Reads one segment or one word that is in none, and says where it ended. `from` is where
    /// the last one ended or a place behind it that is in no word.
    pub(crate) fn read_from(&mut self, text: &str, from: usize) -> usize {
        let mut tagged = false;
        let mut at = from;
        while let Some(rest) = text.get(at..) {
            let Some(c) = rest.chars().next() else { break };
            if c == '[' && rest.starts_with(PLACEHOLDER) {
                at += PLACEHOLDER.len();
                break;
            }
            let span = at..at + c.len_utf8();
            at = span.end;
            let hidden = fold::tagged(c);
            if hidden.is_some() != tagged {
                tagged = !tagged;
                self.seam();
            }
            fold::signs(hidden.unwrap_or(c), |sign| self.read(sign, &span));
            if self.segment.pieces.is_empty() {
                return at;
            }
        }
        self.end_segment();
        at
    }

    fn read(&mut self, sign: Sign, span: &Range<usize>) {
        match sign {
            Sign::Letter(c) => self.letter(c, span),
            Sign::Glyph(c) => {
                self.end_word();
                self.begin(c, span, false);
                self.state = State::AfterGlyph;
            }
            Sign::Mark => self.mark(span),
            Sign::Hidden => {}
            Sign::Seam => self.seam(),
            Sign::Blank => self.end_word(),
        }
    }

    fn letter(&mut self, c: char, span: &Range<usize>) {
        match self.state {
            State::InWord => self.append(c, span),
            State::AtSeam => self.begin(c, span, true),
            State::Between => self.begin(c, span, false),
            State::AfterGlyph => {
                self.end_word();
                self.begin(c, span, false);
            }
        }
        self.state = State::InWord;
    }

    fn begin(&mut self, c: char, span: &Range<usize>, joins: bool) {
        let at = self.segment.letters.len();
        self.segment.pieces.push(Piece {
            letters: at..at,
            count: 0,
            span: span.clone(),
            joins,
        });
        self.append(c, span);
    }

    fn append(&mut self, c: char, span: &Range<usize>) {
        let Some(piece) = self.segment.pieces.last_mut() else {
            return;
        };
        piece.span.end = span.end;
        // One letter too many is enough to know that no rule has this word.
        if piece.count > self.longest {
            return;
        }
        piece.count += 1;
        self.segment.letters.push(c);
        piece.letters.end = self.segment.letters.len();
    }

    /// A mark goes with its letter, or it would hang on the placeholder that takes its place.
    fn mark(&mut self, span: &Range<usize>) {
        if self.state == State::Between {
            return;
        }
        if let Some(piece) = self.segment.pieces.last_mut() {
            piece.span.end = span.end;
        }
    }

    fn seam(&mut self) {
        if self.state == State::InWord {
            self.state = State::AtSeam;
        }
    }

    fn end_word(&mut self) {
        if self.state == State::Between {
            return;
        }
        self.state = State::Between;
        let Some(last) = self.segment.pieces.last() else {
            return;
        };
        if last.joins {
            return;
        }
        let word = self
            .segment
            .letters
            .get(last.letters.clone())
            .unwrap_or_default();
        if last.count > self.longest || !(self.knows)(word) {
            self.segment.pieces.pop();
            self.end_segment();
        }
    }

    fn end_segment(&mut self) {
        self.end_word();
        if !self.segment.pieces.is_empty() {
            (self.search)(&self.segment);
        }
        self.segment.pieces.clear();
        self.segment.letters.clear();
    }
}
