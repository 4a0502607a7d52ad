//! Runs the machine over the words of a text, once.

use std::ops::Range;

use crate::{
    edit::PLACEHOLDER,
    read::{self, Gap, Word},
};

use super::{
    graph::{Accept, Graph, NodeId, Signature},
    hope::Ahead,
    literal::{ends_with, starts_with},
    table::NO_WORD,
};

/// A rule found: its index and the bytes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) rule: usize,
    pub(crate) span: Range<usize>,
}

/// A pattern under way.
#[derive(Clone, Copy, Debug)]
struct Thread {
    node: NodeId,
    /// The index of its first word.
    start: u32,
    /// Words that may still pass.
    skips: u8,
}

#[derive(Clone, Debug)]
pub(crate) struct Matcher {
    graph: Graph,
    placeholder: u64,
}

/// The words of a text, and what is reused from search to search.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) words: Vec<Word>,
    threads: Vec<Thread>,
    next: Vec<Thread>,
    /// When a node was last entered, and with how many skips left.
    entered: Vec<(u32, u8)>,
    ahead: Ahead,
    /// When the next search begins: no moment comes twice.
    now: u32,
}

impl Scratch {
    /// Lets go of what a very long text needed.
    pub(crate) fn shrink(&mut self) {
        const MOST: usize = 1 << 16;
        if self.words.capacity() > MOST {
            self.words = Vec::new();
            self.ahead = Ahead::default();
        }
    }
}

/// What a search needs while it runs.
struct Search<'a> {
    graph: &'a Graph,
    text: &'a str,
    words: &'a [Word],
    hits: Vec<Hit>,
    /// The last hit of a rule, by rule.
    last: Vec<Option<usize>>,
    threads: &'a mut Vec<Thread>,
    next: &'a mut Vec<Thread>,
    entered: &'a mut Vec<(u32, u8)>,
    ahead: &'a Ahead,
    now: u32,
}

impl Matcher {
    pub(crate) fn new(signatures: &[Signature]) -> Self {
        Self {
            graph: Graph::new(signatures),
            placeholder: read::key("filtered"),
        }
    }

    /// Whether some rule has the word with this key.
    pub(crate) fn knows(&self, key: u64) -> bool {
        self.graph.words.get(key) != NO_WORD
    }

    /// Every place where a rule holds. Hits of one rule do not overlap and are in order.
    ///
    /// The words in `scratch` are those of `text`.
    pub(crate) fn find(&self, text: &str, scratch: &mut Scratch) -> Vec<Hit> {
        let words = u32::try_from(scratch.words.len()).unwrap_or(u32::MAX);
        let end = scratch.now.checked_add(words);
        let nodes = self.graph.nodes.len().max(scratch.entered.len());
        if end.is_none() {
            scratch.entered.clear();
        }
        scratch.entered.resize(nodes, (0, 0));
        let now = end.map_or(0, |_| scratch.now);
        scratch.now = now.saturating_add(words);
        scratch.threads.clear();
        scratch.ahead.read(&self.graph, &scratch.words);
        let mut search = Search {
            graph: &self.graph,
            text,
            words: &scratch.words,
            hits: Vec::new(),
            last: Vec::new(),
            threads: &mut scratch.threads,
            next: &mut scratch.next,
            entered: &mut scratch.entered,
            ahead: &scratch.ahead,
            now,
        };
        for ((at, word), known) in (0..words).zip(search.words).zip(&scratch.ahead.known) {
            let known = *known;
            if search.threads.is_empty() && !search.may_begin(known, at) {
                continue;
            }
            if word.key == self.placeholder && is_placeholder(text, &word.span) {
                search.threads.clear();
                continue;
            }
            search.step(at, word, known);
        }
        search.hits
    }
}

