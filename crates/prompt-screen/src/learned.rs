//! What the model makes of a text, in all its readings.

use std::{mem, ops::Range};

use crate::{
    decode::{self, Limits, Oddities, Reading, readings},
    edit::PLACEHOLDER,
    model::{
        Model, Scratch, clues,
        window::{damping, windows},
    },
    read::{self, Word},
};

/// From this probability on the model has a finding.
pub(crate) const FLAGGED: f32 = 0.5;

/// Less than this is not worth to remember the sentences for.
const WORTH: f32 = 0.4;

/// A text of which more sentences would have to go is an attack as a whole.
const MOST: usize = 32;

/// What the model sees in readings, before it has all clues.
#[derive(Debug, Default)]
pub(crate) struct Glance {
    /// The damped sum of the window that looks most like an attack, and where it comes from.
    best: Option<(f32, Range<usize>)>,
    clues: Vec<u64>,
}

impl Glance {
    pub(crate) fn plain(&mut self, model: &Model, words: &[Word], scratch: &mut Scratch) {
        self.see(model.look(words, scratch));
    }

    pub(crate) fn reading(&mut self, model: &Model, reading: Reading<'_>, scratch: &mut Scratch) {
        let seen = model.look(reading.words, scratch);
        self.see(seen.map(|(sum, span)| (sum, reading.origin(span))));
        self.kind(&reading);
    }

    fn kind(&mut self, reading: &Reading<'_>) {
        let clue = clues::of_reading(reading.kind);
        if !self.clues.contains(&clue) {
            self.clues.push(clue);
        }
    }

    pub(crate) fn oddities(&mut self, oddities: &Oddities) {
        self.clues.extend(clues::of_oddities(oddities));
    }

    fn see(&mut self, seen: Option<(f32, Range<usize>)>) {
        let sum = |seen: &Option<(f32, Range<usize>)>| seen.as_ref().map(|(sum, _)| *sum);
        if sum(&seen) > sum(&self.best) {
            self.best = seen;
        }
    }

    /// How sure the model is that the text is an attack, which part of it looks most like one, and
    /// how sure it would be without the clues of `rules`.
    pub(crate) fn opinion(&self, model: &Model, rules: &[u64]) -> Option<(f32, Range<usize>, f32)> {
        let (sum, span) = self.best.clone()?;
        let alone = model.probability(sum, self.clues.iter().copied());
        let all = self.clues.iter().chain(rules).copied();
        Some((model.probability(sum, all), span, alone))
    }
}

/// The model's part in a screening.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Learned {
    pub(crate) probability: f32,
    /// What is left once the spans of rules are taken out; none if it is hardly an attack.
    pub(crate) rest: Option<Rest>,
}

/// Sentences that may go one by one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rest {
    parts: Vec<Part>,
    clues: Vec<u64>,
    gone: usize,
}

#[derive(Clone, Debug, PartialEq)]
struct Part {
    reading: usize,
    /// In the text that is screened.
    span: Range<usize>,
    sum: i32,
    words: usize,
}

impl Part {
    fn is_in(&self, span: &Range<usize>) -> bool {
        self.span.start < span.end && span.start < self.span.end
    }
}

impl Rest {
    /// The sentences of `text` without what lies in one of `gone`.
    pub(crate) fn new(
        model: &Model,
        text: &str,
        gone: &[Range<usize>],
        knows: &dyn Fn(u64) -> bool,
        rules: &[u64],
        probability: f32,
    ) -> Option<Self> {
        if probability < WORTH {
            return None;
        }
        let mut scratch = Scratch::default();
        let mut glance = Glance::default();
        let mut parts = Vec::new();
        let mut number = 0;
        let mut add = |words: &[Word], origin: &dyn Fn(Range<usize>) -> Range<usize>| {
            let is_left = |word: &&Word| {
                let span = origin(word.span.clone());
                let next = gone.partition_point(|gone| gone.end <= span.start);
                gone.get(next).is_none_or(|gone| span.end <= gone.start)
            };
            let words: Vec<Word> = words.iter().filter(is_left).cloned().collect();
            model.parts(&words, &mut scratch, |span, sum, words| {
                parts.push(Part {
                    reading: number,
                    span: origin(span),
                    sum,
                    words,
                });
            });
            number += 1;
        };
        let mut plain = Vec::new();
        let seen = read::read(text, &mut plain);
        add(&plain, &|span| span);
        let oddities = readings(
            text,
            (&plain, &seen),
            Limits::default(),
            knows,
            &mut decode::Scratch::default(),
            &mut |reading| {
                add(reading.words, &|span| reading.origin(span));
                glance.kind(&reading);
            },
        );
        glance.oddities(&oddities);
        let mut clues = mem::take(&mut glance.clues);
        clues.extend(rules);
        Some(Self {
            parts,
            clues,
            gone: 0,
        })
    }

    /// How sure the model is of what is left.
    pub(crate) fn probability(&self) -> f32 {
        self.worst().map_or(0.0, |(sum, _)| {
            Model::shipped().probability(sum, self.clues.iter().copied())
        })
    }

    /// Takes out the sentence that looks most like an attack; `None` if there is none or too many
    /// went before.
    pub(crate) fn take(&mut self) -> Option<Range<usize>> {
        self.gone += 1;
        let (_, worst) = self.worst().filter(|_| self.gone <= MOST)?;
        let span = self.parts.get(worst)?.span.clone();
        self.parts.retain(|part| !part.is_in(&span));
        Some(span)
    }

    /// The highest damped sum of a window, and the sentence in it that has most of it.
    fn worst(&self) -> Option<(f32, usize)> {
        let mut worst: Option<(f32, usize)> = None;
        let mut first = 0;
        let mut sums = Vec::new();
        for parts in self.parts.chunk_by(|a, b| a.reading == b.reading) {
            sums.clear();
            sums.push((0_i32, 0));
            let mut end = (0_i32, 0);
            for part in parts {
                end = (end.0.wrapping_add(part.sum), end.1 + part.words);
                sums.push(end);
            }
            for window in windows(parts.len()) {
                let at = |at: usize| sums.get(at).copied().unwrap_or_default();
                let ((from, start), (to, end)) = (at(window.start), at(window.end));
                let sum = damped(to.wrapping_sub(from), end - start);
                if worst.is_none_or(|(worst, _)| sum > worst) {
                    let own = |at: &usize| {
                        let part = parts.get(*at);
                        part.map_or(0.0, |part| damped(part.sum, part.words))
                    };
                    let most = window.max_by(|a, b| own(a).total_cmp(&own(b)));
                    worst = Some((sum, first + most.unwrap_or_default()));
                }
            }
            first += parts.len();
        }
        worst
    }
}

fn damped(sum: i32, words: usize) -> f32 {
    #[allow(clippy::cast_precision_loss, reason = "a rounding error of a score")]
    let sum = sum as f32;
    sum / damping(words)
}

/// The part of a finding that holds no placeholder: the longest, if there are several.
pub(crate) fn shown(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    let window = text.get(span.clone())?;
    let mut at = span.start;
    let pieces = window.split(PLACEHOLDER).map(|piece| {
        let start = at + (piece.len() - piece.trim_start().len());
        let end = start + piece.trim().len();
        at += piece.len() + PLACEHOLDER.len();
        start..end
    });
    let longest = pieces.max_by_key(ExactSizeIterator::len)?;
    (!longest.is_empty()).then_some(longest)
}
