//! The word at hand: the plain way through most text, character by character.
//!
//! A stream of prose comes in pieces of a few letters. In the middle of a word nothing has to be
//! read by any rule yet, for what a rule would do is known: the word is held, since it may be the
//! local part of an address, and so is one blank behind it, since ` (at) ` may follow. The next
//! word lets both go. Anything else gives the word to the rules, which then read it as it came.

/// What the machine does with a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It is held too.
    Hold,
    /// All before it is kept, it is held.
    KeepBefore,
    /// All is kept, and it.
    KeepAll,
    /// The rules have to read all, and it.
    Read,
}

/// The longest word that is held here, well below the window of a local part.
pub(crate) const MAX_WORD: usize = 48;

/// Where a word and a blank behind `system` would go on.
const SYSTEM: &[u8] = b"system";

#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// Folded letters and what may stand between them.
    text: [u8; MAX_WORD],
    len: usize,
    /// A blank stands behind it.
    blank: bool,
}

impl Word {
    pub(crate) const fn new() -> Self {
        Self {
            text: [0; MAX_WORD],
            len: 0,
            blank: false,
        }
    }

    /// The characters held, the blank included.
    pub(crate) fn chars(&self) -> impl DoubleEndedIterator<Item = char> {
        let word = self.text.get(..self.len).unwrap_or_default();
        let blank = self.blank.then_some(' ');
        word.iter().map(|b| char::from(*b)).chain(blank)
    }

    pub(crate) fn held(&self) -> usize {
        self.len + usize::from(self.blank)
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
        self.blank = false;
    }

    /// Holds one more character. Only after [`Turn::Hold`] or [`Turn::KeepBefore`].
    #[inline]
    pub(crate) fn hold(&mut self, c: char) {
        if c == ' ' {
            self.blank = true;
        } else if let Some(slot) = self.text.get_mut(self.len) {
            *slot = (c as u8).to_ascii_lowercase();
            self.len += 1;
        }
    }

    #[inline]
    pub(crate) fn turn(&self, c: char) -> Turn {
        match c {
            'a'..='z' | 'A'..='Z' | '_' => {
                if self.blank {
                    Turn::KeepBefore
                } else if self.len < MAX_WORD {
                    Turn::Hold
                } else {
                    Turn::Read
                }
            }
            ' ' => {
                let word = self.text.get(..self.len).unwrap_or_default();
                if self.blank || word.ends_with(SYSTEM) {
                    Turn::Read
                } else {
                    Turn::Hold
                }
            }
            // They may stand inside a local part, but do not begin one.
            '.' | '\'' | '#' | '~' => {
                if self.blank || self.len == 0 {
                    Turn::KeepAll
                } else if self.len < MAX_WORD {
                    Turn::Hold
                } else {
                    Turn::Read
                }
            }
            // Behind these letters no address goes on with a colon.
            ':' => match self.text.get(..self.len).and_then(<[u8]>::last) {
                Some(b'g'..=b'z') if !self.blank => Turn::KeepAll,
                _ => Turn::Read,
            },
            ',' | ';' | '!' | '?' | '"' | '*' | '|' | '=' | '>' | ')' | ']' | '}' | '$' | '^'
            | '\\' | '/' | '`' | '\n' => Turn::KeepAll,
            _ => Turn::Read,
        }
    }
}
