//! All phrases of a screen as one machine over words.
//!
//! Phrases are not rules of the other machine ([`crate::signatures`]), for they promise less: they
//! are read in the normalised view alone, so that `basic()` edits what anybody can read in a text and
//! nothing else. That machine looks into disguises and encodings, too, and would find `override` in
//! `over-ride`, `0verride`, base64 and reversed text. And it takes the invisible characters of a text
//! all for blanks or all for nothing, while here each may be either: `sys<ZWSP>tem<ZWSP>prompt`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    fold,
    gap::Seen,
    gate::Gate,
    read::{Word, key},
    signatures::Hit,
    view::{Reader, Segment},
};

/// One place in a phrase: any of these words, or none if it is optional.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) words: Vec<String>,
    pub(crate) optional: bool,
}

/// A phrase and the index of the rule it belongs to. At least one slot is not optional.
#[derive(Clone, Debug)]
pub(crate) struct Phrase {
    pub(crate) rule: usize,
    pub(crate) slots: Vec<Slot>,
}

type WordId = usize;
type StateId = usize;
/// A place within a phrase: the phrase and the slot that comes next.
type Item = (usize, usize);

const START: StateId = 0;

pub(crate) struct Automaton {
    words: HashMap<Box<str>, WordId>,
    /// All words.
    known: Gate,
    /// The words that can begin a phrase, and their keys in order.
    first: Gate,
    first_keys: Vec<u64>,
    /// Letters of the longest word.
    longest: usize,
    /// The next states by word, sorted, by state.
    edges: Vec<Vec<(WordId, StateId)>>,
    /// The rules whose phrase is complete, by state.
    accepts: Vec<Vec<usize>>,
}

impl Automaton {
    pub(crate) fn new(phrases: &[Phrase]) -> Self {
        let mut words = HashMap::<Box<str>, WordId>::new();
        for word in phrases
            .iter()
            .flat_map(|p| &p.slots)
            .flat_map(|slot| &slot.words)
        {
            let next = words.len();
            words.entry(Box::from(word.as_str())).or_insert(next);
        }
        let longest = words
            .keys()
            .map(|word| word.chars().count())
            .max()
            .unwrap_or(0);
        let known = Gate::new(words.keys().map(AsRef::as_ref));
        let mut machine = Self {
            words,
            known,
            first: Gate::new([]),
            first_keys: Vec::new(),
            longest,
            edges: Vec::new(),
            accepts: Vec::new(),
        };
        machine.determinize(phrases);
        let words = machine.words.iter();
        let first = words.filter(|(_, word)| machine.next(START, **word).is_some());
        let first: Vec<&str> = first.map(|(word, _)| word.as_ref()).collect();
        let mut keys: Vec<u64> = first.iter().map(|word| key(word)).collect();
        keys.sort_unstable();
        machine.first = Gate::new(first);
        machine.first_keys = keys;
        machine
    }

    /// Every phrase in `text` under every reading of it; they may overlap, in no special order.
    pub(crate) fn find(&self, text: &str) -> Vec<Hit> {
        self.find_by(text, |at| self.first.next(text, at))
    }

    /// As [`find`](Self::find), if the words of the plain reading are at hand and nothing in the text
    /// may be read in another way.
    pub(crate) fn find_in(&self, text: &str, words: &[Word], seen: &Seen) -> Vec<Hit> {
        let begins = |word: &Word| self.first_keys.contains(&word.key);
        match seen.odd || words.iter().any(begins) {
            true => self.find(text),
            false => Vec::new(),
        }
    }

    /// Leaves out what `next` leaves out: it says where to look from a place on.
    fn find_by(&self, text: &str, next: impl Fn(usize) -> Option<usize>) -> Vec<Hit> {
        let mut hits = Vec::new();
        let knows = |word: &str| self.word(word).is_some();
        let mut reader = Reader::new(self.longest, knows, |segment| {
            for first in 0..segment.len() {
                self.walk(segment, first, first, START, &mut hits);
            }
        });
        let mut at = 0;
        while let Some(start) = next(at) {
            at = reader.read_from(text, start);
        }
        hits
    }

    /// Goes as deep as the longest phrase has words.
    fn walk(
        &self,
        segment: &Segment,
        first: usize,
        at: usize,
        state: StateId,
        hits: &mut Vec<Hit>,
    ) {
        for (word, end) in segment.words(at, self.longest) {
            let Some(state) = self.word(word).and_then(|word| self.next(state, word)) else {
                continue;
            };
            if let Some(span) = segment.span(first, end) {
                let rules = self.accepts.get(state).into_iter().flatten();
                hits.extend(rules.map(|rule| Hit {
                    rule: *rule,
                    span: span.clone(),
                }));
            }
            self.walk(segment, first, end, state, hits);
        }
    }

    fn next(&self, state: StateId, word: WordId) -> Option<StateId> {
        let edges = self.edges.get(state)?;
        let edge = edges.binary_search_by_key(&word, |(word, _)| *word).ok()?;
        edges.get(edge).map(|(_, next)| *next)
    }

    fn word(&self, word: &str) -> Option<WordId> {
        if !self.known.admits(word) {
            return None;
        }
        if word.is_ascii() {
            return self.words.get(word).copied();
        }
        let known = self.words.get(fold::lower(word).as_str());
        known
            .or_else(|| self.words.get(fold::looks(word).as_str()))
            .copied()
    }

