//! Which words are worth a look, told from their first letter and their length.

use crate::{edit::PLACEHOLDER, fold};

/// A set of words, seen from afar: it lets in every word of the set and few others.
pub(crate) struct Gate {
    /// By the first letter, if that is ASCII: a bit for each length in bytes. The last bit stands
    /// for all lengths that have none of their own.
    lengths: [u64; 128],
    /// The other first letters, sorted.
    letters: Vec<char>,
    /// The bytes that a word worth a look begins with, or that are odd or a bracket.
    stops: [bool; 256],
}

impl Gate {
    /// Wants the words as phrases are stored, in lower case.
    pub(crate) fn new<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut lengths = [0; 128];
        let mut letters = Vec::new();
        for word in words {
            let Some(first) = word.chars().next() else {
                continue;
            };
            match u8::try_from(first).map(|byte| lengths.get_mut(usize::from(byte))) {
                Ok(Some(lengths)) => *lengths |= bit(word.len()),
                _ => letters.push(first),
            }
        }
        letters.sort_unstable();
        letters.dedup();
        Self {
            stops: stops(&lengths),
            lengths,
            letters,
        }
    }

    /// Every word there is.
    #[cfg(test)]
    pub(crate) fn open() -> Self {
        Self {
            lengths: [u64::MAX; 128],
            stops: [true; 256],
            letters: ('\u{80}'..=char::MAX).collect(),
        }
    }

    /// Where the first word at or after `from` starts that may be of the set, or may look like
    /// one; `from` lies outside of words. Words that only ASCII blanks set apart are skipped if
    /// the set lacks them, placeholders always.
    pub(crate) fn next(&self, text: &str, from: usize) -> Option<usize> {
        let bytes = text.as_bytes();
        let mut at = from;
        loop {
            at = self.stop(bytes, at)?;
            at += run(bytes, at, |class| class == Class::Blank);
            let len = run(bytes, at, |class| class == Class::Letter);
            match bytes.get(at + len).map(|byte| Class::of(*byte)) {
                Some(Class::Odd) => return Some(at),
                Some(Class::Bracket) if len == 0 => {
                    let rest = bytes.get(at..).unwrap_or_default();
                    let is_placeholder = rest.starts_with(PLACEHOLDER.as_bytes());
                    at += if is_placeholder { PLACEHOLDER.len() } else { 1 };
                    continue;
                }
                _ => {}
            }
            let first = bytes.get(at)?;
            if self.of_ascii(first.to_ascii_lowercase(), len) {
                return Some(at);
            }
            at += len;
        }
    }

    /// The start of the first word at or after `at`, or the blank, that the next stop is in; `at`
    /// lies outside of words.
    fn stop(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let mut at = from;
        let is_letter = |byte: &u8| Class::of(*byte) == Class::Letter;
        loop {
            let rest = bytes.get(at..)?;
            let is_stop = |byte: &u8| self.stops.get(usize::from(*byte)) == Some(&true);
            let stop = rest.iter().position(is_stop)?;
            let (before, rest) = rest.split_at_checked(stop)?;
            let is_inside = before.last().is_some_and(is_letter);
            if is_inside && rest.first().is_some_and(is_letter) {
                // The word begins with another letter; what is odd in it calls for a look.
                at += stop + run(bytes, at + stop, |class| class == Class::Letter);
                let odd = bytes
                    .get(at)
                    .is_some_and(|byte| Class::of(*byte) == Class::Odd);
                if !odd {
                    continue;
                }
            } else {
                at += stop;
            }
            let before = bytes.get(from..at)?.iter().rev();
            return Some(at - before.take_while(|byte| is_letter(byte)).count());
        }
    }

    /// Whether the word, in any case and in letters of any alphabet, may be of the set.
    pub(crate) fn admits(&self, word: &str) -> bool {
        let Some(first) = word.chars().next() else {
            return false;
        };
        if word.is_ascii() {
            let first = u8::try_from(first).unwrap_or_default();
            return self.of_ascii(first.to_ascii_lowercase(), word.len());
        }
        fold::first(first).any(|first| self.of_letter(first))
    }

    fn of_ascii(&self, first: u8, len: usize) -> bool {
        let lengths = self.lengths.get(usize::from(first)).copied();
        lengths.unwrap_or_default() & bit(len) != 0
    }

    fn of_letter(&self, first: char) -> bool {
        match self.lengths.get(first as usize) {
            Some(lengths) => *lengths != 0,
            None => self.letters.binary_search(&first).is_ok(),
        }
    }
}

fn stops(lengths: &[u64; 128]) -> [bool; 256] {
    let mut stops = [false; 256];
    for (stop, byte) in stops.iter_mut().zip(0_u8..=u8::MAX) {
        let first = usize::from(byte.to_ascii_lowercase());
        *stop = match Class::of(byte) {
            Class::Odd | Class::Bracket => true,
            Class::Letter => lengths.get(first).is_some_and(|lengths| *lengths != 0),
            Class::Blank => false,
        };
    }
    stops
}

fn bit(len: usize) -> u64 {
    1 << len.min(63)
}

/// How many bytes from `at` on are of a class.
fn run(bytes: &[u8], at: usize, is: impl Fn(Class) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let end = rest.iter().position(|byte| !is(Class::of(*byte)));
    end.unwrap_or(rest.len())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Blank,
    /// A blank that may begin a placeholder.
    Bracket,
    /// What only a closer look can tell: a seam, or part of a character beyond ASCII.
    Odd,
}

impl Class {
    fn of(byte: u8) -> Self {
        CLASSES.get(usize::from(byte)).copied().unwrap_or(Self::Odd)
    }
}

/// As [`fold::signs`] has it for ASCII.
static CLASSES: [Class; 256] = {
    let mut classes = [Class::Odd; 256];
    let mut byte = 0;
    while byte < 128 {
        #[allow(clippy::indexing_slicing, reason = "in a constant")]
        {
            classes[byte] = match byte as u8 {
                b'[' => Class::Bracket,
                c if c.is_ascii_alphanumeric() => Class::Letter,
                b'\t'..=b'\r' => Class::Blank,
                c if c.is_ascii_control() => Class::Odd,
                _ => Class::Blank,
            };
        }
        byte += 1;
    }
    classes
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::{Sign, signs};

    #[test]
    fn classes_are_those_of_the_signs() {
        for byte in 0..=u8::MAX {
            let mut sign = None;
            if byte.is_ascii() {
                signs(char::from(byte), |s| sign = Some(s));
            }
            let fits = match Class::of(byte) {
                Class::Letter => matches!(sign, Some(Sign::Letter(_))),
                Class::Blank | Class::Bracket => sign == Some(Sign::Blank),
                Class::Odd => matches!(sign, None | Some(Sign::Seam)),
            };
            assert!(fits, "{byte}");
        }
    }

    #[test]
    fn only_words_of_the_set_and_odd_ones_are_looked_at() {
        let gate = Gate::new(["you", "override"]);
        let text = "The [FILTERED] year, You a\u{301} [y] x\u{0} OVERRIDE yes";
        let mut seen = Vec::new();
        let mut at = 0;
        while let Some(start) = gate.next(text, at) {
            let rest = text.get(start..).unwrap_or_default();
            let word = rest.split(' ').next().unwrap_or_default();
            seen.push(word);
            at = start + word.len();
        }
        assert_eq!(seen, ["You", "a\u{301}", "x\u{0}", "OVERRIDE", "yes"]);
        assert!(gate.admits("уou") && gate.admits("YOU"));
        assert!(!gate.admits("youth") && !gate.admits("мир"));
    }
}
