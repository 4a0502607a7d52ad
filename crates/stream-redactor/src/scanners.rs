//! The rules at work: what is alive, and what was found.
//!
//! Runs are followed all at once, as bits: a character that only goes on with them costs a few
//! operations, however many rules there are. A rule is asked when a run is complete. Automata
//! read characters only from one that may begin a value of theirs.

use std::cmp::Reverse;

use crate::left::Left;
use crate::plan::{Class, Kind, Mask, Plan, RunPlan};
use crate::rules::{Automaton, Found, MAX_RUN, Page, Scan, Tier, shorten};
use crate::ruleset::RuleSet;

/// No value in runs is longer, so a run that is too long goes on from a group this near its end.
const MAX_VALUE: usize = 40;
/// Behind every place.
const NOWHERE: u64 = u64::MAX;

#[derive(Clone)]
pub(crate) struct Scanners {
    enabled: RuleSet,
    /// The runs and automata of enabled rules.
    runs_on: Mask,
    automata_on: Mask,
    /// The runs that go on.
    live: Mask,
    /// Those with at least 1, 2 and 3 separators at their end.
    behind: [Mask; 3],
    /// Those that have a mark.
    marked: Mask,
    runs: Box<[LiveRun]>,
    /// The automata that have a live place.
    awake: Mask,
    automata: Box<[Automaton]>,
    /// Visible characters read since the last reset.
    seen: u64,
    /// How many until the longest run is too long.
    expires: u64,
    /// The first live place, or [`NOWHERE`].
    first: u64,
    /// What the next character stands behind.
    before: Kind,
    best: Option<Best>,
}

/// Where a run begins.
#[derive(Clone, Copy, Default)]
struct LiveRun {
    start: u64,
    /// What [`Scanners::seen`] was there.
    seen: u64,
}

/// The candidate that wins so far.
#[derive(Clone, Copy)]
pub(crate) struct Best {
    pub(crate) rule: usize,
    tier: Tier,
    pub(crate) found: Found,
}

impl Best {
    /// By place, tier, length and order of the rules: the least wins.
    fn key(&self) -> (u64, Tier, Reverse<u64>, usize) {
        (
            self.found.start,
            self.tier,
            Reverse(self.found.end),
            self.rule,
        )
    }
}

impl Scanners {
    pub(crate) fn new(plan: &Plan, enabled: RuleSet) -> Self {
        let has = |rules: &[usize]| rules.iter().any(|rule| enabled.contains(*rule));
        let runs = plan.runs.iter().map(|run| has(&run.holders));
        let automata = plan.automata.iter().map(|(rule, ..)| has(&[*rule]));
        Self {
            enabled,
            runs_on: bits(runs),
            automata_on: bits(automata),
            live: 0,
            behind: [0; 3],
            marked: 0,
            runs: plan.runs.iter().map(|_| LiveRun::default()).collect(),
            awake: 0,
            automata: plan
                .automata
                .iter()
                .map(|(.., automaton)| automaton.clone())
                .collect(),
            seen: 0,
            expires: u64::MAX,
            first: NOWHERE,
            before: Kind::Other,
            best: None,
        }
    }

    /// Reads one symbol. False if nothing can be decided by it that could not be before.
    #[inline(always)]
    pub(crate) fn step(&mut self, plan: &Plan, c: char, at: u64, left: Left<'_>) -> bool {
        let class = plan.of(c);
        let ended = self.live & !(class.body | class.separator & !self.full(plan));
        let may_begin = class.begins(self.before) & self.runs_on;
        let begins = may_begin & !(self.live & !ended);
        let wakes = class.wakes(self.before) & self.automata_on | self.awake;
        self.before = class.kind;
        self.seen += 1;
        let judged = ended & plan.judged & (self.marked | !plan.marked);
        if judged | wakes != 0 || self.seen > self.expires || self.best.is_some() {
            let turn = Turn {
                class,
                ended,
                judged,
                begins,
                may_begin,
                wakes,
                c,
                at,
            };
            return self.turn(plan, &turn, left);
        }
        if ended | begins == 0 {
            self.separate(class);
            return self.first == NOWHERE;
        }
        let first = self.first;
        self.live &= !ended;
        self.separate(class);
        self.begin(class, begins, at);
        if ended != 0 {
            self.note_first();
        }
        self.first != first || self.first == NOWHERE
    }

