//! The system text of a call, which its reply must not repeat.

use std::{
    collections::VecDeque,
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
};

use stream_redactor::SystemText;
use tower_mistral_wire::Mode;

use crate::conversation::Conversation;

/// So many bytes of system texts are kept ready. Their index takes about ten times as much.
const MAX_KEPT: usize = 1 << 20;

/// Makes system texts ready, and keeps those of the last calls, which mostly have the same one.
#[derive(Clone)]
pub(crate) struct Leaks {
    pub(crate) mode: Mode,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    /// Keyed, so that nobody can choose a text that is taken for another one.
    hasher: RandomState,
    texts: VecDeque<(u64, usize, SystemText)>,
    /// Bytes of all texts.
    len: usize,
}

impl Leaks {
    pub(crate) fn new(mode: Mode) -> Self {
        Self {
            mode,
            kept: Arc::default(),
        }
    }

    /// The system text of a call, if it has one that could be repeated. What the reader has written
    /// or was told before may be.
    pub(crate) fn of(&self, conversation: &Conversation<'_>) -> Option<SystemText> {
        if self.mode == Mode::Off || conversation.system.is_empty() {
            return None;
        }
        let mut system = self.ready(&conversation.system);
        if system.is_empty() {
            return None;
        }
        let known = conversation.user.iter().chain(&conversation.assistant);
        for text in known.filter_map(|text| text.as_str()) {
            system.exempt(&text);
        }
        Some(system)
    }

    fn ready(&self, text: &str) -> SystemText {
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let key = {
            let kept = lock();
            let key = kept.hasher.hash_one(text);
            if let Some((.., system)) = kept.texts.iter().find(|(k, ..)| *k == key) {
                return system.clone();
            }
            key
        };
        // Not under the lock: others have other texts.
        let system = SystemText::new(text);
        lock().keep(key, text.len(), &system);
        system
    }
}

impl Kept {
    fn keep(&mut self, key: u64, len: usize, system: &SystemText) {
        if len > MAX_KEPT / 4 || self.texts.iter().any(|(k, ..)| *k == key) {
            return;
        }
        self.texts.push_back((key, len, system.clone()));
        self.len += len;
        while self.len > MAX_KEPT {
            let Some((_, len, _)) = self.texts.pop_front() else {
                return;
            };
            self.len -= len;
        }
    }
}

impl fmt::Debug for Leaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leaks")
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}
