//! The matches of a user's rule, character by character.

use std::sync::Arc;

use super::node::bit;
use super::program::Program;
use super::{Test, UserRule};
use crate::left::Left;
use crate::rules::{Closer, Found, Scan, Swallow, is_word};
use crate::view::visible;

/// Follows all matches at once. Of those that are in the same state only the first one is followed,
/// for they end alike: so a character costs no more than the pattern has states.
#[derive(Clone)]
pub(crate) struct User {
    program: Arc<Program>,
    test: Option<Test>,
    /// By their beginning.
    threads: Vec<Thread>,
    /// Room for the next ones.
    next: Vec<Thread>,
    /// When each state was last entered.
    entered: Vec<u64>,
    /// Characters read.
    count: u64,
    /// The last one, and the place behind it.
    last: (char, u64),
}

/// A match that may go on.
#[derive(Clone, Copy)]
struct Thread {
    start: u64,
    /// What [`User::count`] was there.
    begun: u64,
    state: u32,
}

impl User {
    pub(crate) fn new(rule: &UserRule) -> Self {
        Self {
            program: Arc::clone(&rule.program),
            test: rule.test.clone(),
            threads: Vec::new(),
            next: Vec::new(),
            entered: vec![0; rule.program.len()],
            count: 0,
            last: (' ', 0),
        }
    }

    /// The first match that ends before `c`.
    fn ended(&self, c: char, left: Left<'_>) -> Option<Found> {
        let (last, end) = self.last;
        if is_word(last) && is_word(c) {
            return None;
        }
        let ended = self
            .threads
            .iter()
            .filter(|thread| self.program.is_last(thread.state));
        let is_right = |start: u64| {
            let value = || visible(left.held.slice(start, end)).collect::<String>();
            self.test.as_ref().is_none_or(|test| test(&value()))
        };
        let first = ended
            .map(|thread| thread.start)
            .find(|start| is_right(*start));
        first.map(|start| Found::new(start, end))
    }

    /// A match that has become too long and goes on with `c`.
    fn overflown(&self, c: char) -> Option<Found> {
        let tail = self
            .program
            .tail()
            .filter(|tail| self.test.is_none() && tail.has(c))?;
        let is_long = |thread: &&Thread| self.is_long(thread) && self.program.is_last(thread.state);
        let thread = self.threads.iter().find(is_long)?;
        let closer = UserCloser {
            ascii: tail.ascii(),
            has_others: tail.has_others(),
        };
        Some(Found::opening(
            thread.start,
            self.last.1,
            Closer::User(closer),
        ))
    }

    fn is_long(&self, thread: &Thread) -> bool {
        self.count - thread.begun >= UserRule::MAX_LEN as u64
    }

    fn enter(&mut self, state: u32, thread: Thread) {
        let now = self.count + 1;
        if let Some(entered) = self
            .entered
            .get_mut(state as usize)
            .filter(|at| **at != now)
        {
            *entered = now;
            self.next.push(Thread { state, ..thread });
        }
    }
}

impl Scan for User {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        let found = self.ended(c, left).or_else(|| self.overflown(c));
        let program = Arc::clone(&self.program);
        let mut threads = std::mem::take(&mut self.threads);
        for thread in &threads {
            if !self.is_long(thread) {
                program
                    .next(Some(thread.state), c)
                    .for_each(|state| self.enter(state, *thread));
            }
        }
        threads.clear();
        if !(is_word(c) && left.prev.is_some_and(is_word)) {
            let begun = Thread {
                start: at,
                begun: self.count,
                state: 0,
            };
            program
                .next(None, c)
                .for_each(|state| self.enter(state, begun));
        }
        self.threads = std::mem::replace(&mut self.next, threads);
        self.count += 1;
        self.last = (c, at + 1);
        found
    }

    fn live(&self) -> Option<u64> {
        self.threads.first().map(|thread| thread.start)
    }

    fn is_anchored(&self, _: u64, _: Left<'_>) -> bool {
        let first = self.threads.first();
        self.test.is_none() && first.is_some_and(|first| self.program.is_last(first.state))
    }

    fn reset(&mut self) {
        self.threads.clear();
    }
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("User")
    }
}

/// Goes on with the class that a pattern repeats without end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UserCloser {
    ascii: u128,
    has_others: bool,
}

impl UserCloser {
    pub(crate) fn step(self, c: char) -> Swallow {
        let goes_on = if c.is_ascii() {
            self.ascii & bit(c) != 0
        } else {
            self.has_others && c.is_alphanumeric()
        };
        if goes_on {
            Swallow::More
        } else {
            Swallow::EndBefore
        }
    }
}
