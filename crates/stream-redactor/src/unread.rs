//! What the register would show of text that was not read.

use crate::left::{OTHER, OTHER_WORD, WIDE, byte, is_line_end};
use crate::view;

/// The end of the line that a text ends with, as the register would show it.
pub(crate) struct Unread {
    /// It stands at the end.
    room: [u8; WIDE],
    len: usize,
    /// What stands before it does not count, for it is on another line or too far away.
    is_all: bool,
}

impl Unread {
    /// The end of `raw`; none if something in it may be read as something else.
    pub(crate) fn of(raw: &[u8]) -> Option<Self> {
        let mut unread = Self {
            room: [0; WIDE],
            len: 0,
            is_all: false,
        };
        let mut rest = raw;
        while !unread.is_all && !rest.is_empty() {
            let (shown, n) = last(rest)?;
            if let Some(shown) = shown {
                unread.push(shown);
            }
            rest = rest.get(..rest.len() - n)?;
        }
        Some(unread)
    }

    pub(crate) fn is_all(&self) -> bool {
        self.is_all
    }

    pub(crate) fn shown(&self) -> &[u8] {
        self.room.get(WIDE - self.len..).unwrap_or_default()
    }

    fn push(&mut self, shown: u8) {
        if is_line_end(shown) {
            self.is_all = true;
            return;
        }
        if let Some(slot) = self.room.iter_mut().rev().nth(self.len) {
            *slot = shown;
            self.len += 1;
        }
        self.is_all = self.len == WIDE;
    }
}

/// The last character as it is shown, if it is, and its length.
fn last(text: &[u8]) -> Option<(Option<u8>, usize)> {
    match *text {
        [.., b'&' | b'%'] => None,
        [.., ascii] if ascii < 0x80 => Some((Some(ascii.to_ascii_lowercase()), 1)),
        // Han characters stand for themselves.
        [.., 0xe4..=0xe9, _, _] => Some((Some(OTHER_WORD), 3)),
        // Ideographic comma and full stop, brackets.
        [.., 0xe3, 0x80, 0x81 | 0x82 | 0x8a..=0x91] => Some((Some(OTHER), 3)),
        // Fullwidth ! ( ) , : ; ?
        [
            ..,
            0xef,
            0xbc,
            mark @ (0x81 | 0x88 | 0x89 | 0x8c | 0x9a | 0x9b | 0x9f),
        ] => Some((Some(mark - 0x60), 3)),
        // Dashes, quotation marks, bullet, ellipsis.
        [.., 0xe2, 0x80, 0x94 | 0x95 | 0x98..=0x9f | 0xa2 | 0xa6] => Some((Some(OTHER), 3)),
        // Latin-1, Latin Extended-A.
        [.., lead @ 0xc2..=0xc5, tail] => {
            let c = char::from_u32(u32::from(lead & 0x1f) << 6 | u32::from(tail & 0x3f))?;
            let symbol = view::folded_char(c);
            Some(((!symbol.hidden).then(|| byte(symbol.ch)), 2))
        }
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::left::Register;

    #[test]
    fn shows_what_the_register_shows() {
        for text in [
            "Née le 5",
            "Größe: ÄÖ",
            "出生日期：2024、（例如）",
            "a\u{ad}b “c” — d…",
            "x\ny Z",
            "x\u{85}y",
        ] {
            let mut register = Register::default();
            for c in text.chars() {
                let symbol = view::folded_char(c);
                if !symbol.hidden {
                    register.push(symbol.ch);
                }
            }
            let line = register.last();
            let line = line.strip_prefix(b"\n").unwrap_or(line);
            assert_eq!(Unread::of(text.as_bytes()).unwrap().shown(), line, "{text}");
        }
        assert!(Unread::of("a&b".as_bytes()).is_none());
        assert!(Unread::of("a\u{200b}".as_bytes()).is_none());
    }
}
