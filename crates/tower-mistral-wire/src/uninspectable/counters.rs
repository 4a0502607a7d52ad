//! How often.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{Handling, Reason};

/// How often something could not be inspected, by reason and by what was done about it. In
/// [`Mode::Observe`](crate::Mode::Observe) what would have been done counts.
///
/// A shared handle: clones count together, and layers that are given the same one do.
#[derive(Clone, Default)]
pub struct Counters(Arc<[[AtomicU64; Handling::ALL.len()]; Reason::ALL.len()]>);

impl Counters {
    /// Counts one.
    pub fn add(&self, reason: Reason, handling: Handling) {
        if let Some(count) = self.slot(reason, handling) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How often `handling` was the answer to `reason`.
    pub fn get(&self, reason: Reason, handling: Handling) -> u64 {
        self.slot(reason, handling)
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// All that are not zero.
    pub fn iter(&self) -> impl Iterator<Item = (Reason, Handling, u64)> + '_ {
        let each = |reason| Handling::ALL.map(|handling| (reason, handling));
        let all = Reason::ALL.into_iter().flat_map(each);
        let counted = all.map(|(reason, handling)| (reason, handling, self.get(reason, handling)));
        counted.filter(|(_, _, count)| *count > 0)
    }

    fn slot(&self, reason: Reason, handling: Handling) -> Option<&AtomicU64> {
        self.0.get(reason as usize)?.get(handling as usize)
    }
}

impl fmt::Debug for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.iter();
        f.debug_map()
            .entries(counts.map(|(reason, handling, n)| ((reason, handling), n)))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_count_together() {
        let counters = Counters::default();
        counters.clone().add(Reason::NotJson, Handling::Pass);
        counters.add(Reason::NotJson, Handling::Pass);
        counters.add(Reason::CutOff, Handling::Refuse);
        let counted: Vec<_> = counters.iter().collect();
        let expected = [
            (Reason::NotJson, Handling::Pass, 2),
            (Reason::CutOff, Handling::Refuse, 1),
        ];
        assert_eq!(counted, expected);
    }
}
