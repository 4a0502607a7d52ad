//! The agreed extensions: what layers tell each other about a call.

mod clock;
mod exempt;
mod facts;
mod policy;
mod report;
mod request;
mod request_id;
mod secrets;
mod timing;
mod trace;

pub use self::{
    clock::{Clock, ManualClock},
    exempt::Exempt,
    facts::{FinishReason, ReplyFacts, is_object_id},
    policy::CallPolicy,
    report::{Action, Attempt, CallReport, Finding, Held, Layer},
    request::{RequestFacts, Roles},
    request_id::RequestId,
    secrets::Secrets,
    trace::TraceContext,
};
