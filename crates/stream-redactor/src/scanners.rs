//! The rules at work: who reads the next character, what is alive, what is found.
//!
//! An automaton that is neither alive nor has found anything reads a character only if one of its
//! values may start with it. [`Wake`] answers that for all rules in one look, so a new rule costs
//! nothing where its values cannot begin.

use crate::left::Left;
use crate::rules::{Automaton, Found, Rule, Scan, is_word};
use crate::ruleset::RuleSet;

/// A set of rules by their index.
type Mask = u128;

/// The most rules at work in one redactor.
pub(crate) const MAX_RULES: usize = Mask::BITS as usize;

/// For each character, the rules whose values may start with it.
#[derive(Clone, Default)]
pub(crate) struct Wake {
    /// For ASCII, by code; first behind anything else, then behind a letter or digit.
    ascii: Vec<(Mask, Mask)>,
    /// For letters and digits outside ASCII.
    others: Mask,
}

impl Wake {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let mask = |c, after_word| {
            let starts = |(_, rule): &(usize, &Rule)| rule.starts_with(c, after_word);
            let woken = rules.iter().enumerate().take(MAX_RULES).filter(starts);
            woken.fold(0, |mask, (n, _)| mask | 1 << n)
        };
        Self {
            ascii: ('\0'..='\x7f')
                .map(|c| (mask(c, false), mask(c, true)))
                .collect(),
            others: mask('\u{4e00}', false),
        }
    }

    #[inline]
    fn by(&self, c: char, prev: Option<char>) -> Mask {
        if !c.is_ascii() {
            return if c.is_alphanumeric() { self.others } else { 0 };
        }
        match self.ascii.get(c as usize) {
            Some((fresh, inside)) if fresh != inside => {
                if prev.is_some_and(is_word) {
                    *inside
                } else {
                    *fresh
                }
            }
            Some((mask, _)) => *mask,
            None => 0,
        }
    }
}

#[derive(Clone)]
pub(crate) struct Scanners {
    scanners: Box<[Scanner]>,
    enabled: Mask,
    /// The rules that hold every word.
    wordy: Mask,
    live: Mask,
    found: Mask,
}

/// A rule at work.
#[derive(Clone)]
struct Scanner {
    automaton: Automaton,
    /// A candidate that counts as complete although it is not.
    masked: Option<Found>,
    /// The live place, as long as the rule's bit says that there is one.
    live: u64,
}

impl Scanners {
    pub(crate) fn new(rules: &[Rule], enabled: RuleSet) -> Self {
        let scanner = |rule: &Rule| Scanner {
            automaton: rule.automaton(),
            masked: None,
            live: 0,
        };
        let rules = rules.get(..rules.len().min(MAX_RULES)).unwrap_or_default();
        let indices = (0..rules.len()).filter(|index| enabled.contains(*index));
        let mask_of = |is: &dyn Fn(usize) -> bool| {
            let indices = indices.clone().filter(|index| is(*index));
            indices.fold(0, |mask, index| mask | 1 << index)
        };
        let is_wordy = |index: usize| rules.get(index).is_some_and(Rule::holds_words);
        Self {
            scanners: rules.iter().map(scanner).collect(),
            enabled: mask_of(&|_| true),
            wordy: mask_of(&is_wordy),
            live: 0,
            found: 0,
        }
    }

    #[inline]
    pub(crate) fn step(&mut self, wake: &Wake, c: char, at: u64, left: Left<'_>) {
        let woken = wake.by(c, left.prev) & self.enabled & !self.found;
        let mut reading = self.live | woken;
        while reading != 0 {
            let index = reading.trailing_zeros() as usize;
            reading &= reading - 1;
            if let Some(scanner) = self.scanners.get_mut(index) {
                scanner.automaton.step(c, at, left);
                self.note(index);
            }
        }
    }

    /// Sets the bits of a rule after a change.
    #[inline]
    fn note(&mut self, index: usize) {
        let Some(scanner) = self.scanners.get_mut(index) else {
            return;
        };
        let bit = 1 << index;
        match scanner.live() {
            Some(at) => {
                scanner.live = at;
                self.live |= bit;
            }
            None => self.live &= !bit,
        }
        if scanner.found().is_some() {
            self.found |= bit;
        } else {
            self.found &= !bit;
        }
    }

    /// The first live place.
    #[inline]
    pub(crate) fn live(&self) -> Option<u64> {
        self.each(self.live).map(|(_, scanner)| scanner.live).min()
    }

    /// Whether every word is held.
    pub(crate) fn hold_words(&self) -> bool {
        self.wordy != 0
    }

    /// Whether nothing else is alive or found.
    #[inline]
    pub(crate) fn hold_only_words(&self) -> bool {
        self.live & !self.wordy | self.found == 0 && self.hold_words()
    }

    /// Whether nothing is found, and all that is alive ends at the next blank.
    #[inline]
    pub(crate) fn are_quiet(&self) -> bool {
        self.found == 0
            && self
                .each(self.live)
                .all(|(_, scanner)| scanner.automaton.ends_at_blank())
    }

    /// The candidate to replace, unless something that is alive is before it.
    #[inline]
    pub(crate) fn best(&self) -> Option<(usize, Found)> {
        if self.found == 0 {
            return None;
        }
        self.each(self.found)
            .filter_map(|(rule, scanner)| Some((rule, scanner.found()?)))
            .min_by_key(|(rule, found)| (found.start, u64::MAX - found.end, *rule))
    }

    pub(crate) fn mask(&mut self, at: u64, left: Left<'_>) {
        for index in 0..self.scanners.len() {
            if let Some(scanner) = self.scanners.get_mut(index) {
                scanner.mask_to(at, left);
                self.note(index);
            }
        }
    }

    /// Takes the first live candidate out: see `Machine::overflow`.
    pub(crate) fn overflow(&mut self, at: u64, left: Left<'_>) -> bool {
        let first = self.each(self.live).min_by_key(|(_, scanner)| scanner.live);
        let Some(index) = first.map(|(index, _)| index) else {
            return false;
        };
        if let Some(scanner) = self.scanners.get_mut(index) {
            if !scanner.mask_to(at, left) {
                scanner.automaton.reset();
            }
        }
        self.note(index);
        true
    }

    pub(crate) fn reset(&mut self) {
        let mut touched = self.live | self.found;
        while touched != 0 {
            let index = touched.trailing_zeros() as usize;
            touched &= touched - 1;
            if let Some(scanner) = self.scanners.get_mut(index) {
                scanner.masked = None;
                scanner.automaton.reset();
            }
        }
        (self.live, self.found) = (0, 0);
    }

    #[inline]
    fn each(&self, mut mask: Mask) -> impl Iterator<Item = (usize, &Scanner)> {
        std::iter::from_fn(move || {
            let index = mask.trailing_zeros() as usize;
            let scanner = self.scanners.get(index).filter(|_| mask != 0)?;
            mask &= mask - 1;
            Some((index, scanner))
        })
    }
}

impl Scanner {
    #[inline]
    fn live(&self) -> Option<u64> {
        if self.masked.is_some() {
            None
        } else {
            self.automaton.live()
        }
    }

    #[inline]
    fn found(&self) -> Option<Found> {
        self.masked.or_else(|| self.automaton.found())
    }

    /// Completes the live candidate at `end` if it is past its anchor.
    fn mask_to(&mut self, end: u64, left: Left<'_>) -> bool {
        let Some(start) = self.live() else {
            return false;
        };
        if !self.automaton.is_anchored(end, left) {
            return false;
        }
        self.masked = Some(Found {
            start,
            end,
            opens: None,
        });
        true
    }
}
