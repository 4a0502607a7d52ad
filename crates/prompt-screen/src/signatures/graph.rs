//! All patterns as one machine: nodes, and the words that lead from one to the next.
//!
//! Patterns that begin alike share their nodes. An item that may be missing is a step that takes
//! no word; a gap is a node that some words may pass without leaving it.

use std::collections::{BTreeSet, HashMap};

use super::{
    hope::{Hope, mark},
    literal::Literal,
    pattern::{Item, Kind, Pattern},
    table::WordTable,
    vocabulary::Row,
};

/// A pattern and the index of the rule it belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) rule: usize,
    pub(crate) pattern: Pattern,
}

pub(crate) type NodeId = u32;

#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    /// Class of words and the node it leads to.
    pub(crate) edges: Vec<(u32, NodeId)>,
    /// Words that may pass without leaving.
    pub(crate) skips: u8,
    /// Nodes that no word has to lead to.
    pub(crate) free: Vec<NodeId>,
    pub(crate) accepts: Vec<Accept>,
    /// The index of what has to stand here character by character.
    pub(crate) literal: Option<usize>,
    /// What of the words ahead can lead on from here, see [`Hope`].
    pub(crate) hope: Hope,
}

/// Where one word leads as the first of a pattern.
#[derive(Clone, Debug, Default)]
pub(crate) struct Starts {
    pub(crate) nodes: Vec<(NodeId, Hope)>,
    /// That of all together.
    pub(crate) hope: Hope,
}

/// A pattern that is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Accept {
    pub(crate) rule: usize,
    /// The indices of the literals that the pattern begins and ends with.
    pub(crate) opens: Option<usize>,
    pub(crate) closes: Option<usize>,
}

/// Where patterns start that may start anywhere, and those that start a sentence.
pub(crate) const ANYWHERE: NodeId = 0;
pub(crate) const SENTENCE: NodeId = 1;

#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    pub(crate) words: WordTable,
    /// The mark of each word: one bit, which others have too.
    pub(crate) marks: Vec<u64>,
    /// Sets of words, a bit each.
    pub(crate) classes: Vec<Vec<u64>>,
    /// Where the first word of a pattern leads, by word: from [`ANYWHERE`], from [`SENTENCE`].
    pub(crate) starts: Vec<[Starts; 2]>,
    /// The hope of all patterns that begin with a word, by word.
    pub(crate) begin: Vec<Hope>,
    pub(crate) literals: Vec<Literal>,
}

impl Graph {
    pub(crate) fn new(signatures: &[Signature]) -> Self {
        let mut maker = Maker::default();
        maker.nodes.resize_with(2, Node::default);
        for signature in signatures {
            maker.add(signature);
        }
        maker.finish()
    }
}

#[derive(Default)]
struct Maker {
    nodes: Vec<Node>,
    words: HashMap<u64, u32>,
    keys: Vec<u64>,
    classes: HashMap<BTreeSet<u32>, u32>,
    sets: Vec<BTreeSet<u32>>,
    literals: Vec<Literal>,
    /// The node behind a node and an item.
    behind: HashMap<(NodeId, String), NodeId>,
    /// The node within an item, behind a node, an item and the first words of a row.
    within: HashMap<(NodeId, String, Row), NodeId>,
}

impl Maker {
    fn add(&mut self, signature: &Signature) {
        let mut at = match signature.pattern.anchored {
            true => SENTENCE,
            false => ANYWHERE,
        };
        let mut opens = None;
        for (item, n) in signature.pattern.items.iter().zip(0..) {
            at = self.item(at, item);
            if n == 0 {
                opens = self.literal(at);
            }
        }
        let accept = Accept {
            rule: signature.rule,
            opens,
            closes: self.literal(at),
        };
        if let Some(node) = self.nodes.get_mut(at as usize) {
            node.accepts.push(accept);
        }
    }

    fn item(&mut self, from: NodeId, item: &Item) -> NodeId {
        let behind = (from, item.spelling.clone());
        if let Some(to) = self.behind.get(&behind) {
            return *to;
        }
        let to = self.node();
        self.behind.insert(behind, to);
        match &item.kind {
            Kind::Words { rows, optional } => {
                self.rows(from, to, &item.spelling, rows);
                if *optional {
                    self.free(from, to);
                }
            }
            Kind::Gap(skips) => {
                self.free(from, to);
                if let Some(node) = self.nodes.get_mut(to as usize) {
                    node.skips = *skips;
                }
            }
            Kind::Literal { row, text } => {
                self.rows(from, to, &item.spelling, std::slice::from_ref(row));
                self.literals.push(Literal {
                    text: text.clone(),
                    words: row.len(),
                });
                if let Some(node) = self.nodes.get_mut(to as usize) {
                    node.literal = Some(self.literals.len() - 1);
                }
            }
        }
        to
    }

    fn literal(&self, node: NodeId) -> Option<usize> {
        self.nodes.get(node as usize).and_then(|node| node.literal)
    }

