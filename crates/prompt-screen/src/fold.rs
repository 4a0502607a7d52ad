//! What one character means to the reader of a prompt, whatever its code point.

use std::sync::LazyLock;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// The part one character plays in the normalised view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// Part of a word. ASCII is in lower case already.
    Letter(char),
    /// A word of its own, in scripts that put no blanks between words.
    Glyph(char),
    /// Belongs to the letter before it.
    Mark,
    /// Nothing to see, and never a word boundary.
    Hidden,
    /// Nothing to see; either inside a word or between two, only the words can tell.
    Seam,
    /// Stands between words.
    Blank,
}

/// The signs of one character, in order. Most have one, ligatures several.
pub(crate) fn signs(c: char, mut emit: impl FnMut(Sign)) {
    if c.is_ascii() {
        return emit(ascii(c));
    }
    if let Some(sign) = plain(c) {
        return emit(sign);
    }
    // Latin letters, most with accents, and nothing else.
    if matches!(c, '\u{C0}'..='\u{2B8}' if c != '×' && c != '÷') {
        return components(c, emit);
    }
    long_way(c, emit);
}

/// The signs of one character with the letters as they count for a key, see [`one`].
pub(crate) fn letters(c: char, mut emit: impl FnMut(Sign)) {
    if let Some(sign) = Table::of(c) {
        return emit(sign);
    }
    signs(c, |sign| emit(counted(sign)));
}

fn counted(sign: Sign) -> Sign {
    match sign {
        Sign::Letter(c) => Sign::Letter(one(c)),
        Sign::Glyph(c) => Sign::Glyph(one(c)),
        other => other,
    }
}

fn long_way(c: char, mut emit: impl FnMut(Sign)) {
    if let Some(sign) = invisible(c) {
        return emit(sign);
    }
    if is_combining_mark(c) {
        return emit(Sign::Mark);
    }
    if let Some(letter) = enclosed(c) {
        return emit(Sign::Letter(letter));
    }
    // Symbols such as `™` and digits such as `²` are decorations: they must not lengthen a word.
    if !c.is_alphabetic() || is_modifier(c) {
        return emit(Sign::Blank);
    }
    components(c, emit);
}

/// The parts of a letter. A modifier in it is no letter of its own: `ẚ` is an `a`.
fn components(c: char, mut emit: impl FnMut(Sign)) {
    decompose_compatible(c, |part| {
        if !is_modifier(part) {
            emit(component(part));
        }
    });
}

/// Primes, apostrophes and half rings that count as letters, and are none to a reader.
fn is_modifier(c: char) -> bool {
    matches!(c, '\u{2B9}'..='\u{2D1}' | '\u{374}')
}

/// The ASCII character that a Unicode tag character stands for.
pub(crate) fn tagged(c: char) -> Option<char> {
    match c {
        '\u{E0020}'..='\u{E007E}' => char::from_u32(u32::from(c) - 0xE0000),
        _ => None,
    }
}

/// A word as phrases are stored: in lower case, in its own alphabet. The capital sigma does not
/// say whether it is final, so the small ones are one letter.
pub(crate) fn lower(word: &str) -> String {
    word.chars().flat_map(lower_letter).collect()
}

/// A word as it looks to someone who reads ASCII. Wants the original case: a capital Greek Nu
/// looks like an N, a small one like a v.
pub(crate) fn looks(word: &str) -> String {
    word.chars().flat_map(looks_letter).collect()
}

/// What a word that begins with `first` can begin with in [`lower`] and in [`looks`].
pub(crate) fn first(first: char) -> impl Iterator<Item = char> {
    lower_letter(first)
        .take(1)
        .chain(looks_letter(first).take(1))
}

/// A letter as it counts for a key: in lower case, as the ASCII letter it looks like if there is one.
pub(crate) fn one(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    looks_letter(c).next().unwrap_or(c)
}

fn lower_letter(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().map(|c| if c == 'ς' { 'σ' } else { c })
}

