//! Personal data: recall and precision per entity, strays, counter-examples.

use std::collections::BTreeMap;

use crate::figures::{Figures, percent};
use crate::rows::Row;

/// What needs a model of the language, and is not looked for.
const NO_PATTERN: [&str; 6] = [
    "PERSON",
    "ORGANIZATION",
    "GPE",
    "NRP",
    "TITLE",
    "STREET_ADDRESS",
];

#[derive(Default)]
struct Score {
    labelled: usize,
    replaced: usize,
    /// Findings where all that there is of the kind is labelled, and those of them that hit.
    findings: usize,
    right: usize,
}

#[derive(Default)]
struct Totals {
    pattern: Score,
    complete_rows: usize,
    strays: usize,
    negatives: usize,
    /// Counter-examples in which something was found, and in which it was what they are not.
    altered: usize,
    mistaken: usize,
}

pub(crate) fn report(name: &str, rows: &[Row], shown: Option<&str>, figures: &mut Figures) {
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    let mut totals = Totals::default();
    for row in rows {
        for (entity, is_replaced) in labelled(row) {
            let pattern = (!NO_PATTERN.contains(&entity)).then_some(&mut totals.pattern);
            for score in [Some(scores.entry(entity).or_default()), pattern] {
                let Some(score) = score else { continue };
                score.labelled += 1;
                score.replaced += usize::from(is_replaced);
            }
            if !is_replaced && is_shown(shown, entity) {
                println!("  missed {entity} {}", row.id);
            }
        }
        for found in &row.found {
            let is_right = row.is_labelled(found);
            let is_judged = row.is_complete || row.entity == found.entity;
            if is_judged && row.spans.is_some() {
                let score = scores.entry(&found.entity).or_default();
                score.findings += 1;
                score.right += usize::from(is_right);
            }
            totals.strays += usize::from(row.is_complete && !is_right);
            if !is_right && (row.is_complete || row.is_negative()) && is_shown(shown, &found.entity)
            {
                println!("  stray {} {}", found.entity, row.id);
            }
        }
        totals.complete_rows += usize::from(row.is_complete);
        if row.is_negative() && !row.is_complete {
            totals.negatives += 1;
            totals.altered += usize::from(!row.found.is_empty());
            totals.mistaken += usize::from(row.found.iter().any(|f| f.entity == row.entity));
        }
    }
    print(name, &scores, &totals);
    let Totals { pattern, .. } = &totals;
    figures.add(name, "recall", percent(pattern.replaced, pattern.labelled));
    if totals.complete_rows > 0 {
        let per_row = 200.0 * totals.strays as f64 / totals.complete_rows as f64;
        figures.add(name, "strays in 200 rows", per_row);
    }
    if totals.negatives > 0 {
        let altered = percent(totals.mistaken, totals.negatives);
        figures.add(name, "negatives altered", altered);
    }
}

/// What is labelled, and whether it is replaced. Where only the number is known, any finding counts.
fn labelled(row: &Row) -> Vec<(&str, bool)> {
    match &row.spans {
        Some(spans) => {
            let spans = spans.iter();
            spans
                .map(|span| (&*span.entity, row.is_replaced(span)))
                .collect()
        }
        None => {
            let nth = 0..row.expected;
            nth.map(|n| (&*row.entity, n < row.found.len())).collect()
        }
    }
}

fn is_shown(shown: Option<&str>, entity: &str) -> bool {
    shown.is_some_and(|shown| shown == entity || shown == "ALL")
}

fn print(name: &str, scores: &BTreeMap<&str, Score>, totals: &Totals) {
    println!("\n{name:34} found    of  recall | findings right precision");
    for (entity, score) in scores {
        let mark = if NO_PATTERN.contains(entity) {
            "  (no pattern)"
        } else {
            ""
        };
        line(&format!("  {entity}{mark}"), score);
    }
    line("  all pattern types", &totals.pattern);
    if totals.complete_rows > 0 {
        let Totals {
            strays,
            complete_rows,
            ..
        } = totals;
        println!("  {strays} stray findings in {complete_rows} fully labelled rows");
    }
    if totals.negatives > 0 {
        let Totals {
            altered,
            mistaken,
            negatives,
            ..
        } = totals;
        println!(
            "  {mistaken} of {negatives} counter-examples taken for what they are not, {altered} altered"
        );
    }
}

fn line(name: &str, score: &Score) {
    let recall = percent(score.replaced, score.labelled);
    print!(
        "{name:34} {:5} {:5} {recall:6.1} %",
        score.replaced, score.labelled
    );
    if score.findings > 0 {
        let precision = percent(score.right, score.findings);
        print!(
            " | {:8} {:5} {precision:7.1} %",
            score.findings, score.right
        );
    }
    println!();
}
