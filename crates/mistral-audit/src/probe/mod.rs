//! Judges the layers of an application from outside: canaries go in, and what comes out tells.
//!
//! No layer of this workspace is needed for that, nor known here: whatever a stack is made of, and in
//! whatever order, it either lets a canary through or it does not.
//!
//! ```
//! use mistral_audit::{Rule, probe::SecurityAudit};
//!
//! # #[tokio::main]
//! # async fn main() {
//! // A stack that does nothing.
//! let report = SecurityAudit::probe(tower_layer::Identity::new()).await;
//! assert!(report.findings.iter().any(|finding| finding.rule == Rule::INJECTION_PASSED));
//! # }
//! ```

mod canary;
mod events;
mod exchange;
mod recorder;

use std::future::Future;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_layer::Layer;
use tower_service::Service;

pub use self::recorder::{Recorder, ReplyBody};

use self::{
    canary::Canaries,
    exchange::{Exchange, Outcome, Probe},
};
use crate::{
    finding::{Finding, Place},
    report::Report,
    rule::Rule,
};

/// An audit of a stack of layers. It has no state: see [`probe`](Self::probe).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SecurityAudit;

impl SecurityAudit {
    /// Applies `layer` to a service that records, sends calls of the chat endpoint at
    /// `https://api.mistral.ai` through it, and judges by what reached that service, what came out,
    /// and what was logged with `tracing` meanwhile.
    ///
    /// Nothing leaves the process. The calls are a harmless one, an injection, a prompt of a million
    /// characters, and replies with personal data in JSON, in a stream cut at bad places, in something
    /// that is no JSON, and a 401 that shows the key. A stack that attaches keys needs one: any text.
    ///
    /// Places in the report are `layer`; the detail of each finding names the exchange.
    pub async fn probe<L, ResB, E>(layer: L) -> Report
    where
        L: Layer<Recorder>,
        L::Service: Service<Request<Full<Bytes>>, Response = Response<ResB>, Error = E>,
        ResB: Body,
        ResB::Data: bytes::Buf,
    {
        Self::probe_as(layer).await
    }

    /// The same for layers that take requests with bodies of type `ReqB` only, such as those of a
    /// framework.
    pub async fn probe_as<ReqB, L, ResB, E>(layer: L) -> Report
    where
        ReqB: From<Bytes>,
        L: Layer<Recorder>,
        L::Service: Service<Request<ReqB>, Response = Response<ResB>, Error = E>,
        ResB: Body,
        ResB::Data: bytes::Buf,
    {
        let recorder = Recorder::new();
        let mut probe = Probe::new(layer.layer(recorder.clone()), recorder);
        let canaries = Canaries::new();
        let mut report = Report::default();
        let harmless = run(&mut probe, Exchange::harmless(), &canaries).await;
        report.coverage.exchanges = 1;
        if !harmless.came_out(Exchange::ANSWER) {
            say(&mut report, Rule::PROBE_INCONCLUSIVE, harmless.summary());
            return report;
        }
        for exchange in Exchange::all(&canaries) {
            let (name, rule) = (exchange.name, exchange.rule);
            let outcome = run(&mut probe, exchange, &canaries).await;
            report.coverage.exchanges += 1;
            if let Some(what) = outcome.leak {
                say(&mut report, rule, &format!("{name}: {what}"));
            }
            if let Some(what) = outcome.logged {
                say(&mut report, Rule::LOG_LEAKS, &format!("{name}: {what}"));
            }
            if outcome.failed {
                say(&mut report, Rule::STACK_FAILED, name);
            }
        }
        report
    }
}

fn run<'a, S, ReqB, ResB, E>(
    probe: &'a mut Probe<S>,
    exchange: Exchange,
    canaries: &'a Canaries,
) -> impl Future<Output = Outcome> + use<'a, S, ReqB, ResB, E>
where
    ReqB: From<Bytes>,
    S: Service<Request<ReqB>, Response = Response<ResB>, Error = E>,
    ResB: Body,
    ResB::Data: bytes::Buf,
{
    probe.send(exchange, canaries)
}

fn say(report: &mut Report, rule: &'static Rule, detail: &str) {
    report
        .findings
        .push(Finding::new(rule, Place::file("layer"), detail));
}
