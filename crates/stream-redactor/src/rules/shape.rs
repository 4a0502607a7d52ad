//! Shapes: values made of groups, as data.
//!
//! A shape is a template and a check. All shapes of a class of runs are compiled into one table
//! that is walked once from each place where a value may begin, so that their number costs nothing.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::all_specs;
use super::rule::{Finder, Spec};
use super::runs::{CALL_NUMBER, CODE, NUMBER, Runs, SPACED_CODE};
use crate::context::Context;

/// The longest value, in characters.
pub(crate) const MAX_SHAPE: usize = 32;

/// What values of a rule look like.
///
/// In a template `9` is a digit, `a` a letter, `x` either (but a value is not all digits); `A` and
/// `X` are the same, and then all letters have to be capitals. `-`, `.`, `/` and a blank stand for themselves, `~` is one of blank,
/// hyphen and dot, the same throughout. `9{6,8}` is six to eight digits, once in a template.
///
/// A value is a whole word, or some that blanks set apart: no letter, digit or identifier goes on
/// with it on either side.
#[derive(Debug)]
pub(crate) struct Shape {
    template: &'static str,
    /// The words of which one has to stand before; none are needed if this is empty.
    context: Context,
    /// Whether the letters (in lower case) and digits of a value are right.
    check: fn(&[u8]) -> bool,
}

impl Shape {
    /// A shape that needs no words before it.
    pub(super) const fn free(template: &'static str, check: fn(&[u8]) -> bool) -> Self {
        Self::behind(Context::NONE, template, check)
    }

    /// A shape that counts only behind words of these classes.
    pub(super) const fn behind(
        context: Context,
        template: &'static str,
        check: fn(&[u8]) -> bool,
    ) -> Self {
        Self {
            template,
            context,
            check,
        }
    }

    pub(crate) fn context(&self) -> Context {
        self.context
    }

    /// Whether the letters and digits of a value are right. Of digits alone only a shape without
    /// letters is a value: it is looked for among the numbers.
    pub(crate) fn is_right(&self, value: &[u8]) -> bool {
        let is_number = value.iter().all(u8::is_ascii_digit);
        (!is_number || !self.has_letters()) && (self.check)(value)
    }

    fn has_letters(&self) -> bool {
        self.template.contains(['a', 'A', 'x', 'X'])
    }

    /// Whether its letters are capitals.
    pub(crate) fn is_capital(&self) -> bool {
        self.template.contains(['A', 'X'])
    }

    /// The class of runs that its values stand in.
    pub(crate) fn runs(&self) -> &'static Runs {
        let is_open = self.template.contains([' ', '~', '/']);
        match (self.has_letters(), is_open) {
            (true, true) => &SPACED_CODE,
            (true, false) => &CODE,
            (false, _) if self.template.contains('/') => &CALL_NUMBER,
            (false, _) => &NUMBER,
        }
    }

    /// The fewest characters and the most.
    pub(crate) fn lens(&self) -> (usize, usize) {
        let lens = || self.expanded().into_iter().map(|kinds| kinds.len());
        (lens().min().unwrap_or(0), lens().max().unwrap_or(0))
    }

    /// The kinds of characters at each place, for each way to write a value.
    fn expanded(&self) -> Vec<Vec<u8>> {
        let signs = if self.template.contains('~') {
            " -."
        } else {
            "~"
        };
        let ways = signs.chars().flat_map(|sign| {
            let (from, to) = self.repeats();
            (from..=to).map(move |count| (sign, count))
        });
        ways.map(|(sign, count)| self.written(sign, count))
            .collect()
    }

    /// The counts in braces.
    fn repeats(&self) -> (usize, usize) {
        let braces = self.template.split_once('{').map_or("1,1", |(_, rest)| {
            rest.split('}').next().unwrap_or_default()
        });
        let (from, to) = braces.split_once(',').unwrap_or((braces, braces));
        let count = |text: &str| text.parse().expect("braces hold counts");
        (count(from), count(to))
    }

    fn written(&self, sign: char, count: usize) -> Vec<u8> {
        let (mut kinds, mut is_count) = (Vec::new(), false);
        for c in self.template.chars() {
            match c {
                '{' => {
                    is_count = true;
                    let last = *kinds.last().expect("something is repeated");
                    kinds.extend(std::iter::repeat_n(last, count - 1));
                }
                '}' => is_count = false,
                _ if is_count => {}
                '9' => kinds.push(DIGIT),
                'a' | 'A' => kinds.push(LETTER),
                'x' | 'X' => kinds.push(DIGIT | LETTER),
                '~' => kinds.push(1 << kind(sign as u8).expect("a sign")),
                c => kinds.push(1 << kind(c as u8).expect("a sign of a template")),
            }
        }
        assert!(kinds.len() <= MAX_SHAPE, "a shape is short");
        kinds
    }
}

const KINDS: usize = 6;
const DIGIT: u8 = 1;
const LETTER: u8 = 2;

/// What a character is to a shape.
fn kind(byte: u8) -> Option<usize> {
    Some(match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' | b'A'..=b'Z' => 1,
        b' ' => 2,
        b'-' => 3,
        b'.' => 4,
        b'/' => 5,
        _ => return None,
    })
}

/// All shapes of a class of runs, compiled.
#[derive(Debug)]
pub(crate) struct Table {
    runs: &'static Runs,
    /// The rules and their shapes.
    pub(crate) entries: Vec<(&'static Spec, &'static Shape)>,
    states: Vec<State>,
}

/// What is known of a text that was read up to somewhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// The next state for each kind of character; the first state is none.
    next: [u16; KINDS],
    /// The entries that have a value here.
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
    /// The table of a class of runs.
    pub(crate) fn of(runs: &'static Runs) -> Option<&'static Self> {
        TABLES.iter().find(|table| std::ptr::eq(table.runs, runs))
    }

    fn new(runs: &'static Runs) -> Self {
        let mut entries = Vec::new();
        for spec in all_specs() {
            let Finder::Shapes(shapes) = spec.finder else {
                continue;
            };
            let here = shapes
                .iter()
                .filter(|shape| std::ptr::eq(shape.runs(), runs));
            entries.extend(here.map(|shape| (spec, shape)));
        }
        let mut ways: Vec<(usize, Vec<u8>)> = Vec::new();
        for (n, (_, shape)) in entries.iter().enumerate() {
            ways.extend(shape.expanded().into_iter().map(|kinds| (n, kinds)));
        }
        let states = compile(&ways, &entries);
        Self {
            runs,
            entries,
            states,
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
fn compile(ways: &[(usize, Vec<u8>)], entries: &[(&Spec, &Shape)]) -> Vec<State> {
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
                states.push(State::at(at + 1, &left, ways, entries));
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
    fn at(
        at: usize,
        possible: &[usize],
        ways: &[(usize, Vec<u8>)],
        entries: &[(&Spec, &Shape)],
    ) -> Self {
        let mut state = Self::default();
        let ways = possible.iter().filter_map(|way| ways.get(*way));
        for (entry, _) in ways.filter(|(_, kinds)| kinds.len() == at) {
            let context = entries.get(*entry).map(|(_, shape)| shape.context);
            let context = context.unwrap_or_default();
            state.is_free |= context == Context::NONE;
            state.context = state.context | context;
            if !state.whole.contains(entry) {
                state.whole.push(*entry);
            }
        }
        state
    }
}
