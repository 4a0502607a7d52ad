//! Sets of words that patterns share, by language.

use std::collections::BTreeMap;

use crate::read::{self, Word};

/// A row of keys: one word, or several that stand side by side.
pub(crate) type Row = Vec<u64>;

/// Sets that refer to sets that refer to sets: enough is enough.
const DEEPEST: usize = 8;

/// Named sets. `@rules` has the words of all languages, `@de.rules` those of one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vocabulary {
    sets: BTreeMap<String, Vec<String>>,
}

impl Vocabulary {
    /// Adds to a set, and to the set of the same name that has all languages.
    pub(crate) fn add(&mut self, language: Option<&str>, name: &str, members: &str) {
        let members: Vec<String> = members.split_whitespace().map(str::to_owned).collect();
        if let Some(language) = language {
            let own = self.sets.entry(format!("{language}.{name}")).or_default();
            own.extend(members.iter().cloned());
        }
        self.sets
            .entry(name.to_owned())
            .or_default()
            .extend(members);
    }

    /// What one alternative of a pattern stands for: the rows of a set, or its own words.
    pub(crate) fn rows(&self, alternative: &str) -> Result<Vec<Row>, Unknown> {
        let mut rows = Vec::new();
        self.collect(alternative, 0, &mut rows)?;
        rows.sort_unstable();
        rows.dedup();
        Ok(rows)
    }

    fn collect(&self, alternative: &str, depth: usize, rows: &mut Vec<Row>) -> Result<(), Unknown> {
        let Some(name) = alternative.strip_prefix('@') else {
            let row = row(alternative);
            if row.is_empty() {
                return Err(Unknown::Empty);
            }
            rows.push(row);
            return Ok(());
        };
        let members = self.sets.get(name).filter(|_| depth < DEEPEST);
        for member in members.ok_or(Unknown::Set)? {
            self.collect(member, depth + 1, rows)?;
        }
        Ok(())
    }
}

/// Why an alternative stands for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// It has no letters.
    Empty,
    /// There is no such set, or it holds itself.
    Set,
}

/// The words of a text as rules write it, with `_` for a blank.
pub(crate) fn row(text: &str) -> Row {
    let mut words: Vec<Word> = Vec::new();
    read::read(&text.replace('_', " "), &mut words);
    words.into_iter().map(|word| word.key).collect()
}
