//! Recall and precision on labelled texts, row by row.
//!
//! `cargo run --release -p mistral-audit --features scan --example recall -- FILE [--kinds]`
//!
//! The file holds JSON lines: a `text`, the `spans` of its secrets (from, to, in characters), its
//! `label` (0: there is none), the `set` it comes from and the `entity` it is an example of. A row is
//! found if a finding begins on a line of one of its secrets. It prints counts, never texts.
#![allow(clippy::print_stdout)]

use std::{collections::BTreeMap, env, error::Error, fs};

use mistral_audit::scan::Scan;
use serde_json::Value;

#[derive(Default)]
struct Figures {
    found: usize,
    missed: usize,
    wrong: usize,
    quiet: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let file = args.next().ok_or("a file, please")?;
    let shows_kinds = args.next().is_some();
    let scan = Scan::new(".").fingerprint_key("recall");
    let mut figures: BTreeMap<String, Figures> = BTreeMap::new();
    for line in fs::read_to_string(file)?.lines() {
        let row: Value = serde_json::from_str(line)?;
        let said = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
        let text = said("text");
        let report = scan.text("settings.txt", text.as_bytes()).report;
        let mut found = report
            .findings
            .iter()
            .filter(|finding| finding.secret.is_some());
        let is_secret = row.get("label").and_then(Value::as_u64) != Some(0);
        let spans = row.get("spans").and_then(Value::as_array);
        let lines: Vec<_> = spans
            .into_iter()
            .flatten()
            .map(|span| lines(text, span))
            .collect();
        let is_there = found.any(|finding| {
            let own = finding.place.line.unwrap_or_default();
            lines.is_empty() || lines.iter().any(|(from, to)| (*from..=*to).contains(&own))
        });
        let kind = if shows_kinds {
            said("entity")
        } else {
            said("set")
        };
        for name in [kind, "all"] {
            let figures = figures.entry(name.to_owned()).or_default();
            let count = match (is_secret, is_there) {
                (true, true) => &mut figures.found,
                (true, false) => &mut figures.missed,
                (false, true) => &mut figures.wrong,
                (false, false) => &mut figures.quiet,
            };
            *count += 1;
        }
    }
    for (name, f) in figures {
        let recall = share(f.found, f.missed);
        let precision = share(f.found, f.wrong);
        let rest = format!(
            "{} found, {} missed, {} wrong, {} quiet",
            f.found, f.missed, f.wrong, f.quiet
        );
        println!("{name:45} recall {recall:5.1} %, precision {precision:5.1} % ({rest})");
    }
    Ok(())
}

/// The first and the last line of a span.
fn lines(text: &str, span: &Value) -> (u32, u32) {
    let at = |n: usize| {
        let chars = span.get(n).and_then(Value::as_u64).unwrap_or_default();
        let before = text
            .chars()
            .take(usize::try_from(chars).unwrap_or(usize::MAX));
        u32::try_from(before.filter(|c| *c == '\n').count() + 1).unwrap_or(u32::MAX)
    };
    (at(0), at(1))
}

fn share(yes: usize, no: usize) -> f64 {
    if yes + no == 0 {
        return 100.0;
    }
    yes as f64 * 100.0 / (yes + no) as f64
}
