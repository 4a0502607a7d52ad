//! Words with digits and signs for letters.

use super::{Eye, LONGEST};
use crate::{
    fold::{self, Sign},
    key::Hash,
};

/// Signs of one word that can stand for either of two letters, and are tried both ways.
const DOUBTS: usize = 3;

impl Eye<'_> {
    /// The word that pieces from `from` on make with digits for letters: `n` of them, else one.
    pub(super) fn leet(&mut self, from: usize, n: usize) -> Option<(usize, u64)> {
        let tried = from < self.tried;
        self.tried = self.tried.max(from + n);
        if !self.has_signs(from, n)? {
            return None;
        }
        let whole = if tried { None } else { self.leet_of(from, n) };
        match whole {
            Some(key) => Some((n, key)),
            None => Some((1, self.leet_of(from, 1)?)),
        }
    }

    /// Whether a digit or a sign for a letter is in the words or next to them.
    fn has_signs(&self, from: usize, n: usize) -> Option<bool> {
        let first = &self.words.get(from)?.span;
        let last = self.words.get(from + n - 1)?.span.end;
        // More than this is no word, apart from the first.
        let end = match last - first.start > LONGEST {
            true => first.end,
            false => last,
        };
        let start = first.start.saturating_sub(1);
        let end = self.text.len().min(end + 1);
        let bytes = self.text.as_bytes().get(start..end)?;
        Some(bytes.iter().any(|byte| is_sign(*byte)))
    }

    fn leet_of(&self, from: usize, n: usize) -> Option<u64> {
        let start = self.words.get(from)?.span.start;
        let end = self.words.get(from + n - 1)?.span.end;
        if end - start > LONGEST {
            return None;
        }
        // A sign in front or behind may be a letter, or it may not.
        let before = self.text.get(..start)?.ends_with(SIGNS);
        let after = self.text.get(end..)?.starts_with(SIGNS);
        let of = |left: bool, right: bool, guess: bool| {
            let span = start - usize::from(left)..end + usize::from(right);
            self.meant(self.text.get(span)?, guess)
        };
        let ways = [(true, false), (false, true), (true, true)];
        let ways = ways
            .into_iter()
            .filter(|(left, right)| before >= *left && after >= *right);
        [(false, false)]
            .into_iter()
            .chain(ways)
            .find_map(|(left, right)| of(left, right, false))
            .or_else(|| of(before, false, true).filter(|_| self.guess))
    }

    /// The key of the word that is written with digits and signs for letters.
    fn meant(&self, written: &str, guess: bool) -> Option<u64> {
        if !is_mixed(written.as_bytes()) || is_ordinal(written) {
            return None;
        }
        let mut letters = Letters::default();
        for c in written.chars() {
            match stands_for(c) {
                Some((one, other)) => letters.put(one, other),
                None => fold::letters(c, |sign| {
                    if let Sign::Letter(c) = sign {
                        letters.put(c, c);
                    }
                }),
            }
        }
        let known = || letters.keys().find(|key| (self.knows)(*key));
        let known = if letters.count > 2 { known() } else { None };
        known.or_else(|| letters.keys().next().filter(|_| guess))
    }
}

/// The letters of a word of which some may be another one.
#[derive(Default)]
struct Letters {
    count: usize,
    /// Those in front of the first doubt.
    sure: Hash,
    /// The others, and which bit of a choice says that it is the second.
    rest: Vec<(char, char, u32)>,
    doubts: usize,
}

impl Letters {
    fn put(&mut self, one: char, other: char) {
        self.count += 1;
        let is_doubt = one != other && self.doubts < DOUBTS;
        if self.doubts == 0 && !is_doubt {
            return self.sure.push(one);
        }
        let bit = u32::from(is_doubt) << self.doubts;
        self.doubts += usize::from(is_doubt);
        self.rest.push((one, other, bit));
    }

    /// The keys of all words it can be.
    fn keys(&self) -> impl Iterator<Item = u64> {
        (0..1_u32 << self.doubts).map(|choice| {
            let mut hash = self.sure;
            for (one, other, bit) in &self.rest {
                hash.push(if choice & bit == 0 { *one } else { *other });
            }
            hash.key()
        })
    }
}

const SIGNS: [char; 5] = ['@', '$', '!', '|', '+'];

/// The letters that a digit or sign is used for.
fn stands_for(c: char) -> Option<(char, char)> {
    Some(match c {
        '0' => ('o', 'o'),
        '1' | '!' | '|' => ('i', 'l'),
        '2' => ('z', 'z'),
        '3' => ('e', 'e'),
        '4' | '@' => ('a', 'a'),
        '5' | '$' => ('s', 's'),
        '6' => ('g', 'b'),
        '7' | '+' => ('t', 't'),
        '8' => ('b', 'b'),
        '9' => ('g', 'q'),
        _ => return None,
    })
}

/// Whether there are both letters and what may stand for one.
fn is_mixed(written: &[u8]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || !byte.is_ascii();
    written.iter().any(|byte| is_sign(*byte)) && written.iter().any(is_letter)
}

fn is_sign(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'@' | b'$' | b'!' | b'|' | b'+')
}

/// `1st`, `22nd`, `1980s`.
fn is_ordinal(written: &str) -> bool {
    let ending = written.trim_start_matches(|c: char| c.is_ascii_digit());
    ["st", "nd", "rd", "th", "s"].contains(&ending)
}
