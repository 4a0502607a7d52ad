//! Texts of which every letter is another: ROT13, the alphabet backwards, the text backwards.

use std::ops::Range;

use super::{
    Kind,
    common::{Sense, atbash, rot13},
    map::Decoded,
};
use crate::read::Word;

/// The parts of a text that are enciphered, deciphered: whole lines.
pub(crate) fn decipher(text: &str, senses: &[(Sense, &Word)]) -> Vec<(Kind, Decoded)> {
    let mut found: Vec<Found> = Vec::new();
    for (sense, word) in senses {
        let Sense::Enciphered(kind) = *sense else {
            continue;
        };
        let known = found.iter_mut().find(|found| found.kind == kind);
        match known {
            Some(found) => found.add(word),
            None => found.push(Found::new(kind, word)),
        }
    }
    found
        .iter()
        .filter(|found| found.is_enough)
        .flat_map(|found| found.decipher(text))
        .collect()
}

/// Words of one cipher.
struct Found {
    kind: Kind,
    first: u64,
    /// Two different words have come to light. Of ordinary text one may by chance.
    is_enough: bool,
    span: Range<usize>,
}

impl Found {
    fn new(kind: Kind, word: &Word) -> Self {
        Self {
            kind,
            first: word.key,
            is_enough: false,
            span: word.span.clone(),
        }
    }

    fn add(&mut self, word: &Word) {
        self.is_enough |= word.key != self.first;
        self.span.end = word.span.end;
    }

    fn decipher(&self, text: &str) -> Vec<(Kind, Decoded)> {
        let span = lines(text, &self.span);
        match self.kind {
            Kind::Rot13 => vec![(Kind::Rot13, turned(text, span, rot13))],
            Kind::Atbash => vec![(Kind::Atbash, turned(text, span, atbash))],
            // Of the whole, or of each word.
            _ => vec![
                (Kind::Reversed, reversed(text, span.clone())),
                (Kind::ReversedWords, reversed_words(text, span)),
            ],
        }
    }
}

/// The lines that a span is in.
fn lines(text: &str, span: &Range<usize>) -> Range<usize> {
    let before = text.get(..span.start).unwrap_or_default();
    let after = text.get(span.end..).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = after.find('\n').map_or(text.len(), |at| span.end + at);
    start..end
}

fn turned(text: &str, span: Range<usize>, turn: impl Fn(char) -> char) -> Decoded {
    let mut decoded = Decoded::default();
    let part = text.get(span.clone()).unwrap_or_default();
    let turned: String = part.chars().map(turn).collect();
    // Letters of ASCII become letters of ASCII: byte for byte.
    decoded.replace(&turned, span);
    decoded
}

/// Word by word, so that each knows its place.
fn reversed(text: &str, span: Range<usize>) -> Decoded {
    let mut decoded = Decoded::default();
    let mut end = span.end;
    let part = text.get(span).unwrap_or_default();
    for (at, word) in part.rsplit(' ').enumerate() {
        if at > 0 {
            end -= 1;
            decoded.put(" ", end..end + 1);
        }
        let start = end - word.len();
        decoded.put(&word.chars().rev().collect::<String>(), start..end);
        end = start;
    }
    decoded
}

fn reversed_words(text: &str, span: Range<usize>) -> Decoded {
    let mut decoded = Decoded::default();
    let part = text.get(span.clone()).unwrap_or_default();
    let mut out = String::with_capacity(part.len());
    for word in part.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        out.extend(bare.chars().rev());
        out.push_str(word.get(bare.len()..).unwrap_or_default());
    }
    // As long as it was, and each word in its place.
    decoded.replace(&out, span);
    decoded
}
