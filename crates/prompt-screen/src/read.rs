//! Reading: a text as the words a reader of prompts would see, each with the bytes it came from.
//!
//! Everything behind it (signatures, model) sees words, never text: a word is its key, a hash of
//! its folded letters, so that each letter is looked at once, whoever asks for the word.

use std::ops::Range;

use crate::fold::{self, Sign};

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

/// The key of a word as rules write it: any case, one word.
pub(crate) fn key(word: &str) -> u64 {
    let mut key = EMPTY;
    for c in word.chars() {
        fold::signs(c, |sign| {
            if let Sign::Letter(c) | Sign::Glyph(c) = sign {
                key = with(key, c);
            }
        });
    }
    key
}

/// Fills `words` with the words of `text`. Linear; allocates only to grow `words`.
pub(crate) fn read(text: &str, words: &mut Vec<Word>) {
    words.clear();
    let mut gap = Gap::Paragraph;
    let mut word: Option<Word> = None;
    for (at, c) in text.char_indices() {
        let span = at..at + c.len_utf8();
        let visible = fold::tagged(c).unwrap_or(c);
        fold::signs(visible, |sign| match sign {
            Sign::Letter(c) => {
                let word = word.get_or_insert_with(|| Word {
                    key: EMPTY,
                    span: span.clone(),
                    gap,
                });
                word.key = with(word.key, c);
                word.span.end = span.end;
                gap = Gap::Blank;
            }
            Sign::Glyph(c) => {
                words.extend(word.take());
                words.push(Word {
                    key: with(EMPTY, c),
                    span: span.clone(),
                    gap,
                });
                gap = Gap::Blank;
            }
            Sign::Mark | Sign::Hidden | Sign::Seam => {}
            Sign::Blank => {
                words.extend(word.take());
                gap = gap.max(gap_of(visible, gap));
            }
        });
    }
    words.extend(word);
}

fn gap_of(c: char, before: Gap) -> Gap {
    match c {
        '\n' if before >= Gap::Line => Gap::Paragraph,
        '\n' | '\u{2028}' => Gap::Line,
        '\u{2029}' => Gap::Paragraph,
        '.' | '!' | '?' | ':' | ';' | '。' | '！' | '？' | '：' | '；' => Gap::Sentence,
        _ => Gap::Blank,
    }
}

const EMPTY: u64 = 0xCBF2_9CE4_8422_2325;

/// FNV-1a over code points: one multiplication a letter.
fn with(key: u64, c: char) -> u64 {
    let c = fold::one(c);
    (key ^ u64::from(u32::from(c))).wrapping_mul(0x0000_0100_0000_01B3)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]
mod tests {
    use super::*;

    #[test]
    fn words_have_keys_spans_and_gaps() {
        let text = "Ignore аll\u{200B}.\n\nNow: 指 x";
        let mut words = Vec::new();
        read(text, &mut words);
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
                ("x", Gap::Blank),
            ]
        );
        assert_eq!(words[0].key, key("IGNORE"));
        assert_eq!(words[1].key, key("all"));
    }
}