    /// How many letters behind a letter, or digits behind a digit, only go on with what is alive.
    #[inline(always)]
    pub(crate) fn goes_on(&self, plan: &Plan, text: &[u8]) -> usize {
        let is_calm = plan.is_calm_inside && self.awake == 0 && self.best.is_none();
        let kind = self.before;
        if !is_calm || kind == Kind::Other || plan.inside & self.runs_on & !self.live != 0 {
            return 0;
        }
        let room = usize::try_from(self.expires.saturating_sub(self.seen)).unwrap_or(usize::MAX);
        let goes_on = |byte: &&u8| {
            let class = plan.of_byte(**byte);
            class.is_some_and(|class| class.kind == kind && self.live & !class.body == 0)
        };
        text.iter().take(room).take_while(goes_on).count()
    }

    /// Goes on with all that is alive.
    #[inline]
    pub(crate) fn go_on(&mut self, n: usize) {
        if n > 0 {
            self.seen += n as u64;
            self.behind = [0; 3];
        }
    }

    /// The runs that may have no more separators.
    #[inline]
    fn full(&self, plan: &Plan) -> Mask {
        let [a, b, c] = self.behind;
        let [one, two, three] = plan.max_separators;
        a & one | b & two | c & three
    }

    #[inline]
    fn separate(&mut self, class: &Class) {
        let [a, b, _] = self.behind;
        let separated = self.live & class.separator;
        self.behind = [separated, separated & a, separated & b];
        self.marked |= class.marks;
    }

    /// What begins, ends, is found or grows too long with a character.
    #[inline(never)]
    fn turn(&mut self, plan: &Plan, turn: &Turn<'_>, left: Left<'_>) -> bool {
        let first = self.first;
        self.live &= !turn.ended;
        if turn.judged != 0 {
            self.end_runs(plan, turn, left);
        }
        let mut begins = turn.begins;
        if self.seen > self.expires {
            let died = self.end_long_runs(plan, turn, left);
            begins |= died & turn.may_begin;
        }
        self.separate(turn.class);
        if turn.wakes != 0 {
            self.step_automata(plan, turn, left);
        }
        if self.best.is_none() {
            self.begin(turn.class, begins, turn.at);
        } else {
            self.drop_losers(plan);
        }
        self.note_first();
        self.first != first || self.first == NOWHERE || self.best.is_some()
    }

    fn end_runs(&mut self, plan: &Plan, turn: &Turn<'_>, left: Left<'_>) {
        for n in ones(turn.judged) {
            if let (Some(run), Some(plan)) = (self.runs.get(n).copied(), plan.runs.get(n)) {
                let separators = self.separators(n);
                self.judge(plan, run, separators, turn.at, Some(turn.c), left);
            }
        }
    }

