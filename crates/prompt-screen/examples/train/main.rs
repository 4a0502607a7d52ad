//! Trains the model that the crate ships.
//!
//! ```text
//! cargo run --release -p prompt-screen --features training --example train -- DIR --out crates/prompt-screen/model/words.bin
//! cargo run --release -p prompt-screen --features training --example train -- DIR --validate [--sets]
//! cargo run --release -p prompt-screen --features training --example train -- DIR --measure FILE
//! ```
//!
//! `DIR` holds `inj_*.jsonl` (attacks) and `benign_*.jsonl` (harmless), one `{"text", "set"}` a
//! line; a set is a source. The same rows give the same file on one platform. Prints
//! figures, never a text.
#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

mod calibrate;
mod fit;
mod rows;
mod validate;

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use prompt_screen::training;

fn main() -> Result<(), Box<dyn Error>> {
    let mut directory = None;
    let mut out = None;
    let mut measure = None;
    let (mut validate, mut sets) = (false, false);
    let mut args = env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--out" => out = Some(PathBuf::from(args.next().ok_or("--out needs a file")?)),
            "--measure" => measure = Some(fs::read(args.next().ok_or("--measure needs a file")?)?),
            "--validate" => validate = true,
            "--sets" => sets = true,
            _ => directory = Some(PathBuf::from(arg)),
        }
    }
    let directory = directory.ok_or("where are the rows?")?;
    if let Some(file) = measure {
        return measure_file(&directory, &file);
    }
    let rows = rows::load(&directory)?;
    println!("{} rows of {} sources", rows.rows.len(), rows.sources.len());

    // Both are needed to place the threshold, so both are shown.
    let left_out = validate::by_source(&rows);
    let mixed = validate::by_row(&rows);
    let calibration = calibrate::calibrate(&rows.rows, &left_out, &mixed);
    println!("{calibration:?}");
    validate::print(&rows, &left_out, &mixed, calibration.threshold, sets);
    if validate {
        return Ok(());
    }
    let all: Vec<_> = rows.rows.iter().collect();
    let model = fit::fit(&all);
    let (header, weights) = model.quantised(&calibration);
    println!("{} features", weights.len());
    let file = training::file(&header, weights);
    println!("{} bytes", file.len());
    fs::write(out.ok_or("--out says where the model goes")?, file)?;
    Ok(())
}

/// The share of rows that a model file flags, by itself and with the rules.
fn measure_file(directory: &Path, file: &[u8]) -> Result<(), Box<dyn Error>> {
    let reader = training::Reader::default();
    let mut table = BTreeMap::<String, [usize; 4]>::new();
    for (name, text) in rows::texts(directory)? {
        let rules = reader.rules(&text) >= 0.5;
        let model = reader
            .judge(file, &text)
            .ok_or("the file is no model of this reader")?
            >= 0.5;
        let line = table.entry(name).or_default();
        let counts = [true, rules, model, rules || model];
        for (sum, counts) in line.iter_mut().zip(counts) {
            *sum += usize::from(counts);
        }
    }
    println!(
        "{:24} {:>6} {:>9} {:>9} {:>9}",
        "", "rows", "rules", "model", "either"
    );
    for (name, [rows, rules, model, either]) in table {
        let [rules, model, either] = [rules, model, either].map(|n| 100.0 * n as f32 / rows as f32);
        println!("{name:24} {rows:>6} {rules:>7.1} % {model:>7.1} % {either:>7.1} %");
    }
    Ok(())
}
