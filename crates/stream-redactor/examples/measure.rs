//! Recall and false positives on labelled texts, and how many harmless texts change.
//!
//! `cargo run --release --example measure -- DIRECTORY [ENTITY]`: the directory holds JSON lines
//! with a `text`, and `entities` or `spans` in Unicode characters. It prints counts, never texts;
//! with an entity, the ids of the rows where it was missed or found too much.
#![allow(clippy::print_stdout, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::Value;
use stream_redactor::{Edit, Entity, Redactor};

type Span = (usize, usize, String);

#[derive(Default)]
struct Score {
    labelled: usize,
    hit: usize,
    exact: usize,
    stray: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let directory = args.next().ok_or("the path of a directory is missing")?;
    let shown = args.next();
    let redactor = Redactor::recommended();
    let mut paths: Vec<_> = fs::read_dir(directory)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if name.starts_with("pii_") {
            labelled(&redactor, &path, shown.as_deref())?;
        } else {
            changed(&redactor, &path, shown.as_deref())?;
        }
    }
    Ok(())
}

/// Per set and entity: spans that overlap a finding, exactly, and findings that overlap no span.
fn labelled(redactor: &Redactor, path: &Path, shown: Option<&str>) -> Result<(), Box<dyn Error>> {
    let mut scores: BTreeMap<(String, String), Score> = BTreeMap::new();
    for row in rows(path)? {
        let text = row["text"].as_str().unwrap_or_default();
        let set = row["set"].as_str().unwrap_or_default().to_owned();
        let found = findings(redactor, text);
        let spans = spans(&row);
        let complete = row["labelled_types"]
            .as_array()
            .is_some_and(|types| types.iter().any(|t| t == "*"));
        let overlaps = |a: &Span, b: &Span| a.0 < b.1 && b.0 < a.1;
        for span in &spans {
            let score = scores.entry((set.clone(), span.2.clone())).or_default();
            score.labelled += 1;
            let same = |f: &&Span| f.2 == span.2 && overlaps(f, span);
            let hit = found.iter().find(same);
            score.hit += usize::from(hit.is_some());
            score.exact += usize::from(hit == Some(span));
            if hit.is_none() && shown == Some(&span.2) {
                println!("  missed {} {}..{}", row["id"], span.0, span.1);
            }
        }
        for finding in &found {
            let is_negative = spans.is_empty() && row["entity"] == *finding.2;
            if !(complete || is_negative) || spans.iter().any(|span| overlaps(span, finding)) {
                continue;
            }
            scores
                .entry((set.clone(), finding.2.clone()))
                .or_default()
                .stray += 1;
            if shown == Some(&finding.2) {
                println!("  stray {} {}..{}", row["id"], finding.0, finding.1);
            }
        }
    }
    for ((set, entity), score) in scores {
        if redactor
            .rules()
            .iter()
            .any(|r| r.entity().as_str() == entity)
        {
            println!(
                "{set:24} {entity:16} {:4} of {:4} ({:5.1} %), {:4} exact, {} stray",
                score.hit,
                score.labelled,
                100.0 * score.hit as f64 / score.labelled.max(1) as f64,
                score.exact,
                score.stray
            );
        }
    }
    Ok(())
}

fn changed(redactor: &Redactor, path: &Path, shown: Option<&str>) -> Result<(), Box<dyn Error>> {
    let (mut texts, mut altered) = (0, 0);
    let mut by: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows(path)? {
        let found = findings(redactor, row["text"].as_str().unwrap_or_default());
        texts += 1;
        altered += usize::from(!found.is_empty());
        for (start, end, entity) in found {
            if shown == Some(&entity) {
                println!("  found {} {start}..{end}", row["id"]);
            }
            *by.entry(entity).or_default() += 1;
        }
    }
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    println!("{name:24} {altered} of {texts} texts changed {by:?}");
    Ok(())
}

fn rows(path: &Path) -> Result<Vec<Value>, Box<dyn Error>> {
    let lines = fs::read_to_string(path)?;
    Ok(lines
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?)
}

/// Findings in Unicode characters.
fn findings(redactor: &Redactor, text: &str) -> Vec<Span> {
    let (mut found, mut at) = (Vec::new(), 0);
    let mut rest = text;
    for edit in redactor.edits(text) {
        let (Edit::Keep(n) | Edit::Replace { n, .. }) = &edit else {
            continue;
        };
        let (raw, tail) = rest.split_at(*n);
        let end = at + raw.chars().count();
        if let Edit::Replace { entity, .. } = edit {
            found.push((at, end, Entity::as_str(&entity).to_owned()));
        }
        (rest, at) = (tail, end);
    }
    found
}

fn spans(row: &Value) -> Vec<Span> {
    let place = |value: &Value| value.as_u64().unwrap_or_default() as usize;
    if let Some(entities) = row["entities"].as_array() {
        let span = |e: &Value| {
            let name = e[2].as_str().unwrap_or_default().to_owned();
            (place(&e[0]), place(&e[1]), name)
        };
        return entities.iter().map(span).collect();
    }
    let name = row["entity"].as_str().unwrap_or_default();
    let spans = row["spans"].as_array().into_iter().flatten();
    spans
        .map(|span| (place(&span[0]), place(&span[1]), name.to_owned()))
        .collect()
}
