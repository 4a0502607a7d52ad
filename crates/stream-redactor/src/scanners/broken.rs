//! Candidates that are broken off: by the end of a text that is cut, or because they grow beyond
//! the hold.

use super::{NOWHERE, Scanners, ones};
use crate::left::Left;
use crate::plan::Plan;
use crate::rules::{Automaton, Found, Page, Scan};

impl Scanners {
    /// Counts the live candidates that are past their anchor as complete.
    pub(crate) fn mask(&mut self, plan: &Plan, at: u64, left: Left<'_>) {
        for n in ones(self.live) {
            self.mask_run(plan, n, at, left);
        }
        for n in ones(self.awake) {
            self.mask_automaton(plan, n, at, left);
        }
        self.settle(plan);
    }

    /// Takes the first live candidate out: see `Machine::overflow`. False if there is none.
    pub(crate) fn overflow(&mut self, plan: &Plan, at: u64, left: Left<'_>) -> bool {
        if self.first == NOWHERE {
            return false;
        }
        let run =
            ones(self.live).find(|n| self.runs.get(*n).is_some_and(|run| run.start == self.first));
        if let Some(n) = run {
            self.mask_run(plan, n, at, left);
            self.live &= !(1 << n);
        } else {
            let live = |n: usize| self.automata.get(n).and_then(Automaton::live);
            let automaton = ones(self.awake).find(|n| live(*n) == Some(self.first));
            if let Some(n) = automaton {
                self.mask_automaton(plan, n, at, left);
                self.awake &= !(1 << n);
                if let Some(automaton) = self.automata.get_mut(n) {
                    automaton.reset();
                }
            }
        }
        self.settle(plan);
        true
    }

    fn mask_run(&mut self, plan: &Plan, n: usize, at: u64, left: Left<'_>) {
        let (Some(live), Some(plan)) = (self.runs.get(n).copied(), plan.runs.get(n)) else {
            return;
        };
        let mut page = Page::new();
        let run = page.read((live.start, at), self.separators(n), None, left);
        for (rule, tier, grouped) in &plan.rules {
            if self.enabled.contains(*rule) {
                if let Some(found) = grouped.find_broken(&run, at) {
                    self.find(*rule, *tier, found);
                    self.live &= !(1 << n);
                }
            }
        }
    }

    fn mask_automaton(&mut self, plan: &Plan, n: usize, at: u64, left: Left<'_>) {
        let (Some(automaton), Some((rule, tier, _))) =
            (self.automata.get_mut(n), plan.automata.get(n))
        else {
            return;
        };
        if let Some(start) = automaton.live().filter(|_| automaton.is_anchored(at, left)) {
            automaton.reset();
            self.awake &= !(1 << n);
            self.find(*rule, *tier, Found::new(start, at));
        }
    }
}
