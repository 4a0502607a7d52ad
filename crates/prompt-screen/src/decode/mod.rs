//! Other readings of a text: what a reader sees who looks through a disguise or decodes a part.
//!
//! Each exists only if the plain reading came by something that calls for it, so that clean text
//! has none. Each tells where in the text that is screened its words come from, however deep.

mod base;
mod cipher;
mod common;
mod disguise;
mod escapes;
mod language;
mod map;
mod parts;
mod segment;
mod spelled;

use std::ops::Range;

use self::{common::Sense, map::Decoded, parts::Parts};
use crate::{
    gap::Seen,
    read::{Word, read, read_parted},
};

/// How a reading comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub(crate) enum Kind {
    /// Invisible characters read as blanks between words.
    Parted,
    /// Letters spaced out, words pierced by signs, digits and signs for letters.
    Disguised,
    /// HTML entities, percent-encoding, quoted-printable, escapes of JSON and program texts.
    Escaped,
    Hex,
    Base32,
    Base64,
    Ascii85,
    Uuencode,
    /// Characters as decimal numbers.
    Decimal,
    /// Characters as binary numbers.
    Binary,
    Morse,
    Braille,
    /// The NATO alphabet.
    Nato,
    /// Bytes as variation selectors.
    Selectors,
    /// Bits as invisible operators.
    InvisibleBits,
    Rot13,
    /// The alphabet from its end.
    Atbash,
    /// The characters from the last to the first.
    Reversed,
    /// Each word from its last letter to its first.
    ReversedWords,
}

/// One more way to read a text.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'r> {
    /// How it comes about: the last step.
    pub(crate) kind: Kind,
    /// How many texts lie one in the other above it: 0 in the text that is screened.
    #[cfg(test)]
    pub(crate) depth: u8,
    /// What is read: the text that is screened, or a decoded one.
    pub(crate) text: &'r str,
    /// Its words, with spans of `text`.
    pub(crate) words: &'r [Word],
    origin: &'r dyn Fn(Range<usize>) -> Range<usize>,
}

impl Reading<'_> {
    /// The bytes of the text that is screened which a span of `text` comes from: all of a run that
    /// was encoded, whatever part of it is meant.
    pub(crate) fn origin(&self, span: Range<usize>) -> Range<usize> {
        (self.origin)(span)
    }
}

/// How far to look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The most texts one in the other.
    pub(crate) depth: u8,
    /// The most bytes of decoded text, for each byte of the text itself. All texts together are
    /// never more, so that the time to read them grows with the length of the text alone.
    pub(crate) growth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 3,
            growth: 4,
        }
    }
}

/// What is unusual about a text, for the score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Oddities {
    /// Words of the plain reading.
    pub(crate) words: usize,
    /// Invisible characters: zero-width, bidi controls, soft hyphens, variation selectors.
    pub(crate) invisible: u32,
    /// Unicode tag characters.
    pub(crate) tags: u32,
    /// Combining marks that stand by themselves.
    pub(crate) marks: u32,
    /// Words that mix ASCII letters with Greek, Cyrillic or Armenian ones.
    pub(crate) mixed_scripts: u32,
    /// Words with letters spaced out, signs inside or digits for letters.
    pub(crate) disguised: u32,
    /// Runs that were encoded, at any depth.
    pub(crate) encoded: u32,
    /// Texts that were decoded, at any depth: all runs of a kind are one.
    pub(crate) decoded: u32,
    /// How deep the decoded parts lay.
    pub(crate) depth: u8,
}

/// Memory for [`readings`] to use again.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    words: Vec<Word>,
}

/// Visits the other readings of `text`, whose plain one is `plain`. `knows` tells the words that
/// signatures are made of: a disguise is seen through where such a word comes to light.
pub(crate) fn readings(
    text: &str,
    (plain, seen): (&[Word], &Seen),
    limits: Limits,
    knows: &dyn Fn(u64) -> bool,
    scratch: &mut Scratch,
    visit: &mut dyn FnMut(Reading<'_>),
) -> Oddities {
    let mut decoder = Decoder {
        knows,
        visit,
        depth: limits.depth,
        left: text.len().saturating_mul(limits.growth),
        words: &mut scratch.words,
        oddities: Oddities {
            words: plain.len(),
            invisible: seen.seams + seen.hidden,
            tags: seen.tags,
            marks: seen.marks,
            mixed_scripts: seen.mixed_scripts,
            ..Oddities::default()
        },
    };
    decoder.look(&Layer {
        text,
        words: plain,
        seen,
        depth: 0,
        is_deciphered: false,
        origin: &|span| span,
    });
    decoder.oddities
}

/// A text in the text: the text itself at the top, decoded ones below.
struct Layer<'l> {
    text: &'l str,
    words: &'l [Word],
    seen: &'l Seen,
    depth: u8,
    is_deciphered: bool,
    /// From a span of this text to the span of the text itself.
    origin: &'l dyn Fn(Range<usize>) -> Range<usize>,
}

