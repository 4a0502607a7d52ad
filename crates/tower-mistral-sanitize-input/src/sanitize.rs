//! From a body to the edited body, or to a refusal.

use std::collections::BTreeMap;

use bytes::Bytes;
use tower_mistral_wire::{
    RejectionKind,
    ext::{Action, CallReport},
    json::{Splice, Tape, Value},
    mark::Mark,
    rewrite::respell_text,
    table::{Endpoint, Found, Group, TextKind, walk},
};

use crate::{
    config::Config,
    field,
    plan::{Plan, plan},
    switch::Switch,
    text::Text,
};

pub(crate) enum Outcome {
    Untouched,
    Edited {
        bytes: Bytes,
        marks: Vec<Mark>,
    },
    Refused {
        kind: RejectionKind,
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
) -> Outcome {
    let mut plans = Vec::new();
    for ((kind, group), values) in texts(endpoint, tape) {
        let parts = values.iter().filter_map(|value| value.as_str());
        let plan = plan(config, switch, kind, group, &Text::join(parts));
        if plan.refusal.is_some() || !plan.findings.is_empty() {
            plans.push((values, plan));
        }
    }
    let refused = plans.iter().find(|(_, plan)| plan.refusal.is_some());
    let is_refused = refused.is_some();
    let refusal = refused.filter(|(_, plan)| plan.enforced);
    let outcome = match refusal {
        Some((values, plan)) => refuse(tape, values, plan),
        None => edit(tape, &plans),
    };
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
    outcome
}

type Texts<'a> = Vec<((TextKind, Group), Vec<Value<'a>>)>;

/// The texts of a request, in the order of their first parts; empty parts left out.
fn texts<'a>(endpoint: &Endpoint, tape: &'a Tape) -> Texts<'a> {
    let mut texts = Texts::new();
    let mut places = BTreeMap::new();
    walk(tape, endpoint.request(), |found| {
        let Found::Text(slot) = found else { return };
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
    texts
}

fn refuse(tape: &Tape, values: &[Value<'_>], plan: &Plan) -> Outcome {
    let kind = plan.refusal.unwrap_or(RejectionKind::Blocked);
    // Where a block struck would help whoever looks for a way around it.
    let param = match kind {
        RejectionKind::TextTooLong => Some(field::name(tape, values)),
        _ => None,
    };
    Outcome::Refused { kind, param }
}

fn edit(tape: &Tape, plans: &[(Vec<Value<'_>>, Plan)]) -> Outcome {
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
    if splice.is_empty() {
        return Outcome::Untouched;
    }
    let marks = [(edited, Mark::Edited), (truncated, Mark::Truncated)];
    Outcome::Edited {
        bytes: splice.finish(),
        marks: marks
            .into_iter()
            .filter_map(|(set, mark)| set.then_some(mark))
            .collect(),
    }
}
