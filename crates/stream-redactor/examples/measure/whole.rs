//! Texts that hold something or nothing as a whole: secrets, active content, harmless texts.

use std::collections::BTreeMap;

use crate::figures::{Figures, percent};
use crate::rows::Row;

#[derive(Default)]
struct Score {
    positives: usize,
    found: usize,
    /// Something was found in what is labelled, or anywhere if no places are.
    touched: usize,
    negatives: usize,
    altered: usize,
}

pub(crate) fn report(name: &str, rows: &[Row], shown: Option<&str>, figures: &mut Figures) {
    let has_positives = name == "secrets" || name.starts_with("exfil_");
    if has_positives {
        by_label(name, rows, shown, figures);
        return;
    }
    let mut by: BTreeMap<&str, usize> = BTreeMap::new();
    for found in rows.iter().flat_map(|row| &row.found) {
        *by.entry(&found.entity).or_default() += 1;
    }
    let altered: Vec<_> = rows.iter().filter(|row| !row.found.is_empty()).collect();
    println!(
        "\n{name}: {} of {} texts altered {by:?}",
        altered.len(),
        rows.len()
    );
    if name.starts_with("benign_") {
        for row in &altered {
            let entities: Vec<_> = row.found.iter().map(|f| &*f.entity).collect();
            println!("  altered {} {entities:?}", row.id);
        }
        figures.add(name, "altered", altered.len() as f64);
    }
}

fn by_label(name: &str, rows: &[Row], shown: Option<&str>, figures: &mut Figures) {
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    for row in rows {
        let is_found = is_found(row);
        let is_touched = match &row.spans {
            Some(spans) if !spans.is_empty() => row.found.iter().any(|f| row.is_labelled(f)),
            _ => !row.found.is_empty(),
        };
        for set in ["all", &row.set] {
            let score = scores.entry(set).or_default();
            if row.is_positive {
                score.positives += 1;
                score.found += usize::from(is_found);
                score.touched += usize::from(is_touched);
            } else {
                score.negatives += 1;
                score.altered += usize::from(is_touched);
            }
        }
        let is_wrong = is_found != row.is_positive;
        if is_wrong && shown.is_some_and(|shown| shown == row.entity || shown == name) {
            let what = if row.is_positive { "missed" } else { "altered" };
            println!("  {what} {} {} {}", row.set, row.entity, row.id);
        }
    }
    println!("\n{name:34} found    of  recall touched | altered    of");
    for (set, score) in &scores {
        println!(
            "  {set:32} {:5} {:5} {:6.1} % {:5.1} % | {:7} {:5} {:5.1} %",
            score.found,
            score.positives,
            percent(score.found, score.positives),
            percent(score.touched, score.positives),
            score.altered,
            score.negatives,
            percent(score.altered, score.negatives),
        );
    }
    if let Some(all) = scores.get("all") {
        figures.add(name, "recall", percent(all.found, all.positives));
        figures.add(
            name,
            "negatives altered",
            percent(all.altered, all.negatives),
        );
    }
}

/// All that is labelled is replaced; anything, if no places are.
fn is_found(row: &Row) -> bool {
    match &row.spans {
        Some(spans) if !spans.is_empty() => spans.iter().all(|span| row.is_replaced(span)),
        _ => !row.found.is_empty(),
    }
}
