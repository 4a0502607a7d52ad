//! Texts that hold something or nothing as a whole: secrets, active content, harmless texts.

use std::collections::BTreeMap;

use crate::figures::{Figures, percent};
use crate::rows::Row;

/// Harmless texts that hold what is found in them, as a look at each has shown: addresses of made-up
/// people and firms, numbers of helplines.
const REAL: [(&str, &[&str]); 13] = [
    ("d7934ba449e01fbd", &["EMAIL_ADDRESS"]),
    ("37398651d7b8644e", &["PHONE_NUMBER"]),
    ("550a6b5b2b139d88", &["PHONE_NUMBER"]),
    ("67ebd25070607f45", &["PHONE_NUMBER"]),
    ("2facd2e170d2681c", &["PHONE_NUMBER"]),
    ("00755b11fe469b17", &["PHONE_NUMBER"]),
    ("30b6e8bca489a7de", &["EMAIL_ADDRESS", "PHONE_NUMBER"]),
    ("47485b9d9bfa2862", &["EMAIL_ADDRESS", "PHONE_NUMBER"]),
    ("4e4d2e6afda24639", &["EMAIL_ADDRESS", "PHONE_NUMBER"]),
    ("68e9ecdc883772ba", &["EMAIL_ADDRESS", "PHONE_NUMBER"]),
    ("79042db579ed6556", &["EMAIL_ADDRESS", "PHONE_NUMBER"]),
    ("d61b204fb31499c4", &["EMAIL_ADDRESS", "PHONE_NUMBER"]),
    ("bb4388bce77c6233", &["EMAIL_ADDRESS"]),
];

fn is_real(row: &Row, entity: &str) -> bool {
    let is_it = |(id, entities): &(&str, &[&str])| *id == row.id && entities.contains(&entity);
    REAL.iter().any(is_it)
}

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
        let wrong = |row: &&&Row| row.found.iter().any(|f| !is_real(row, &f.entity));
        let wrong: Vec<_> = altered.iter().filter(wrong).collect();
        println!("  {} of them wrongly", wrong.len());
        for row in &wrong {
            let entities: Vec<_> = row.found.iter().map(|f| &*f.entity).collect();
            println!("  altered {} {entities:?}", row.id);
        }
        figures.add(name, "altered wrongly", wrong.len() as f64);
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
