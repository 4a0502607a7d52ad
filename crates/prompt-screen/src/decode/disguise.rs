//! Words that are disguised where they stand: letters spaced out, signs inside, digits for letters.

mod leet;
mod spaced;

use std::ops::Range;

use crate::{
    fold::{self, Sign},
    gap::Seen,
    key::Hash,
    read::{Gap, ROW, Word},
};

/// The fewest letters of a word that signs are inside of, or that is spaced out.
const FEWEST: usize = ROW;
/// Pieces of the longest word that signs are looked for in.
const PIECES: usize = 6;
/// Letters of the longest word that digits are looked for in.
const LONGEST: usize = 32;

/// Fills `out` with the words as they are meant and returns how many were disguised. Without any,
/// `out` is of no use.
pub(crate) fn see_through(
    text: &str,
    words: &[Word],
    seen: &Seen,
    knows: &dyn Fn(u64) -> bool,
    out: &mut Vec<Word>,
) -> u32 {
    if !(seen.spaced || seen.mixed || seen.signed || seen.glued) {
        return 0;
    }
    let mut eye = Eye {
        text,
        words,
        knows,
        out,
        found: 0,
        leet: 0,
        has_leet: seen.mixed || seen.signed,
        tried: 0,
        guess: false,
    };
    eye.look(seen);
    if eye.leet >= 2 {
        // A text that is written so: then the words that nobody knows are too.
        eye.guess = true;
        eye.look(seen);
    }
    eye.found
}

struct Eye<'e> {
    text: &'e str,
    words: &'e [Word],
    knows: &'e dyn Fn(u64) -> bool,
    out: &'e mut Vec<Word>,
    found: u32,
    /// Words with digits for letters.
    leet: u32,
    /// Whether digits or signs may stand for letters at all.
    has_leet: bool,
    /// Words before this one were looked at together.
    tried: usize,
    /// Whether digits count as letters in words that are not known.
    guess: bool,
}

