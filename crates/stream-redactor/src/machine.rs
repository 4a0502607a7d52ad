//! The one machine: a fold over characters that decides, place by place, what is kept.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::edit::Sink;
use crate::redactor::Config;
use crate::rules::{Automaton, Closer, END, Found, Held, Rule, Scan, Swallow};
use crate::ruleset::RuleSet;
use crate::view::{MAX_PENDING, Sym, View, visible};

#[derive(Clone)]
pub(crate) struct Machine {
    config: Arc<Config>,
    /// Folded values that stay, beside those of the configuration.
    exempt: Arc<[String]>,
    view: View,
    /// The symbols from the first undecided place on.
    symbols: VecDeque<Sym>,
    /// The place of the first of them.
    base: u64,
    /// The place that the automata read next. It goes back to the end of a finding.
    cursor: u64,
    scanners: Vec<Scanner>,
    /// The rule that swallows, by its index, and what ends it. Nothing is undecided meanwhile.
    swallowing: Option<(usize, Closer)>,
    /// Bytes that the symbols before the cursor stand for.
    undecided: usize,
    /// Bytes pushed and not yet covered by edits: those, and what the view holds back.
    held: usize,
}

impl Machine {
    pub(crate) fn new(config: Arc<Config>, enabled: RuleSet) -> Self {
        let rules = config
            .rules
            .iter()
            .enumerate()
            .filter(|(index, _)| enabled.contains(*index));
        let scanners = rules
            .map(|(index, rule)| Scanner::new(index, rule))
            .collect();
        Self {
            config,
            exempt: Arc::default(),
            view: View::default(),
            symbols: VecDeque::new(),
            base: 0,
            cursor: 0,
            scanners,
            swallowing: None,
            undecided: 0,
            held: 0,
        }
    }

    pub(crate) fn exempt(&mut self, values: Arc<[String]>) {
        self.exempt = values;
    }

    pub(crate) fn held(&self) -> usize {
        self.held
    }

    pub(crate) fn is_swallowing(&self) -> bool {
        self.swallowing.is_some()
    }

    pub(crate) fn push(&mut self, c: char, sink: &mut Sink<'_>) {
        self.held += c.len_utf8();
        self.view.push(c, &mut self.symbols);
        self.read(sink);
    }

    pub(crate) fn finish(&mut self, is_cut: bool, sink: &mut Sink<'_>) {
        self.view.flush(&mut self.symbols);
        self.read(sink);
        // Each round decides at least one place: nothing stays alive behind the end.
        while !self.symbols.is_empty() {
            if is_cut {
                for scanner in &mut self.scanners {
                    scanner.mask_to(self.cursor);
                }
            }
            self.step(END);
            self.decide(sink);
            self.read(sink);
        }
        self.swallowing = None;
        self.base = 0;
        self.restart(None);
    }

    /// Reads all symbols there are, deciding what can be decided after each.
    fn read(&mut self, sink: &mut Sink<'_>) {
        while let Some(symbol) = self.held_symbols().get(self.cursor) {
            if let Some((rule, closer)) = &mut self.swallowing {
                let rule = *rule;
                let state = if symbol.hidden {
                    Swallow::More
                } else {
                    closer.step(symbol.ch)
                };
                if !matches!(state, Swallow::More) {
                    self.swallowing = None;
                }
                if !matches!(state, Swallow::EndBefore) {
                    self.advance(symbol);
                    let n = self.take_to(self.cursor);
                    if let Some(rule) = self.config.rules.get(rule) {
                        sink.swallow(n, &rule.entity);
                    }
                }
                continue;
            }
            if !symbol.hidden {
                self.step(symbol.ch);
            }
            self.advance(symbol);
            self.decide(sink);
            while self.undecided > self.config.max_hold - MAX_PENDING && self.overflow() {
                self.decide(sink);
            }
        }
    }

    fn advance(&mut self, symbol: Sym) {
        self.cursor += 1;
        self.undecided += symbol.raw;
    }

    /// Lets all automata that still look for something read one symbol, at the cursor.
    fn step(&mut self, c: char) {
        let held = Held {
            symbols: &self.symbols,
            base: self.base,
        };
        for scanner in &mut self.scanners {
            if scanner.live().is_some() || scanner.found().is_none() {
                scanner.automaton.get_mut().step(c, self.cursor, held);
            }
        }
    }

