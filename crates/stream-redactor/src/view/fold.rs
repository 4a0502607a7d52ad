//! One character at a time: width, case, accents, digits, dashes; and what nobody sees.

use std::sync::LazyLock;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use super::Sym;

/// The zero of every run of ten decimal digits in Unicode 16 outside ASCII, without the fullwidth
/// and mathematical ones, which have an ASCII digit as their compatibility form.
const ZEROS: [u32; 59] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
    0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
    0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0,
    0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0,
    0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50,
    0x1e140, 0x1e2f0, 0x1e950,
];

#[inline]
pub(super) fn symbol(c: char, raw: usize) -> Sym {
    let raw = u16::try_from(raw).expect("a spelling has at most sixteen bytes");
    if c.is_ascii() {
        return Sym {
            ch: c.to_ascii_lowercase(),
            raw,
            upper: c.is_ascii_uppercase(),
            hidden: false,
            invisible: false,
        };
    }
    // Han characters stand for themselves.
    if matches!(c, '\u{4e00}'..='\u{9fff}') {
        return Sym {
            ch: c,
            raw,
            upper: false,
            hidden: false,
            invisible: false,
        };
    }
    let (ch, upper, invisible) = match EUROPEAN.get((c as usize).wrapping_sub(0x80)) {
        Some(folded) => *folded,
        None => folded(c),
    };
    Sym {
        ch,
        raw,
        upper,
        hidden: invisible,
        invisible,
    }
}

/// Latin, Greek and Cyrillic from U+0080 on, folded once: their letters are frequent, and folding
/// one takes longer than all else.
static EUROPEAN: LazyLock<Vec<(char, bool, bool)>> =
    LazyLock::new(|| ('\u{80}'..='\u{52f}').map(folded).collect());

/// The folded character, whether it is an ASCII capital but for its case, and whether nobody sees it.
fn folded(c: char) -> (char, bool, bool) {
    let base = base(c);
    (fold(base), base.is_ascii_uppercase(), is_invisible(c))
}

/// Folds what is a base character.
fn fold(c: char) -> char {
    if matches!(c, '\u{2010}'..='\u{2013}' | '\u{2212}') {
        return '-';
    }
    if let Some(digit) = digit(c) {
        return digit;
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => c,
    }
}

/// The compatibility form without marks, where that is a single character.
fn base(c: char) -> char {
    let (mut first, mut more) = (None, false);
    decompose_compatible(c, |part| match first {
        None => first = Some(part),
        Some(_) => more |= !is_combining_mark(part),
    });
    match first {
        Some(first) if !more => first,
        _ => c,
    }
}

fn digit(c: char) -> Option<char> {
    let value = c as u32;
    let after = ZEROS.partition_point(|zero| *zero <= value);
    let zero = ZEROS.get(after.checked_sub(1)?)?;
    char::from_digit(value - zero, 10)
}

/// Marks and format characters that leave no trace of their own on a screen: a text reads the same
/// with and without them.
fn is_invisible(c: char) -> bool {
    let format = matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    );
    format || is_combining_mark(c)
}
