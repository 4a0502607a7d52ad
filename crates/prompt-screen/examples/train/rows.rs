//! The labelled rows of a directory of `jsonl` files.

use std::{
    collections::{BTreeMap, HashSet},
    error::Error,
    fs,
    path::Path,
};

use prompt_screen::training::{Reader, Sentence};

/// One labelled text.
pub struct Row {
    pub id: String,
    pub attack: bool,
    pub file: String,
    pub source: usize,
    pub weight: f32,
    pub sentences: Vec<Sentence>,
}

/// The rows, and the names of their sources.
pub struct Rows {
    pub rows: Vec<Row>,
    pub sources: Vec<String>,
}

/// Reads `inj_*.jsonl` and `benign_*.jsonl` of a directory, in order of their names.
pub fn load(directory: &Path, by_repo: bool) -> Result<Rows, Box<dyn Error>> {
    let reader = Reader::default();
    let mut files: Vec<_> = fs::read_dir(directory)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let mut ids = BTreeMap::<String, usize>::new();
    let mut rows = Vec::new();
    for path in files {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let attack = name.starts_with("inj_");
        if !attack && !name.starts_with("benign_") {
            continue;
        }
        for line in fs::read_to_string(&path)?.lines() {
            let row: serde_json::Value = serde_json::from_str(line)?;
            let set = row["set"].as_str().unwrap_or_default();
            let repo = row["repo"].as_str().unwrap_or_default();
            let source = if by_repo { repo } else { set };
            let next = ids.len();
            rows.push(Row {
                id: row["id"].as_str().unwrap_or_default().to_owned(),
                attack,
                file: name.clone().into_owned(),
                source: *ids.entry(source.to_owned()).or_insert(next),
                weight: 1.0,
                sentences: reader.sentences(row["text"].as_str().unwrap_or_default()),
            });
        }
    }
    let mut sources = vec![String::new(); ids.len()];
    for (name, id) in ids {
        sources[id] = name;
    }
    weigh(&mut rows);
    Ok(Rows { rows, sources })
}

/// Copies of a template share their weight, and a source's weight grows with the root of its
/// rows.
fn weigh(rows: &mut [Row]) {
    let mut kinds = BTreeMap::<(usize, bool), Vec<usize>>::new();
    for (at, row) in rows.iter().enumerate() {
        kinds.entry((row.source, row.attack)).or_default().push(at);
    }
    for kind in kinds.into_values() {
        let grams: Vec<HashSet<u64>> = kind
            .iter()
            .map(|at| {
                let all = rows[*at].sentences.iter().flat_map(|s| &s.features);
                all.filter(|hash| *hash % 8 == 0).copied().collect()
            })
            .collect();
        let mut total = 0.0_f32;
        for (at, own) in kind.iter().zip(&grams) {
            let mut like = 0.0_f32;
            for other in &grams {
                let both = own.intersection(other).count() as f32;
                let any = (own.len() + other.len()) as f32 - both;
                if any == 0.0 || both / any > 0.5 {
                    like += 1.0;
                }
            }
            rows[*at].weight = 1.0 / like.max(1.0);
            total += rows[*at].weight;
        }
        for at in &kind {
            rows[*at].weight *= total.sqrt() / total;
        }
    }
    for attack in [false, true] {
        let of = |row: &&mut Row| row.attack == attack;
        let total: f32 = rows.iter_mut().filter(of).map(|row| row.weight).sum();
        rows.iter_mut().filter(of).for_each(|row| row.weight *= 1000.0 / total);
    }
}