fn looks_letter(c: char) -> impl Iterator<Item = char> {
    lookalike(c).unwrap_or(c).to_lowercase()
}

fn ascii(c: char) -> Sign {
    match c {
        _ if c.is_ascii_alphanumeric() => Sign::Letter(c.to_ascii_lowercase()),
        '\t'..='\r' => Sign::Blank,
        _ if c.is_ascii_control() => Sign::Seam,
        _ => Sign::Blank,
    }
}

/// What most of a text in the large alphabets is made of, without the search of tables.
fn plain(c: char) -> Option<Sign> {
    match c {
        // Greek, Russian, Hebrew, Arabic.
        '\u{391}'..='\u{3A1}'
        | '\u{3A3}'..='\u{3A9}'
        | '\u{3B1}'..='\u{3C9}'
        | '\u{410}'..='\u{418}'
        | '\u{41A}'..='\u{438}'
        | '\u{43A}'..='\u{44F}'
        | '\u{5D0}'..='\u{5EA}'
        | '\u{627}'..='\u{63A}'
        | '\u{641}'..='\u{64A}' => Some(Sign::Letter(c)),
        '\u{4E00}'..='\u{9FEF}' => Some(Sign::Glyph(c)),
        // Dashes, quotation marks, dots; commas and full stops of Chinese.
        '\u{2010}'..='\u{2029}' | '\u{3000}'..='\u{3002}' | '\u{FF0C}' => Some(Sign::Blank),
        _ => None,
    }
}

fn component(c: char) -> Sign {
    match c {
        _ if c.is_ascii() => ascii(c),
        '\u{300}'..='\u{36F}' => Sign::Mark,
        _ if is_combining_mark(c) => Sign::Mark,
        _ if !c.is_alphabetic() => Sign::Blank,
        _ if written_without_blanks(c) => Sign::Glyph(c),
        _ => Sign::Letter(c),
    }
}

/// Default-ignorable code points, controls, bidi controls and blank letters.
fn invisible(c: char) -> Option<Sign> {
    match c {
        '\u{AD}' | '\u{180B}'..='\u{180D}' | '\u{180F}' => Some(Sign::Hidden),
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => Some(Sign::Hidden),
        '\u{85}' => Some(Sign::Blank),
        '\u{80}'..='\u{9F}'
        | '\u{34F}'
        | '\u{61C}'
        | '\u{115F}'..='\u{1160}'
        | '\u{17B4}'..='\u{17B5}'
        | '\u{180E}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}' => Some(Sign::Seam),
        _ => None,
    }
}

/// Letters in brackets, circles and squares that compatibility decomposition leaves as they are
/// or takes apart into `(`, letter, `)`.
fn enclosed(c: char) -> Option<char> {
    let first = match c {
        '\u{249C}'..='\u{24B5}' => 0x249C,
        '\u{1F110}'..='\u{1F129}' => 0x1F110,
        '\u{1F150}'..='\u{1F169}' => 0x1F150,
        '\u{1F170}'..='\u{1F189}' => 0x1F170,
        _ => return None,
    };
    char::from_u32(u32::from('a') + u32::from(c) - first)
}

