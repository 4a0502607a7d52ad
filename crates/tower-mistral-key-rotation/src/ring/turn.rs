//! The state of the ring that changes at once.

/// Whose turn it is, and since when: in one number, so that both change at once.
#[derive(Clone, Copy)]
pub(crate) struct Turn {
    pub(crate) index: usize,
    /// In milliseconds since the start of the ring; 48 bits are for 8,900 years.
    pub(crate) since: u64,
}

impl Turn {
    const SINCE_BITS: u32 = 48;

    pub(crate) fn pack(self) -> u64 {
        (self.index as u64) << Self::SINCE_BITS | self.since & ((1 << Self::SINCE_BITS) - 1)
    }

    pub(crate) fn unpack(packed: u64) -> Self {
        Self {
            index: usize::from((packed >> Self::SINCE_BITS) as u16),
            since: packed & ((1 << Self::SINCE_BITS) - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_packed_and_unpacked() {
        for (index, since) in [(0, 0), (1023, (1 << Turn::SINCE_BITS) - 1), (7, 1)] {
            let turn = Turn::unpack(Turn { index, since }.pack());
            assert_eq!((turn.index, turn.since), (index, since));
        }
    }
}
