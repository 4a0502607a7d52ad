//! The figures that count, next to those of other detectors on the same sets, and what to reach.

use std::collections::BTreeMap;

/// A figure of a set, the best of other detectors, and the least or most that it has to be.
struct Target {
    set: &'static str,
    figure: &'static str,
    others: &'static str,
    bound: Bound,
    /// When it is to be reached.
    when: When,
}

/// With which options.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// With the recommended entities.
    Recommended,
    /// With the optional entities too.
    Optional,
    /// And with the keys of values that stand alone.
    Keyed,
}
use When::{Keyed, Optional, Recommended};

enum Bound {
    AtLeast(f64),
    AtMost(f64),
    /// None was set.
    Any,
}
use Bound::{Any, AtLeast, AtMost};

/// One line in the table of targets.
const fn target(
    set: &'static str,
    figure: &'static str,
    others: &'static str,
    bound: Bound,
    when: When,
) -> Target {
    Target {
        set,
        figure,
        others,
        bound,
        when,
    }
}

const BENIGN: &str = "benign texts";
const GITLEAKS: &str = "gitleaks' rules 81.0, detect-secrets 46.4";

const TARGETS: [Target; 14] = [
    target(
        "pii_presidio_research",
        "recall",
        "Presidio 73.5, datafog 51.0",
        AtLeast(90.0),
        Optional,
    ),
    target(
        "pii_presidio_research",
        "strays in 200 rows",
        "Presidio 0, datafog 0",
        AtMost(1.0),
        Optional,
    ),
    target(
        "pii_presidio",
        "recall",
        "Presidio 98.0, datafog 19.0",
        AtLeast(97.0),
        Optional,
    ),
    target(
        "pii_presidio",
        "negatives altered",
        "Presidio 0.0, datafog 0.9",
        AtMost(1.0),
        Optional,
    ),
    target(
        "pii_misc",
        "recall",
        "Presidio 63.6, datafog 29.5",
        AtLeast(85.0),
        Optional,
    ),
    target(
        "pii_validatorjs",
        "recall",
        "Presidio 47.6, datafog 23.2",
        AtLeast(75.0),
        Keyed,
    ),
    target(
        "pii_validatorjs",
        "negatives altered",
        "Presidio 17.8, datafog 2.2",
        Any,
        Optional,
    ),
    target("secrets", "recall", GITLEAKS, AtLeast(95.0), Recommended),
    target(
        "secrets",
        "negatives altered",
        "gitleaks' rules 10.0, detect-secrets 14.6",
        AtMost(3.0),
        Recommended,
    ),
    target(
        "exfil_html",
        "recall",
        "a naive regex 86.2",
        AtLeast(97.0),
        Recommended,
    ),
    target(
        "exfil_html",
        "negatives altered",
        "a naive regex 0.0",
        Any,
        Recommended,
    ),
    target(
        "exfil_markdown",
        "recall",
        "a naive regex 59.9",
        AtLeast(95.0),
        Recommended,
    ),
    target(
        "exfil_markdown",
        "negatives altered",
        "a naive regex 0.0",
        Any,
        Recommended,
    ),
    target(
        BENIGN,
        "altered wrongly",
        "gitleaks' rules 0.2 %",
        AtMost(5.0),
        Recommended,
    ),
];

/// The sets whose altered texts are summed.
const BENIGN_SETS: [&str; 3] = ["benign_outputs", "benign_docs", "benign_multilingual"];

pub(crate) struct Figures {
    when: When,
    by: BTreeMap<(String, &'static str), f64>,
}

impl Figures {
    pub(crate) fn new(when: When) -> Self {
        Self {
            when,
            by: BTreeMap::new(),
        }
    }

    pub(crate) fn add(&mut self, set: &str, figure: &'static str, value: f64) {
        let set = if BENIGN_SETS.contains(&set) {
            BENIGN
        } else {
            set
        };
        *self.by.entry((set.to_owned(), figure)).or_default() += value;
    }

    /// Prints the table. Whether a figure misses its target.
    pub(crate) fn print(&self) -> bool {
        println!(
            "\n{:22} {:20} {:>7}  to reach    others",
            "set", "figure", "here"
        );
        let mut missed = false;
        for target in &TARGETS {
            let Some(value) = self.by.get(&(target.set.to_owned(), target.figure)) else {
                continue;
            };
            let (bound, is_met) = match target.bound {
                AtLeast(bound) => (format!(">= {bound:5.1}"), *value >= bound),
                AtMost(bound) => (format!("<= {bound:5.1}"), *value <= bound),
                Any => (String::new(), true),
            };
            let is_asked = target.when == self.when;
            let verdict = match (is_asked, is_met) {
                (false, _) => "-",
                (true, true) => "",
                (true, false) => "MISSED",
            };
            missed |= is_asked && !is_met;
            let (set, figure, others) = (target.set, target.figure, target.others);
            println!("{set:22} {figure:20} {value:7.1}  {bound:8} {verdict:7} {others}");
        }
        missed
    }
}

pub(crate) fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}