/// Thai, Lao, Myanmar, Khmer, kana, bopomofo and Han.
fn written_without_blanks(c: char) -> bool {
    matches!(c,
        '\u{E00}'..='\u{EFF}'
        | '\u{1000}'..='\u{109F}'
        | '\u{1780}'..='\u{17FF}'
        | '\u{2E80}'..='\u{2FDF}'
        | '\u{3005}'..='\u{312F}'
        | '\u{31A0}'..='\u{31BF}'
        | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{20000}'..='\u{3FFFF}')
}

/// The common confusables: what is left of other alphabets after decomposition and looks like an
/// ASCII letter. Each row lists Cyrillic, then Greek, then Armenian, then Latin letters (small
/// capitals, strokes, phonetic forms). Kept small on purpose: a reader must be taken in by it.
///
/// By hand, since the skeletons of UTS #39 compare two strings and do not say what a word is meant
/// to be: they write `m` as `rn` and `I` as `l`, so that plain ASCII would have to be folded too.
fn lookalike(c: char) -> Option<char> {
    Some(match c {
        'а' | 'А' | 'α' | 'Α' | 'ᴀ' | 'ɑ' => 'a',
        'в' | 'В' | 'ь' | 'Ь' | 'Β' | 'ʙ' => 'b',
        'с' | 'С' | 'ς' | 'ᴄ' => 'c',
        'ԁ' | 'Ԁ' | 'ᴅ' | 'đ' | 'Đ' => 'd',
        'е' | 'Е' | 'є' | 'Є' | 'ε' | 'Ε' | 'ᴇ' => 'e',
        'ꜰ' | 'ƒ' => 'f',
        'ɢ' | 'ɡ' => 'g',
        'н' | 'Н' | 'һ' | 'Һ' | 'Η' | 'հ' | 'ʜ' | 'ħ' | 'Ħ' => 'h',
        'і' | 'І' | 'ӏ' | 'Ӏ' | 'ι' | 'Ι' | 'ɪ' | 'ı' => 'i',
        'ј' | 'Ј' | 'ϳ' | 'Ϳ' | 'ᴊ' => 'j',
        'к' | 'К' | 'κ' | 'Κ' | 'ᴋ' => 'k',
        'ʟ' | 'ł' | 'Ł' => 'l',
        'м' | 'М' | 'Μ' | 'ᴍ' => 'm',
        'Ν' | 'η' | 'ո' | 'ɴ' => 'n',
        'о' | 'О' | 'ο' | 'Ο' | 'σ' | 'օ' | 'Օ' | 'ᴏ' | 'ø' | 'Ø' => 'o',
        'р' | 'Р' | 'ρ' | 'Ρ' | 'ᴘ' => 'p',
        'ԛ' | 'Ԛ' => 'q',
        'г' | 'ʀ' => 'r',
        'ѕ' | 'Ѕ' | 'Տ' | 'ꜱ' => 's',
        'т' | 'Т' | 'τ' | 'Τ' | 'ᴛ' | 'ŧ' | 'Ŧ' => 't',
        'υ' | 'μ' | 'ս' | 'ᴜ' => 'u',
        'ѵ' | 'Ѵ' | 'ν' | 'ᴠ' => 'v',
        'ԝ' | 'Ԝ' | 'ѡ' | 'Ѡ' | 'ω' | 'ᴡ' => 'w',
        'х' | 'Х' | 'χ' | 'Χ' => 'x',
        'у' | 'У' | 'ү' | 'Ү' | 'γ' | 'Υ' | 'ʏ' => 'y',
        'Ζ' | 'ᴢ' => 'z',
        _ => return None,
    })
}

/// What [`letters`] says of the alphabets of Europe and the Near East, worked out once: reading
/// them is then as quick as reading their bytes.
struct Table([Option<Sign>; TABLE_LEN]);

const TABLE_LEN: usize = 0x700;

impl Table {
    fn of(c: char) -> Option<Sign> {
        static TABLE: LazyLock<Table> = LazyLock::new(Table::new);
        if c as usize >= TABLE_LEN {
            return None;
        }
        TABLE.0.get(c as usize).copied().flatten()
    }

    fn new() -> Self {
        let mut table = [None; TABLE_LEN];
        for (slot, c) in table.iter_mut().zip('\0'..) {
            let mut count = 0;
            signs(c, |sign| {
                // The marks of a letter that brings them along change nothing.
                if count == 0 || sign != Sign::Mark {
                    count += 1;
                    *slot = Some(counted(sign));
                }
            });
            if count != 1 {
                *slot = None;
            }
        }
        Self(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_ways_end_where_the_long_one_does() {
        let mut expected = Vec::new();
        let mut seen = Vec::new();
        for c in '\u{80}'..=char::MAX {
            long_way(c, |sign| expected.push(sign));
            signs(c, |sign| seen.push(sign));
            assert_eq!(seen, expected, "{c:?}");
            expected.clear();
            seen.clear();
        }
    }
}
