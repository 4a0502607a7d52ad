//! What was seen so far, in little memory: so that labels stay few.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The hour, and the hashes of what each rule has found in it.
    hour: u64,
    values: BTreeMap<String, BTreeSet<u64>>,
    rule_sets: BTreeSet<u64>,
}

impl Seen {
    const MAX_RULES: usize = 128;
    const MAX_VALUES: usize = 64;
    const MAX_RULE_SETS: usize = 16;

    /// How many values `rule` has found in the hour of `at`, with these; none for a rule too many.
    pub(super) fn values(
        &mut self,
        rule: &str,
        values: impl Iterator<Item = u64>,
        at: SystemTime,
    ) -> Option<u64> {
        let since = at.duration_since(SystemTime::UNIX_EPOCH);
        let hour = since.map_or(0, |since| since.as_secs() / 3600);
        // Calls end in another order than they began.
        if hour > self.hour {
            self.hour = hour;
            self.values.values_mut().for_each(BTreeSet::clear);
        }
        if !self.values.contains_key(rule) && self.values.len() >= Self::MAX_RULES {
            return None;
        }
        let known = self.values.entry(rule.to_owned()).or_default();
        for value in values {
            if known.len() < Self::MAX_VALUES {
                known.insert(value);
            }
        }
        Some(known.len() as u64)
    }

    /// The name of a set of rules.
    pub(super) fn rule_set(&mut self, rules: u64) -> String {
        if self.rule_sets.len() < Self::MAX_RULE_SETS {
            self.rule_sets.insert(rules);
        }
        match self.rule_sets.contains(&rules) {
            true => format!("{rules:016x}"),
            false => "other".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn labels_stay_few_and_an_hour_passes() {
        let mut seen = Seen::default();
        let hour = |n: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(n * 3600);
        assert_eq!(seen.values("A", [1, 2, 2].into_iter(), hour(9)), Some(2));
        assert_eq!(seen.values("A", [2, 3].into_iter(), hour(9)), Some(3));
        assert_eq!(seen.values("A", 0..1000, hour(9)), Some(64));
        assert_eq!(seen.values("A", [3].into_iter(), hour(10)), Some(1));
        assert_eq!(seen.values("A", [4].into_iter(), hour(9)), Some(2));
        for rule in 1..128 {
            assert_eq!(seen.values(&rule.to_string(), 0..1, hour(10)), Some(1));
        }
        assert_eq!(seen.values("one too many", 0..1, hour(10)), None);
        assert_eq!(seen.rule_set(255), "00000000000000ff");
        let last = (0..20).map(|rules| seen.rule_set(rules)).last();
        assert_eq!(last.as_deref(), Some("other"));
    }
}
