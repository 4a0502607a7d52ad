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
    if let Some(rejection) = arrived.refusal() {
        return match rejection.reason() {
            Some(reason) => unread(config, switch, arrived, rejection, reason),
            None => refuse(switch, arrived, rejection),
        };
    }
    let Content::Json(tape) = &arrived.content else {
        return Decision::Call(arrived.request, Vec::new());
    };
    match sanitize(config, switch, &arrived.endpoint, tape, &arrived.report) {
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
        Outcome::Refused { kind, param } => {
            let mut rejection = Rejection::new(kind, arrived.report.request_id().clone());
            if let Some(param) = param {
                rejection = rejection.with_param(param);
            }
            let response = match &config.on_block {
                OnBlock::Reply(text)
                    if rejection.kind() == RejectionKind::Blocked
                        && arrived.endpoint.is_completion() =>
                {
                    reply::completion(rejection, &arrived.report, tape, text)
                }
                _ => rejection.into_response(&arrived.report),
            };
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
