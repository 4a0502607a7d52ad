//! Words by what they mean to an attack, in the languages we know.

use std::collections::HashMap;

use crate::read;

/// The words, by class; see the file for its format.
const WORDS: &str = include_str!("../../model/lexicon.txt");

/// What a word is about: `disregard` and `vergiss` are the same class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class(u8);

impl Class {
    pub(crate) fn id(self) -> u64 {
        u64::from(self.0) + 1
    }

    /// Whether it only says which language the text is in.
    pub(crate) fn is_mute(self) -> bool {
        self.0 == MUTE
    }
}

/// Classes by word.
pub(crate) struct Lexicon {
    slots: Box<[Slot; 1 << BITS]>,
}

#[derive(Clone, Copy)]
struct Slot {
    check: u32,
    class: u8,
    /// A word of two characters in a script without blanks begins with this one.
    leads: bool,
}

const BITS: u32 = 13;
const NONE: u8 = u8::MAX;
const MUTE: u8 = NONE - 1;

impl Lexicon {
    /// The lexicon of this crate.
    pub(crate) fn new() -> Self {
        Self::parse(WORDS)
    }

    /// The class of a word, or of the two characters that end with it, and whether a word of two
    /// characters may begin with it. `before` is the word in front of it, if that may begin one.
    #[inline]
    pub(crate) fn class(&self, before: Option<u64>, word: u64) -> (Option<Class>, bool) {
        let own = self.slot(word);
        let mut class = own.class;
        if let Some(before) = before.filter(|_| class == NONE) {
            class = self.slot(pair(before, word)).class;
        }
        ((class != NONE).then_some(Class(class)), own.leads)
    }

    /// Whether a word is in it, in whatever class.
    pub(crate) fn knows(&self, word: u64) -> bool {
        !matches!(self.slot(word).class, NONE | MUTE)
    }

    /// Another number for other words.
    pub(crate) fn mark(&self) -> u64 {
        self.slots.iter().fold(0, |mark, slot| {
            let slot = u64::from(slot.check) << 8 | u64::from(slot.class);
            (mark ^ slot).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        })
    }

    fn slot(&self, key: u64) -> Slot {
        let (home, check) = place(key);
        for at in neighbours(home) {
            match self.slots.get(at) {
                Some(slot) if slot.check == check => return *slot,
                Some(slot) if slot.check != EMPTY.check => {}
                _ => return EMPTY,
            }
        }
        EMPTY
    }

    fn put(&mut self, key: u64, change: impl FnOnce(&mut Slot)) {
        let (home, check) = place(key);
        for at in neighbours(home) {
            if let Some(slot) = self.slots.get_mut(at) {
                if slot.check == check || slot.check == 0 {
                    slot.check = check;
                    return change(slot);
                }
            }
        }
    }

    fn parse(words: &str) -> Self {
        let mut lexicon = Self {
            slots: Box::new([EMPTY; 1 << BITS]),
        };
        let mut names = HashMap::new();
        let lines = words.lines().filter(|line| !line.starts_with('#'));
        for (name, words) in lines.filter_map(|line| line.split_once(':')) {
            let next = match name {
                "mute" => MUTE,
                _ => u8::try_from(names.len()).unwrap_or(MUTE),
            };
            let class = *names.entry(name).or_insert(next);
            for word in words.split_whitespace() {
                lexicon.add(word, class);
            }
        }
        lexicon
    }

    fn add(&mut self, word: &str, class: u8) {
        let mut read = Vec::new();
        read::read(word, &mut read);
        let key = match read.as_slice() {
            [word] => word.key,
            [one, two, ..] => {
                self.put(one.key, |slot| slot.leads = true);
                pair(one.key, two.key)
            }
            [] => return,
        };
        self.put(key, |slot| {
            // The first class that claims a word has it.
            if slot.class == NONE {
                slot.class = class;
            }
        });
    }
}

const EMPTY: Slot = Slot {
    check: 0,
    class: NONE,
    leads: false,
};

fn pair(one: u64, two: u64) -> u64 {
    one.rotate_left(21) ^ two
}

/// The places of a key, in the order they are filled: a line of memory.
fn neighbours(home: usize) -> [usize; 4] {
    [home, home ^ 1, home ^ 2, home ^ 3]
}

/// Where a key lives, and how its slot knows it: never by zero, which is an empty slot.
fn place(key: u64) -> (usize, u32) {
    let mixed = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let home = usize::try_from(mixed >> (64 - BITS)).unwrap_or_default();
    let check = u32::try_from(mixed >> 8 & 0xFFFF_FFFF).unwrap_or_default();
    (home, check | 1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::read::key;

    #[test]
    fn each_word_of_the_file_has_a_class_and_the_first_that_claims_it() {
        let lexicon = Lexicon::new();
        let class = |word: &str| {
            let mut words = Vec::new();
            read::read(word, &mut words);
            let mut seen = (None, false);
            let mut before = None;
            for word in &words {
                seen = lexicon.class(before, word.key);
                before = seen.1.then_some(word.key);
            }
            seen.0
        };
        assert_eq!(class("disregard"), class("Vergiss"));
        assert_eq!(class("disregard"), class("忽略"));
        assert_ne!(class("disregard"), class("previous"));
        assert_eq!(class("lighthouse"), None);
        assert!(class("der").unwrap().is_mute() && !lexicon.knows(key("der")));
        let lines = WORDS.lines().filter(|line| !line.starts_with('#'));
        let words = lines
            .filter_map(|line| line.split_once(':'))
            .flat_map(|(_, w)| w.split_whitespace());
        let lost: Vec<_> = words
            .filter(|word| {
                let mut read = Vec::new();
                read::read(word, &mut read);
                read.len() == 1 && lexicon.slot(key(word)).class == NONE
            })
            .collect();
        assert!(lost.is_empty(), "{lost:?}");
    }
}
