//! Words before a value that say what it is: of a number, say, that it is one to call.
//!
//! A shape that other things have too is a value only behind such a word, on the same line. One
//! pass over the line tells for all classes of words at once which of them stand there.

mod births;
mod firsts;
mod words;

use std::ops::BitOr;
use std::sync::LazyLock;

pub(crate) use self::births::Births;
use self::firsts::Firsts;
use self::words::WORDS;
use crate::block::{self, BLOCK, bits};
use crate::left::is_word;

/// A set of classes of words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context(u32);

impl Context {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(u32::MAX);
    /// A number to call.
    pub(crate) const CALL: Self = Self(1);
    /// A number of social insurance.
    pub(crate) const SSN: Self = Self(1 << 1);
    /// A number of a person, or of a card that shows who one is.
    pub(crate) const ID: Self = Self(1 << 2);
    /// A number of a taxpayer.
    pub(crate) const TAX: Self = Self(1 << 3);
    /// A number of a company.
    pub(crate) const COMPANY: Self = Self(1 << 4);
    /// A number of a passport.
    pub(crate) const PASSPORT: Self = Self(1 << 5);
    /// A number of a permission to drive.
    pub(crate) const LICENSE: Self = Self(1 << 6);
    /// A number of a bank account.
    pub(crate) const ACCOUNT: Self = Self(1 << 7);
    /// A number of a bank.
    pub(crate) const ROUTING: Self = Self(1 << 8);
    /// A number of a patient or of who treats one.
    pub(crate) const HEALTH: Self = Self(1 << 9);
    /// A date of birth, in forms and records.
    pub(crate) const BIRTH: Self = Self(1 << 10);
    /// The same in tales, which tell of well-known people as well.
    pub(crate) const BORN: Self = Self(1 << 14);
    /// Something that opens a door: a key, a password.
    pub(crate) const SECRET: Self = Self(1 << 11);
    /// A mark of a car.
    pub(crate) const VEHICLE: Self = Self(1 << 12);
    /// A number of a telephone as a thing.
    pub(crate) const DEVICE: Self = Self(1 << 13);

    /// Both sets.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a class of `any` is in the set.
    pub(crate) const fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }
}

impl BitOr for Context {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.or(other)
    }
}

/// The classes of the words in a line, folded to ASCII, without those in brackets, which is how
/// placeholders are written.
pub(crate) fn find(line: &[u8]) -> Context {
    each_word(line, |at, end, is_bracketed| {
        let closes = matches!(line.get(end), Some(b']' | b'>'));
        if is_bracketed || closes {
            return Context::NONE;
        }
        classes(line.get(at..).unwrap_or_default())
    })
}

/// The classes of all words: more than [`find`] says of this line, or of its end.
pub(crate) fn find_all(line: &[u8]) -> Context {
    let mut found = Context::NONE;
    for (block, at) in line.chunks(BLOCK).zip((0..).step_by(BLOCK)) {
        let words = bits(&block::first(block), |b| u8::from(b.is_ascii_alphabetic()));
        // A word that goes on from the block before counts as one, too.
        let mut begins = words & !(words << 1);
        while begins != 0 {
            let n = at + begins.trailing_zeros() as usize;
            begins &= begins - 1;
            found = found | classes(line.get(n..).unwrap_or_default());
        }
    }
    found
}

/// What `of` says of the words in a line, by where they begin and end and whether a bracket opens
/// right before.
fn each_word(line: &[u8], of: impl Fn(usize, usize, bool) -> Context) -> Context {
    let mut found = Context::NONE;
    let (mut at, mut is_bracketed) = (0, false);
    while let Some(byte) = line.get(at) {
        if is_word(*byte) {
            let rest = line.get(at..).unwrap_or_default();
            let end = at + rest.iter().take_while(|b| is_word(**b)).count();
            found = found | of(at, end, is_bracketed);
            at = end;
        } else {
            is_bracketed = matches!(byte, b'[' | b'<') || is_bracketed && *byte == b'_';
            at += 1;
        }
    }
    found
}

