//! What is decided: who wins, what is kept, what is replaced.

use std::sync::Arc;

use super::Machine;
use super::swallow::Swallowing;
use crate::edit::Sink;
use crate::rules::{Found, Rule};
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
        let config = Arc::clone(&self.config);
        let Some(rule_found) = config.rules.get(rule) else {
            return;
        };
        let n = self.drop_to(found.end);
        self.reading.show(rule_found.placeholder());
        self.reading.forget_before();
        sink.replace(n, rule_found.entity.clone(), rule_found.placeholder.clone());
        self.swallowing = found.opens.map(|closer| Swallowing { rule, closer });
    }

    /// What is undecided before a finding is read again with the end behind it: a reader of the
    /// outcome sees a placeholder there and not the finding. False if that swallows the finding.
    fn settle_before(&mut self, start: u64, sink: &mut Sink<'_>) -> bool {
        self.restart();
        self.read(start, sink);
        self.end_candidates(start, false, sink);
        self.restart();
        self.swallowing.is_none()
    }

    fn is_spared(&self, rule: usize, found: Found) -> bool {
        if found.opens.is_some() {
            return false;
        }
        let symbols = self.reading.symbols.slice(found.start, found.end);
        let is_url = self.config.rules.get(rule).is_some_and(Rule::finds_urls);
        if is_url && self.config.is_allowed_url(symbols) {
            return true;
        }
        if self.config.allowed.is_empty() && self.exempt.is_empty() {
            return false;
        }
        let value: String = visible(symbols).collect();
        self.config.allowed.contains(&value) || self.exempt.contains(&value)
    }

    /// Takes one live candidate out, the first: replaced as far as it was read if it is past its
    /// anchor, given up otherwise. False if there is none.
    fn overflow(&mut self) -> bool {
        let (at, left) = (self.reading.cursor(), self.reading.left());
        self.scanners.overflow(&self.config.plan, at, left)
    }

    #[inline]
    pub(super) fn keep_to(&mut self, end: u64, sink: &mut Sink<'_>) {
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
