//! How many bytes all buffers of a process may hold together.

use std::{
    fmt,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A budget of bytes that buffers share: when it is used up, calls are refused (503, retryable)
/// instead of memory running out. A shared handle.
#[derive(Clone)]
pub struct Budget(Arc<Inner>);

struct Inner {
    limit: usize,
    used: AtomicUsize,
}

impl Budget {
    /// The limit of [`Budget::process`]: 1 GiB.
    pub const PROCESS_LIMIT: usize = 1 << 30;

    /// A budget of its own.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Inner {
            limit,
            used: AtomicUsize::new(0),
        }))
    }

    /// The budget of the process: what every layer uses unless it is given another.
    pub fn process() -> Self {
        static PROCESS: LazyLock<Budget> = LazyLock::new(|| Budget::new(Budget::PROCESS_LIMIT));
        PROCESS.clone()
    }

    /// How many bytes are in use.
    pub fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }

    /// An empty reservation, to be [grown](Reservation::grow).
    pub fn reserve(&self) -> Reservation {
        Reservation {
            budget: self.clone(),
            bytes: 0,
        }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::process()
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Budget");
        out.field("limit", &self.0.limit)
            .field("used", &self.used())
            .finish()
    }
}

/// A part of a [`Budget`], given back on drop.
#[derive(Debug)]
pub struct Reservation {
    budget: Budget,
    bytes: usize,
}

impl Reservation {
    /// Takes `more` bytes; false if they are not there.
    #[must_use]
    pub fn grow(&mut self, more: usize) -> bool {
        let Inner { limit, used } = &*self.budget.0;
        let taken = used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            used.checked_add(more).filter(|sum| sum <= limit)
        });
        if taken.is_ok() {
            self.bytes += more;
        }
        taken.is_ok()
    }

    /// Takes what is missing to hold `bytes`; false if it is not there. What is taken stays taken.
    #[must_use]
    pub(crate) fn cover(&mut self, bytes: usize) -> bool {
        match bytes.checked_sub(self.bytes) {
            Some(0) | None => true,
            Some(more) => self.grow(more),
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.0.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_is_given_back() {
        let budget = Budget::new(10);
        let mut first = budget.reserve();
        assert!(first.grow(6) && !first.grow(5) && first.grow(4));
        assert!(!budget.reserve().grow(1));
        drop(first);
        assert_eq!(budget.used(), 0);
    }
}