impl Search<'_> {
    /// Whether a pattern may begin with the word.
    #[inline]
    fn may_begin(&self, known: u32, at: u32) -> bool {
        let hope = self.graph.begin.get(known as usize);
        hope.is_some_and(|hope| self.ahead.gives(*hope, at))
    }

    fn step(&mut self, at: u32, word: &Word, known: u32) {
        let threads = std::mem::take(self.threads);
        for thread in &threads {
            self.follow(*thread, at, word, known);
        }
        let starts = self.graph.starts.get(known as usize);
        let sentence = word.gap >= Gap::Sentence;
        for (starts, applies) in starts.into_iter().flatten().zip([true, sentence]) {
            if !applies || !self.ahead.gives(starts.hope, at) {
                continue;
            }
            for (node, hope) in &starts.nodes {
                if self.ahead.gives(*hope, at) {
                    self.enter(*node, at, at, None);
                }
            }
        }
        *self.threads = std::mem::replace(self.next, threads);
        self.next.clear();
    }

    fn follow(&mut self, thread: Thread, at: u32, word: &Word, known: u32) {
        let graph = self.graph;
        let Some(node) = graph.nodes.get(thread.node as usize) else {
            return;
        };
        if known != NO_WORD {
            for (class, to) in &node.edges {
                if holds(graph, *class, known) {
                    self.enter(*to, thread.start, at, None);
                }
            }
        }
        let within = !matches!(word.gap, Gap::Sentence | Gap::Paragraph);
        if thread.skips > 0 && within {
            self.enter(thread.node, thread.start, at, Some(thread.skips - 1));
        }
    }

    /// Goes on from a node and from all that no word has to lead to from there.
    fn enter(&mut self, id: NodeId, start: u32, at: u32, skips: Option<u8>) {
        let graph = self.graph;
        let Some(node) = graph.nodes.get(id as usize) else {
            return;
        };
        if !self.ahead.gives(node.hope, at) {
            return;
        }
        if node
            .literal
            .is_some_and(|literal| self.literal(literal, at).is_none())
        {
            return;
        }
        let skips = skips.unwrap_or(node.skips);
        if !self.is_new(id, at, skips) {
            return;
        }
        for accept in &node.accepts {
            self.accept(accept, start, at);
        }
        if !node.edges.is_empty() {
            self.next.push(Thread {
                node: id,
                start,
                skips,
            });
        }
        for free in &node.free {
            self.enter(*free, start, at, None);
        }
    }

    /// Threads come in the order of their starts: who comes later with no more skips has nothing
    /// to add.
    fn is_new(&mut self, id: NodeId, at: u32, skips: u8) -> bool {
        let Some(entered) = self.entered.get_mut(id as usize) else {
            return false;
        };
        let now = (self.now.wrapping_add(at).wrapping_add(1), skips + 1);
        let is_new = entered.0 != now.0 || entered.1 < now.1;
        if is_new {
            *entered = now;
        }
        is_new
    }

    fn accept(&mut self, accept: &Accept, start: u32, at: u32) {
        let Some(mut span) = self.span(start, at) else {
            return;
        };
        if let Some(opens) = accept.opens {
            span.start = self.opening(opens, start).unwrap_or(span.start);
        }
        if let Some(closes) = accept.closes.and_then(|closes| self.literal(closes, at)) {
            span.end = closes.end;
        }
        let rule = accept.rule;
        if self.last.len() <= rule {
            self.last.resize(rule + 1, None);
        }
        let Some(last) = self.last.get_mut(rule) else {
            return;
        };
        let before = last.and_then(|last| self.hits.get_mut(last));
        if let Some(before) = before.filter(|before| span.start < before.span.end) {
            before.span.start = before.span.start.min(span.start);
            before.span.end = before.span.end.max(span.end);
            return;
        }
        *last = Some(self.hits.len());
        self.hits.push(Hit { rule, span });
    }

    fn span(&self, start: u32, at: u32) -> Option<Range<usize>> {
        let first = self.words.get(start as usize)?;
        let last = self.words.get(at as usize)?;
        Some(first.span.start..last.span.end)
    }

    /// Where a literal stands whose last word is the word `at`.
    fn literal(&self, literal: usize, at: u32) -> Option<Range<usize>> {
        let literal = self.graph.literals.get(literal)?;
        let first = (at + 1).checked_sub(u32::try_from(literal.words).ok()?)?;
        let word = self.words.get(first as usize)?;
        let (before, rest) = literal.parts();
        let start = ends_with(self.text.get(..word.span.start)?, before)?;
        let len = starts_with(self.text.get(word.span.start..)?, rest)?;
        Some(start..word.span.start + len)
    }

    /// Where a literal starts whose first word is the word `at`.
    fn opening(&self, literal: usize, at: u32) -> Option<usize> {
        let (before, _) = self.graph.literals.get(literal)?.parts();
        let word = self.words.get(at as usize)?;
        ends_with(self.text.get(..word.span.start)?, before)
    }
}

fn holds(graph: &Graph, class: u32, word: u32) -> bool {
    let bits = graph.classes.get(class as usize);
    let bits = bits.and_then(|bits| bits.get((word >> 6) as usize));
    bits.is_some_and(|bits| bits & (1 << (word & 63)) != 0)
}

