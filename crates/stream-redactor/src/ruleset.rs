//! Which rules are switched on.

const WORDS: usize = 4;

/// A set of rules by their position in [`Redactor::rules`](crate::Redactor::rules); up to 256.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RuleSet([u64; WORDS]);

impl RuleSet {
    /// The most rules.
    pub(crate) const MAX: usize = 64 * WORDS;

    /// No rule.
    #[must_use]
    pub const fn empty() -> Self {
        Self([0; WORDS])
    }

    /// This set and the rule at `index`. An index of 256 or more changes nothing.
    #[must_use]
    pub fn with(mut self, index: usize) -> Self {
        if let Some(word) = self.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
        self
    }

    /// This set without the rule at `index`.
    #[must_use]
    pub fn without(mut self, index: usize) -> Self {
        if let Some(word) = self.0.get_mut(index / 64) {
            *word &= !(1 << (index % 64));
        }
        self
    }

    /// Whether the rule at `index` is in the set.
    #[must_use]
    pub fn contains(&self, index: usize) -> bool {
        self.0
            .get(index / 64)
            .is_some_and(|word| word & (1 << (index % 64)) != 0)
    }

    /// Whether the set holds no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_put_in() {
        let set = RuleSet::empty().with(0).with(64).with(255).with(256);
        for (index, expected) in [(0, true), (1, false), (64, true), (255, true), (256, false)] {
            assert_eq!(set.contains(index), expected, "{index}");
        }
        assert!(!set.is_empty());
        assert!(
            set.without(0)
                .without(64)
                .without(255)
                .without(999)
                .is_empty()
        );
    }
}
