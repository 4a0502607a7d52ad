//! The queue of scripted replies.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::reply::Reply;

#[derive(Default)]
pub(crate) struct Script {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: VecDeque<Reply>,
    always: Reply,
    by_path: HashMap<String, Reply>,
}

impl Script {
    pub(crate) fn push(&self, reply: Reply) {
        self.lock().next.push_back(reply);
    }

    pub(crate) fn set_always(&self, reply: Reply) {
        self.lock().always = reply;
    }

    pub(crate) fn set_at(&self, path: String, reply: Reply) {
        self.lock().by_path.insert(path, reply);
    }

    pub(crate) fn at(&self, path: &str) -> Option<Reply> {
        self.lock().by_path.get(path).cloned()
    }

    pub(crate) fn next(&self) -> Reply {
        let mut state = self.lock();
        state
            .next
            .pop_front()
            .unwrap_or_else(|| state.always.clone())
    }

    pub(crate) fn waiting(&self) -> usize {
        self.lock().next.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
