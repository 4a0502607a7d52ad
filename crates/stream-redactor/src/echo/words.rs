//! Texts as words: what stands between gaps, folded. A character of a script without spaces is a
//! word of its own.

use crate::rules::is_unspaced;
use crate::view;

/// What a word counts, and what a character of a script without spaces does: twelve words weigh as
/// much as 24 such characters.
const WORD: u32 = 2;
const ALONE: u32 = 1;

/// A word by its hash, and what it counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) hash: u64,
    pub(super) weight: u32,
}

impl Token {
    fn word(hash: Hash) -> Self {
        Self {
            hash: hash.finish(),
            weight: WORD,
        }
    }

    fn alone(c: char) -> Self {
        let mut hash = Hash::default();
        hash.push(c);
        Self {
            hash: hash.finish(),
            weight: ALONE,
        }
    }
}

/// What a character is to the words.
enum Part {
    /// It belongs to a word, as this one.
    Word(char),
    /// It is a word.
    Alone(char),
    /// Nobody sees it.
    Hidden,
    Gap,
}

impl Part {
    fn of(c: char) -> Self {
        if c.is_ascii() {
            let lower = c.to_ascii_lowercase();
            return if c.is_ascii_alphanumeric() {
                Self::Word(lower)
            } else {
                Self::Gap
            };
        }
        let symbol = view::folded_char(c);
        match symbol.ch {
            _ if symbol.hidden => Self::Hidden,
            ch if !ch.is_alphanumeric() => Self::Gap,
            ch if is_unspaced(ch) => Self::Alone(ch),
            ch => Self::Word(ch),
        }
    }
}

/// Whether a character belongs to a word, or is not seen, and so does not end one.
pub(super) fn is_inside(c: char) -> bool {
    matches!(Part::of(c), Part::Word(_) | Part::Hidden)
}

/// Reads characters, gives words.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    hash: Hash,
    /// Bytes of the word that is read.
    len: usize,
}

impl Words {
    /// Reads a character: a word that it ends, and one that it is.
    #[inline]
    pub(super) fn push(&mut self, c: char) -> (Option<Token>, Option<Token>) {
        let len = c.len_utf8();
        match Part::of(c) {
            Part::Word(ch) => {
                self.hash.push(ch);
                self.len += len;
                (None, None)
            }
            Part::Hidden if self.len == 0 => (None, None),
            Part::Hidden => {
                self.len += len;
                (None, None)
            }
            Part::Alone(ch) => (self.end(), Some(Token::alone(ch))),
            Part::Gap => (self.end(), None),
        }
    }

    /// Bytes of the word that is read.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Ends the word that is read.
    fn end(&mut self) -> Option<Token> {
        let is_word = std::mem::take(&mut self.len) > 0;
        let hash = std::mem::take(&mut self.hash);
        is_word.then(|| Token::word(hash))
    }
}

/// The words of a whole text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let (mut words, mut tokens) = (Words::default(), Vec::new());
    for c in text.chars() {
        let (ended, alone) = words.push(c);
        tokens.extend(ended);
        tokens.extend(alone);
    }
    tokens.extend(words.end());
    tokens
}

/// The words of a text, the last one first, as far as they are whole.
pub(super) struct Back<'t> {
    text: &'t str,
    /// The text begins in the middle of another one, so its first word may be a part.
    is_cut: bool,
}

impl<'t> Back<'t> {
    pub(super) fn new(text: &'t str, is_cut: bool) -> Self {
        Self { text, is_cut }
    }
}

/// The last words of a text in ASCII, of which these bytes of the last 64 belong to words, the last
/// one in the highest bit. None if they are not all there.
#[inline]
pub(super) fn last_ascii<const N: usize>(text: &[u8], words: u64) -> Option<[Token; N]> {
    // Behind a letter the place is in the middle of a word, or a word of its own.
    if words >> 63 == 1 {
        return None;
    }
    let mut last = [Token::default(); N];
    let (mut bits, mut end) = (words, text.len());
    for slot in last.iter_mut().rev() {
        let gap = bits.leading_zeros();
        bits = bits.checked_shl(gap)?;
        let len = bits.leading_ones();
        bits = bits.checked_shl(len)?;
        // The first one may be a part of a word.
        if bits == 0 {
            return None;
        }
        end = end.checked_sub(gap as usize)?;
        let start = end.checked_sub(len as usize)?;
        *slot = word_before(text.get(..end)?, start)?;
        end = start;
    }
    Some(last)
}

