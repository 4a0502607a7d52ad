//! Which values a rule finds most, in little memory: the hashes of the most frequent ones, by the
//! Space-Saving algorithm (Metwally, Agrawal, El Abbadi, 2005).

use std::collections::BTreeMap;

/// The values of the last hour or two, by rule.
#[derive(Debug, Default)]
pub(super) struct Sketch {
    rules: BTreeMap<String, Windows>,
}

/// An hour and the one before.
#[derive(Debug, Default)]
struct Windows {
    hour: u64,
    now: Values,
    before: Values,
}

#[derive(Debug, Default)]
struct Values {
    /// Hash and count. A value that takes the place of another one takes its count over, too.
    counts: Vec<(u64, u64)>,
    total: u64,
}

/// What is known of a rule's values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Share {
    /// How many values are told apart: exact up to [`Values::MAX`], which stands for more.
    pub(super) distinct: u64,
    /// Which part of all findings is one value's, at most.
    pub(super) top: f64,
}

impl Sketch {
    /// More rules than that are not told apart. There are fewer in any configuration we know of.
    const MAX_RULES: usize = 128;

    pub(super) fn add(&mut self, rule: &str, value: u64, count: u64, hour: u64) {
        if !self.rules.contains_key(rule) && self.rules.len() >= Self::MAX_RULES {
            return;
        }
        let windows = self.rules.entry(rule.to_owned()).or_default();
        windows.turn(hour);
        windows.now.add(value, count);
    }

    /// The values of this hour, or of the one before while this one has few.
    pub(super) fn shares(&mut self, hour: u64) -> Vec<(String, Share)> {
        let each = self.rules.iter_mut().filter_map(|(rule, windows)| {
            windows.turn(hour);
            let fuller = match windows.now.total >= windows.before.total {
                true => &windows.now,
                false => &windows.before,
            };
            fuller.share().map(|share| (rule.clone(), share))
        });
        each.collect()
    }
}

impl Windows {
    fn turn(&mut self, hour: u64) {
        if hour > self.hour {
            let is_next = hour == self.hour + 1;
            let last = std::mem::take(&mut self.now);
            self.before = if is_next { last } else { Values::default() };
            self.hour = hour;
        }
    }
}

impl Values {
    const MAX: usize = 64;

    fn add(&mut self, value: u64, count: u64) {
        self.total += count;
        if let Some((_, known)) = self.counts.iter_mut().find(|(known, _)| *known == value) {
            *known += count;
        } else if self.counts.len() < Self::MAX {
            self.counts.push((value, count));
        } else if let Some(rarest) = self.counts.iter_mut().min_by_key(|(_, count)| *count) {
            *rarest = (value, rarest.1 + count);
        }
    }

    fn share(&self) -> Option<Share> {
        let most = self.counts.iter().map(|(_, count)| *count).max()?;
        Some(Share {
            distinct: self.counts.len() as u64,
            top: most as f64 / self.total as f64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_makes_most_of_the_findings_is_seen_among_many() {
        let mut sketch = Sketch::default();
        for n in 0..10_000 {
            sketch.add("rule", n, 1, 7);
            sketch.add("rule", u64::MAX, 2, 7);
            sketch.add("other", n % 2, 1, 7);
        }
        let shares = sketch.shares(7);
        assert!(shares.len() == 2 && shares.iter().any(|(rule, _)| rule == "rule"));
        for (rule, share) in shares {
            let (distinct, top) = if rule == "rule" {
                (64, 2.0 / 3.0)
            } else {
                (2, 0.5)
            };
            assert_eq!(share.distinct, distinct, "{rule}");
            // Too much by what one that was displaced leaves, at most.
            assert!((top..top + 0.02).contains(&share.top), "{rule}: {share:?}");
        }
    }

    #[test]
    fn hours_pass_and_rules_are_few() {
        let mut sketch = Sketch::default();
        sketch.add("rule", 1, 10, 7);
        sketch.add("rule", 2, 1, 8);
        assert_eq!(
            sketch.shares(8),
            [(
                "rule".to_owned(),
                Share {
                    distinct: 1,
                    top: 1.0
                }
            )]
        );
        sketch.add("rule", 3, 20, 8);
        assert!(
            sketch
                .shares(8)
                .iter()
                .all(|(_, share)| share.distinct == 2)
        );
        assert!(sketch.shares(10).is_empty());
        for n in 0..500 {
            sketch.add(&n.to_string(), 1, 1, 10);
        }
        assert!(sketch.shares(10).len() <= Sketch::MAX_RULES);
    }
}
