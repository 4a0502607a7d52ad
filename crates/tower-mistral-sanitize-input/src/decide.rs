//! From a request that was read to the call that is made or the answer that is given.

use http::{Request, Response};
use tower_mistral_wire::{
    Handling, Reason, Rejection, RejectionKind,
    body::{ReplyBody, RequestBody},
    ext::{Action, Finding, Layer},
    intake::{Arrived, Content},
    json::Tape,
    mark::Mark,
};

use crate::{
    config::{Config, OnBlock},
    reply,
    sanitize::{Outcome, sanitize, scan},
    switch::Switch,
};

pub(crate) enum Decision<B, R> {
    Call(Request<RequestBody<B>>, Vec<Mark>),
    Answer(Response<ReplyBody<R>>),
}

pub(crate) fn decide<B, R>(
    config: &Config,
    switch: &Switch<'_>,
    arrived: Arrived<B>,
) -> Decision<B, R> {
    match arrived.refusal() {
        Some(rejection) if arrived.path.is_err() => return refuse(switch, arrived, rejection),
        Some(rejection) if arrived.asks_for_upgrade() => {
            if config.handle(Reason::Upgrade) != Handling::Pass {
                return refuse(switch, arrived, rejection);
            }
            arrived
                .report
                .add(finding(&rejection, Action::Flagged).enforced(switch.enforces()));
            // The host may not grant it, and answer the body.
            let mut decision = read(config, switch, arrived);
            if let Decision::Call(_, marks) = &mut decision {
                marks.extend(switch.enforces().then_some(Mark::Degraded));
            }
            return decision;
        }
        _ => {}
    }
    read(config, switch, arrived)
}

fn read<B, R>(config: &Config, switch: &Switch<'_>, mut arrived: Arrived<B>) -> Decision<B, R> {
    if let Some(reason) = arrived.body_reason() {
        let rejection = Rejection::of_request(reason, arrived.report.request_id().clone());
        return unread(config, switch, arrived, rejection, reason);
    }
    let Content::Json(tape) = &arrived.content else {
        return Decision::Call(as_read(switch, arrived), Vec::new());
    };
    let sanitized = sanitize(config, switch, &arrived.endpoint, tape, &arrived.report);
    let screened = sanitized.screened;
    let tape = tape.clone();
    if let Some(screened) = screened.clone() {
        arrived.request.extensions_mut().insert(screened);
    }
    match sanitized.outcome {
        Outcome::Untouched { marks } => Decision::Call(as_read(switch, arrived), marks),
        Outcome::Edited { bytes, marks } => {
            let mut arrived = arrived.with_body(bytes);
            // The tape of the old body would keep its text alive.
            arrived.request.extensions_mut().remove::<Tape>();
            Decision::Call(arrived.request, marks)
        }
        Outcome::Unread(reason) => {
            let rejection = Rejection::of_request(reason, arrived.report.request_id().clone());
            refuse(switch, arrived, rejection)
        }
        Outcome::Refused {
            kind,
            detail,
            param,
        } => {
            let mut rejection = Rejection::new(kind, arrived.report.request_id().clone());
            if let Some(param) = param {
                rejection = rejection.with_param(param);
            }
            if let Some(detail) = detail {
                rejection = rejection.with_detail(detail);
            }
            let mut response = match &config.on_block {
                OnBlock::Reply(text)
                    if rejection.kind() == RejectionKind::Blocked
                        && arrived.endpoint.is_completion() =>
                {
                    reply::completion(rejection, &arrived.report, &tape, text)
                }
                _ => rejection.into_response(&arrived.report),
            };
            if let Some(screened) = screened {
                response.extensions_mut().insert(screened);
            }
            Decision::Answer(response)
        }
    }
}

/// What cannot be read as JSON: refused, read as one text, or passed on, by its reason.
fn unread<B, R>(
    config: &Config,
    switch: &Switch<'_>,
    arrived: Arrived<B>,
    rejection: Rejection,
    reason: Reason,
) -> Decision<B, R> {
    let handling = config.handle(reason);
    if handling == Handling::Scan && scan(config, switch, &arrived) {
        return Decision::Call(as_read(switch, arrived), Vec::new());
    }
    if handling != Handling::Pass {
        return refuse(switch, arrived, rejection);
    }
    let flagged = finding(&rejection, Action::Flagged).enforced(switch.enforces());
    arrived.report.add(flagged);
    let degraded = switch.enforces().then_some(Mark::Degraded);
    Decision::Call(arrived.request, degraded.into_iter().collect())
}

/// What was read is what is sent: a host may undo a coding in another way.
fn as_read<B>(switch: &Switch<'_>, arrived: Arrived<B>) -> Request<RequestBody<B>> {
    match switch.enforces() {
        true => arrived.without_coding().request,
        false => arrived.request,
    }
}

/// Refuses the call; in Observe says that it would be.
fn refuse<B, R>(switch: &Switch<'_>, arrived: Arrived<B>, rejection: Rejection) -> Decision<B, R> {
    let enforced = switch.enforces();
    let rejected = finding(&rejection, Action::Rejected).enforced(enforced);
    arrived.report.add(rejected);
    match enforced {
        true => Decision::Answer(rejection.into_response(&arrived.report)),
        false => Decision::Call(arrived.request, Vec::new()),
    }
}

fn finding(rejection: &Rejection, action: Action) -> Finding {
    Finding::new(Layer::SanitizeInput, rejection.kind().as_str(), action)
}