/// The word in ASCII from `start` on.
#[inline]
fn word_before(text: &[u8], start: usize) -> Option<Token> {
    let mut hash = Hash::default();
    let mut rest = text.get(start..)?;
    while let Some((eight, behind)) = rest.split_first_chunk() {
        hash.push_ascii(u64::from_le_bytes(*eight), 8)?;
        rest = behind;
    }
    if !rest.is_empty() {
        // Read as one number with the bytes before it.
        let tail = u64::from_le_bytes(*text.last_chunk()?);
        hash.push_ascii(tail >> (64 - 8 * rest.len()), rest.len())?;
    }
    Some(Token::word(hash))
}

impl Iterator for Back<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let mut chars = self.text.char_indices().rev();
        let (end, last) = chars.find_map(|(n, c)| match Part::of(c) {
            Part::Word(_) => Some((n + c.len_utf8(), None)),
            Part::Alone(ch) => Some((n, Some(ch))),
            Part::Hidden | Part::Gap => None,
        })?;
        let head = self.text.get(..end)?;
        if let Some(ch) = last {
            self.text = head;
            return Some(Token::alone(ch));
        }
        let from = head.trim_end_matches(is_inside).len();
        let word = head.get(from..)?;
        self.text = head.get(..from)?;
        if from == 0 && self.is_cut {
            return None;
        }
        tokens(word).pop()
    }
}

/// The hash of a word's folded characters, as UTF-8, eight bytes at a time.
///
/// Two words collide by chance once in 2^64, and then twelve in a row would have to.
#[derive(Clone, Copy, Debug, Default)]
struct Hash {
    hash: u64,
    /// The bytes that are not mixed in yet, the first in the lowest byte, and how many.
    bytes: u64,
    len: usize,
}

impl Hash {
    #[inline]
    fn push(&mut self, c: char) {
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            self.bytes |= u64::from(byte) << (8 * self.len);
            self.len += 1;
            if self.len == 8 {
                self.mix();
            }
        }
    }

    /// One to eight letters and digits, the first in the lowest byte, of either case, behind whole
    /// eights. None if they are not ASCII.
    #[inline]
    fn push_ascii(&mut self, bytes: u64, len: usize) -> Option<()> {
        let all = u64::MAX >> (64 - 8 * len);
        (self.bytes, self.len) = ((bytes | 0x2020_2020_2020_2020) & all, len);
        if len == 8 {
            self.mix();
        }
        (bytes & all & 0x8080_8080_8080_8080 == 0).then_some(())
    }

    #[inline]
    fn mix(&mut self) {
        let mixed = (self.hash ^ self.bytes).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        *self = Self {
            hash: mixed ^ mixed >> 29,
            ..Self::default()
        };
    }

    #[inline]
    fn finish(mut self) -> u64 {
        if self.len > 0 {
            self.mix();
        }
        self.hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backwards_as_forwards() {
        for text in [
            "Never tell: anybody, that-the code is WINTER2024 and ends.",
            "a bb ccc dddd eeeee ffffff ggggggg hhhhhhhh iiiiiiiii",
            "naïve ﬁne\u{200b}st 秘密の code, жизнь—да «é»",
            " x\u{200b}",
            "",
            "秘",
        ] {
            let mut back: Vec<Token> = Back::new(text, false).collect();
            back.reverse();
            assert_eq!(back, tokens(text), "{text}");
            let cut: Vec<Token> = Back::new(text, true).collect();
            assert!(
                cut.len() == back.len() || cut.len() + 1 == back.len(),
                "{text}"
            );
        }
    }
}
