//! Trains the model that the crate ships.
//!
//! ```text
//! cargo run --release -p prompt-screen --features training --example train -- DIR --out crates/prompt-screen/model/words.bin
//! cargo run --release -p prompt-screen --features training --example train -- DIR --validate [--sets]
//! ```
//!
//! `DIR` holds `inj_*.jsonl` (attacks) and `benign_*.jsonl` (harmless), one `{"text", "set"}` a
//! line; a set is a source. The same rows give the same file, whatever the machine. Prints
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

use std::{env, error::Error, fs, path::PathBuf};

use prompt_screen::training;

fn main() -> Result<(), Box<dyn Error>> {
    let mut directory = None;
    let mut out = None;
    let (mut validate, mut sets) = (false, false);
    let mut args = env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--out" => out = Some(PathBuf::from(args.next().ok_or("--out needs a file")?)),
            "--validate" => validate = true,
            "--sets" => sets = true,
            _ => directory = Some(PathBuf::from(arg)),
        }
    }
    let rows = rows::load(&directory.ok_or("where are the rows?")?)?;
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
