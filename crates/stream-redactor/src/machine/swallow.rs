//! What disappears: text behind an opening, and invisible characters.

use super::Machine;
use crate::edit::{Entity, Sink};
use crate::rules::{Closer, Found, Rule, Swallow, Tier, is_covert};
use crate::view::Sym;

/// So many invisible characters in a row may stand inside a value. More end it.
const MAX_INVISIBLE: usize = 16;

#[derive(Clone)]
pub(super) struct Swallowing {
    /// The rule that does, by its index.
    pub(super) rule: usize,
    pub(super) closer: Closer,
    /// Its placeholder went out.
    pub(super) is_shown: bool,
}

impl Machine {
    pub(super) fn swallow(&mut self, symbol: Sym, sink: &mut Sink<'_>) {
        let Some(swallowing) = &mut self.swallowing else {
            return;
        };
        let rule = swallowing.rule;
        let is_shown = std::mem::replace(&mut swallowing.is_shown, true);
        let state = match &mut swallowing.closer {
            Closer::Invisible if symbol.invisible => Swallow::More,
            Closer::Invisible => Swallow::EndBefore,
            Closer::Outside => Swallow::More,
            _ if symbol.hidden => Swallow::More,
            closer => closer.step(symbol.ch),
        };
        if !matches!(state, Swallow::More) {
            self.swallowing = None;
        }
        if !matches!(state, Swallow::EndBefore) {
            self.reading.advance(symbol);
            let n = self.drop_to(self.reading.cursor());
            if is_shown {
                self.show_swallowed(n, rule, sink);
            } else {
                let with = self.config.rules.get(rule).map(Rule::shown_unread);
                self.show(n, rule, with.unwrap_or_default(), sink);
            }
        }
        self.reading.restart();
    }

    /// The rule for an entity that is found in front of the machine.
    pub(crate) fn rule_for(&self, entity: &Entity) -> Option<usize> {
        let is_it = |rule: &Rule| rule.entity == *entity;
        self.config.rules.iter().position(is_it)
    }

    pub(crate) fn is_enabled(&self, rule: usize) -> bool {
        self.scanners.is_enabled(rule)
    }

    /// Ends what was read, and lets the last `back` bytes of it, as far as they are undecided, and all
    /// that follows disappear until [`close`](Self::close).
    pub(crate) fn open(&mut self, entity: &Entity, back: usize, sink: &mut Sink<'_>) {
        let Some(rule) = self.rule_for(entity) else {
            return;
        };
        self.view.flush(&mut self.reading.symbols);
        let end = self.reading.symbols.end();
        self.read(end, sink);
        let from = self.reading.symbols.place_before_end(back);
        self.settle_before(from, sink);
        let opened = self.swallowing.take();
        self.swallowing = Some(Swallowing {
            rule: opened.as_ref().map_or(rule, |opened| opened.rule),
            closer: Closer::Outside,
            is_shown: opened.is_some_and(|opened| opened.is_shown),
        });
        self.read(end, sink);
    }

    /// Shows again what follows.
    pub(crate) fn close(&mut self, sink: &mut Sink<'_>) {
        self.view.flush(&mut self.reading.symbols);
        let end = self.reading.symbols.end();
        self.read(end, sink);
        self.swallowing = None;
        self.restart();
    }

    pub(super) fn read_hidden(&mut self, symbol: Sym, sink: &mut Sink<'_>) {
        if symbol.invisible {
            self.invisible += 1;
        } else {
            self.end_invisible();
        }
        self.reading.advance(symbol);
        if self.invisible > MAX_INVISIBLE {
            self.end_at_invisible(sink);
        } else {
            self.decide(sink);
        }
    }

    /// Counts the invisible characters that end at the cursor as found, if they hide something. They
    /// go where nothing claims them with what stands around them.
    #[inline]
    pub(super) fn end_invisible(&mut self) {
        if self.invisible > 0 {
            self.find_covert();
        }
        self.invisible = 0;
    }

    fn find_covert(&mut self) {
        let end = self.reading.cursor();
        let start = end - self.invisible as u64;
        let rule = self.config.plan.invisible;
        let Some(rule) = rule.filter(|rule| self.scanners.is_enabled(*rule)) else {
            return;
        };
        let run = self.reading.symbols.slice(start, end);
        if is_covert(self.reading.left().prev, run) {
            let live = self.scanners.first_live().unwrap_or(start);
            self.pinned = self.pinned.or(Some(live.min(start)));
            let found = Found::new(start, end);
            self.scanners.find(rule, Tier::Certain, found);
        }
    }

    /// The text ends before the invisible characters at the cursor, and begins anew behind them.
    fn end_at_invisible(&mut self, sink: &mut Sink<'_>) {
        let behind = self.reading.cursor();
        let run = self.invisible as u64;
        self.reading.go_back(run);
        self.invisible = 0;
        self.end_candidates(self.reading.cursor(), false, sink);
        let opened_by = self.swallowing.as_ref().map(|swallowing| swallowing.rule);
        let invisible = self
            .config
            .plan
            .invisible
            .filter(|rule| self.scanners.is_enabled(*rule));
        match (opened_by, invisible) {
            (Some(rule), _) => {
                let n = self.drop_to(behind);
                self.show_swallowed(n, rule, sink);
            }
            (None, Some(rule)) => {
                let found = Found::opening(behind - run, behind, Closer::Invisible);
                self.replace(rule, found, sink);
            }
            (None, None) => {
                self.keep_to(behind, sink);
                self.reading.forget_before();
            }
        }
        self.restart();
    }

    fn show_swallowed(&mut self, n: usize, rule: usize, sink: &mut Sink<'_>) {
        if let Some(rule) = self.config.rules.get(rule) {
            sink.swallow(n, &rule.entity);
        }
    }
}
