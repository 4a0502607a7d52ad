//! From a body to the edited body, or to a refusal.

use bytes::Bytes;
use tower_mistral_wire::{
    Mode, Reason, RejectionKind,
    ext::{Action, CallReport, Finding, Layer},
    intake::Arrived,
    json::{self, Limits, Splice, Tape, Value},
    mark::Mark,
    rewrite::respell_text,
    table::{Endpoint, Group, TextKind},
};

use crate::{
    SYSTEM_MESSAGE, add,
    config::Config,
    field,
    found::FoundTexts,
    limits,
    plan::{self, Plan},
    screened::Screened,
    seam::{self, Turn},
    switch::Switch,
    text::Text,
    wrap::Wrapper,
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

/// How often a request is looked at whose messages were cut.
const ROUNDS: usize = 4;

/// Screens every text of a request. What is found goes into `report`.
///
/// Where a message was cut, what is left may go on in the next one: the request is looked at again
/// as it will be sent.
pub(crate) fn sanitize(
    config: &Config,
    switch: &Switch<'_>,
    endpoint: &Endpoint,
    tape: &Tape,
    report: &CallReport,
) -> Sanitized {
    let mut sanitized = once(config, switch, endpoint, tape, report);
    for _ in 1..ROUNDS {
        let Outcome::Edited { bytes, marks } = &mut sanitized.outcome else {
            break;
        };
        if !marks.contains(&Mark::Truncated) {
            break;
        }
        let Ok(tape) = Tape::parse(bytes.clone(), &Limits::default()) else {
            break;
        };
        let notes = CallReport::new(report.request_id().clone());
        let again = once(config, switch, endpoint, &tape, &notes);
        // What was only flagged was said before.
        let news = notes.findings().into_iter();
        let news = news.filter(|finding| finding.action != Action::Flagged && finding.enforced);
        news.for_each(|finding| report.add(finding));
        match again.outcome {
            Outcome::Untouched { .. } => break,
            Outcome::Edited {
                bytes: edited,
                marks: more,
            } => {
                *bytes = edited;
                let is_new: Vec<_> = more.into_iter().filter(|m| !marks.contains(m)).collect();
                marks.extend(is_new);
            }
            outcome => {
                sanitized.outcome = outcome;
                break;
            }
        }
    }
    sanitized
}

fn once(
    config: &Config,
    switch: &Switch<'_>,
    endpoint: &Endpoint,
    tape: &Tape,
    report: &CallReport,
) -> Sanitized {
    let found = match FoundTexts::of(config, endpoint, tape) {
        Ok(found) => found,
        Err(reason) => return Sanitized::of(Outcome::Unread(reason)),
    };
    let is_degraded = found.is_degraded;
    if let Some(refused) = whole(config, switch, tape, &found, report) {
        return Sanitized::of(refused);
    }
    let texts = found.texts.iter();
    let read: Vec<Text<'_>> = texts
        .map(|(_, values)| Text::join(values.iter().map(|value| value.text())))
        .collect();
    let turns = found.texts.iter().zip(&read);
    let turns: Vec<Turn<'_, '_>> = turns
        .map(|(((kind, group), _), text)| Turn {
            kind: *kind,
            group: *group,
            text,
            start: plan::start(config, *kind, text),
        })
        .collect();
    let mut crossings = seam::crossings(config, switch, &turns);
    let first = turns.iter().find(|turn| turn.kind.is_prompt());
    let first = first.map(|turn| turn.text.as_str());
    let wrapper = Wrapper::new(config, tape.root().get("prompt_cache_key"), first);
    let mut plans = Vec::new();
    for (at, (((kind, group), values), text)) in found.texts.into_iter().zip(&read).enumerate() {
        let crossings = crossings.remove(&at).unwrap_or_default();
        let plan = plan::plan(
            config,
            switch,
            kind,
            group,
            text,
            &crossings,
            wrapper.as_ref(),
        );
        if !plan.is_nothing() {
            plans.push((values, plan));
        }
    }
    let refused = plans.iter().find(|(_, plan)| plan.refusal.is_some());
    let is_refused = refused.is_some();
    let refusal = refused.filter(|(_, plan)| plan.enforced);
    let outcome = match refusal {
        Some((values, plan)) => refuse(tape, values, plan),
        None => {
            let added = add::add(config, switch, endpoint, tape, report, is_refused);
            edit(&plans, added, is_degraded && switch.enforces())
        }
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

impl Sanitized {
    fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            screened: None,
        }
    }
}

/// What the request as a whole is refused for.
fn whole(
    config: &Config,
    switch: &Switch<'_>,
    tape: &Tape,
    found: &FoundTexts<'_>,
    report: &CallReport,
) -> Option<Outcome> {
    let texts = found.texts.iter().map(|(_, values)| values.as_slice());
    if let Some(over) = limits::check(config, switch, found.messages, texts) {
        report.add(over.finding);
        if over.enforced {
            return Some(Outcome::Refused {
                kind: over.kind,
                detail: Some(over.detail),
                param: None,
            });
        }
    }
    if config.callers_may_send_system {
        return None;
    }
    // What this layer has put in front is not the caller's.
    let front = config.front();
    let is_ours = |values: &[Value<'_>]| match (values, &front) {
        ([value], Some(front)) => value.text() == *front,
        _ => false,
    };
    let mut texts = found.texts.iter();
    let ((kind, group), values) =
        texts.find(|((kind, _), values)| *kind == TextKind::System && !is_ours(values))?;
    let mode = switch.of(SYSTEM_MESSAGE, *kind);
    if mode == Mode::Off {
        return None;
    }
    let enforced = mode == Mode::Enforce;
    let finding = Finding::new(Layer::SanitizeInput, SYSTEM_MESSAGE, Action::Rejected);
    report.add(finding.at(*kind, group.outer, 0, 0).enforced(enforced));
    enforced.then(|| Outcome::Refused {
        kind: RejectionKind::Forbidden,
        detail: Some("callers may not send system messages".to_owned()),
        param: Some(field::name(tape, values)),
    })
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
    let (kind, group) = (TextKind::Generic, Group::default());
    let plan = plan::plan(config, switch, kind, group, &text, &[], None);
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

fn edit<'a>(
    plans: &[(Vec<Value<'a>>, Plan)],
    mut splice: Splice<'a>,
    is_degraded: bool,
) -> Outcome {
    let (mut edited, mut truncated) = (!splice.is_empty(), false);
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
