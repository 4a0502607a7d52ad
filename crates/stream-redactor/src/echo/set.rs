//! Hashes, many of them, to be looked up fast.

/// A set of hashes, none of them 0.
#[derive(Clone, Default)]
pub(super) struct Set {
    /// A power of two slots, at most half of them taken; 0 where there is none.
    slots: Vec<u64>,
    len: usize,
}

impl Set {
    pub(super) fn insert(&mut self, hash: u64) {
        if 2 * (self.len + 1) > self.slots.len() {
            let grown = (4 * self.slots.len()).max(64);
            let taken = std::mem::replace(&mut self.slots, vec![0; grown]);
            self.len = 0;
            taken
                .into_iter()
                .filter(|hash| *hash != 0)
                .for_each(|hash| self.insert(hash));
        }
        let at = self.find(hash);
        if let Some(slot) = self.slots.get_mut(at).filter(|slot| **slot == 0) {
            *slot = hash;
            self.len += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.slots.iter().copied().filter(|hash| *hash != 0)
    }

    #[inline]
    pub(super) fn contains(&self, hash: u64) -> bool {
        self.slots.get(self.find(hash)) == Some(&hash)
    }

    /// Where the hash is, or would be.
    #[inline]
    fn find(&self, hash: u64) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = (hash >> 20) as usize & mask;
        while self
            .slots
            .get(at)
            .is_some_and(|slot| *slot != 0 && *slot != hash)
        {
            at = (at + 1) & mask;
        }
        at
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let mut set = Set::default();
        assert!(!set.contains(7));
        let hash = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        (0..5_000).for_each(|n| set.insert(hash(n)));
        assert!((0..5_000).all(|n| set.contains(hash(n))));
        assert!((5_000..20_000).all(|n| !set.contains(hash(n))));
    }
}