    fn rows(&mut self, from: NodeId, to: NodeId, spelling: &str, rows: &[Row]) {
        let mut singles = BTreeSet::new();
        for row in rows {
            let Some((last, first)) = row.split_last() else {
                continue;
            };
            let last = self.word(*last);
            if first.is_empty() {
                singles.insert(last);
                continue;
            }
            let mut at = from;
            for (key, n) in first.iter().zip(1..) {
                let word = self.word(*key);
                let row = first.get(..n).unwrap_or_default().to_vec();
                let within = (from, spelling.to_owned(), row);
                at = match self.within.get(&within) {
                    Some(node) => *node,
                    None => {
                        let node = self.node();
                        self.within.insert(within, node);
                        self.edge(at, BTreeSet::from([word]), node);
                        node
                    }
                };
            }
            self.edge(at, BTreeSet::from([last]), to);
        }
        if !singles.is_empty() {
            self.edge(from, singles, to);
        }
    }

    fn node(&mut self) -> NodeId {
        self.nodes.push(Node::default());
        NodeId::try_from(self.nodes.len() - 1).expect("invariant: rules are fewer than 2^32")
    }

    fn free(&mut self, from: NodeId, to: NodeId) {
        if let Some(node) = self.nodes.get_mut(from as usize) {
            node.free.push(to);
        }
    }

    fn edge(&mut self, from: NodeId, words: BTreeSet<u32>, to: NodeId) {
        let next = u32::try_from(self.sets.len()).expect("invariant: sets are fewer than 2^32");
        let class = *self.classes.entry(words.clone()).or_insert(next);
        if class == next {
            self.sets.push(words);
        }
        if let Some(node) = self.nodes.get_mut(from as usize) {
            node.edges.push((class, to));
        }
    }

    fn word(&mut self, key: u64) -> u32 {
        let next = u32::try_from(self.keys.len()).expect("invariant: words are fewer than 2^32");
        let word = *self.words.entry(key).or_insert(next);
        if word == next {
            self.keys.push(key);
        }
        word
    }

    fn finish(mut self) -> Graph {
        let marks = self.marks();
        let of_class = |class: u32| -> u64 {
            let set = self.sets.get(class as usize).into_iter().flatten();
            let marks = set.filter_map(|word| marks.get(*word as usize));
            marks.fold(0, |all, mark| all | mark)
        };
        let of_classes: Vec<u64> = (0..).zip(&self.sets).map(|(at, _)| of_class(at)).collect();
        // What follows a node freely was made after it.
        for at in (0..self.nodes.len()).rev() {
            let hope = self.hope(at, &of_classes);
            if let Some(node) = self.nodes.get_mut(at) {
                node.hope = hope;
            }
        }
        let mut starts = vec![<[Starts; 2]>::default(); self.keys.len()];
        for (root, n) in [(ANYWHERE, 0), (SENTENCE, 1)] {
            let edges = self.nodes.get(root as usize).map(|node| &node.edges);
            for (class, to) in edges.into_iter().flatten() {
                for word in self.sets.get(*class as usize).into_iter().flatten() {
                    let starts = starts.get_mut(*word as usize);
                    let node = self.nodes.get(*to as usize);
                    let starts = starts.and_then(|starts| starts.get_mut(n));
                    if let (Some(starts), Some(node)) = (starts, node) {
                        starts.nodes.push((*to, node.hope));
                        starts.hope = starts.hope.or(node.hope);
                    }
                }
            }
        }
        let classes = self.sets.iter().map(|set| bits(set, self.keys.len()));
        Graph {
            classes: classes.collect(),
            words: WordTable::new(&self.keys),
            marks,
            begin: starts
                .iter()
                .map(|[one, two]| one.hope.or(two.hope))
                .collect(),
            starts,
            nodes: self.nodes,
            literals: self.literals,
        }
    }

    /// The marks of the words: one for all that first come in one set, so that what leads on by one
    /// of them is hoped for by one mark.
    fn marks(&self) -> Vec<u64> {
        let mut marks = vec![0; self.keys.len()];
        for (set, n) in self.sets.iter().zip(0..) {
            for word in set {
                let at = *word as usize;
                if let (Some(to @ 0), Some(key)) = (marks.get_mut(at), self.keys.get(at)) {
                    *to = mark(n, *key);
                }
            }
        }
        marks
    }

    fn hope(&self, at: usize, of_classes: &[u64]) -> Hope {
        let Some(node) = self.nodes.get(at) else {
            return Hope::default();
        };
        let edges = node.edges.iter();
        let marks = edges.filter_map(|(class, _)| of_classes.get(*class as usize));
        let own = match node.accepts.is_empty() {
            true => Hope {
                marks: marks.fold(0, |all, marks| all | marks),
                within: 0,
            },
            false => Hope::SURE,
        };
        let free = node
            .free
            .iter()
            .filter_map(|to| self.nodes.get(*to as usize));
        let all = free.fold(own, |all, next| all.or(next.hope));
        Hope {
            within: all.within.saturating_add(node.skips),
            ..all
        }
    }
}

fn bits(set: &BTreeSet<u32>, words: usize) -> Vec<u64> {
    let mut bits = vec![0; words.div_ceil(64)];
    for word in set {
        if let Some(bits) = bits.get_mut((word >> 6) as usize) {
            *bits |= 1 << (word & 63);
        }
    }
    bits
}
