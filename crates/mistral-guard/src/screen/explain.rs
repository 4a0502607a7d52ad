//! Why a text is judged as it is, for people; never the text.

use std::fmt::{self, Write};

use tower_mistral::screen::{
    Action, Contribution, Counts, Finding, LEARNED_MODEL, Rule, Screen, Screening, Thresholds,
};

use super::record::{about, places};

pub(super) fn table(
    screen: &Screen,
    text: &str,
    screening: &Screening,
    thresholds: &Thresholds,
) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut out, screen, text, screening, thresholds);
    out
}

fn write(
    out: &mut String,
    screen: &Screen,
    text: &str,
    screening: &Screening,
    thresholds: &Thresholds,
) -> fmt::Result {
    let verdict = screening.verdict(thresholds).as_str();
    writeln!(out, "{verdict}: score {:.2}", screening.score())?;
    let findings = screening.findings();
    if !findings.is_empty() {
        writeln!(out, "\n  start     end  weight  rule")?;
    }
    for (finding, (start, end)) in findings.iter().zip(places(text, findings)) {
        row(out, screen, finding, (start, end))?;
    }
    for reason in screening.allowed() {
        writeln!(out, "\nallowed: {reason}")?;
    }
    let parts = screening.contributions();
    if !parts.is_empty() {
        writeln!(out, "\nThe score is 1 - (1-a)(1-b)... of what counts:")?;
    }
    parts.iter().try_for_each(|part| say(out, screen, part))
}

fn row(
    out: &mut String,
    screen: &Screen,
    finding: &Finding,
    (start, end): (usize, usize),
) -> fmt::Result {
    let (rule, category) = (finding.rule(), finding.category());
    let observed = match finding.is_observed() {
        true => ", only observed",
        false => "",
    };
    writeln!(
        out,
        "{start:>7} {end:>7}  {:>6.2}  {rule} ({category}{observed})",
        finding.weight()
    )?;
    match about(screen, rule) {
        "" => Ok(()),
        about => writeln!(out, "{:25}{about}", ""),
    }
}

fn say(out: &mut String, screen: &Screen, part: &Contribution) -> fmt::Result {
    let rule = part.rule();
    let times = match part.matches() {
        n @ 2.. => format!(", {n} times"),
        _ => String::new(),
    };
    let known = screen.rules().iter().find(|known| known.name() == rule);
    let action = match (part.counts(), known.and_then(|known| Rule::action(known))) {
        (Counts::Observed, _) => "",
        (_, Some(Action::Filter)) => "; asks to be filtered whatever the score",
        (_, Some(Action::Block)) => "; asks to be blocked whatever the score",
        _ => "",
    };
    let counts = match part.counts() {
        Counts::Added if rule.as_str() == LEARNED_MODEL => "counts, with the clues below",
        Counts::Added => "counts",
        Counts::AsClue => "a clue for the model",
        Counts::Observed => "only observed",
        _ => "",
    };
    writeln!(
        out,
        "  {:.2}  {rule}{times}: {counts}{action}",
        part.weight()
    )
}
