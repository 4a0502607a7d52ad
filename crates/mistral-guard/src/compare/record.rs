//! What `screen --jsonl` said once.

use std::{
    collections::{HashMap, hash_map::Entry},
    path::Path,
};

use serde::Deserialize;
use serde_json::value::RawValue;
use tower_mistral::{screen::Verdict, wire::BoxError};

use super::side::Opinion;
use crate::input::{
    Problem, Sources,
    lines::{self, Reader},
};

const EXPECTED: &str = "a line of `screen --jsonl` with an id of its own";

#[derive(Deserialize)]
struct Line<'l> {
    #[serde(borrow)]
    id: &'l RawValue,
    score: f32,
    verdict: String,
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    rule: String,
}

/// The opinions by id, as it is spelled.
///
/// # Errors
///
/// The file cannot be read, or a line has no id or that of another.
pub(super) fn read(path: &Path) -> Result<HashMap<String, Opinion>, BoxError> {
    let mut lines = Lines(HashMap::new());
    for source in Sources::new(vec![path.to_owned()]) {
        lines::read(&mut source?, &mut lines)?;
    }
    Ok(lines.0)
}

struct Lines(HashMap<String, Opinion>);

impl Reader for Lines {
    fn line(&mut self, line: &str, _: u64) -> Result<(), Problem> {
        let line: Line<'_> = lines::parse(line, EXPECTED)?;
        let all = [
            Verdict::Allow,
            Verdict::Flag,
            Verdict::Filter,
            Verdict::Block,
        ];
        let mut names = all.map(Verdict::as_str).into_iter();
        let verdict = names.find(|name| *name == line.verdict);
        let verdict = verdict.ok_or(Problem::Shape(EXPECTED))?;
        let id = line.id.get();
        match self.0.entry(id.to_owned()) {
            Entry::Vacant(place) if id != "null" => {
                let rules = line.findings.into_iter().map(|finding| finding.rule);
                place.insert(Opinion {
                    verdict,
                    score: line.score,
                    rules: rules.collect(),
                });
                Ok(())
            }
            _ => Err(Problem::Shape(EXPECTED)),
        }
    }

    fn flush(&mut self) -> Result<(), BoxError> {
        Ok(())
    }
}
