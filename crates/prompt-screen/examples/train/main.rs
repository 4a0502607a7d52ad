//! Trains the model that the crate ships.

mod fit;
mod rows;

use std::{collections::BTreeMap, path::PathBuf};

use fit::{Options, fit};
use rows::{Row, load};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let get = |name: &str, default: f32| {
        args.iter()
            .position(|arg| arg == name)
            .map_or(default, |at| args[at + 1].parse().unwrap())
    };
    let all = load(&PathBuf::from(&args[0]), args.iter().any(|a| a == "--repo"))?;
    let options = Options {
        min_rows: get("--rows", 3.0) as usize,
        min_sources: get("--sources", 2.0) as usize,
        rate: get("--rate", 0.2),
        epochs: get("--epochs", 12.0) as usize,
        l2: get("--l2", 0.02),
        dropout: get("--dropout", 0.0),
        positive: get("--positive", 1.0),
        power: get("--power", 0.5),
        robust: get("--robust", 0.0),
        floor: get("--floor", 100.0),
    };
    let folds = get("--folds", 10.0) as usize;
    // By source: the largest sources first, each to the smallest fold.
    let mut sizes = vec![0; all.sources.len()];
    for row in &all.rows {
        sizes[row.source] += 1;
    }
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|s| std::cmp::Reverse(sizes[*s]));
    let mut load = vec![0; folds];
    let mut fold_of = vec![0; sizes.len()];
    for source in order {
        let fold = (0..folds).min_by_key(|f| load[*f]).unwrap();
        fold_of[source] = fold;
        load[fold] += sizes[source];
    }
    let left = |at: usize, row: &Row| -> usize { let _ = at; fold_of[row.source] };
    let random = |at: usize, _: &Row| (at.wrapping_mul(0x9E37_79B9) >> 8) % folds;
    let out = validate(&all.rows, folds, &options, &left);
    let mixed = if args.iter().any(|a| a == "--mixed") { validate(&all.rows, folds, &options, &random) } else { vec![0.0; all.rows.len()] };
    if let Some(at) = args.iter().position(|a| a == "--dump") {
        let mut text = String::new();
        for (row, score) in all.rows.iter().zip(&out) { text += &format!("{}\t{}\t{:.2}\t{:.2}\n", row.file, row.id, score, mixed[0]); }
        std::fs::write(&args[at + 1], text)?;
    }
    print(&all.rows, &all.sources, &out, &mixed, args.iter().any(|a| a == "--sets"));
    Ok(())
}

fn validate(rows: &[Row], folds: usize, options: &Options, fold: &(dyn Fn(usize, &Row) -> usize + Sync)) -> Vec<f32> {
    let mut scores = vec![0.0; rows.len()];
    std::thread::scope(|scope| {
        let jobs: Vec<_> = (0..2)
            .map(|half| {
                scope.spawn(move || {
                    let mut out = Vec::new();
                    for f in (half..folds).step_by(2) {
                        let train: Vec<&Row> = rows.iter().enumerate().filter(|(at, r)| fold(*at, r) != f).map(|(_, r)| r).collect();
                        let model = fit(&train, options);
                        if f == 0 { eprintln!("features {} bias {}", model.weights.len(), model.bias); }
                        for (at, row) in rows.iter().enumerate().filter(|(at, r)| fold(*at, r) == f) {
                            out.push((at, model.score(row)));
                        }
                    }
                    out
                })
            })
            .collect();
        for job in jobs {
            for (at, score) in job.join().unwrap() {
                scores[at] = score;
            }
        }
    });
    scores
}

/// The lowest threshold that keeps the false positives of the four plain benign files below 1 %
/// and of the hard one below 4 %, each file by itself.
fn threshold(rows: &[Row], scores: &[f32]) -> f32 {
    let mut by = BTreeMap::<&str, Vec<f32>>::new();
    for (row, score) in rows.iter().zip(scores) {
        if !row.attack {
            by.entry(&row.file).or_default().push(*score);
        }
    }
    by.iter_mut().map(|(file, scores)| {
        scores.sort_by(f32::total_cmp);
        let share = if file.contains("overdefense") { 0.96 } else { 0.99 };
        let q = scores[(scores.len() as f32 * share) as usize];
        eprint!("{file} {q:.2}  ");
        q
    }).fold(f32::MIN, f32::max)
}

fn print(rows: &[Row], sources: &[String], out: &[f32], mixed: &[f32], sets: bool) {
    let t = (threshold(rows, out), threshold(rows, mixed));
    // Pooled: 1 % of plain benign.
    let plain = |scores: &[f32]| { let mut s: Vec<f32> = rows.iter().zip(scores).filter(|(r, _)| !r.attack && !r.file.contains("over")).map(|(_, s)| *s).collect(); s.sort_by(f32::total_cmp); s[(s.len() as f32 * 0.99) as usize] };
    let q = (plain(out), plain(mixed));
    eprintln!("\nthresholds {t:?} pooled {q:?}");
    let mut table = BTreeMap::<(String, String), [f32; 6]>::new();
    for ((row, o), m) in rows.iter().zip(out).zip(mixed) {
        let mut keys = vec![(row.file.clone(), String::new())];
        if sets { keys.push((row.file.clone(), sources[row.source].clone())); }
        for key in keys {
            let e = table.entry(key).or_default();
            e[0] += 1.0;
            e[1] += f32::from(u8::from(*o >= t.0));
            e[2] += f32::from(u8::from(*m >= t.1));
            e[3] += f32::from(u8::from(*o >= q.0));
            e[4] += f32::from(u8::from(*m >= q.1));
            e[5] += o;
        }
    }
    for ((file, set), e) in table {
        println!("{file:22} {set:34} {:5} | out {:5.1} mixed {:5.1} | pooled out {:5.1} mixed {:5.1} | mean {:5.2}", e[0], 100.0 * e[1] / e[0], 100.0 * e[2] / e[0], 100.0 * e[3] / e[0], 100.0 * e[4] / e[0], e[5] / e[0]);
    }
}
