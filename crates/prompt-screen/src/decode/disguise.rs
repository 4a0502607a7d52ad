//! Words that are disguised where they stand: letters spaced out, signs inside, digits for letters.

use std::{iter, ops::Range};

use super::segment::segment;
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
/// Signs of one word that can stand for either of two letters, and are tried both ways.
const DOUBTS: usize = 3;

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

    fn letter(&self, at: usize) -> Option<char> {
        let word = self.words.get(at)?;
        let bytes = self.text.as_bytes().get(word.span.clone())?;
        if bytes.iter().all(u8::is_ascii_alphanumeric) {
            let [only] = <[u8; 1]>::try_from(bytes).ok()?;
            return Some(char::from(only.to_ascii_lowercase()));
        }
        let mut first = None;
        let mut count = 0;
        each_letter(self.text.get(word.span.clone())?, |letter| {
            first = Some(letter);
            count += 1;
        });
        first.filter(|_| count == 1)
    }

    /// Reads letters that stand alone from word `from` on; returns how many there are.
    fn spaced(&mut self, from: usize) -> usize {
        let is_short = |at: usize| self.words.get(at).is_some_and(|word| word.span.len() <= 4);
        if !is_short(from) || !is_short(from + 1) {
            return 0;
        }
        let mut run: Vec<char> = self.letter(from).into_iter().collect();
        if run.is_empty() {
            return 0;
        }
        let mut least = usize::MAX;
        while let Some(between) = self.between(from + run.len() - 1) {
            let next = from + run.len();
            let apart = between.len() > 6 || self.gap(next) == Some(Gap::Paragraph);
            let Some(letter) = self.letter(next).filter(|_| !apart) else {
                break;
            };
            least = least.min(between.len());
            run.push(letter);
        }
        let alphabetic = run.iter().filter(|letter| letter.is_alphabetic()).count();
        if run.len() < FEWEST || 2 * alphabetic <= run.len() {
            return 0;
        }
        let is_wide = |at: &usize| {
            let between = self.between(from + at - 1);
            between.is_some_and(|between| between.len() > least || between.contains('\n'))
        };
        let mut bounds: Vec<usize> = (1..run.len()).filter(is_wide).collect();
        let has_bounds = !bounds.is_empty();
        bounds.push(run.len());
        let starts = iter::once(0).chain(bounds.iter().copied());
        if !starts.zip(&bounds).any(|(start, end)| end - start > 2) {
            // Abbreviations rather than a word.
            return 0;
        }
        let mut start = 0;
        for end in bounds {
            self.spaced_word(
                from,
                start,
                run.get(start..end).unwrap_or_default(),
                has_bounds,
            );
            start = end;
        }
        run.len()
    }

    fn gap(&self, at: usize) -> Option<Gap> {
        self.words.get(at).map(|word| word.gap)
    }

    fn spaced_word(&mut self, from: usize, start: usize, letters: &[char], is_whole: bool) {
        let whole = hash(letters);
        if is_whole || (self.knows)(whole) {
            self.found += u32::from(letters.len() > 1);
            return self.join(from + start..from + start + letters.len(), whole);
        }
        for part in segment(letters, self.knows) {
            let key = hash(letters.get(part.clone()).unwrap_or_default());
            self.found += u32::from(part.len() > 1);
            self.join(from + start + part.start..from + start + part.end, key);
        }
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

    /// The word that pieces from `from` on make with digits for letters: `n` of them, else one.
    fn leet(&mut self, from: usize, n: usize) -> Option<(usize, u64)> {
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
        let mut letters = Vec::with_capacity(LONGEST);
        for c in written.chars() {
            match stands_for(c) {
                Some(pair) => letters.push(pair),
                None => fold::letters(c, |sign| {
                    if let Sign::Letter(c) = sign {
                        letters.push((c, c));
                    }
                }),
            }
        }
        let doubts: Vec<usize> = (0..letters.len())
            .filter(|at| letters.get(*at).is_some_and(|(one, other)| one != other))
            .take(DOUBTS)
            .collect();
        let keys = (0..1_u32 << doubts.len()).map(|choice| {
            let mut hash = Hash::default();
            for (at, (one, other)) in letters.iter().enumerate() {
                let doubt = doubts.iter().position(|doubt| *doubt == at);
                let second = doubt.is_some_and(|doubt| choice >> doubt & 1 == 1);
                hash.push(if second { *other } else { *one });
            }
            hash.key()
        });
        let known = keys
            .clone()
            .find(|key| letters.len() > 2 && (self.knows)(*key));
        let mut keys = keys;
        known.or_else(|| keys.next().filter(|_| guess))
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

/// More than one capital behind a small letter, or more letters than words have.
fn is_code(word: &[u8]) -> bool {
    let turns = word.windows(2).filter(|two| match two {
        [before, after] => before.is_ascii_lowercase() && after.is_ascii_uppercase(),
        _ => false,
    });
    word.len() > LONGEST || turns.count() > 1
}

/// `1st`, `22nd`, `1980s`.
fn is_ordinal(written: &str) -> bool {
    let ending = written.trim_start_matches(|c: char| c.is_ascii_digit());
    ["st", "nd", "rd", "th", "s"].contains(&ending)
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

fn hash(letters: &[char]) -> u64 {
    let mut hash = Hash::default();
    for letter in letters {
        hash.push(*letter);
    }
    hash.key()
}
