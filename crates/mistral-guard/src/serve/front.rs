//! One call: from the caller's request to the caller's reply.

use std::{convert::Infallible, error::Error, sync::Arc};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use hyper::body::Incoming;
use hyper_util::client::legacy;
use tokio::time::timeout;
use tower::{Layer, ServiceExt};
use tower_mistral::{
    GuardLayer, GuardService,
    metadata_log::audit::AuditTrail,
    wire::{BoxError, Rejection, RejectionKind, ext::CallReport},
};

use crate::metrics::Metrics;

use super::{
    gate::{Gate, Refused},
    headers,
    upstream::{Client, Upstream},
};

/// The body of what a caller gets.
pub(crate) type Outgoing = UnsyncBoxBody<Bytes, BoxError>;

/// Answers calls. A shared handle.
#[derive(Clone)]
pub(crate) struct Front {
    gate: Arc<Gate>,
    stack: GuardService<Client>,
    upstream: Arc<Upstream>,
    metrics: Option<Metrics>,
    trail: Option<AuditTrail>,
}

impl Front {
    pub(crate) fn new(gate: Gate, layer: &GuardLayer, upstream: Upstream) -> Self {
        let stack = layer.layer(upstream.client.clone());
        Self {
            gate: Arc::new(gate),
            stack,
            upstream: Arc::new(upstream),
            metrics: None,
            trail: None,
        }
    }

    /// Records what is refused here in this trail.
    pub(crate) fn records(mut self, trail: Option<AuditTrail>) -> Self {
        self.trail = trail;
        self
    }

    /// Counts what is refused here in these metrics.
    pub(crate) fn counts(mut self, metrics: Option<Metrics>) -> Self {
        self.metrics = metrics;
        self
    }

    /// The answer to one call: never an error, since refusals and failures are answers too.
    pub(crate) async fn answer(
        self,
        request: Request<Incoming>,
    ) -> Result<Response<Outgoing>, Infallible> {
        let (mut parts, body) = request.into_parts();
        let report = CallReport::of(&mut parts.extensions, &parts.headers);
        let request = Request::from_parts(parts, body);
        if let Err(refused) = self.gate.check(&request) {
            let (request_id, kind) = (report.request_id().as_str(), refused.kind.as_str());
            tracing::warn!(target: "mistral_guard", request_id, kind, "refused");
            if let Some(metrics) = &self.metrics {
                metrics.refused(refused.kind);
            }
            if let Some(trail) = &self.trail {
                trail.refused(report.request_id(), refused.kind);
            }
            return Ok(refuse(&refused, &report));
        }
        let reply = match self.forward(request, &report).await {
            Ok(reply) => reply,
            Err(refused) => refuse(&refused, &report),
        };
        Ok(reply)
    }

    async fn forward(
        self,
        mut request: Request<Incoming>,
        report: &CallReport,
    ) -> Result<Response<Outgoing>, Refused> {
        let invalid = Refused {
            kind: RejectionKind::InvalidPath,
            detail: "it is no path",
        };
        let path = request.uri().path_and_query().cloned();
        let path = path
            .filter(|path| path.as_str().starts_with('/'))
            .ok_or(invalid)?;
        *request.uri_mut() = self.upstream.origin.at(path);
        headers::clean_request(request.headers_mut());

        let unreachable = |detail| Refused {
            kind: RejectionKind::Unreachable,
            detail,
        };
        let call = timeout(self.upstream.reply_timeout, self.stack.oneshot(request));
        let reply = match call.await {
            Ok(Ok(reply)) => reply,
            Ok(Err(error)) => {
                log_failure(report, &cause(&error));
                return Err(unreachable("no reply came"));
            }
            Err(_) => {
                log_failure(report, "upstream.reply_timeout is over");
                return Err(unreachable("no reply came in time"));
            }
        };
        let mut reply = reply.map(|body| body.map_err(BoxError::from).boxed_unsync());
        headers::clean_reply(reply.headers_mut());
        Ok(reply)
    }
}

fn log_failure(report: &CallReport, cause: &str) {
    let request_id = report.request_id().as_str();
    tracing::warn!(target: "mistral_guard", request_id, cause, "no reply");
}

/// What went wrong, as far as no request and no reply had a part in it: names, sockets,
/// certificates.
fn cause(error: &legacy::Error) -> String {
    if !error.is_connect() {
        return "the exchange broke".to_owned();
    }
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

fn refuse(refused: &Refused, report: &CallReport) -> Response<Outgoing> {
    let id = report.request_id().clone();
    let rejection = Rejection::new(refused.kind, id).with_detail(refused.detail);
    let mut reply = rejection
        .into_response::<Incoming>(report)
        .map(BodyExt::boxed_unsync);
    if refused.kind == RejectionKind::Unauthorized {
        let scheme = HeaderValue::from_static("Bearer");
        reply.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    reply
}
