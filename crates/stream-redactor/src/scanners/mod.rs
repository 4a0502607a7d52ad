//! The rules at work: what is alive, and what was found.
//!
//! Runs are followed all at once, as bits: a character that only goes on with them costs a few
//! operations, however many rules there are. A rule is asked when a run is complete. Automata
//! read characters only from one that may begin a value of theirs.

mod broken;
mod bulk;
mod judge;
mod shaped;

use std::cmp::Reverse;

pub(crate) use self::bulk::is_plain;

use crate::left::Left;
use crate::plan::{Class, Kind, Mask, Plan};
use crate::rules::{Automaton, Found, MAX_RUN, Scan, Tier};
use crate::ruleset::RuleSet;

/// Behind every place.
const NOWHERE: u64 = u64::MAX;

#[derive(Clone)]
pub(crate) struct Scanners {
    enabled: RuleSet,
    /// The runs and automata of enabled rules.
    runs_on: Mask,
    automata_on: Mask,
    /// The automata that nothing wakes for now.
    asleep: Mask,
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
            asleep: 0,
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

    /// Reads one symbol, a capital as a capital. False if nothing can be decided by it that could not be before.
    #[inline]
    pub(crate) fn step(&mut self, plan: &Plan, c: char, at: u64, left: Left<'_>) -> bool {
        let class = plan.of(c);
        let c = c.to_ascii_lowercase();
        let ended = self.live & !(class.body | class.separator & !plan.full(self.behind));
        let may_begin = class.begins(self.before) & self.runs_on;
        let begins = may_begin & !(self.live & !ended);
        let wakes = class.wakes(self.before) & self.automata_on & !self.asleep | self.awake;
        self.before = class.kind;
        self.seen += 1;
        let is_calm = ended | begins | wakes == 0 && self.best.is_none();
        if is_calm && self.seen <= self.expires {
            self.separate(class);
            return self.first == NOWHERE;
        }
        let judged = ended & plan.judged & (self.marked | !plan.marked);
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
        self.turn(plan, &turn, left)
    }

    /// The first of the places where these runs begin and `awake`; and when one gets too long.
    #[inline]
    fn first_of(&self, live: Mask, awake: u64) -> (u64, u64) {
        let runs = ones(live).filter_map(|n| self.runs.get(n));
        let (first, seen) = runs.fold((awake, NOWHERE), |(first, seen), run| {
            (first.min(run.start), seen.min(run.seen))
        });
        (first, seen.saturating_add(MAX_RUN as u64))
    }

    /// Whether all that is alive ends at the next blank, with these runs.
    #[inline]
    fn is_quiet_with(&self, plan: &Plan, live: Mask) -> bool {
        self.best.is_none() && self.awake == 0 && live & !plan.sliding == 0
    }

    #[inline]
    fn set_runs(&mut self, which: Mask, begun: LiveRun) {
        for n in ones(which) {
            if let Some(run) = self.runs.get_mut(n) {
                *run = begun;
            }
        }
    }

    #[inline]
    fn separate(&mut self, class: &Class) {
        self.behind = separated(self.behind, self.live & class.separator);
        self.marked |= class.marks;
    }

    /// What begins, ends, is found or grows too long with a character.
    #[inline(never)]
    fn turn(&mut self, plan: &Plan, turn: &Turn<'_>, left: Left<'_>) -> bool {
        let first = self.first;
        self.live &= !turn.ended;
        // First who is surest: a rule that cannot win any more is not asked.
        if turn.wakes != 0 {
            let changed = self.step_automata(plan, turn, left);
            let is_all = !changed && turn.ended | turn.begins == 0 && self.best.is_none();
            if is_all && self.seen <= self.expires {
                self.separate(turn.class);
                return self.first == NOWHERE;
            }
        }
        if turn.judged != 0 {
            self.end_runs(plan, turn, left);
        }
        let mut begins = turn.begins;
        if self.seen > self.expires {
            let died = self.end_long_runs(plan, turn, left);
            begins |= died & turn.may_begin;
        }
        self.separate(turn.class);
        if self.best.is_none() {
            self.begin(turn.class, begins, turn.at);
        } else {
            self.drop_losers(plan);
        }
        self.note_first();
        self.first != first || self.first == NOWHERE || self.best.is_some()
    }

    /// Whether something is found or a live place is another one.
    fn step_automata(&mut self, plan: &Plan, turn: &Turn<'_>, left: Left<'_>) -> bool {
        let mut changed = false;
        for n in ones(turn.wakes) {
            let bit = 1 << n;
            let Some(automaton) = self.automata.get_mut(n) else {
                continue;
            };
            let before = automaton.live();
            let found = automaton.step(turn.c, turn.at, left);
            let live = automaton.live();
            changed |= live != before;
            if live.is_some() {
                self.awake |= bit;
            } else {
                self.awake &= !bit;
            }
            if let (Some(found), Some((rule, tier, _))) = (found, plan.automata.get(n)) {
                self.find(*rule, *tier, found);
                changed = true;
            }
        }
        changed
    }

    #[inline]
    fn begin(&mut self, class: &Class, begins: Mask, at: u64) {
        if begins == 0 {
            return;
        }
        let seen = self.seen - 1;
        self.set_runs(begins, LiveRun { start: at, seen });
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
        let automata = ones(self.awake).filter_map(|n| self.automata.get(n)?.live());
        let awake = automata.fold(NOWHERE, u64::min);
        (self.first, self.expires) = self.first_of(self.live, awake);
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
        self.is_quiet_with(plan, self.live)
    }

    /// Whether a word that tells of births may stand before what is read next: rules that need one
    /// sleep otherwise.
    #[inline]
    pub(crate) fn hear_births(&mut self, plan: &Plan, may_be: bool) {
        self.asleep = if may_be { 0 } else { plan.births };
    }

    /// Whether no rule is enabled.
    pub(crate) fn are_off(&self) -> bool {
        self.enabled.is_empty()
    }

    pub(crate) fn is_enabled(&self, rule: usize) -> bool {
        self.enabled.contains(rule)
    }

    /// Whether the next letter or digit goes on with a word.
    pub(crate) fn is_in_word(&self) -> bool {
        self.before != Kind::Other
    }

    /// A name was said that is no part of the text, which begins at `at`.
    pub(crate) fn begin_text(&mut self, at: u64, left: Left<'_>) {
        for n in ones(self.automata_on) {
            if let Some(automaton) = self.automata.get_mut(n) {
                automaton.begin(at, left);
                self.awake |= Mask::from(automaton.live().is_some()) << n;
            }
        }
        self.note_first();
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

/// The runs with at least 1, 2 and 3 separators at their end, behind one more of some.
#[inline]
fn separated([one, two, _]: [Mask; 3], runs: Mask) -> [Mask; 3] {
    [runs, runs & one, runs & two]
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
