//! Fitting the weights: logistic regression on the part of each text that looks most like an
//! attack, by stochastic gradient descent in a fixed order.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    ops::Range,
};

use prompt_screen::training::{Header, Sentence, damping, windows};

use crate::{calibrate::Calibration, rows::Row};

/// A feature is kept if it is in as many rows and sources: what one source alone says is its
/// topic, not an attack, and could tell what its rows were.
const MIN_ROWS: usize = 3;
const MIN_SOURCES: usize = 2;
const EPOCHS: usize = 15;
const RATE: f32 = 0.2;
/// By how much weights shrink in an epoch, more the fewer sources a feature is in.
const SHRINK: f32 = 0.05;
/// No feature speaks more against an attack than this: harmless words must not buy one off.
const FLOOR: f32 = 0.5;
/// No row moves the weights by more than so many average ones.
const HEAVIEST: f32 = 20.0;

/// A fitted model.
pub(crate) struct Linear {
    ids: Ids,
    weights: Vec<f32>,
    bias: f32,
}

type Ids = HashMap<u64, u32, BuildHasherDefault<Hashed>>;

/// Features are hashes already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

impl Linear {
    /// The logit of a text.
    pub(crate) fn score(&self, row: &Row) -> f32 {
        let row = Encoded::new(row, &self.ids);
        self.bias + row.clues(&self.weights) + row.best(&self.weights).0
    }

    /// As it is in a file.
    pub(crate) fn quantised(&self, calibration: &Calibration) -> (Header, Vec<(u64, i8)>) {
        let largest = self
            .weights
            .iter()
            .fold(0.0_f32, |max, weight| max.max(weight.abs()));
        let scale = largest / 127.0;
        let header = Header {
            scale,
            bias: self.bias,
            threshold: calibration.threshold,
            slope: calibration.slope,
        };
        let mut weights: Vec<_> = self
            .ids
            .iter()
            .map(|(hash, id)| (*hash, (self.weights[*id as usize] / scale).round() as i8))
            .collect();
        weights.retain(|(_, weight)| *weight != 0);
        weights.sort_unstable();
        (header, weights)
    }
}

/// A row in the ids of the features that are kept.
struct Encoded {
    readings: Vec<Reading>,
    clues: Vec<u32>,
}

struct Reading {
    ids: Vec<u32>,
    /// Where each sentence ends: ids and words.
    ends: Vec<(usize, usize)>,
}

impl Encoded {
    fn new(row: &Row, ids: &Ids) -> Self {
        let known = |features: &[u64]| -> Vec<u32> {
            features
                .iter()
                .filter_map(|hash| ids.get(hash).copied())
                .collect()
        };
        let reading = |sentences: &Vec<Sentence>| {
            let mut reading = Reading {
                ids: Vec::new(),
                ends: vec![(0, 0)],
            };
            let mut words = 0;
            for sentence in sentences {
                reading.ids.extend(known(&sentence.features));
                words += sentence.words;
                reading.ends.push((reading.ids.len(), words));
            }
            reading
        };
        Self {
            readings: row.seen.readings.iter().map(reading).collect(),
            clues: known(&row.seen.clues),
        }
    }

    fn clues(&self, weights: &[f32]) -> f32 {
        self.clues.iter().map(|id| weights[*id as usize]).sum()
    }

    /// The highest score of a window, its reading and its place.
    fn best(&self, weights: &[f32]) -> (f32, usize, Range<usize>) {
        let mut best = (f32::MIN, 0, 0..0);
        for (at, reading) in self.readings.iter().enumerate() {
            let mut sums = vec![0.0];
            let mut sum = 0.0;
            for ends in reading.ends.windows(2) {
                for id in &reading.ids[ends[0].0..ends[1].0] {
                    sum += weights[*id as usize];
                }
                sums.push(sum);
            }
            for window in windows(reading.ends.len() - 1) {
                let score = (sums[window.end] - sums[window.start]) / reading.damping(&window);
                if score > best.0 {
                    best = (score, at, window);
                }
            }
        }
        if best.0 == f32::MIN {
            (0.0, 0, 0..0)
        } else {
            best
        }
    }
}