fn is_placeholder(text: &str, word: &Range<usize>) -> bool {
    let start = word.start.checked_sub(1);
    let rest = start.and_then(|start| text.get(start..));
    rest.is_some_and(|rest| rest.starts_with(PLACEHOLDER))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;
    use crate::signatures::{hope::Hope, pattern::Pattern, vocabulary::Vocabulary};

    const PATTERNS: &[&str] = &[
        "a b",
        "a ..2 b c",
        "a ..3 b? ..12 c",
        "^ b `[c]`",
        "@drop c|a",
        "the ..4 of",
        "b ..9 c",
        "c c? c? a",
    ];

    const WORDS: &[&str] = &[
        "a ",
        "b ",
        "c ",
        "a ",
        "b ",
        "c ",
        "[c] ",
        "pay ",
        "no heed ",
        "to ",
        "off ",
        "the ",
        "of ",
        "x ",
        "y ",
        ". ",
        "\n\n",
        "[FILTERED] ",
    ];

    fn matcher(patterns: &[&str]) -> Matcher {
        let mut vocabulary = Vocabulary::default();
        vocabulary.add(Some("en"), "drop", "ignore pay_no_heed_to pay_off");
        let signatures = (0..).zip(patterns).map(|(rule, pattern)| Signature {
            rule,
            pattern: Pattern::parse(pattern, &vocabulary).unwrap(),
        });
        Matcher::new(&signatures.collect::<Vec<_>>())
    }

    fn hits(matcher: &Matcher, text: &str) -> Vec<Hit> {
        let mut scratch = Scratch::default();
        read::read(text, &mut scratch.words);
        matcher.find(text, &mut scratch)
    }

    fn found<'t>(patterns: &[&str], text: &'t str) -> Vec<(usize, &'t str)> {
        let hits = hits(&matcher(patterns), text).into_iter();
        hits.map(|hit| (hit.rule, &text[hit.span])).collect()
    }

    #[test]
    fn each_item_of_the_language_does_what_it_says() {
        for (pattern, text, expected) in [
            ("a b", "x A-b y", Some("A-b")),
            ("a b", "a x b", None),
            ("a|c b", "c b", Some("c b")),
            ("a_c|d b", "a c b", Some("a c b")),
            ("a_c|d b", "a b", None),
            (
                "@drop rules",
                "pay no heed to rules",
                Some("pay no heed to rules"),
            ),
            ("@drop rules", "pay off rules", Some("pay off rules")),
            ("@drop rules", "pay rules", None),
            ("a b? c", "a c", Some("a c")),
            ("a b? c", "a b c", Some("a b c")),
            ("a b? c", "a b b c", None),
            ("a ..2 c", "a c", Some("a c")),
            ("a ..2 c", "a x y c", Some("a x y c")),
            ("a ..2 c", "a x y z c", None),
            ("a ..2 b? ..2 c", "a 1 2 b 3 4 c", Some("a 1 2 b 3 4 c")),
            ("a ..2 b? ..2 c", "a 1 2 3 4 c", Some("a 1 2 3 4 c")),
            ("a ..2 b? ..2 c", "a 1 2 3 4 5 c", None),
            // A gap ends with the sentence, what is named may go on in the next.
            ("a ..2 c", "a. x c", None),
            ("a ..2 c", "a x. c", Some("a x. c")),
            ("a ..2 c", "a x\ny c", Some("a x\ny c")),
            ("^ a b", "x a b", None),
            ("^ a b", "x. a b", Some("a b")),
            ("^ a b", "a b", Some("a b")),
            ("`[INST]`", "x [inst] y", Some("[inst]")),
            ("`[INST]`", "x (inst) y", None),
            ("`<|im_start|>`", "<|im_start|>system", Some("<|im_start|>")),
            ("`### System:`", "###   system: x", Some("###   system:")),
            ("`### System:`", "### system x", None),
            ("^ `User:` a", "User: a", Some("User: a")),
            // Nothing forms around a placeholder, or of one.
            ("a ..2 c", "a [FILTERED] c", None),
            ("filtered", "[FILTERED] filtered", Some("filtered")),
        ] {
            let found = found(&[pattern], text);
            let found = found.first().map(|(_, span)| *span);
            assert_eq!(found, expected, "{pattern:?} in {text:?}");
        }
    }

    #[test]
    fn patterns_that_begin_alike_are_told_apart() {
        let patterns = ["a b c", "a b ..1 d", "a b? d", "b c"];
        let text = "a b c x a b d";
        assert_eq!(
            found(&patterns, text),
            [(0, "a b c"), (3, "b c"), (1, "a b d"), (2, "a b d")]
        );
    }

    #[test]
    fn hits_of_one_rule_that_overlap_are_one() {
        assert_eq!(
            found(&["a ..3 b"], "a b b x a b"),
            [(0, "a b b"), (0, "a b")]
        );
    }

    /// A matcher that never gives up hope.
    fn hopeful(mut matcher: Matcher) -> Matcher {
        let hope = Hope::SURE;
        for node in &mut matcher.graph.nodes {
            node.hope = hope;
        }
        for starts in matcher.graph.starts.iter_mut().flatten() {
            starts.hope = hope;
        }
        for begin in &mut matcher.graph.begin {
            *begin = hope;
        }
        for starts in matcher.graph.starts.iter_mut().flatten() {
            starts.nodes.iter_mut().for_each(|(_, each)| *each = hope);
        }
        matcher
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() })]

        #[test]
        fn what_is_not_begun_is_no_loss(words in vec(select(WORDS), 0..40)) {
            thread_local! {
                static PRUNED: Matcher = matcher(PATTERNS);
                static HOPEFUL: Matcher = hopeful(matcher(PATTERNS));
            }
            let text = words.concat();
            let expected = HOPEFUL.with(|matcher| hits(matcher, &text));
            let seen = PRUNED.with(|matcher| hits(matcher, &text));
            prop_assert_eq!(seen, expected, "{:?}", text);
        }
    }
}