    /// The leftmost candidate wins, then the longest, then that of the earlier rule, as soon as
    /// nothing that is alive can win over it. Without a winner, all before the first live place is
    /// kept.
    fn decide(&mut self, sink: &mut Sink<'_>) {
        let live = self.scanners.iter().filter_map(Scanner::live).min();
        let best = self
            .scanners
            .iter()
            .filter_map(|scanner| Some((scanner.rule, scanner.found()?)))
            .min_by_key(|(rule, found)| (found.start, u64::MAX - found.end, *rule));
        match best {
            Some((rule, found)) if live.is_none_or(|live| live > found.start) => {
                self.commit(rule, found, sink);
            }
            Some((_, found)) => self.keep_to(live.unwrap_or(self.cursor).min(found.start), sink),
            None => self.keep_to(live.unwrap_or(self.cursor), sink),
        }
    }

    fn commit(&mut self, rule: usize, found: Found, sink: &mut Sink<'_>) {
        self.keep_to(found.start, sink);
        if self.is_spared(found) {
            let last = self
                .held_symbols()
                .get(found.end - 1)
                .map(|symbol| symbol.ch);
            self.keep_to(found.end, sink);
            self.restart(last);
            return;
        }
        let n = self.take_to(found.end);
        if let Some(rule) = self.config.rules.get(rule) {
            sink.replace(n, rule.entity.clone(), rule.placeholder.clone());
        }
        self.swallowing = found.opens.map(|closer| (rule, closer));
        self.restart(None);
    }

    fn is_spared(&self, found: Found) -> bool {
        if self.config.allowed.is_empty() && self.exempt.is_empty() || found.opens.is_some() {
            return false;
        }
        let held = self.held_symbols();
        let symbols: Vec<_> = (found.start..found.end)
            .filter_map(|at| held.get(at))
            .collect();
        let value: String = visible(&symbols).collect();
        self.config.allowed.contains(&value) || self.exempt.contains(&value)
    }

    /// Takes one live candidate out, the first: replaced as far as it was read if it is past its
    /// anchor, given up otherwise. False if there is none.
    fn overflow(&mut self) -> bool {
        let cursor = self.cursor;
        let held = self.held_symbols();
        let mut read = (self.base..cursor).rev().filter_map(|at| held.get(at));
        let last = read.find(|symbol| !symbol.hidden).map(|symbol| symbol.ch);
        let live = self
            .scanners
            .iter_mut()
            .filter(|scanner| scanner.live().is_some());
        let Some(first) = live.min_by_key(|scanner| scanner.live()) else {
            return false;
        };
        if !first.mask_to(cursor) {
            first.automaton.get_mut().reset(last);
        }
        true
    }

    fn keep_to(&mut self, end: u64, sink: &mut Sink<'_>) {
        sink.keep(self.take_to(end));
    }

    /// Lets go of the symbols before `end` and says how many bytes they stand for.
    fn take_to(&mut self, end: u64) -> usize {
        let mut taken = 0;
        while self.base < end {
            taken += self.symbols.pop_front().map_or(0, |symbol| symbol.raw);
            self.base += 1;
        }
        self.undecided -= taken;
        self.held -= taken;
        taken
    }

    /// Reads on from the first symbol that is left.
    fn restart(&mut self, before: Option<char>) {
        self.cursor = self.base;
        self.undecided = 0;
        for scanner in &mut self.scanners {
            scanner.masked = None;
            scanner.automaton.get_mut().reset(before);
        }
    }

    fn held_symbols(&self) -> Held<'_> {
        Held {
            symbols: &self.symbols,
            base: self.base,
        }
    }
}

/// A rule at work.
#[derive(Clone)]
struct Scanner {
    rule: usize,
    automaton: Automaton,
    /// A candidate that counts as complete although it is not.
    masked: Option<Found>,
}

impl Scanner {
    fn new(index: usize, rule: &Rule) -> Self {
        Self {
            rule: index,
            automaton: rule.automaton(),
            masked: None,
        }
    }

    fn scan(&self) -> &dyn Scan {
        self.automaton.get()
    }

    fn live(&self) -> Option<u64> {
        if self.masked.is_some() {
            None
        } else {
            self.scan().live()
        }
    }

    fn found(&self) -> Option<Found> {
        self.masked.or_else(|| self.scan().found())
    }

    /// Completes the live candidate at `end` if it is past its anchor.
    fn mask_to(&mut self, end: u64) -> bool {
        let Some(start) = self.live().filter(|_| self.scan().is_anchored()) else {
            return false;
        };
        self.masked = Some(Found {
            start,
            end,
            opens: None,
        });
        true
    }
}