impl Reading {
    fn damping(&self, window: &Range<usize>) -> f32 {
        damping(self.ends[window.end].1 - self.ends[window.start].1)
    }

    fn ids(&self, window: &Range<usize>) -> &[u32] {
        &self.ids[self.ends[window.start].0..self.ends[window.end].0]
    }
}

/// The features worth a weight, and how much each shrinks.
fn select(rows: &[&Row]) -> (Ids, Vec<f32>) {
    #[derive(Default)]
    struct Seen {
        rows: usize,
        last: usize,
        sources: Vec<usize>,
    }
    let mut seen = HashMap::<u64, Seen, BuildHasherDefault<Hashed>>::default();
    for (at, row) in (1..).zip(rows) {
        for hash in row.seen.features() {
            let seen = seen.entry(hash).or_default();
            if seen.last == at {
                continue;
            }
            seen.last = at;
            seen.rows += 1;
            if !seen.sources.contains(&row.source) {
                seen.sources.push(row.source);
            }
        }
    }
    seen.retain(|_, seen| seen.rows >= MIN_ROWS && seen.sources.len() >= MIN_SOURCES);
    let mut kept: Vec<_> = seen
        .into_iter()
        .map(|(hash, seen)| (hash, seen.sources.len()))
        .collect();
    kept.sort_unstable();
    let shrink = kept
        .iter()
        .map(|(_, sources)| SHRINK * (3.0 / *sources as f32).sqrt())
        .collect();
    (
        kept.iter().map(|(hash, _)| *hash).zip(0..).collect(),
        shrink,
    )
}

/// Fits a model to the rows.
pub(crate) fn fit(rows: &[&Row]) -> Linear {
    let (ids, shrink) = select(rows);
    let encoded: Vec<_> = rows.iter().map(|row| Encoded::new(row, &ids)).collect();
    let mean = rows.iter().map(|row| row.weight).sum::<f32>() / rows.len() as f32;
    let mut weights = vec![0.0_f32; ids.len()];
    // AdaGrad: each weight has a rate of its own.
    let mut squares = vec![1e-2_f32; ids.len()];
    let (mut bias, mut bias_squares) = (-1.0_f32, 1.0_f32);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut random = Random(0x1234_5678_9ABC_DEF1);
    for _ in 0..EPOCHS {
        random.shuffle(&mut order);
        for at in &order {
            let (row, code) = (rows[*at], &encoded[*at]);
            let (score, reading, window) = code.best(&weights);
            let logit = bias + code.clues(&weights) + score;
            let wrong = 1.0 / (1.0 + (-logit).exp()) - f32::from(u8::from(row.attack));
            let slope = wrong * (row.weight / mean).min(HEAVIEST);
            bias_squares += slope * slope;
            bias -= RATE * slope / bias_squares.sqrt();
            let mut step = |id: u32, slope: f32| {
                let (weight, square) = (&mut weights[id as usize], &mut squares[id as usize]);
                *square += slope * slope;
                *weight = (*weight - RATE * slope / square.sqrt()).max(-FLOOR);
            };
            code.clues.iter().for_each(|id| step(*id, slope));
            if let Some(reading) = code.readings.get(reading) {
                let slope = slope / reading.damping(&window);
                reading.ids(&window).iter().for_each(|id| step(*id, slope));
            }
        }
        for (weight, shrink) in weights.iter_mut().zip(&shrink) {
            *weight /= 1.0 + shrink;
        }
    }
    Linear { ids, weights, bias }
}

/// Xorshift: the same order on each machine.
struct Random(u64);

impl Random {
    fn shuffle(&mut self, order: &mut [usize]) {
        for at in (1..order.len()).rev() {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            order.swap(at, (self.0 % (at as u64 + 1)) as usize);
        }
    }
}