impl Eye<'_> {
    fn look(&mut self, seen: &Seen) {
        self.out.clear();
        self.found = 0;
        self.leet = 0;
        self.tried = 0;
        let mut at = 0;
        let mut was_apart = true;
        while at < self.words.len() {
            // Most words stand between single blanks, and have nothing to hide.
            let is_apart = self.is_apart(at);
            let is_sure = was_apart && is_apart && !seen.spaced && !self.is_mixed(at, seen);
            was_apart = is_apart;
            if is_sure || self.is_plain(at, seen) {
                self.keep(at);
                at += 1;
                continue;
            }
            let mut n = 0;
            if seen.spaced {
                n = self.spaced(at);
            }
            if n == 0 {
                n = self.token(at);
            }
            if n == 0 {
                self.keep(at);
                n = 1;
            }
            was_apart &= n == 1;
            at += n;
        }
    }

    /// Whether a single blank parts the word from the next.
    fn is_apart(&self, at: usize) -> bool {
        let Some([one, two]) = self.words.get(at..at + 2) else {
            return false;
        };
        let end = one.span.end;
        two.span.start == end + 1 && self.text.as_bytes().get(end) == Some(&b' ')
    }

    fn is_mixed(&self, at: usize, seen: &Seen) -> bool {
        let word = self.words.get(at).filter(|_| seen.mixed);
        word.is_some_and(|word| {
            let bytes = self.text.as_bytes().get(word.span.clone());
            bytes.unwrap_or_default().iter().any(u8::is_ascii_digit)
        })
    }

    fn is_plain(&self, at: usize, seen: &Seen) -> bool {
        let Some(word) = self.words.get(at) else {
            return true;
        };
        let Range { start, end } = word.span;
        let is_long = !seen.spaced || end - start > 4;
        let is_apart = self.is_clear(end, usize::checked_add)
            && (!self.has_leet || self.is_clear(start, |at, n| at.checked_sub(n + 1)));
        is_long && is_apart && !self.is_mixed(at, seen)
    }

    /// Whether a blank is next, or one behind an ordinary stop, bracket or quotation mark. `step`
    /// says where the bytes next to `at` are, on one of its sides.
    fn is_clear(&self, at: usize, step: impl Fn(usize, usize) -> Option<usize>) -> bool {
        let byte = |n| step(at, n).and_then(|at| self.text.as_bytes().get(at));
        let is_blank = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
        match byte(0) {
            Some(b'.' | b',' | b';' | b':' | b'?' | b'"' | b'(' | b')') => is_blank(byte(1)),
            next => is_blank(next),
        }
    }

    /// A word as it is. As long as none is disguised they are not written down.
    fn keep(&mut self, at: usize) {
        if !self.out.is_empty() {
            self.out.extend(self.words.get(at).cloned());
        }
    }

    /// What stands between the word at `at` and the next.
    fn between(&self, at: usize) -> Option<&str> {
        let start = self.words.get(at)?.span.end;
        self.text.get(start..self.words.get(at + 1)?.span.start)
    }

    fn gap(&self, at: usize) -> Option<Gap> {
        self.words.get(at).map(|word| word.gap)
    }

    /// Puts one word in the place of several.
    fn join(&mut self, words: Range<usize>, key: u64) {
        if self.out.is_empty() {
            let before = self.words.get(..words.start).unwrap_or_default();
            self.out.extend_from_slice(before);
        }
        let words = self.words.get(words).unwrap_or_default();
        if let (Some(first), Some(last)) = (words.first(), words.last()) {
            self.out.push(Word {
                key,
                span: first.span.start..last.span.end,
                gap: first.gap,
            });
        }
    }

    /// Reads words without white space between them from word `from` on; returns how many were
    /// one in disguise.
    fn token(&mut self, from: usize) -> usize {
        let word = self.words.get(from).map(|word| word.span.clone());
        if word.is_none_or(|word| is_code(self.text.as_bytes().get(word).unwrap_or_default())) {
            return 0;
        }
        let mut n = 1;
        while n < PIECES && self.is_glued(from + n - 1) {
            n += 1;
        }
        let leet = if self.has_leet {
            self.leet(from, n)
        } else {
            None
        };
        if let Some((n, key)) = leet {
            self.leet += 1;
            self.found += 1;
            self.join(from..from + n, key);
            return n;
        }
        if let Some((n, key)) = self.pierced(from, n) {
            self.found += 1;
            self.join(from..from + n, key);
            return n;
        }
        0
    }

    /// Whether the words at `at` and behind may be one. `don't` and `user's` are not.
    fn is_glued(&self, at: usize) -> bool {
        let Some(between) = self.between(at) else {
            return false;
        };
        let is_apostrophe = matches!(between, "'" | "’");
        let is_short = self
            .words
            .get(at + 1)
            .is_some_and(|word| word.span.len() <= 2);
        is_glue(between) && !(is_apostrophe && is_short)
    }

    /// The longest known word of the pieces from `from` on.
    fn pierced(&self, from: usize, n: usize) -> Option<(usize, u64)> {
        let mut hash = Hash::default();
        let mut count = 0;
        let mut found = None;
        for (i, word) in self.words.iter().skip(from).take(n).enumerate() {
            let before = count;
            each_letter(self.text.get(word.span.clone())?, |letter| {
                hash.push(letter);
                count += 1;
            });
            // A character that is a word of its own is no piece of another.
            if count == before || count > LONGEST {
                break;
            }
            if i > 0 && count >= FEWEST && (self.knows)(hash.key()) {
                found = Some((i + 1, hash.key()));
            }
        }
        found
    }
}

/// More than one capital behind a small letter, or more letters than words have.
fn is_code(word: &[u8]) -> bool {
    let turns = word.windows(2).filter(|two| match two {
        [before, after] => before.is_ascii_lowercase() && after.is_ascii_uppercase(),
        _ => false,
    });
    word.len() > LONGEST || turns.count() > 1
}

/// Whether what stands between two words may stand inside one: signs, or the end of a line that
/// a hyphen breaks a word at.
fn is_glue(between: &str) -> bool {
    let signs = between.trim_end_matches(['\n', '\r']);
    if signs.len() < between.len() {
        return signs == "-";
    }
    signs.len() <= 8 && !signs.contains(char::is_whitespace)
}

fn each_letter(word: &str, mut take: impl FnMut(char)) {
    for c in word.chars() {
        fold::letters(fold::tagged(c).unwrap_or(c), |sign| {
            if let Sign::Letter(c) = sign {
                take(c);
            }
        });
    }
}
