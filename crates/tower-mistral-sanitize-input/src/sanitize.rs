//! From a body to the edited body, or to a refusal.

use std::{collections::BTreeMap, ops::Range};

use bytes::Bytes;
use tower_mistral_wire::{
    Handling, Reason, RejectionKind,
    ext::{Action, CallReport},
    intake::Arrived,
    json::{self, Splice, Tape, Value},
    mark::Mark,
    rewrite::respell_text,
    table::{Endpoint, Found, Group, TextKind, walk},
};

use crate::{
    config::Config,
    field,
    plan::{Plan, plan},
    screened::Screened,
    switch::Switch,
    text::Text,
};

/// What is to be done about a request, and what its texts were found to be.
pub(crate) struct Sanitized {
    pub(crate) outcome: Outcome,
    pub(crate) screened: Option<Screened>,
}

pub(crate) enum Outcome {
    Untouched {
        marks: Vec<Mark>,
    },
    Edited {
        bytes: Bytes,
        marks: Vec<Mark>,
    },
    /// A part of it cannot be inspected, and that is refused.
    Unread(Reason),
    Refused {
        kind: RejectionKind,
        detail: Option<String>,
        /// The field that is wrong, if it can be named.
        param: Option<String>,
    },
}

/// Screens every text of a request. What is found goes into `report`.
pub(crate) fn sanitize(
    config: &Config,
    switch: &Switch<'_>,
    endpoint: &Endpoint,
    tape: &Tape,
    report: &CallReport,
) -> Sanitized {
    let mut plans = Vec::new();
    let (texts, is_degraded) = match texts(config, endpoint, tape) {
        Ok(texts) => texts,
        Err(reason) => {
            return Sanitized {
                outcome: Outcome::Unread(reason),
                screened: None,
            };
        }
    };
    for ((kind, group), values) in texts {
        let parts = values.iter().map(|value| value.text());
        let plan = plan(config, switch, kind, group, &Text::join(parts));
        if !plan.is_nothing() {
            plans.push((values, plan));
        }
    }
    let refused = plans.iter().find(|(_, plan)| plan.refusal.is_some());
    let is_refused = refused.is_some();
    let refusal = refused.filter(|(_, plan)| plan.enforced);
    let outcome = match refusal {
        Some((values, plan)) => refuse(tape, values, plan),
        None => edit(tape, &plans, is_degraded && switch.enforces()),
    };
    let texts = plans.iter_mut();
    let screened = Screened::of(texts.filter_map(|(_, plan)| plan.screened.take()));
    for mut finding in plans.into_iter().flat_map(|(_, plan)| plan.findings) {
        // A call that is refused is not edited as well.
        if is_refused {
            match finding.action {
                Action::Rejected => {}
                Action::Wrapped => continue,
                _ => finding.action = Action::Flagged,
            }
        }
        report.add(finding);
    }
    Sanitized { outcome, screened }
}

type Texts<'a> = Vec<((TextKind, Group), Vec<Value<'a>>)>;

/// The texts of a request, in the order of their first parts; empty parts left out. Also says
/// whether a part passes unread.
fn texts<'a>(
    config: &Config,
    endpoint: &Endpoint,
    tape: &'a Tape,
) -> Result<(Texts<'a>, bool), Reason> {
    let mut texts = Texts::new();
    let mut places = BTreeMap::new();
    let (mut passed, mut is_refused) = (Vec::new(), false);
    walk(tape, endpoint.request(), |found| {
        let slot = match found {
            Found::Text(slot) => slot,
            Found::UnknownPart(part) => {
                match config.handle(Reason::UnknownPart) {
                    Handling::Scan => {}
                    Handling::Pass if is_passed(&passed, part) => {}
                    Handling::Pass => passed.push(part.span()),
                    _ => is_refused = true,
                }
                return;
            }
            _ => return,
        };
        if is_passed(&passed, slot.value) {
            return;
        }
        if slot.kind == TextKind::Media || slot.value.raw().is_empty() {
            return;
        }
        let channel = (slot.kind, slot.group);
        let place = *places.entry(channel).or_insert(texts.len());
        match texts.get_mut(place) {
            Some((_, values)) => values.push(slot.value),
            None => texts.push((channel, vec![slot.value])),
        }
    });
    match is_refused {
        true => Err(Reason::UnknownPart),
        false => Ok((texts, !passed.is_empty())),
    }
}

/// Whether a value stands in a part that passes: in the order of the document, in the last that
/// began or in none.
fn is_passed(passed: &[Range<usize>], value: Value<'_>) -> bool {
    let last = passed.last();
    last.is_some_and(|part| part.contains(&value.span().start))
}

/// Screens a body that is no JSON as one text; false if it is no text or is not all here.
pub(crate) fn scan<B>(config: &Config, switch: &Switch<'_>, arrived: &Arrived<B>) -> bool {
    let body = arrived.decoded.as_ref();
    let body = body.or_else(|| arrived.request.body().as_whole());
    let Some(text) = body.and_then(|body| std::str::from_utf8(body).ok()) else {
        return false;
    };
    // Somebody may still read it as JSON, where `\u0061` is a letter.
    let text = json::text::decode(text.as_bytes(), text.contains('\\'));
    let text = Text::join([text].into_iter());
    let plan = plan(config, switch, TextKind::Generic, Group::default(), &text);
    for finding in plan.findings {
        arrived.report.add(finding);
    }
    true
}

fn refuse(tape: &Tape, values: &[Value<'_>], plan: &Plan) -> Outcome {
    let kind = plan.refusal.unwrap_or(RejectionKind::Blocked);
    // Where a block struck would help whoever looks for a way around it.
    let param = match kind {
        RejectionKind::TextTooLong => Some(field::name(tape, values)),
        _ => None,
    };
    let detail = plan.detail.clone();
    Outcome::Refused {
        kind,
        detail,
        param,
    }
}

fn edit(tape: &Tape, plans: &[(Vec<Value<'_>>, Plan)], is_degraded: bool) -> Outcome {
    let mut splice = Splice::new(tape.bytes());
    let (mut edited, mut truncated) = (false, false);
    for (values, plan) in plans.iter().filter(|(_, plan)| plan.enforced) {
        for (value, spelled) in respell_text(values, plan.edits.iter().cloned()) {
            if let Some(spelled) = spelled {
                splice.replace_raw(value.span(), spelled);
            }
        }
        for finding in plan.findings.iter().filter(|finding| finding.enforced) {
            edited |= matches!(finding.action, Action::Edited | Action::Wrapped);
            truncated |= finding.action == Action::Truncated;
        }
    }
    let is_untouched = splice.is_empty();
    let marks = [
        (edited && !is_untouched, Mark::Edited),
        (truncated && !is_untouched, Mark::Truncated),
        (is_degraded, Mark::Degraded),
    ];
    let marks = marks.into_iter().filter(|(set, _)| *set);
    let marks = marks.map(|(_, mark)| mark).collect();
    if is_untouched {
        return Outcome::Untouched { marks };
    }
    Outcome::Edited {
        bytes: splice.finish(),
        marks,
    }
}
