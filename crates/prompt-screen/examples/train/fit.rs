//! Fitting the weights.

use std::{collections::HashMap, hash::BuildHasherDefault};

use prompt_screen::training::{damping, windows};

use crate::rows::Row;

#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub min_rows: usize,
    pub min_sources: usize,
    pub rate: f32,
    pub epochs: usize,
    pub l2: f32,
    pub dropout: f32,
    pub positive: f32,
    pub power: f32,
    pub robust: f32,
    pub floor: f32,
}

#[derive(Default, Clone)]
pub struct Pass(u64);
impl std::hash::Hasher for Pass {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {}
    fn write_u64(&mut self, n: u64) {
        self.0 = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}
pub type Map<V> = HashMap<u64, V, BuildHasherDefault<Pass>>;

/// A fitted model.
pub struct Linear {
    pub ids: Map<u32>,
    pub weights: Vec<f32>,
    pub bias: f32,
}

struct Encoded {
    /// Where each sentence's ids end.
    ends: Vec<usize>,
    ids: Vec<u32>,
    words: Vec<usize>,
}

fn encode(row: &Row, ids: &Map<u32>) -> Encoded {
    let mut out = Encoded { ends: vec![0], ids: vec![], words: vec![0] };
    let mut words = 0;
    for sentence in &row.sentences {
        out.ids.extend(sentence.features.iter().filter_map(|hash| ids.get(hash)));
        words += sentence.words;
        out.ends.push(out.ids.len());
        out.words.push(words);
    }
    out
}

fn best(row: &Encoded, weights: &[f32]) -> (f32, usize, usize) {
    let n = row.words.len() - 1;
    if n == 0 {
        return (0.0, 0, 0);
    }
    let mut sums = vec![0.0];
    let mut sum = 0.0;
    for part in row.ends.windows(2) {
        for id in &row.ids[part[0]..part[1]] {
            sum += weights[*id as usize];
        }
        sums.push(sum);
    }
    let mut best = (f32::MIN, 0, 0);
    for window in windows(n) {
        let (from, to) = (window.start, window.end);
        let score = (sums[to] - sums[from]) / damping(row.words[to] - row.words[from]);
        if score > best.0 {
            best = (score, from, to);
        }
    }
    best
}

impl Linear {
    pub fn score(&self, row: &Row) -> f32 {
        best(&encode(row, &self.ids), &self.weights).0 + self.bias
    }
}

fn select(rows: &[&Row], options: &Options) -> (Map<u32>, Vec<f32>) {
    #[derive(Default)]
    struct Seen {
        rows: usize,
        last: usize,
        sources: Vec<u16>,
    }
    let mut seen = Map::<Seen>::default();
    for (at, row) in rows.iter().enumerate() {
        for hash in row.sentences.iter().flat_map(|s| &s.features) {
            let seen = seen.entry(*hash).or_default();
            if seen.last == at + 1 {
                continue;
            }
            seen.last = at + 1;
            seen.rows += 1;
            let source = row.source as u16;
            if !seen.sources.contains(&source) {
                seen.sources.push(source);
            }
        }
    }
    let mut kept: Vec<(u64, usize)> = seen
        .into_iter()
        .filter(|(_, seen)| seen.rows >= options.min_rows && seen.sources.len() >= options.min_sources)
        .map(|(hash, seen)| (hash, seen.sources.len()))
        .collect();
    kept.sort_unstable();
    let shrink = kept.iter().map(|(_, n)| (3.0 / *n as f32).powf(options.power)).collect();
    let ids = kept.iter().zip(0..).map(|((hash, _), id)| (*hash, id)).collect();
    (ids, shrink)
}

pub fn fit(rows: &[&Row], options: &Options) -> Linear {
    let (ids, shrink) = select(rows, options);
    let encoded: Vec<_> = rows.iter().map(|row| encode(row, &ids)).collect();
    let mean = rows.iter().map(|row| row.weight).sum::<f32>() / rows.len() as f32;
    let mut weights = vec![0.0_f32; ids.len()];
    let mut grads = vec![1e-2_f32; ids.len()];
    let (mut bias, mut bias_grad) = (-1.0_f32, 1.0_f32);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut random = 0x1234_5678_9ABC_DEF1_u64;
    let mut next = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    // Sources that do badly count more (group DRO).
    let groups = 1 + rows.iter().map(|row| row.source * 2 + 1).max().unwrap_or(0);
    let mut losses = vec![(0.0_f32, 0.0_f32); groups];
    let mut factors = vec![1.0_f32; groups];
    for _ in 0..options.epochs {
        for at in (1..order.len()).rev() {
            order.swap(at, (next() % (at as u64 + 1)) as usize);
        }
        losses.fill((0.0, 0.0));
        for at in &order {
            let (row, code) = (rows[*at], &encoded[*at]);
            let (score, from, to) = best(code, &weights);
            let z = score + bias;
            let y = if row.attack { 1.0 } else { 0.0 };
            let p = 1.0 / (1.0 + (-z).exp());
            let group = row.source * 2 + usize::from(row.attack);
            let mut weight = row.weight / mean * factors[group];
            let loss = if row.attack { -(p.max(1e-6)).ln() } else { -((1.0 - p).max(1e-6)).ln() };
            losses[group].0 += loss * row.weight;
            losses[group].1 += row.weight;
            if row.attack {
                weight *= options.positive;
            }
            let g = weight.min(20.0) * (p - y);
            bias_grad += g * g;
            bias -= options.rate * g / bias_grad.sqrt();
            let d = damping(code.words[to] - code.words[from]);
            for id in &code.ids[code.ends[from]..code.ends[to]] {
                if options.dropout > 0.0 && (next() % 1000) as f32 <= options.dropout * 1000.0 {
                    continue;
                }
                let id = *id as usize;
                let g = g / d;
                grads[id] += g * g;
                weights[id] = (weights[id] - options.rate * g / grads[id].sqrt()).max(-options.floor);
            }
        }
        for (weight, shrink) in weights.iter_mut().zip(&shrink) {
            *weight /= 1.0 + options.l2 * shrink;
        }
        if options.robust > 0.0 {
            for (factor, (loss, weight)) in factors.iter_mut().zip(&losses) {
                if *weight > 0.0 {
                    *factor = (options.robust * (loss / weight).min(3.0)).exp();
                }
            }
        }
    }
    Linear { ids, weights, bias }
}
