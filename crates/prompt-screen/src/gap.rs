//! What stands between words, and what a reading came by on its way.

use crate::read::Gap;

/// What a reading came by. It says which other readings of the text can exist at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// There is something beyond ASCII, or a control that is not white space.
    pub(crate) odd: bool,
    /// Bytes of the longest word.
    pub(crate) longest: usize,
    /// Some letters stand alone, one blank apart, or may, and enough of them in a row.
    pub(crate) spaced: bool,
    /// Some word has both letters and digits.
    pub(crate) mixed: bool,
    /// A sign that is used for a letter touches a word: `@ll`, `sy$tem`.
    pub(crate) signed: bool,
    /// Some words are parted by punctuation without white space, or by a hyphen that breaks a line.
    pub(crate) glued: bool,
    /// Two or more signs stand between words without white space.
    pub(crate) tangled: bool,
    /// There are ASCII digits.
    pub(crate) digits: bool,
    /// There may be a row of dots and dashes.
    pub(crate) dashes: bool,
    /// There are Braille cells, or invisible characters that can carry bytes or bits.
    pub(crate) symbols: bool,
    /// Invisible characters where a word may be parted.
    pub(crate) seams: u32,
    /// Other invisible characters: soft hyphens, variation selectors.
    pub(crate) hidden: u32,
    /// Unicode tag characters.
    pub(crate) tags: u32,
    /// Combining marks.
    pub(crate) marks: u32,
    /// Words that mix ASCII letters with Greek, Cyrillic or Armenian ones.
    pub(crate) mixed_scripts: u32,
    /// What kinds of ASCII signs stand between words.
    signs: u8,
}

impl Seen {
    /// Whether an escape of any kind may be there.
    pub(crate) fn escapes(&self) -> bool {
        self.signs & ESCAPE != 0
    }

    /// The gap that ASCII blanks make, after what stood in front of them.
    pub(crate) fn blanks(&mut self, blanks: &[u8], before: Gap) -> Gap {
        let mut gap = before;
        let mut signs = 0;
        for byte in blanks {
            let sign = SIGNS.get(usize::from(*byte)).copied().unwrap_or_default();
            signs |= sign;
            if sign & (SENTENCE | LINE) != 0 {
                gap = gap.max(gap_of(char::from(*byte), gap));
            }
        }
        let is_glue = signs & WHITE == 0;
        self.glued |= is_glue && !blanks.is_empty();
        let last = blanks.last().and_then(|byte| SIGNS.get(usize::from(*byte)));
        let touching = if is_glue {
            signs
        } else {
            last.copied().unwrap_or_default()
        };
        self.signed |= touching & LETTER != 0;
        self.tangled |= is_glue && blanks.len() > 1;
        self.glued |= blanks.starts_with(b"-\n") || blanks.starts_with(b"-\r");
        self.signs |= signs;
        self.dashes |= blanks.len() >= MORSE && blanks.contains(&b'-');
        gap
    }

    /// A character beyond ASCII.
    pub(crate) fn wide(&mut self, c: char) {
        self.symbols |= matches!(c, '\u{2800}'..='\u{28FF}' | '\u{E0100}'..='\u{E01EF}' | '\u{2062}' | '\u{2064}');
        self.dashes |= matches!(c, '·' | '•' | '−' | '–' | '—');
    }

    /// A blank on its own, next to words that are read by character.
    pub(crate) fn blank(&mut self, c: char) {
        self.glued |= !c.is_whitespace();
        self.signed |= matches!(c, '@' | '$' | '!' | '|' | '+');
        self.tangled |= !c.is_whitespace();
        let sign = u8::try_from(c).ok();
        let sign = sign.and_then(|byte| SIGNS.get(usize::from(byte)));
        self.signs |= sign.copied().unwrap_or_default();
    }
}

/// The gap that a blank makes, after what stood in front of it.
pub(crate) fn gap_of(c: char, before: Gap) -> Gap {
    match c {
        '\n' if before >= Gap::Line => Gap::Paragraph,
        '\n' | '\u{2028}' => Gap::Line,
        '\u{2029}' => Gap::Paragraph,
        '.' | '!' | '?' | ':' | ';' | '。' | '！' | '？' | '：' | '；' => Gap::Sentence,
        _ => Gap::Blank,
    }
}

const SENTENCE: u8 = 1;
const LINE: u8 = 2;
const WHITE: u8 = 4;
const ESCAPE: u8 = 8;
/// Used for a letter.
const LETTER: u8 = 16;

/// Bytes of the shortest Morse code that is looked for: four letters and the blanks between.
const MORSE: usize = 8;

static SIGNS: [u8; 128] = {
    let mut signs = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        #[allow(clippy::indexing_slicing, reason = "in a constant")]
        {
            signs[byte] = match byte as u8 {
                b'!' => SENTENCE | LETTER,
                b'@' | b'$' | b'|' | b'+' => LETTER,
                b'.' | b'?' | b':' | b';' => SENTENCE,
                b'\n' => LINE | WHITE,
                b'\t'..=b'\r' | b' ' => WHITE,
                b'&' | b'%' | b'\\' | b'=' => ESCAPE,
                _ => 0,
            };
        }
        byte += 1;
    }
    signs
};
