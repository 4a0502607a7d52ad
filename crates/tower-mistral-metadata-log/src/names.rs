//! Which names may be said.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

/// Names of one sort: those that were configured, and those that the API itself has said in a
/// successful reply, up to a number. A caller can put any text in the place of a name, a key too.
#[derive(Debug)]
pub(crate) struct Names {
    max: usize,
    known: RwLock<BTreeSet<Arc<str>>>,
}

impl Names {
    /// How many are told apart if nobody says otherwise.
    pub(crate) const MAX: usize = 100;

    /// What stands in the place of all others.
    pub(crate) fn other() -> Arc<str> {
        static OTHER: LazyLock<Arc<str>> = LazyLock::new(|| "other".into());
        Arc::clone(&OTHER)
    }

    pub(crate) fn new(max: usize) -> Self {
        Self {
            max,
            known: RwLock::default(),
        }
    }

    /// The same names with another limit.
    pub(crate) fn with_max(&self, max: usize) -> Self {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        Self {
            max,
            known: RwLock::new(known.clone()),
        }
    }

    /// Adds a name, whatever the limit is.
    pub(crate) fn configure(&self, name: &str) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(name.into());
    }

    /// The name that the API has said: itself as long as there is room, else `other`.
    pub(crate) fn learn(&self, name: &str) -> Arc<str> {
        if let Some(known) = self.find(name) {
            return known;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= self.max {
            return Self::other();
        }
        let name: Arc<str> = name.into();
        known.insert(Arc::clone(&name));
        name
    }

    /// The name that anybody has said: itself if it is known, else `other`.
    pub(crate) fn check(&self, name: &str) -> Arc<str> {
        self.find(name).unwrap_or_else(Self::other)
    }

    fn find(&self, name: &str) -> Option<Arc<str>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(name).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_are_told_apart() {
        let names = Names::new(2);
        names.configure("configured");
        assert_eq!(&*names.check("said"), "other");
        assert_eq!(&*names.learn("said"), "said");
        assert_eq!(&*names.check("said"), "said");
        assert_eq!(&*names.learn("one too many"), "other");
        assert_eq!(&*names.check("configured"), "configured");
        assert_eq!(&*names.with_max(3).learn("one too many"), "one too many");
    }
}
