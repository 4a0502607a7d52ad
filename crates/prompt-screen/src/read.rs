//! Reading: a text as the words a reader of prompts would see, each with the bytes it came from.
//!
//! Everything behind it (signatures, model) sees words, never text: a word is its key, a hash of
//! its folded letters, so that each letter is looked at once, whoever asks for the word.
//!
//! What an ASCII character is follows from its byte, so plain text is read 64 bytes at a time.
//! Only words next to anything else are read by character.

use std::ops::Range;

#[allow(unused_imports, reason = "what words are looked up by")]
pub(crate) use crate::key::key;
use crate::{
    class::{self, Classes},
    fold::{self, Sign},
    gap::{Seen, gap_of},
    key::{Hash, key_of_ascii},
};

/// One word of a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// The hash of its folded letters, see [`key`].
    pub(crate) key: u64,
    /// Its bytes in the text.
    pub(crate) span: Range<usize>,
    /// What stands between it and the word before it.
    pub(crate) gap: Gap,
}

/// What stands in front of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gap {
    /// Blanks and punctuation within a sentence.
    Blank,
    /// The end of a sentence: `.`, `!`, `?`, `:`, `;` and their full-width forms.
    Sentence,
    /// The end of a line.
    Line,
    /// An empty line, or the start of the text.
    Paragraph,
}

/// Fills `words` with the words of `text`, and says what else it came by. Linear; allocates only
/// to grow `words`.
pub(crate) fn read(text: &str, words: &mut Vec<Word>) -> Seen {
    read_with(text, words, false)
}

/// As [`read`], with invisible characters between words where `read` has them inside.
pub(crate) fn read_parted(text: &str, words: &mut Vec<Word>) {
    read_with(text, words, true);
}

fn read_with(text: &str, words: &mut Vec<Word>, parted: bool) -> Seen {
    words.clear();
    let mut reader = Reader {
        parted,
        alone: false,
        text,
        words,
        gap: Gap::Paragraph,
        seen: Seen::default(),
    };
    let mut at = 0;
    while at < text.len() {
        at = reader.plain(at);
        at = reader.odd(at);
    }
    let mut seen = reader.seen;
    let bytes: &[u8] = if seen.odd { text.as_bytes() } else { &[] };
    seen.spaced = seen.spaced && has_row(bytes, words);
    seen
}

/// Whether enough words in a row may have one letter. All words are ASCII if there are no `bytes`.
fn has_row(bytes: &[u8], words: &[Word]) -> bool {
    let mut row = 0;
    words.iter().any(|word| {
        let wide = |at: usize| bytes.get(at).is_some_and(|byte| !byte.is_ascii());
        let Range { start, end } = word.span;
        let is_wide = || wide(start) || wide(start + 1);
        let is_one = end - start == 1 || !bytes.is_empty() && is_wide();
        row = if is_one { row + 1 } else { 0 };
        row >= ROW
    })
}

/// The fewest letters in a row that are taken for a word spaced out.
pub(crate) const ROW: usize = 4;

struct Reader<'t> {
    text: &'t str,
    words: &'t mut Vec<Word>,
    /// Before the next word, as far as is known.
    gap: Gap,
    seen: Seen,
    /// Whether seams part words.
    parted: bool,
    /// The last word that was read by character had one letter.
    alone: bool,
}

