//! All shapes of a class of runs as one automaton: what it costs does not grow with their number.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::all_specs;
use super::rule::{Finder, Spec};
use super::runs::{CALL_NUMBER, CODE, NUMBER, Runs, SPACED_CODE};
use super::shape::Shape;
use crate::context::Context;

const KINDS: usize = 6;
pub(super) const DIGIT: u8 = 1;
pub(super) const LETTER: u8 = 2;

/// What each character is to a shape, by its value; none is [`KINDS`].
const KIND: [u8; 256] = {
    let mut kinds = [KINDS as u8; 256];
    let mut byte = 0;
    while byte < 256 {
        let kind = match byte as u8 {
            b'0'..=b'9' => 0,
            b'a'..=b'z' | b'A'..=b'Z' => 1,
            b' ' => 2,
            b'-' => 3,
            b'.' => 4,
            b'/' => 5,
            _ => KINDS as u8,
        };
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        {
            kinds[byte] = kind;
        }
        byte += 1;
    }
    kinds
};

#[inline]
pub(super) fn kind(byte: u8) -> Option<usize> {
    let kind = KIND.get(usize::from(byte)).copied().map(usize::from);
    kind.filter(|kind| *kind < KINDS)
}

/// All shapes of a class of runs, compiled.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) runs: &'static Runs,
    /// The shapes, those of a rule in a row.
    pub(crate) shapes: Vec<&'static Shape>,
    /// The rules and where their shapes are.
    rules: Vec<(&'static Spec, Range<usize>)>,
    /// The fewest characters of a value, and the most.
    pub(crate) lens: (usize, usize),
    states: Vec<State>,
}

/// What is known of a text that was read up to somewhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// The next state for each kind of character; the first state is none.
    next: [u16; KINDS],
    /// The shapes that have a value here, by their index.
    pub(crate) whole: Vec<usize>,
    /// One of them needs no words before it.
    pub(crate) is_free: bool,
    /// The words that one of the others needs.
    pub(crate) context: Context,
}

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let classes = [&NUMBER, &CALL_NUMBER, &CODE, &SPACED_CODE];
    classes.into_iter().map(Table::new).collect()
});

impl Table {
    pub(crate) fn all() -> &'static [Self] {
        &TABLES
    }

    /// The table of a class of runs.
    pub(crate) fn of(runs: &'static Runs) -> Option<&'static Self> {
        TABLES.iter().find(|table| std::ptr::eq(table.runs, runs))
    }

    /// Where the shapes of a rule are, if it has some here.
    pub(crate) fn of_rule(&self, spec: &'static Spec) -> Option<Range<usize>> {
        let rule = self
            .rules
            .iter()
            .find(|(rule, _)| std::ptr::eq(*rule, spec));
        rule.map(|(_, range)| range.clone())
    }

    fn new(runs: &'static Runs) -> Self {
        let (mut shapes, mut rules) = (Vec::new(), Vec::new());
        for spec in all_specs() {
            let Finder::Shapes(all) = spec.finder else {
                continue;
            };
            let from = shapes.len();
            shapes.extend(all.iter().filter(|shape| std::ptr::eq(shape.runs(), runs)));
            if shapes.len() > from {
                rules.push((spec, from..shapes.len()));
            }
        }
        let mut ways: Vec<(usize, Vec<u8>)> = Vec::new();
        for (n, shape) in shapes.iter().enumerate() {
            ways.extend(shape.expanded().into_iter().map(|kinds| (n, kinds)));
        }
        let lens = || ways.iter().map(|(_, kinds)| kinds.len());
        Self {
            runs,
            rules,
            lens: (lens().min().unwrap_or(0), lens().max().unwrap_or(0)),
            states: compile(&ways, &shapes),
            shapes,
        }
    }

    /// The states behind each character of a text, as long as it is the beginning of a value.
    pub(crate) fn walk<'t>(
        &'t self,
        text: impl IntoIterator<Item = u8>,
    ) -> Walk<'t, impl Iterator<Item = u8>> {
        Walk {
            table: self,
            state: 1,
            text: text.into_iter(),
        }
    }
}

/// The states of a walk over a text.
pub(crate) struct Walk<'t, I> {
    table: &'t Table,
    state: u16,
    text: I,
}

impl<'t, I: Iterator<Item = u8>> Iterator for Walk<'t, I> {
    type Item = &'t State;

    #[inline]
    fn next(&mut self) -> Option<&'t State> {
        let states = &self.table.states;
        let kind = kind(self.text.next()?)?;
        self.state = *states.get(usize::from(self.state))?.next.get(kind)?;
        states
            .get(usize::from(self.state))
            .filter(|_| self.state != 0)
    }
}

/// The states of all ways to write a value: the sets of those that are still possible, each at the
/// same place.
fn compile(ways: &[(usize, Vec<u8>)], shapes: &[&Shape]) -> Vec<State> {
    let all: Vec<usize> = (0..ways.len()).collect();
    let mut known = BTreeMap::from([((0, all.clone()), 1)]);
    let mut open = vec![(1, 0, all)];
    let mut states = vec![State::default(); 2];
    while let Some((from, at, possible)) = open.pop() {
        for kind in 0..KINDS {
            let kinds = |way: usize| ways.get(way).and_then(|(_, kinds)| kinds.get(at).copied());
            let goes_on = |way: &usize| kinds(*way).is_some_and(|kinds| kinds >> kind & 1 == 1);
            let left: Vec<usize> = possible.iter().copied().filter(goes_on).collect();
            if left.is_empty() {
                continue;
            }
            let to = *known.entry((at + 1, left.clone())).or_insert_with(|| {
                states.push(State::at(at + 1, &left, ways, shapes));
                open.push((states.len() - 1, at + 1, left));
                states.len() - 1
            });
            let to = u16::try_from(to).expect("a table is small");
            if let Some(slot) = states
                .get_mut(from)
                .and_then(|state| state.next.get_mut(kind))
            {
                *slot = to;
            }
        }
    }
    states
}

impl State {
    fn at(at: usize, possible: &[usize], ways: &[(usize, Vec<u8>)], shapes: &[&Shape]) -> Self {
        let mut state = Self::default();
        let ways = possible.iter().filter_map(|way| ways.get(*way));
        for (shape, _) in ways.filter(|(_, kinds)| kinds.len() == at) {
            let context = shapes.get(*shape).map(|shape| shape.context());
            let context = context.unwrap_or_default();
            state.is_free |= context == Context::NONE;
            state.context = state.context | context;
            if !state.whole.contains(shape) {
                state.whole.push(*shape);
            }
        }
        state
    }
}
