//! Complete runs, judged by their rules.

use super::shaped::may_hold_shape;
use super::{Best, LiveRun, Scanners, Turn, ones};
use crate::left::Left;
use crate::plan::{Mask, Plan, RunPlan};
use crate::rules::{Found, MAX_RUN, Page, Tier, shorten};

/// No value that may begin inside a run is longer, so a run that is too long goes on from a group
/// this near its end.
const MAX_VALUE: usize = 40;

impl Scanners {
    pub(super) fn end_runs(&mut self, plan: &Plan, turn: &Turn<'_>, left: Left<'_>) {
        for n in ones(turn.judged) {
            if let (Some(run), Some(plan)) = (self.runs.get(n).copied(), plan.runs.get(n)) {
                let separators = self.separators(n);
                self.judge(plan, run, separators, turn.at, Some(turn.c), left);
            }
        }
    }

    /// Runs that reached their greatest length before this character. Says which of them are dead.
    pub(super) fn end_long_runs(&mut self, plan: &Plan, turn: &Turn<'_>, left: Left<'_>) -> Mask {
        let mut died = 0;
        for n in ones(self.live) {
            let (Some(run), Some(run_plan)) = (self.runs.get(n).copied(), plan.runs.get(n)) else {
                continue;
            };
            if self.seen - run.seen <= MAX_RUN as u64 {
                continue;
            }
            let bit = 1 << n;
            let shorter = if run_plan.runs.slides {
                let next = left.held.slice(run.start + 1, turn.at);
                let hidden = next.iter().take_while(|symbol| symbol.hidden).count();
                Some((run.start + 1 + hidden as u64, MAX_RUN - 1))
            } else {
                let separators = self.separators(n);
                if self.judge(run_plan, run, separators, turn.at, Some(turn.c), left) {
                    None
                } else {
                    shorten(run_plan.runs, (run.start, turn.at), MAX_VALUE, left.held)
                }
            };
            if let (Some((start, len)), Some(slot)) = (shorter, self.runs.get_mut(n)) {
                let seen = self.seen - 1 - len as u64;
                *slot = LiveRun { start, seen };
                // What stands before it separates nothing of it.
                for mask in self.behind.iter_mut().skip(len) {
                    *mask &= !bit;
                }
            } else {
                self.live &= !bit;
                died |= bit;
            }
        }
        died
    }

    pub(super) fn separators(&self, n: usize) -> usize {
        self.behind
            .iter()
            .filter(|mask| **mask >> n & 1 == 1)
            .count()
    }

    /// Asks the rules for a run that ends before `at`. Whether one has found something.
    fn judge(
        &mut self,
        plan: &RunPlan,
        run: LiveRun,
        separators: usize,
        at: u64,
        next: Option<char>,
        left: Left<'_>,
    ) -> bool {
        let len = usize::try_from(at - run.start).unwrap_or(usize::MAX);
        let visible = usize::try_from(self.seen - 1 - run.seen).unwrap_or(usize::MAX);
        if len < plan.min_len + separators
            || visible > plan.max_len.saturating_add(separators)
            || self.has_lost(run.start, plan.tier)
        {
            return false;
        }
        if plan.rules.is_empty() && !may_hold_shape(plan, (run.start, at), left) {
            return false;
        }
        let mut page = Page::new();
        let run = page.read((run.start, at), separators, next, left);
        let mut any = self.find_shape(plan, &run);
        for (rule, tier, grouped) in &plan.rules {
            if self.enabled.contains(*rule) && !self.has_lost(run.start(), *tier) {
                if let Some(found) = grouped.find(&run) {
                    self.find(*rule, *tier, found);
                    any = true;
                }
            }
        }
        any
    }

    /// Whether no candidate of a tier from `start` on can win any more.
    pub(super) fn has_lost(&self, start: u64, tier: Tier) -> bool {
        let best = self.best.map(|best| (best.found.start, best.tier));
        best.is_some_and(|best| best < (start, tier))
    }

    pub(crate) fn find(&mut self, rule: usize, tier: Tier, found: Found) {
        let new = Best { rule, tier, found };
        if self.best.is_none_or(|best| new.key() < best.key()) {
            self.best = Some(new);
        }
    }
}
