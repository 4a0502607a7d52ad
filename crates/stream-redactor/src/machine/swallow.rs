//! What disappears: text behind an opening, and invisible characters.

use std::borrow::Cow;

use super::Machine;
use crate::edit::{Entity, Sink};
use crate::rules::{Closer, Swallow};
use crate::view::Sym;

/// So many invisible characters in a row may stand inside a value. More end it.
const MAX_INVISIBLE: usize = 16;
/// What is shown instead of more.
const INVISIBLE: &str = "[INVISIBLE]";

#[derive(Clone)]
pub(super) struct Swallowing {
    /// The rule that does, by its index; none for invisible characters.
    rule: Option<usize>,
    closer: Closer,
}

impl Swallowing {
    pub(super) fn new(rule: Option<usize>, closer: Closer) -> Self {
        Self { rule, closer }
    }
}

impl Machine {
    pub(super) fn swallow(&mut self, symbol: Sym, sink: &mut Sink<'_>) {
        let Some(swallowing) = &mut self.swallowing else {
            return;
        };
        let rule = swallowing.rule;
        let state = match &mut swallowing.closer {
            Closer::Invisible if symbol.invisible => Swallow::More,
            Closer::Invisible => Swallow::EndBefore,
            _ if symbol.hidden => Swallow::More,
            closer => closer.step(symbol.ch),
        };
        if !matches!(state, Swallow::More) {
            self.swallowing = None;
        }
        if !matches!(state, Swallow::EndBefore) {
            self.reading.advance(symbol);
            let n = self.drop_to(self.reading.cursor());
            sink.swallow(n, self.entity(rule));
        }
        self.reading.restart();
    }

    pub(super) fn read_hidden(&mut self, symbol: Sym, sink: &mut Sink<'_>) {
        self.invisible = if symbol.invisible {
            self.invisible + 1
        } else {
            0
        };
        self.reading.advance(symbol);
        if self.invisible > MAX_INVISIBLE {
            self.end_at_invisible(sink);
        } else {
            self.decide(sink);
        }
    }

    /// The text ends before the invisible characters at the cursor, and begins anew behind them.
    fn end_at_invisible(&mut self, sink: &mut Sink<'_>) {
        let behind = self.reading.cursor();
        self.reading.go_back(self.invisible as u64);
        self.invisible = 0;
        self.end_candidates(self.reading.cursor(), false, sink);
        self.restart();
        while let Some(symbol) = self
            .reading
            .next()
            .filter(|_| self.reading.cursor() < behind)
        {
            self.reading.advance(symbol);
        }
        let n = self.drop_to(behind);
        self.reading.forget_before();
        self.restart();
        if let Some(swallowing) = &self.swallowing {
            sink.swallow(n, self.entity(swallowing.rule));
            return;
        }
        self.reading.show(INVISIBLE);
        sink.replace(n, Entity::INVISIBLE_TEXT, Cow::Borrowed(INVISIBLE));
        self.swallowing = Some(Swallowing::new(None, Closer::Invisible));
    }

    fn entity(&self, rule: Option<usize>) -> &Entity {
        let rule = rule.and_then(|rule| self.config.rules.get(rule));
        rule.map_or(&Entity::INVISIBLE_TEXT, |rule| &rule.entity)
    }
}
