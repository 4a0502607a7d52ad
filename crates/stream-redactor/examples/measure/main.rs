//! Recall, precision and false positives on labelled texts, next to other detectors' figures.
//!
//! `cargo run --release --example measure -- DIRECTORY [ENTITY] [--optional] [--keyed] [--stream N]
//! [--check]`
//!
//! The directory holds JSON lines: a `text`, and what is in it as `entities`, `spans` (in Unicode
//! characters) or a `label`. It prints counts and ids, never texts.
//!
//! - A span is found when 90 % of its characters are replaced, under whatever name.
//! - `ENTITY` shows the ids of the rows in which it was missed or found too much, `ALL` those of all.
//! - `--optional` switches the optional entities on.
//! - `--keyed` says the name of what a row is an example of before it, as the key of a value in JSON
//!   would. Values that count only behind a word stand alone in some sets.
//! - `--stream N` pushes each text in pieces of `N` characters too, and fails where that differs.
//! - `--check` fails when a figure is worse than it has to be.
#![allow(clippy::print_stdout, clippy::indexing_slicing)]

mod figures;
mod labelled;
mod rows;
mod whole;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use rows::Row;
use stream_redactor::{ConfigError, Edit, End, Redactor, RedactorBuilder, Rule};

use figures::{Figures, When};

#[derive(Default)]
struct Options {
    directory: String,
    /// The entity whose rows are shown.
    shown: Option<String>,
    optional: bool,
    check: bool,
    /// What a row is an example of stands before it, as its key.
    keyed: bool,
    /// Characters in a piece.
    piece: Option<usize>,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let options = options()?;
    let redactor = redactor(options.optional)?;
    let when = match (options.optional, options.keyed) {
        (false, _) => When::Recommended,
        (true, false) => When::Optional,
        (true, true) => When::Keyed,
    };
    let mut figures = Figures::new(when);
    let mut differing = 0;
    let mut paths: Vec<_> = fs::read_dir(&options.directory)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|e| e == "jsonl"));
    paths.sort();
    for path in &paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let rows = read(path, &redactor, options.keyed)?;
        let shown = options.shown.as_deref();
        if name.starts_with("pii_") {
            labelled::report(&name, &rows, shown, &mut figures);
        } else {
            whole::report(&name, &rows, shown, &mut figures);
        }
        if let Some(n) = options.piece {
            differing += differences(&rows, &redactor, n);
        }
    }
    if let Some(n) = options.piece {
        println!("\nin pieces of {n}: {differing} rows differ from the whole text");
    }
    let missed = figures.print();
    let is_bad = differing > 0 || options.check && missed;
    Ok(ExitCode::from(u8::from(is_bad)))
}

fn options() -> Result<Options, Box<dyn Error>> {
    let mut options = Options::default();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match &*arg {
            "--optional" => options.optional = true,
            "--check" => options.check = true,
            "--keyed" => options.keyed = true,
            "--stream" => options.piece = Some(args.next().ok_or("--stream N")?.parse()?),
            _ if options.directory.is_empty() => options.directory = arg,
            _ => options.shown = Some(arg),
        }
    }
    if options.directory.is_empty() {
        return Err("the path of a directory is missing".into());
    }
    Ok(options)
}

fn redactor(with_optional: bool) -> Result<Redactor, ConfigError> {
    let optional = Redactor::optional().into_iter();
    let optional = optional.filter(|_| with_optional);
    let add = |builder: RedactorBuilder, rule: Rule| builder.with(rule.entity().clone());
    optional.fold(Redactor::builder(), add).build()
}

fn read(path: &Path, redactor: &Redactor, keyed: bool) -> Result<Vec<Row>, Box<dyn Error>> {
    let lines = fs::read_to_string(path)?;
    let rows = lines.lines().map(|line| {
        let value = serde_json::from_str(line)?;
        Ok(Row::new(&value, redactor, keyed))
    });
    rows.collect()
}

/// How many texts give something else in pieces of `n` characters than whole.
fn differences(rows: &[Row], redactor: &Redactor, n: usize) -> usize {
    let differs = |row: &&Row| {
        let chars: Vec<_> = row.text.chars().collect();
        let (mut stream, mut edits) = (redactor.stream(), Vec::new());
        rows::key(&mut stream, &row.key);
        for piece in chars.chunks(n.max(1)) {
            stream.push(&piece.iter().collect::<String>(), &mut edits);
        }
        stream.finish(End::Complete, &mut edits);
        let whole = rows::edits(redactor, &row.key, &row.text);
        let differs = applied(&row.text, &edits) != applied(&row.text, &whole);
        if differs {
            println!("  differs {}", row.id);
        }
        differs
    };
    rows.iter().filter(differs).count()
}

fn applied(text: &str, edits: &[Edit]) -> String {
    let mut rest = text;
    let mut shown = String::new();
    for edit in edits {
        let (Edit::Keep(n) | Edit::Replace { n, .. }) = edit else {
            continue;
        };
        let (raw, tail) = rest.split_at(*n);
        shown.push_str(match edit {
            Edit::Replace { with, .. } => with,
            _ => raw,
        });
        rest = tail;
    }
    shown + rest
}
