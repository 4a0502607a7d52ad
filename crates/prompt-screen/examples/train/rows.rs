//! The labelled rows of a directory of `jsonl` files.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    path::Path,
};

use prompt_screen::training::{Reader, Seen};
use serde_json::Value;

/// How much of their features two rows of one template share.
const ALIKE: f32 = 0.5;

/// One labelled text.
pub(crate) struct Row {
    pub(crate) attack: bool,
    /// Whether it counts in figures; the others are harmless texts to learn from.
    pub(crate) measured: bool,
    pub(crate) file: String,
    /// An index into [`Rows::sources`].
    pub(crate) source: usize,
    pub(crate) weight: f32,
    pub(crate) seen: Seen,
}

/// The rows, and the names of their sources.
pub(crate) struct Rows {
    pub(crate) rows: Vec<Row>,
    pub(crate) sources: Vec<String>,
}

/// Reads the `jsonl` files of a directory in order of their names: `inj_*` are attacks, `benign_*`
/// harmless, and what is in the others is no attack on a model unless labelled as an attack.
pub(crate) fn load(directory: &Path) -> Result<Rows, Box<dyn Error>> {
    let reader = Reader::default();
    let entries = fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files = entries.collect::<Result<Vec<_>, _>>()?;
    files.sort();
    let mut sources = BTreeMap::<String, usize>::new();
    let mut rows = Vec::new();
    for path in files {
        let file = path.file_stem().unwrap_or_default().to_string_lossy();
        let attack = file.starts_with("inj_");
        let measured = attack || file.starts_with("benign_");
        for line in fs::read_to_string(&path)?.lines() {
            let row: Value = serde_json::from_str(line)?;
            // Attacks on something else than a model (scripts in HTML) are neither.
            if !measured
                && row.get("label").and_then(Value::as_u64) == Some(1)
                && !file.starts_with("secrets")
            {
                continue;
            }
            let field = |name| row.get(name).and_then(Value::as_str).unwrap_or_default();
            let next = sources.len();
            rows.push(Row {
                attack,
                measured,
                file: file.clone().into_owned(),
                source: *sources.entry(field("set").to_owned()).or_insert(next),
                weight: 1.0,
                seen: reader.see(field("text")),
            });
        }
    }
    weigh(&mut rows);
    let mut names = vec![String::new(); sources.len()];
    for (name, id) in sources {
        names[id] = name;
    }
    Ok(Rows {
        rows,
        sources: names,
    })
}

/// The texts of the attacks and the harmless rows, each with its file.
pub(crate) fn texts(directory: &Path) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let file = path.file_stem().unwrap_or_default().to_string_lossy();
        if !file.starts_with("inj_") && !file.starts_with("benign_") {
            continue;
        }
        for line in fs::read_to_string(&path)?.lines() {
            let row: Value = serde_json::from_str(line)?;
            let text = row.get("text").and_then(Value::as_str);
            texts.push((
                file.clone().into_owned(),
                text.unwrap_or_default().to_owned(),
            ));
        }
    }
    Ok(texts)
}

/// Rows of one template share one row's weight, a source's weight grows with the root of its
/// templates, and attacks weigh as much as harmless rows.
fn weigh(rows: &mut [Row]) {
    let mut kinds = BTreeMap::<(usize, bool), Vec<usize>>::new();
    for (at, row) in rows.iter().enumerate() {
        kinds.entry((row.source, row.attack)).or_default().push(at);
    }
    let mut totals = [0.0; 2];
    for ((_, attack), kind) in kinds {
        // A part of the features says as much as all of them.
        let some = |at: &usize| {
            rows[*at]
                .seen
                .features()
                .filter(|hash| hash % 8 == 0)
                .collect()
        };
        let features: Vec<BTreeSet<u64>> = kind.iter().map(some).collect();
        let weights: Vec<f32> = features
            .iter()
            .map(|own| 1.0 / features.iter().filter(|other| alike(own, other)).count() as f32)
            .collect();
        let templates: f32 = weights.iter().sum();
        for (at, weight) in kind.iter().zip(weights) {
            rows[*at].weight = weight / templates.sqrt();
            totals[usize::from(attack)] += rows[*at].weight;
        }
    }
    for row in rows {
        row.weight /= totals[usize::from(row.attack)];
    }
}

fn alike(one: &BTreeSet<u64>, two: &BTreeSet<u64>) -> bool {
    let both = one.intersection(two).count();
    let any = one.len() + two.len() - both;
    any == 0 || both as f32 > ALIKE * any as f32
}