impl Reader<'_> {
    /// Reads ASCII from `from` on, which is in no word; returns the end of the text, or the start
    /// of the word or the blanks that hold something odd.
    fn plain(&mut self, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut base = from;
        // The end of the last word, and the start of the word that is open if `inside` is 1.
        let mut end = from;
        let mut start = from;
        let mut inside = 0;
        let mut digit = 0;
        while base < bytes.len() {
            let classes = Classes::of(bytes, base);
            self.seen.digits |= classes.digits != 0;
            self.seen.mixed |= classes.has_mixed_words(inside, digit);
            digit = classes.ends_with_digit();
            self.seen.spaced |= classes.has_spaced_letters(inside);
            let mut edges = classes.edges(inside);
            while edges != 0 {
                let at = base + edges.trailing_zeros() as usize;
                edges &= edges - 1;
                if inside == 0 {
                    if at != end + 1 || bytes.get(end) != Some(&b' ') {
                        self.blanks(end, at);
                    }
                    start = at;
                } else {
                    self.word(start, at);
                    end = at;
                }
                inside ^= 1;
            }
            if classes.odd != 0 {
                self.seen.odd = true;
                if inside == 1 {
                    return start;
                }
                let odd = base + classes.odd.trailing_zeros() as usize;
                self.blanks(end, odd);
                return odd;
            }
            base += 64;
        }
        let len = bytes.len();
        if inside == 1 {
            self.word(start, len);
        } else {
            self.blanks(end, len);
        }
        len
    }

    /// An ASCII word.
    fn word(&mut self, start: usize, end: usize) {
        let key = key_of_ascii(self.text.as_bytes(), start, end);
        self.push(key, start..end);
    }

    fn push(&mut self, key: u64, span: Range<usize>) {
        self.seen.longest = self.seen.longest.max(span.end - span.start);
        self.words.push(Word {
            key,
            span,
            gap: self.gap,
        });
        self.gap = Gap::Blank;
    }

    /// ASCII blanks between words, other than a single space.
    #[inline(never)]
    fn blanks(&mut self, start: usize, end: usize) {
        let bytes = self.text.as_bytes();
        let blanks = bytes.get(start..end).unwrap_or_default();
        self.gap = self.seen.blanks(blanks, self.gap);
    }

    /// Reads by character from `from` on, which is in no word; returns the end of the text, or the
    /// end of a blank with nothing but ASCII in sight.
    fn odd(&mut self, from: usize) -> usize {
        let text = self.text;
        let mut open: Option<Open> = None;
        let mut at = from;
        let mut was_tag = false;
        while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
            let span = at..at + c.len_utf8();
            at = span.end;
            if !c.is_ascii() {
                self.seen.wide(c);
            }
            let tagged = fold::tagged(c);
            let is_tag = tagged.is_some();
            self.seen.tags += u32::from(is_tag);
            if is_tag != was_tag && self.parted {
                self.close(&mut open);
            }
            was_tag = is_tag;
            let visible = tagged.unwrap_or(c);
            let mut blank = false;
            let mut first = true;
            fold::letters(visible, |sign| {
                self.seen.marks += u32::from(first && sign == Sign::Mark);
                first = false;
                blank = sign == Sign::Blank;
                self.sign(sign, visible, &span, &mut open);
            });
            if blank && class::is_ascii(text.as_bytes(), at) {
                break;
            }
        }
        self.close(&mut open);
        at
    }

    fn sign(&mut self, sign: Sign, c: char, span: &Range<usize>, open: &mut Option<Open>) {
        match sign {
            Sign::Letter(letter) => {
                let open = open.get_or_insert_with(|| Open::at(span.start));
                open.hash.push(letter);
                open.end = span.end;
                open.count += 1;
                open.has |= has(c, letter);
            }
            Sign::Glyph(letter) => {
                self.close(open);
                let mut hash = Hash::default();
                hash.push(letter);
                self.push(hash.key(), span.clone());
            }
            // A mark goes with its letter, or it would hang on the placeholder that takes its place.
            Sign::Mark => match open {
                Some(open) => open.end = span.end,
                None => self.prolong(span),
            },
            Sign::Hidden => self.seen.hidden += 1,
            Sign::Seam => {
                self.seen.seams += 1;
                if self.parted {
                    self.close(open);
                }
            }
            Sign::Blank => {
                self.close(open);
                self.seen.blank(c);
                self.gap = self.gap.max(gap_of(c, self.gap));
            }
        }
    }

    fn close(&mut self, open: &mut Option<Open>) {
        let Some(word) = open.take() else { return };
        let alone = word.count == 1;
        self.seen.spaced |= alone && self.alone;
        self.alone = alone;
        self.seen.digits |= word.has & DIGIT != 0;
        self.seen.mixed |= word.has & DIGIT != 0 && word.has & !DIGIT != 0;
        self.seen.mixed_scripts += u32::from(word.has & LATIN != 0 && word.has & GREEK != 0);
        self.push(word.hash.key(), word.start..word.end);
    }

    /// Gives a mark to the glyph in front of it.
    fn prolong(&mut self, mark: &Range<usize>) {
        if let Some(last) = self.words.last_mut() {
            if last.span.end == mark.start {
                last.span.end = mark.end;
            }
        }
    }
}

/// A word whose end is not read yet.
struct Open {
    hash: Hash,
    start: usize,
    end: usize,
    /// Its letters.
    count: usize,
    /// Which kinds of letters it has.
    has: u8,
}

