//! The agreed extensions: what layers tell each other about a call.

mod clock;
mod exempt;
mod facts;
mod policy;
mod report;
mod request_id;
mod secrets;

pub use self::{
    clock::{Clock, ManualClock},
    exempt::Exempt,
    facts::{FinishReason, ReplyFacts, RequestFacts},
    policy::CallPolicy,
    report::{Action, Attempt, CallReport, Finding, Layer},
    request_id::RequestId,
    secrets::Secrets,
};