/// A word or some words, and the classes that they belong to.
struct Entry {
    words: &'static [u8],
    /// Their third letter, if it is one.
    third: Option<u8>,
    /// Any ending will do.
    is_open: bool,
    context: Context,
}

/// All words in the order of their first two letters, and where those of each two begin.
struct Index {
    entries: Vec<Entry>,
    starts: Vec<usize>,
}

const LETTERS: usize = 26;

/// What all of them begin with.
static FIRSTS: Firsts = Firsts::of(&words::LISTS);

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let words = WORDS
        .iter()
        .flat_map(|(context, words)| words.iter().map(|word| (*context, *word)));
    let mut entries: Vec<_> = words
        .map(|(context, word)| Entry {
            words: word.trim_end_matches('*').as_bytes(),
            third: word
                .as_bytes()
                .get(2)
                .copied()
                .filter(u8::is_ascii_lowercase),
            is_open: word.ends_with('*'),
            context,
        })
        .collect();
    let place = |entry: &Entry| pair(entry.words).expect("a word begins with two letters");
    entries.sort_by_key(place);
    let starts = (0..=LETTERS * LETTERS)
        .map(|pair| entries.partition_point(|entry| place(entry) < pair))
        .collect();
    Index { entries, starts }
});

/// The first two letters of a text as a number.
fn pair(text: &[u8]) -> Option<usize> {
    let [first, second, ..] = text else {
        return None;
    };
    let letter = |byte: &u8| usize::from(byte.wrapping_sub(b'a'));
    let (first, second) = (letter(first), letter(second));
    (first < LETTERS && second < LETTERS).then_some(first * LETTERS + second)
}

/// The classes of the words that a text begins with.
fn classes(text: &[u8]) -> Context {
    if !FIRSTS.begin(text) {
        return Context::NONE;
    }
    let range = pair(text).and_then(|pair| match INDEX.starts.get(pair..pair + 2) {
        Some([from, to]) => INDEX.entries.get(*from..*to),
        _ => None,
    });
    let entries = range.unwrap_or_default().iter();
    // Most of them have another third letter.
    let third = text.get(2).copied();
    let here = entries
        .filter(|entry| (entry.third.is_none() || entry.third == third) && entry.begins(text));
    here.fold(Context::NONE, |found, entry| found | entry.context)
}

impl Entry {
    /// Whether a text begins with these words.
    fn begins(&self, text: &[u8]) -> bool {
        let mut rest = text;
        for byte in self.words {
            rest = match (byte, rest) {
                (b' ', [mark, behind @ ..]) if !is_word(*mark) => behind,
                (b' ', _) => rest,
                (byte, [first, behind @ ..]) if byte == first => behind,
                _ => return false,
            };
        }
        let next = rest.first();
        self.is_open || next.is_none_or(|next| !is_word(*next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_found_alone() {
        for (class, words) in WORDS {
            for word in words {
                let (word, ending) = match word.strip_suffix('*') {
                    Some(word) => (word, "nummer"),
                    None => (*word, ""),
                };
                for text in [
                    format!("{word}{ending}"),
                    format!("my {word}{ending}: "),
                    format!("(\"{}{ending}\": ", word.replace(' ', "_")),
                    format!("x_{}{ending}", word.replace(' ', "")),
                ] {
                    assert!(find(text.as_bytes()).has(class), "{text}");
                }
                // The second of two words may be one of its own.
                if word.contains(' ') {
                    continue;
                }
                for text in [format!("x{word}"), format!("[{word}]"), format!("<{word}>")] {
                    assert!(!find(text.as_bytes()).has(class), "{text}");
                }
            }
        }
    }

    #[test]
    fn other_words_and_placeholders_say_nothing() {
        for text in [
            "",
            "phonetic",
            "socialite security",
            "social\u{80}\u{80}security",
            "[US_SSN_NUMBER] ",
            "<ssn> x y",
        ] {
            assert_eq!(find(text.as_bytes()), Context::NONE, "{text}");
        }
    }
}