const DIGIT: u8 = 1;
const LATIN: u8 = 2;
const GREEK: u8 = 4;
const OTHER: u8 = 8;

/// What kind of letter `c` is, which counts as `letter`.
fn has(c: char, letter: char) -> u8 {
    match c {
        _ if letter.is_ascii_digit() => DIGIT,
        _ if c.is_ascii() => LATIN,
        '\u{370}'..='\u{58F}' => GREEK,
        _ => OTHER,
    }
}

impl Open {
    fn at(start: usize) -> Self {
        Self {
            hash: Hash::default(),
            start,
            end: start,
            count: 0,
            has: 0,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*, sample::select};

    fn words(text: &str) -> Vec<Word> {
        let mut words = Vec::new();
        read(text, &mut words);
        words
    }

    /// The reading by definition: character by character, with [`fold::signs`].
    fn slow(text: &str) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        let mut letters = String::new();
        let mut gap = Gap::Paragraph;
        let mut inside = false;
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let span = at..at + c.len_utf8();
            at = span.end;
            let c = fold::tagged(c).unwrap_or(c);
            fold::signs(c, |sign| match sign {
                Sign::Letter(c) | Sign::Glyph(c) => {
                    let glyph = matches!(sign, Sign::Glyph(_));
                    if !inside || glyph {
                        letters.clear();
                        words.push(Word {
                            key: 0,
                            span: span.clone(),
                            gap,
                        });
                    }
                    letters.push(c);
                    let word = words.last_mut().unwrap();
                    word.key = key(&letters);
                    word.span.end = span.end;
                    inside = !glyph;
                    gap = Gap::Blank;
                }
                Sign::Mark => {
                    if let Some(word) = words.last_mut() {
                        if inside || word.span.end == span.start {
                            word.span.end = span.end;
                        }
                    }
                }
                Sign::Hidden | Sign::Seam => {}
                Sign::Blank => {
                    inside = false;
                    gap = gap.max(gap_of(c, gap));
                }
            });
        }
        words
    }

    const FRAGMENTS: &[&str] = &[
        "ignore",
        "IGNORE",
        "a",
        "x1",
        "42",
        "longerthaneight",
        "п",
        "привет",
        "É",
        "e\u{301}",
        "\u{301}",
        "ﬁ",
        "指",
        "か\u{3099}",
        "한",
        "[FILTERED]",
        "[",
        "FILTERED",
        "]",
        " ",
        " ",
        "  ",
        "\n",
        "\r\n",
        ".",
        ": ",
        "-",
        "'",
        "\u{200B}",
        "\u{AD}",
        "\u{FE0F}",
        "\u{E0061}",
        "\u{E0020}",
        "\u{0}",
        "\u{7F}",
        "²",
        "™",
        "，",
        "\u{2029}",
        "😀",
        "ı",
        "ς",
        "Ж",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() })]

        #[test]
        fn the_fast_way_reads_what_the_slow_one_does(text in prop_oneof![
            vec(select(FRAGMENTS), 0..60).prop_map(|parts| parts.concat()),
            vec(any::<char>(), 0..80).prop_map(String::from_iter),
            vec(prop_oneof![9 => 32_u8..127, 1 => 0_u8..32], 0..200)
                .prop_map(|bytes| bytes.into_iter().map(char::from).collect()),
        ]) {
            prop_assert_eq!(words(&text), slow(&text));
        }
    }

    #[test]
    fn each_character_is_read_as_the_slow_way_does() {
        for c in ('\0'..'\u{30000}').chain('\u{E0000}'..'\u{E0200}') {
            let text = String::from(c);
            assert_eq!(words(&text), slow(&text), "{c:?}");
        }
        assert_eq!(words("ẚ")[0].key, key("a"));
    }

    #[test]
    fn words_have_keys_spans_and_gaps() {
        let text = "Ignore аll\u{200B}.\n\nNow: 指 e\u{301}";
        let words = words(text);
        let seen: Vec<_> = words
            .iter()
            .map(|word| (&text[word.span.clone()], word.gap))
            .collect();
        assert_eq!(
            seen,
            [
                ("Ignore", Gap::Paragraph),
                ("аll", Gap::Blank),
                ("Now", Gap::Paragraph),
                ("指", Gap::Sentence),
                ("e\u{301}", Gap::Blank),
            ]
        );
        assert_eq!(words[0].key, key("IGNORE"));
        assert_eq!(words[1].key, key("all"));
        assert_eq!(words[4].key, key("é"));
    }
}
