//! What to expect of rows that were not trained on.

use std::{cmp::Reverse, collections::BTreeMap, thread};

use crate::{
    fit::fit,
    rows::{Row, Rows},
};

/// Into how many parts rows of known sources are split.
const PARTS: usize = 10;

/// The score of each row by a model that has seen nothing of its source.
pub(crate) fn by_source(rows: &Rows) -> Vec<f32> {
    // Large sources first, so that the threads end together.
    let mut sizes = vec![0; rows.sources.len()];
    for row in &rows.rows {
        sizes[row.source] += 1;
    }
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|source| Reverse(sizes[*source]));
    let place: BTreeMap<usize, usize> = order.into_iter().zip(0..).collect();
    left_out(&rows.rows, rows.sources.len(), &|_, row| place[&row.source])
}

/// The score of each row by a model that has seen other rows of its source.
pub(crate) fn by_row(rows: &Rows) -> Vec<f32> {
    let part = |at: usize, _: &Row| (at.wrapping_mul(0x9E37_79B9) >> 8) % PARTS;
    left_out(&rows.rows, PARTS, &part)
}

fn left_out(rows: &[Row], parts: usize, part: &(dyn Fn(usize, &Row) -> usize + Sync)) -> Vec<f32> {
    let job = |part_out: usize| {
        let is_out = |(at, row): &(usize, &Row)| part(*at, row) == part_out;
        let rest: Vec<&Row> = rows
            .iter()
            .enumerate()
            .filter(|row| !is_out(row))
            .map(|(_, row)| row)
            .collect();
        let model = fit(&rest);
        let out = rows.iter().enumerate().filter(is_out);
        out.map(|(at, row)| (at, model.score(row)))
            .collect::<Vec<_>>()
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut scores = vec![0.0; rows.len()];
    thread::scope(|scope| {
        let jobs: Vec<_> = (0..threads)
            .map(|first| {
                let parts = (first..parts).step_by(threads);
                scope.spawn(move || parts.flat_map(job).collect::<Vec<_>>())
            })
            .collect();
        for job in jobs {
            for (at, score) in job.join().expect("a fit that ends") {
                scores[at] = score;
            }
        }
    });
    scores
}

/// A table of the share of rows that reach the threshold.
pub(crate) fn print(rows: &Rows, left_out: &[f32], mixed: &[f32], threshold: f32, sets: bool) {
    #[derive(Default)]
    struct Line {
        rows: usize,
        left_out: usize,
        mixed: usize,
    }
    let mut table = BTreeMap::<(&str, &str), Line>::new();
    for (row, (left_out, mixed)) in rows.rows.iter().zip(left_out.iter().zip(mixed)) {
        if !row.measured {
            continue;
        }
        let set = rows.sources[row.source].as_str();
        for set in ["", set].into_iter().take(1 + usize::from(sets)) {
            let line = table.entry((&row.file, set)).or_default();
            line.rows += 1;
            line.left_out += usize::from(*left_out >= threshold);
            line.mixed += usize::from(*mixed >= threshold);
        }
    }
    println!(
        "{:52} {:>6} {:>14} {:>14}",
        "flagged at the threshold", "rows", "new sources", "known sources"
    );
    for ((file, set), line) in table {
        let percent = |count: usize| 100.0 * count as f32 / line.rows as f32;
        let (left_out, mixed) = (percent(line.left_out), percent(line.mixed));
        let name = if set.is_empty() {
            file.to_owned()
        } else {
            format!("  {set}")
        };
        println!(
            "{name:52} {:>6} {left_out:>12.1} % {mixed:>12.1} %",
            line.rows
        );
    }
}
