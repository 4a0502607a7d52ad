//! `mistral-guard compare`: what other rules would change, before they do.
//!
//! Texts are counted and named by their ids, never shown.

mod record;
mod report;
mod side;

use std::io::{self, Write};

use serde_json::value::RawValue;
use tower_mistral::wire::BoxError;

pub use self::side::Sides;

use self::{report::Report, side::Judge};
use crate::{
    cli::CompareArgs,
    input::{
        Problem, Sources,
        lines::{self, Line},
    },
};

/// What `--help` says behind the options.
pub const HELP: &str = "\
OLD and NEW are each one of
  builtin      the rules that come with this program
  FILE.toml    those and rules of your own, as `screen --rules` has them
  FILE.jsonl   what `screen --jsonl` wrote for these texts, by an older version,
               say: keep the lines of `screen --jsonl` before an upgrade and compare
               them with builtin after it. Texts are known by their ids; the
               verdicts are those of the options of that time

The report counts texts by change of verdict, and for each rule the texts in
which it matched, where that changes; a rule that is only observed changes no
verdict and is counted, too. It lists ids, or `line N` of a text without one,
never texts.

Exit codes: 0 no verdict changes, 1 one does, 2 it could not run.";

/// Compares two sets of rules on the texts that `args` name, and writes a report to stdout. Says
/// whether all verdicts stay.
///
/// # Errors
///
/// Rules or earlier lines cannot be read, an input cannot be read or is no UTF-8, a line is no JSON
/// object with a `text`, or stdout is closed.
pub fn run(args: &CompareArgs) -> Result<bool, BoxError> {
    let mut compared = Compared {
        old: Judge::new(&args.rules.old, &args.judge)?,
        new: Judge::new(&args.rules.new, &args.judge)?,
        report: Report::default(),
    };
    for source in Sources::new(args.files.clone()) {
        lines::read(&mut source?, &mut compared)?;
    }
    let Compared { old, new, report } = compared;
    let mut out = anstream::stdout().lock();
    match args.json {
        true => writeln!(out, "{}", report.json([&old, &new]))?,
        false => report.table([&old, &new], &mut out)?,
    }
    Ok(report.is_same())
}

struct Compared {
    old: Judge,
    new: Judge,
    report: Report,
}

impl lines::Reader for Compared {
    fn line(&mut self, line: &str, number: u64) -> Result<(), Problem> {
        let Line { id, text } = Line::parse(line)?;
        let id = id.map(RawValue::get).filter(|id| *id != "null");
        // What hides a match from the findings of a record hides it on the other side as well.
        let only_findings = self.old.is_record() || self.new.is_record();
        let old = self.old.opinion(id, &text, only_findings);
        let new = self.new.opinion(id, &text, only_findings);
        let shown = id.map_or_else(|| format!("line {number}"), str::to_owned);
        match old.zip(new) {
            Some((old, new)) => self.report.add(shown, &old, &new),
            None => self.report.miss(),
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), BoxError> {
        Ok(io::stdout().flush()?)
    }
}
