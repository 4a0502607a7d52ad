//! From a request that was read to the call that is made or the answer that is given.

use http::{HeaderMap, Request, Response, header};
use tower_mistral_wire::{
    OnUninspectable, Rejection, RejectionKind,
    body::{ReplyBody, RequestBody},
    ext::{Action, Finding, Layer},
    intake::{Arrived, Content},
    json::Tape,
    mark::Mark,
};

use crate::{
    config::{Config, OnBlock},
    reply,
    sanitize::{Outcome, sanitize},
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
        return unread(config, switch, arrived, rejection);
    }
    let Content::Json(tape) = &arrived.content else {
        return Decision::Call(arrived.request, Vec::new());
    };
    match sanitize(config, switch, &arrived.endpoint, tape, &arrived.report) {
        Outcome::Untouched => Decision::Call(arrived.request, Vec::new()),
        Outcome::Edited { bytes, marks } => {
            let mut arrived = arrived.with_body(bytes);
            // The tape of the old body would keep its text alive.
            arrived.request.extensions_mut().remove::<Tape>();
            Decision::Call(arrived.request, marks)
        }
        Outcome::Refused { kind, param } => {
            let mut rejection = Rejection::new(kind, arrived.report.request_id().clone());
            if let Some(param) = param {
                rejection = rejection.with_param(param);
            }
            let response = match &config.on_block {
                OnBlock::Reply(text)
                    if kind == RejectionKind::Blocked && arrived.endpoint.is_completion() =>
                {
                    reply::completion(rejection, &arrived.report, tape, text)
                }
                _ => rejection.into_response(&arrived.report),
            };
            Decision::Answer(response)
        }
    }
}

/// What cannot be read is refused, unless it may pass.
fn unread<B, R>(
    config: &Config,
    switch: &Switch<'_>,
    arrived: Arrived<B>,
    rejection: Rejection,
) -> Decision<B, R> {
    let kind = rejection.kind();
    let passes = config.on_uninspectable == OnUninspectable::Pass
        && may_pass(kind, arrived.request.headers());
    let action = if passes {
        Action::Flagged
    } else {
        Action::Rejected
    };
    let enforced = switch.enforces();
    arrived.report.add(finding(kind, action).enforced(enforced));
    if enforced && !passes {
        return Decision::Answer(rejection.into_response(&arrived.report));
    }
    let marks = if passes && enforced {
        vec![Mark::Degraded]
    } else {
        Vec::new()
    };
    Decision::Call(arrived.request, marks)
}

fn may_pass(kind: RejectionKind, headers: &HeaderMap) -> bool {
    match kind {
        RejectionKind::UnsupportedBody => true,
        // A body that a host may take for JSON must be read, or a broken one is a way around.
        RejectionKind::InvalidBody | RejectionKind::BodyTooLarge => headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|label| !names_json(label.as_bytes())),
        _ => false,
    }
}

fn names_json(label: &[u8]) -> bool {
    label
        .windows(4)
        .any(|word| word.eq_ignore_ascii_case(b"json"))
}

fn finding(kind: RejectionKind, action: Action) -> Finding {
    Finding::new(Layer::SanitizeInput, kind.as_str(), action)
}