    /// The subset construction. It ends because phrases have no loops.
    fn determinize(&mut self, phrases: &[Phrase]) {
        let start: BTreeSet<Item> = (0..phrases.len()).map(|phrase| (phrase, 0)).collect();
        let start = closure(start, phrases);
        let mut ids = HashMap::from([(start.clone(), START)]);
        let mut states = vec![start];
        let mut next = START;
        while let Some(items) = states.get(next).cloned() {
            self.accepts.push(complete(&items, phrases));
            let mut edges = Vec::new();
            for (word, items) in self.successors(&items, phrases) {
                let items = closure(items, phrases);
                let id = *ids.entry(items.clone()).or_insert_with(|| {
                    states.push(items);
                    states.len() - 1
                });
                edges.push((word, id));
            }
            self.edges.push(edges);
            next += 1;
        }
    }

    fn successors(
        &self,
        items: &BTreeSet<Item>,
        phrases: &[Phrase],
    ) -> BTreeMap<WordId, BTreeSet<Item>> {
        let mut successors = BTreeMap::<WordId, BTreeSet<Item>>::new();
        for &(phrase, at) in items {
            let words = slot(phrases, phrase, at)
                .into_iter()
                .flat_map(|slot| &slot.words);
            for word in words.filter_map(|word| self.words.get(word.as_str())) {
                successors
                    .entry(*word)
                    .or_default()
                    .insert((phrase, at + 1));
            }
        }
        successors
    }
}

fn slot(phrases: &[Phrase], phrase: usize, at: usize) -> Option<&Slot> {
    phrases.get(phrase)?.slots.get(at)
}

/// The items together with those behind the slots that may stay empty.
fn closure(mut items: BTreeSet<Item>, phrases: &[Phrase]) -> BTreeSet<Item> {
    let mut todo: Vec<Item> = items.iter().copied().collect();
    while let Some((phrase, at)) = todo.pop() {
        let behind = (phrase, at + 1);
        if slot(phrases, phrase, at).is_some_and(|slot| slot.optional) && items.insert(behind) {
            todo.push(behind);
        }
    }
    items
}

fn complete(items: &BTreeSet<Item>, phrases: &[Phrase]) -> Vec<usize> {
    items
        .iter()
        .filter_map(|&(phrase, at)| Some((phrases.get(phrase)?, at)))
        .filter(|(phrase, at)| *at == phrase.slots.len())
        .map(|(phrase, _)| phrase.rule)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;

    /// Words of the phrases below, parts of them, and what may stand in and between words.
    const FRAGMENTS: &[&str] = &[
        "ignore",
        "ig",
        "nore",
        "all",
        "ALL",
        "of",
        "you",
        "filtered",
        "are",
        "now",
        "s",
        "мир",
        "МИР",
        "指",
        "か\u{3099}",
        "о",
        "é",
        "№",
        "‘",
        "—",
        "[FILTERED]",
        "[",
        "FILTERED",
        "]",
        "[FILT",
        " ",
        " ",
        " ",
        "\n",
        ".",
        "²",
        "0",
        "\u{0}",
        "\u{7F}",
        "\u{85}",
        "\u{AD}",
        "\u{200B}",
        "\u{301}",
        "\u{E0073}",
        "\u{E0020}",
        "\u{E0041}",
    ];

    fn machine() -> Automaton {
        let phrases = [
            ("ignore all", false),
            ("all of you", true),
            ("you are now", true),
            ("s", false),
            ("filtered", false),
            ("мир 指 か", false),
            ("0 e", false),
        ];
        let phrases = phrases
            .iter()
            .enumerate()
            .map(|(rule, (phrase, optional))| {
                let slots = phrase.split(' ').zip(0..).map(|(word, at)| Slot {
                    words: vec![word.to_owned()],
                    optional: *optional && at == 0,
                });
                let slots = slots.collect();
                Phrase { rule, slots }
            });
        Automaton::new(&phrases.collect::<Vec<_>>())
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            vec(select(FRAGMENTS), 0..24).prop_map(|parts| parts.concat()),
            vec(select(FRAGMENTS), 0..24).prop_map(|mut parts| {
                parts.retain(|part| part.is_ascii() && !part.contains(['\0', '\u{7F}']));
                parts.concat()
            }),
            vec(any::<char>(), 0..40).prop_map(String::from_iter),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..Default::default() })]

        #[test]
        fn what_the_gates_leave_out_is_no_loss(text in text()) {
            thread_local! {
                static GATED: Automaton = machine();
                static OPEN: Automaton = Automaton { known: Gate::open(), ..machine() };
            }
            let all = |at: usize| (at < text.len()).then_some(at);
            let expected = OPEN.with(|machine| machine.find_by(&text, all));
            let seen = GATED.with(|machine| machine.find(&text));
            prop_assert_eq!(&seen, &expected);
            let mut words = Vec::new();
            let read = crate::read::read(&text, &mut words);
            let seen = GATED.with(|machine| machine.find_in(&text, &words, &read));
            prop_assert_eq!(seen, expected);
        }
    }
}
