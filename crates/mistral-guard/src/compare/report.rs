//! What changes, counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

use serde_json::{Value, json};

use super::side::{Judge, Opinion};

/// What two sides make of texts.
#[derive(Debug, Default)]
pub(super) struct Report {
    same: usize,
    /// Texts of the same verdict with another score.
    moved: usize,
    /// Texts that a record does not have.
    missing: usize,
    /// The ids of texts by old and new verdict.
    changes: BTreeMap<(&'static str, &'static str), Vec<String>>,
    /// Texts in which a rule matched, then and now.
    rules: BTreeMap<String, [usize; 2]>,
}

impl Report {
    pub(super) fn add(&mut self, id: String, old: &Opinion, new: &Opinion) {
        if old.verdict == new.verdict {
            self.same += 1;
            // Less is a matter of how a number is written.
            self.moved += usize::from((old.score - new.score).abs() > 1e-6);
        } else {
            let change = (old.verdict, new.verdict);
            self.changes.entry(change).or_default().push(id);
        }
        for rule in old.rules.union(&new.rules) {
            let [then, now] = self.rules.entry(rule.clone()).or_default();
            let is_in = |rules: &BTreeSet<String>| usize::from(rules.contains(rule));
            *then += is_in(&old.rules);
            *now += is_in(&new.rules);
        }
    }

    pub(super) fn miss(&mut self) {
        self.missing += 1;
    }

    /// Whether no verdict changes.
    pub(super) fn is_same(&self) -> bool {
        self.changes.is_empty()
    }

    fn texts(&self) -> usize {
        self.same + self.changes.values().map(Vec::len).sum::<usize>()
    }

    /// The rules that match other texts now, or have a say that they had not, or the reverse.
    fn changed_rules(&self, sides: [&Judge; 2]) -> Vec<(&String, [usize; 2], [bool; 2])> {
        let rules = self.rules.iter().map(|(rule, counts)| {
            let observed = sides.map(|judge| judge.observes(rule));
            (rule, *counts, observed)
        });
        let changed = rules.filter(|(_, [then, now], [was, is])| then != now || was != is);
        changed.collect()
    }

    pub(super) fn table(&self, sides: [&Judge; 2], out: &mut impl Write) -> io::Result<()> {
        for (side, judge) in ["old", "new"].into_iter().zip(sides) {
            let version = judge.version().unwrap_or("as recorded");
            writeln!(out, "{side}  {}  {version}", judge.name())?;
        }
        writeln!(out, "\n{:>7}  texts", self.texts())?;
        writeln!(out, "{:>7}  keep their verdict", self.same)?;
        if self.moved > 0 {
            writeln!(out, "{:>7}  of those with another score", self.moved)?;
        }
        for ((old, new), ids) in &self.changes {
            writeln!(out, "{:>7}  {old} -> {new}", ids.len())?;
        }
        if self.missing > 0 {
            writeln!(out, "{:>7}  more are not in the record", self.missing)?;
        }
        let rules = self.changed_rules(sides);
        if !rules.is_empty() {
            writeln!(out, "\n    old     new  texts in which a rule matched")?;
        }
        for (rule, [then, now], observed) in rules {
            let mark = match observed {
                [_, true] => " (only observed)",
                [true, false] => " (was only observed)",
                _ => "",
            };
            writeln!(out, "{then:>7} {now:>7}  {rule}{mark}")?;
        }
        for ((old, new), ids) in &self.changes {
            writeln!(out, "\n{old} -> {new}:")?;
            for id in ids {
                writeln!(out, "  {id}")?;
            }
        }
        Ok(())
    }

    pub(super) fn json(&self, [old, new]: [&Judge; 2]) -> Value {
        let side = |judge: &Judge| json!({"name": judge.name(), "version": judge.version()});
        let changes = self.changes.iter().map(|((old, new), ids)| {
            let shown: Vec<Value> = ids.iter().map(|id| value(id)).collect();
            json!({"old": old, "new": new, "count": ids.len(), "ids": shown})
        });
        let rules = self.changed_rules([old, new]).into_iter();
        let rules = rules.map(|(rule, [then, now], [_, observed])| {
            json!({"rule": rule, "old": then, "new": now, "observed": observed})
        });
        json!({
            "old": side(old),
            "new": side(new),
            "texts": self.texts(),
            "same": self.same,
            "moved": self.moved,
            "missing": self.missing,
            "changes": changes.collect::<Vec<_>>(),
            "rules": rules.collect::<Vec<_>>(),
        })
    }
}

/// The id as a value, if that loses nothing of it.
fn value(id: &str) -> Value {
    let value: Option<Value> = serde_json::from_str(id).ok();
    let spelled = value.as_ref().map(Value::to_string);
    let same = value.filter(|_| spelled.as_deref() == Some(id));
    same.unwrap_or_else(|| Value::from(id))
}
