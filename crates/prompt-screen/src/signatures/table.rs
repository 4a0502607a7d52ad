//! From the key of a word to its number, fast for the words that no rule has.

/// Numbers of words by key.
#[derive(Clone, Debug)]
pub(crate) struct WordTable {
    /// A bit for 16 bits of the key: small enough to stay in the fastest cache, and clear for
    /// nearly all words that no rule has.
    seen: Vec<u64>,
    /// Open addressing; half of the slots are free, so that searches end soon.
    slots: Vec<(u64, u32)>,
    shift: u32,
}

/// No word has this number.
pub(crate) const NO_WORD: u32 = u32::MAX;

impl WordTable {
    /// Numbers the keys by their place. They must differ.
    pub(crate) fn new(keys: &[u64]) -> Self {
        let size = (keys.len() * 2).next_power_of_two().max(2);
        let mut table = Self {
            seen: vec![0; 1024],
            slots: vec![(0, NO_WORD); size],
            shift: 64 - size.trailing_zeros(),
        };
        for (key, word) in keys.iter().zip(0..) {
            let (at, bit) = seen(*key);
            if let Some(seen) = table.seen.get_mut(at) {
                *seen |= bit;
            }
            let mut at = table.home(*key);
            while let Some(slot) = table.slots.get_mut(at) {
                if slot.1 == NO_WORD {
                    *slot = (*key, word);
                    break;
                }
                at = (at + 1) & (size - 1);
            }
        }
        table
    }

    /// The number of the word, or [`NO_WORD`].
    #[inline]
    pub(crate) fn get(&self, key: u64) -> u32 {
        let (at, bit) = seen(key);
        match self.seen.get(at) {
            Some(seen) if seen & bit != 0 => self.search(key),
            _ => NO_WORD,
        }
    }

    fn search(&self, key: u64) -> u32 {
        let mut at = self.home(key);
        while let Some((found, word)) = self.slots.get(at) {
            if *word == NO_WORD || *found == key {
                return *word;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        NO_WORD
    }

    fn home(&self, key: u64) -> usize {
        (spread(key) >> self.shift) as usize
    }
}

fn seen(key: u64) -> (usize, u64) {
    let bits = spread(key) >> 48;
    ((bits >> 6) as usize, 1 << (bits & 63))
}

/// Keys of short words differ in few bits only.
const fn spread(key: u64) -> u64 {
    (key ^ (key >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_its_number_and_no_other_word_has_one() {
        let keys: Vec<u64> = (0..3000).map(|n| n * n + 1).collect();
        let table = WordTable::new(&keys);
        for (key, word) in keys.iter().zip(0..) {
            assert_eq!(table.get(*key), word);
        }
        assert_eq!(table.get(0), NO_WORD);
        assert_eq!(table.get(3), NO_WORD);
        assert_eq!(WordTable::new(&[]).get(7), NO_WORD);
    }
}
