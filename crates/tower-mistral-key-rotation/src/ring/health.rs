//! What the API has made known about a key, in one number.

/// Whether a key is passed over, and until when: in one number, so that both change at once. The
/// time stays when a key is healthy again, so no two healths of a key are the same, and a failure
/// from before cannot be taken for one from after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Health(u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Healthy,
    /// Suspected: the API has rejected it once.
    Benched,
    /// Known to be of no use.
    Quarantined,
    /// Taken out by hand: no answer of the API changes that.
    Withheld,
}

impl Health {
    const KIND_SHIFT: u32 = 62;
    const TIME: u64 = (1 << Self::KIND_SHIFT) - 1;

    /// Passed over until this time, in nanoseconds since the start of the ring.
    pub(crate) fn held(standing: Standing, until: u64) -> Self {
        let kind = match standing {
            Standing::Healthy => 0,
            Standing::Benched => 1,
            Standing::Quarantined => 2,
            Standing::Withheld => 3,
        };
        Self(kind << Self::KIND_SHIFT | until.min(Self::TIME))
    }

    pub(crate) fn cleared(self) -> Self {
        Self(self.0 & Self::TIME)
    }

    pub(crate) fn standing(self) -> Standing {
        match self.0 >> Self::KIND_SHIFT {
            0 => Standing::Healthy,
            1 => Standing::Benched,
            2 => Standing::Quarantined,
            _ => Standing::Withheld,
        }
    }

    /// Whether the API has rejected the key, and may accept it again.
    pub(crate) fn is_suspect(self) -> bool {
        matches!(self.standing(), Standing::Benched | Standing::Quarantined)
    }

    pub(crate) fn until(self) -> u64 {
        self.0 & Self::TIME
    }

    pub(crate) fn to_bits(self) -> u64 {
        self.0
    }

    pub(crate) fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_health_is_packed_and_unpacked() {
        for standing in [
            Standing::Healthy,
            Standing::Benched,
            Standing::Quarantined,
            Standing::Withheld,
        ] {
            for until in [0, 1, Health::TIME] {
                let health = Health::from_bits(Health::held(standing, until).to_bits());
                assert_eq!((health.standing(), health.until()), (standing, until));
                assert_eq!(health.cleared().standing(), Standing::Healthy);
            }
        }
        assert_eq!(
            Health::held(Standing::Benched, u64::MAX).until(),
            Health::TIME
        );
    }
}
