//! Where a logit is as likely an attack as not, and how fast that changes.

use std::collections::BTreeMap;

use crate::rows::Row;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Calibration {
    pub(crate) threshold: f32,
    pub(crate) slope: f32,
}

/// The share of harmless rows that may be flagged, by file.
fn allowed(file: &str) -> f32 {
    if file.contains("overdefense") {
        0.04
    } else {
        0.01
    }
}

/// The threshold is the lowest that keeps to the false positives allowed: in each file on rows of
/// known sources, and over all plain files on rows of sources that were left out.
pub(crate) fn calibrate(rows: &[Row], left_out: &[f32], mixed: &[f32]) -> Calibration {
    let mut known = BTreeMap::<&str, Vec<f32>>::new();
    let mut unknown = Vec::new();
    for (row, (left_out, mixed)) in rows.iter().zip(left_out.iter().zip(mixed)) {
        if row.attack || !row.measured {
            continue;
        }
        known.entry(&row.file).or_default().push(*mixed);
        if allowed(&row.file) < 0.02 {
            unknown.push(*left_out);
        }
    }
    let by_file = known
        .iter_mut()
        .map(|(file, scores)| quantile(scores, 1.0 - allowed(file)));
    let unknown = quantile(&mut unknown, 0.99);
    let known = by_file.fold(f32::MIN, f32::max);
    println!("thresholds: {known:.2} by known sources, {unknown:.2} by new ones");
    let threshold = known.max(unknown);
    Calibration {
        threshold,
        slope: slope(rows, left_out, threshold),
    }
}

fn quantile(scores: &mut [f32], share: f32) -> f32 {
    scores.sort_by(f32::total_cmp);
    let at = (scores.len() as f32 * share) as usize;
    scores.get(at).map_or(0.0, |score| score + 1e-3)
}

/// Platt's slope with the threshold fixed, on rows of sources that were left out; attacks and
/// harmless rows count the same.
fn slope(rows: &[Row], scores: &[f32], threshold: f32) -> f32 {
    let loss = |slope: f32| {
        let mut sums = [(0.0, 0.0); 2];
        for (row, score) in rows.iter().zip(scores) {
            let z = slope * (score - threshold);
            let z = if row.attack { z } else { -z };
            let sum = &mut sums[usize::from(row.attack)];
            sum.0 += row.weight * (1.0 + (-z).exp()).ln();
            sum.1 += row.weight;
        }
        sums[0].0 / sums[0].1 + sums[1].0 / sums[1].1
    };
    let slopes = (2..40_u8).map(|n| f32::from(n) * 0.05);
    let best = slopes.min_by(|one, two| loss(*one).total_cmp(&loss(*two)));
    best.unwrap_or(1.0)
}