struct Decoder<'d> {
    knows: &'d dyn Fn(u64) -> bool,
    visit: &'d mut dyn FnMut(Reading<'_>),
    depth: u8,
    /// Bytes that may still be decoded.
    left: usize,
    words: &'d mut Vec<Word>,
    oddities: Oddities,
}

impl Decoder<'_> {
    fn look(&mut self, layer: &Layer<'_>) {
        self.parted(layer);
        self.disguised(layer);
        if layer.depth >= self.depth {
            return;
        }
        self.escaped(layer);
        let senses = common::senses(layer.words);
        self.encoded(layer, &senses);
        if layer.is_deciphered {
            // What was plain is enciphered now.
            return;
        }
        for (kind, decoded) in cipher::decipher(layer.text, &senses) {
            self.inner(kind, layer, &decoded);
        }
    }

    fn parted(&mut self, layer: &Layer<'_>) {
        if layer.seen.seams == 0 && layer.seen.tags == 0 {
            return;
        }
        read_parted(layer.text, self.words);
        if self.words.len() != layer.words.len() {
            self.show(Kind::Parted, layer);
        }
    }

    fn disguised(&mut self, layer: &Layer<'_>) {
        let found =
            disguise::see_through(layer.text, layer.words, layer.seen, self.knows, self.words);
        if found > 0 {
            self.oddities.disguised += found;
            self.show(Kind::Disguised, layer);
        }
    }

    fn escaped(&mut self, layer: &Layer<'_>) {
        if !layer.seen.escapes() {
            return;
        }
        if let Some(decoded) = escapes::decode(layer.text) {
            self.inner(Kind::Escaped, layer, &decoded);
        }
    }

    fn encoded(&mut self, layer: &Layer<'_>, senses: &[(Sense, &Word)]) {
        let Layer {
            text, words, seen, ..
        } = *layer;
        let mut parts = Parts::default();
        if seen.longest >= base::LEAST_WORD {
            base::runs(text, words, &mut parts);
        }
        if seen.tangled {
            base::signs(text, words, &mut parts);
        }
        if seen.digits {
            if seen.longest >= spelled::LEAST_BITS {
                spelled::bits(text, words, &mut parts);
            }
            spelled::numbers(text, words, &mut parts);
        }
        if seen.dashes {
            spelled::morse(text, &mut parts);
        }
        if seen.symbols {
            spelled::symbols(text, &mut parts);
        }
        spelled::nato(text, senses, &mut parts);
        for part in parts.into_vec() {
            self.oddities.encoded += part.count;
            self.inner(part.kind, layer, &part.decoded);
        }
    }

    /// Reads a decoded text, and what is in it.
    fn inner(&mut self, kind: Kind, outer: &Layer<'_>, decoded: &Decoded) {
        let text = decoded.text.as_str();
        let Some(left) = self.left.checked_sub(text.len()) else {
            return;
        };
        self.left = left;
        let mut words = Vec::new();
        let seen = read(text, &mut words);
        if words.is_empty() {
            return;
        }
        let layer = Layer {
            text,
            words: &words,
            seen: &seen,
            depth: outer.depth + 1,
            is_deciphered: kind >= Kind::Rot13,
            origin: &|span| (outer.origin)(decoded.source(span)),
        };
        self.oddities.decoded += 1;
        self.oddities.depth = self.oddities.depth.max(layer.depth);
        self.words.clone_from(&words);
        self.show(kind, &layer);
        self.look(&layer);
    }

    /// Visits `self.words`, which are words of the layer's text.
    fn show(&mut self, kind: Kind, layer: &Layer<'_>) {
        (self.visit)(Reading {
            kind,
            #[cfg(test)]
            depth: layer.depth,
            text: layer.text,
            words: self.words,
            origin: layer.origin,
        });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]
mod tests;
