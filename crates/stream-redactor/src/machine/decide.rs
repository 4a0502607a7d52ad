//! What is decided: who wins, what is kept, what is replaced.

use std::borrow::Cow;

use super::Machine;
use super::swallow::Swallowing;
use crate::edit::{Entity, Sink};
use crate::rules::{Found, Group};
use crate::view::visible;

impl Machine {
    /// Decides what can be decided, and keeps to the hold.
    pub(super) fn decide(&mut self, sink: &mut Sink<'_>) {
        self.decide_once(sink);
        while self.is_over_hold() && self.overflow() {
            self.decide_once(sink);
        }
    }

    /// The candidate of the first place, the best tier, the greatest length and the earliest rule
    /// wins, as soon as nothing that is alive can win over it. Without a winner, all before the
    /// first live place is kept.
    fn decide_once(&mut self, sink: &mut Sink<'_>) {
        let mut live = self.scanners.first_live();
        if self.invisible > 0 {
            // They may turn out to be too many, and then they are a finding.
            let run = self.reading.cursor() - self.invisible as u64;
            live = Some(live.map_or(run, |live| live.min(run)));
        }
        let end = live.unwrap_or(self.reading.cursor());
        match self.scanners.best() {
            Some(best) if live.is_none_or(|live| live > best.found.start) => {
                self.commit(best.rule, best.found, sink);
            }
            Some(best) => {
                let end = end.min(best.found.start);
                self.keep_to(self.pinned.map_or(end, |pinned| pinned.min(end)), sink);
            }
            None => self.keep_to(end, sink),
        }
    }

    fn commit(&mut self, rule: usize, found: Found, sink: &mut Sink<'_>) {
        if self.is_spared(rule, found) {
            self.keep_to(found.end, sink);
            self.restart();
            return;
        }
        if found.start > self.reading.symbols.base() && !self.settle_before(found.start, sink) {
            return;
        }
        self.replace(rule, found, sink);
        self.restart();
    }

    /// Shows the placeholder of a rule instead of what it has found, at the first undecided place.
    pub(super) fn replace(&mut self, rule: usize, found: Found, sink: &mut Sink<'_>) {
        let Some(with) = self.config.rules.get(rule).map(|rule| match found.opens {
            Some(_) => rule.shown_unread(),
            None => rule.shown(|| self.value(found)),
        }) else {
            return;
        };
        let n = self.drop_to(found.end);
        self.show(n, rule, with, sink);
        self.swallowing = found.opens.map(|closer| Swallowing {
            rule,
            closer,
            is_shown: true,
        });
    }

    /// Shows a text instead of the last `n` bytes.
    pub(super) fn show(
        &mut self,
        n: usize,
        rule: usize,
        with: Cow<'static, str>,
        sink: &mut Sink<'_>,
    ) {
        self.reading.show(&with);
        if let Some(fence) = &mut self.fence {
            fence.read_all(&with);
        }
        self.reading.forget_before();
        if let Some(rule) = self.config.rules.get(rule) {
            sink.replace(n, rule.entity.clone(), with);
        }
    }

    /// A finding as rules read it.
    fn value(&self, found: Found) -> String {
        visible(self.reading.symbols.slice(found.start, found.end)).collect()
    }

    /// What is undecided before a finding is read again with the end behind it: a reader of the
    /// outcome sees a placeholder there and not the finding. False if that swallows the finding.
    pub(super) fn settle_before(&mut self, start: u64, sink: &mut Sink<'_>) -> bool {
        self.restart();
        self.read(start, sink);
        self.end_candidates(start, false, sink);
        self.restart();
        self.swallowing.is_none()
    }

    fn is_spared(&self, rule: usize, found: Found) -> bool {
        let Some(rule) = self.config.rules.get(rule) else {
            return false;
        };
        if rule.group() == Group::Active && self.is_in_code(found.start) {
            return true;
        }
        if found.opens.is_some() {
            return false;
        }
        // Nobody's address: how Git names a host, `git@github.com:owner/project`.
        let head = visible(self.reading.symbols.slice(found.start, found.end)).take(4);
        if rule.entity == Entity::EMAIL_ADDRESS && head.eq("git@".chars()) {
            return true;
        }
        let symbols = self.reading.symbols.slice(found.start, found.end);
        if rule.finds_urls() && self.config.is_allowed_url(symbols) {
            return true;
        }
        let allowed = &self.config.allowed;
        if allowed.is_empty() && self.exempt.is_empty() {
            return false;
        }
        let value = self.value(found);
        allowed.has(&rule.entity, &value) || self.exempt.contains(&value)
    }

    /// Whether a place stands in a code block, and that matters.
    fn is_in_code(&self, place: u64) -> bool {
        self.fence.clone().is_some_and(|mut fence| {
            let before = self
                .reading
                .symbols
                .slice(self.reading.symbols.base(), place);
            visible(before).for_each(|c| fence.read(c));
            fence.is_open()
        })
    }

    /// Takes one live candidate out, the first: replaced as far as it was read if it is past its
    /// anchor, given up otherwise. False if there is none.
    fn overflow(&mut self) -> bool {
        let (at, left) = (self.reading.cursor(), self.reading.left());
        self.scanners.overflow(&self.config.plan, at, left)
    }

    #[inline]
    pub(super) fn keep_to(&mut self, end: u64, sink: &mut Sink<'_>) {
        if let Some(fence) = &mut self.fence {
            let kept = self.reading.symbols.slice(self.reading.symbols.base(), end);
            visible(kept).for_each(|c| fence.read(c));
        }
        let n = self.reading.keep_to(end);
        self.held -= n;
        sink.keep(n);
    }

    pub(super) fn drop_to(&mut self, end: u64) -> usize {
        let n = self.reading.drop_to(end);
        self.held -= n;
        n
    }
}
