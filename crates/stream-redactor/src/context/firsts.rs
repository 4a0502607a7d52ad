//! The first three letters of words, as a set: most words are dismissed by them.

use crate::left::is_word;

/// The five bits of each byte; 0 for what ends a word.
static FIVE: [u16; 256] = {
    let mut five = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        if is_word(byte as u8) {
            #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
            {
                five[byte] = byte as u16 & 31;
            }
        }
        byte += 1;
    }
    five
};

/// Five bits for each letter; nothing for the third one of two.
pub(super) struct Firsts([u64; 512]);

impl Firsts {
    pub(super) const fn of(lists: &[&[&str]]) -> Self {
        let mut set = Self([0; 512]);
        let mut lists = lists;
        while let [words, more @ ..] = lists {
            let mut rest: &[&str] = words;
            while let [word, more @ ..] = rest {
                set.add_word(word.as_bytes());
                rest = more;
            }
            lists = more;
        }
        set
    }

    const fn add_word(&mut self, word: &[u8]) {
        match *word {
            [a, b] => self.add(a, b, 0),
            [a, b, b'*'] => {
                let mut c = 0;
                while c < 32 {
                    self.add(a, b, c);
                    c += 1;
                }
            }
            // A blank may be missing.
            [a, b, b' ', c, ..] => {
                self.add(a, b, 0);
                self.add(a, b, c);
            }
            [a, b, c, ..] => self.add(a, b, c),
            _ => {}
        }
    }

    const fn add(&mut self, a: u8, b: u8, c: u8) {
        let at = (a as usize & 31) << 10 | (b as usize & 31) << 5 | c as usize & 31;
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        let slot = &mut self.0[at >> 6];
        *slot |= 1 << (at & 63);
    }

    /// Whether a word may begin with letters of five bits each.
    #[inline]
    pub(super) fn has(&self, letters: u16) -> bool {
        let at = usize::from(letters);
        let set = self.0.get(at >> 6);
        set.is_some_and(|set| set >> (at & 63) & 1 == 1)
    }

    /// Whether a text may begin with one of the words.
    #[inline]
    pub(super) fn begin(&self, text: &[u8]) -> bool {
        let five = |byte: &u8| FIVE.get(usize::from(*byte)).copied().unwrap_or(0);
        match text {
            [a, b, rest @ ..] => {
                self.has(five(a) << 10 | five(b) << 5 | rest.first().map_or(0, five))
            }
            _ => false,
        }
    }
}
