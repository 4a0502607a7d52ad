//! How much was found in a reply, where that decides on it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use stream_redactor::Entity;

/// The most findings in a reply of entities that are counted together, for those that have a limit.
pub(crate) type Limits = Vec<(Vec<Entity>, u32)>;

/// What shows as one neutral placeholder: exact texts, canaries, and the system text.
pub(crate) const LEAKS: [Entity; 2] = [Entity::TRIPWIRE, Entity::SYSTEM_PROMPT];

/// Counts the findings of one reply, for all of its texts.
#[derive(Clone)]
pub(crate) struct Tally {
    limits: Arc<Limits>,
    counts: Arc<[AtomicU32]>,
    is_over: Arc<AtomicBool>,
}

impl Tally {
    /// None if nothing has a limit.
    pub(crate) fn new(limits: &Arc<Limits>) -> Option<Self> {
        (!limits.is_empty()).then(|| Self {
            limits: Arc::clone(limits),
            counts: limits.iter().map(|_| AtomicU32::new(0)).collect(),
            is_over: Arc::default(),
        })
    }

    pub(crate) fn count(&self, entity: &Entity) {
        for ((limited, max), count) in self.limits.iter().zip(&*self.counts) {
            if limited.contains(entity) && count.fetch_add(1, Ordering::Relaxed) >= *max {
                self.is_over.store(true, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}