    /// Runs that reached their greatest length before this character. Says which of them are dead.
    fn end_long_runs(&mut self, plan: &Plan, turn: &Turn<'_>, left: Left<'_>) -> Mask {
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

    fn separators(&self, n: usize) -> usize {
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
        if len < plan.min_len + separators {
            return false;
        }
        let mut page = Page::new();
        let run = page.read((run.start, at), separators, next, left);
        let mut any = false;
        for (rule, tier, grouped) in &plan.rules {
            if self.enabled.contains(*rule) {
                if let Some(found) = grouped.find(&run) {
                    self.find(*rule, *tier, found);
                    any = true;
                }
            }
        }
        any
    }

    fn find(&mut self, rule: usize, tier: Tier, found: Found) {
        let new = Best { rule, tier, found };
        if self.best.is_none_or(|best| new.key() < best.key()) {
            self.best = Some(new);
        }
    }

    fn step_automata(&mut self, plan: &Plan, turn: &Turn<'_>, left: Left<'_>) {
        for n in ones(turn.wakes) {
            let bit = 1 << n;
            let Some(automaton) = self.automata.get_mut(n) else {
                continue;
            };
            let found = automaton.step(turn.c, turn.at, left);
            if automaton.live().is_some() {
                self.awake |= bit;
            } else {
                self.awake &= !bit;
            }
            if let (Some(found), Some((rule, tier, _))) = (found, plan.automata.get(n)) {
                self.find(*rule, *tier, found);
            }
        }
    }

    #[inline]
    fn begin(&mut self, class: &Class, begins: Mask, at: u64) {
        if begins == 0 {
            return;
        }
        let seen = self.seen - 1;
        for n in ones(begins) {
            if let Some(run) = self.runs.get_mut(n) {
                *run = LiveRun { start: at, seen };
            }
        }
        self.live |= begins;
        // A mark that a run begins with counts as a separator.
        self.behind[0] |= begins & !class.body;
        self.marked = self.marked & !begins | begins & class.marks;
        self.first = self.first.min(at);
        self.expires = self.expires.min(seen + MAX_RUN as u64);
    }

    /// Drops what cannot win any more.
    fn drop_losers(&mut self, plan: &Plan) {
        let Some(best) = self.best else {
            return;
        };
        let wins = |start: u64, tier| {
            start < best.found.start || start == best.found.start && tier <= best.tier
        };
        for n in ones(self.live) {
            if let (Some(run), Some(plan)) = (self.runs.get(n), plan.runs.get(n)) {
                if !wins(run.start, plan.tier) {
                    self.live &= !(1 << n);
                }
            }
        }
        for n in ones(self.awake) {
            if let (Some(automaton), Some((_, tier, _))) =
                (self.automata.get_mut(n), plan.automata.get(n))
            {
                if automaton.live().is_none_or(|live| !wins(live, *tier)) {
                    self.awake &= !(1 << n);
                    automaton.reset();
                }
            }
        }
    }

    /// Notes the first live place.
    #[inline]
    fn note_first(&mut self) {
        let runs = ones(self.live).filter_map(|n| self.runs.get(n));
        let least = runs.fold((NOWHERE, u64::MAX), |(start, seen), run| {
            (start.min(run.start), seen.min(run.seen))
        });
        self.expires = least.1.saturating_add(MAX_RUN as u64);
        let automata = ones(self.awake).filter_map(|n| self.automata.get(n)?.live());
        self.first = automata.fold(least.0, u64::min);
    }

    /// Drops what cannot win any more, and notes the first live place.
    fn settle(&mut self, plan: &Plan) {
        self.drop_losers(plan);
        self.note_first();
    }

    /// The first live place.
    #[inline]
    pub(crate) fn first_live(&self) -> Option<u64> {
        (self.first != NOWHERE).then_some(self.first)
    }

    /// The candidate that wins so far.
    #[inline]
    pub(crate) fn best(&self) -> Option<Best> {
        self.best
    }

    /// Whether nothing is found, and all that is alive ends at the next blank.
    #[inline]
    pub(crate) fn are_quiet(&self, plan: &Plan) -> bool {
        self.best.is_none() && self.awake == 0 && self.live & !plan.sliding == 0
    }

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

    /// Begins anew behind `before`.
    pub(crate) fn reset(&mut self, before: Option<char>) {
        for n in ones(self.awake) {
            if let Some(automaton) = self.automata.get_mut(n) {
                automaton.reset();
            }
        }
        (self.live, self.awake, self.behind) = (0, 0, [0; 3]);
        (self.first, self.expires, self.best) = (NOWHERE, u64::MAX, None);
        self.before = before.map_or(Kind::Other, Kind::of);
    }
}

/// A character that does more than go on.
struct Turn<'t> {
    class: &'t Class,
    /// The runs that end before it.
    ended: Mask,
    /// Those that rules judge.
    judged: Mask,
    /// The runs that it begins.
    begins: Mask,
    /// The runs that it would begin if they were not alive.
    may_begin: Mask,
    /// The automata that read it.
    wakes: Mask,
    c: char,
    at: u64,
}

fn ones(mut mask: Mask) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let n = mask.trailing_zeros();
        mask &= mask.wrapping_sub(1);
        (n < Mask::BITS).then_some(n as usize)
    })
}

fn bits(flags: impl Iterator<Item = bool>) -> Mask {
    flags
        .enumerate()
        .fold(0, |mask, (n, flag)| mask | Mask::from(flag) << n)
}
