//! What is recorded of a call.

use std::{borrow::Cow, collections::BTreeMap, time::Duration};

use tower_mistral_wire::{
    RejectionKind,
    ext::{Action, Attempt, CallReport, Finding, FinishReason, Layer, ReplyFacts, RequestId},
};

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The reply was passed on to its end, whatever its status; or its reader hung up after the
    /// last event of a stream.
    Complete,
    /// The inner service failed, or the reply broke off.
    Failed,
    /// The caller hung up, or a time-out did, before the end.
    Dropped,
}

impl Outcome {
    /// Its name in logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}

/// How often a rule has found something in one call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleCount {
    /// The layer that the rule belongs to.
    pub layer: Layer,
    /// The rule's name.
    pub rule: Cow<'static, str>,
    /// How many findings something was done about.
    pub enforced: u64,
    /// How many findings something would have been done about, in [`Enforce`].
    ///
    /// [`Enforce`]: tower_mistral_wire::Mode::Enforce
    pub observed: u64,
}

/// One call: numbers, enumerations and identifiers of a checked shape, never text of a body.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Record {
    /// The call's id: the caller's `x-request-id` if it has the shape of one, else a new one.
    pub request_id: RequestId,
    /// The route by the table, for instance `/v1/chat/completions`; else `other`.
    pub endpoint: Box<str>,
    /// OpenTelemetry's `gen_ai.operation.name`, where it has one.
    pub operation: Option<&'static str>,
    /// The model asked for, if the reply names it too: a caller can put any text there, a key as
    /// well, and only the API knows which names are models.
    pub request_model: Option<Box<str>>,
    /// The model that answered, if it has the shape of a model's name.
    pub response_model: Option<Box<str>>,
    /// Whether a stream was asked for.
    pub stream: bool,
    /// How many messages were sent.
    pub messages: u64,
    /// How many tools were on offer.
    pub tools: u64,
    /// Characters (Unicode scalars) of all messages and prompts.
    pub input_chars: u64,
    /// Characters (Unicode scalars) that the model wrote, as they were passed on.
    pub output_chars: u64,
    /// Tokens of the prompt, as the API counts.
    pub prompt_tokens: Option<u64>,
    /// Tokens of the completion, as the API counts.
    pub completion_tokens: Option<u64>,
    /// Why each choice ended, in the order in which they did.
    pub finish_reasons: Vec<FinishReason>,
    /// How many choices.
    pub choices: u64,
    /// How many tool calls the model made.
    pub tool_calls: u64,
    /// How many events with JSON data the stream had.
    pub events: u64,
    /// The status of the reply; none if there was no reply.
    pub status: Option<u16>,
    /// Why a layer refused the call or broke its stream, if one did.
    pub rejected: Option<RejectionKind>,
    /// How the call ended.
    pub outcome: Outcome,
    /// How often text was replaced or added.
    pub edits: u64,
    /// How often text was cut.
    pub truncations: u64,
    /// How often something was found and only said.
    pub flags: u64,
    /// How often something would have been done in [`Enforce`](tower_mistral_wire::Mode::Enforce).
    /// Counted among the first [`CallReport::MAX_FINDINGS`] findings.
    pub observed: u64,
    /// The findings by layer and rule, among the first [`CallReport::MAX_FINDINGS`].
    pub rules: Vec<RuleCount>,
    /// How many findings there were beyond these.
    pub unlisted_findings: u64,
    /// The tries at the API, if a layer counts them: fingerprint of the key, and status.
    pub attempts: Vec<Attempt>,
    /// From the call to its end.
    pub duration: Duration,
    /// From the call to the head of the reply.
    pub time_to_head: Option<Duration>,
    /// From the call to the first byte of the reply's body that was passed on.
    pub time_to_first_byte: Option<Duration>,
    /// The reply, or a part of it, could not be read: its facts are missing or too low.
    pub uninspected: bool,
}

#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) duration: Duration,
    pub(crate) to_head: Option<Duration>,
    pub(crate) to_first_byte: Option<Duration>,
}

impl Record {
    pub(crate) fn new(
        report: &CallReport,
        reply: ReplyFacts,
        status: Option<u16>,
        outcome: Outcome,
        times: Times,
    ) -> Self {
        let request = report.request().cloned().unwrap_or_default();
        let findings = report.findings();
        let count = |action| u64::from(report.count(action));
        Self {
            request_id: report.request_id().clone(),
            endpoint: request.endpoint,
            operation: request.operation,
            request_model: request
                .model
                .filter(|asked| Some(asked) == reply.model.as_ref()),
            response_model: reply.model,
            stream: request.stream,
            messages: request.messages,
            tools: request.tools,
            input_chars: request.input_chars,
            output_chars: reply.output_chars,
            prompt_tokens: reply.prompt_tokens,
            completion_tokens: reply.completion_tokens,
            finish_reasons: reply.finish_reasons,
            choices: reply.choices,
            tool_calls: reply.tool_calls,
            events: reply.events,
            status,
            rejected: report.rejected(),
            outcome,
            edits: count(Action::Edited) + count(Action::Wrapped),
            truncations: count(Action::Truncated),
            flags: count(Action::Flagged),
            observed: findings.iter().filter(|finding| !finding.enforced).count() as u64,
            rules: by_rule(findings),
            unlisted_findings: report.unlisted_findings(),
            attempts: report.attempts(),
            duration: times.duration,
            time_to_head: times.to_head,
            time_to_first_byte: times.to_first_byte,
            uninspected: reply.uninspected,
        }
    }

    /// OpenTelemetry's `error.type`: the kind of a refusal, else the status of 400 and above, else
    /// `_OTHER` for a call that failed without either.
    pub fn error_type(&self) -> Option<Cow<'static, str>> {
        if let Some(kind) = self.rejected {
            return Some(kind.as_str().into());
        }
        match self.status {
            Some(status) if status >= 400 => Some(status.to_string().into()),
            _ if self.outcome == Outcome::Failed => Some("_OTHER".into()),
            _ => None,
        }
    }
}

fn by_rule(findings: Vec<Finding>) -> Vec<RuleCount> {
    let mut rules = BTreeMap::<_, RuleCount>::new();
    for finding in findings {
        let Finding {
            layer,
            rule,
            enforced,
            ..
        } = finding;
        let count = rules.entry((layer, rule.clone())).or_insert(RuleCount {
            layer,
            rule,
            enforced: 0,
            observed: 0,
        });
        match enforced {
            true => count.enforced += 1,
            false => count.observed += 1,
        }
    }
    rules.into_values().collect()
}
