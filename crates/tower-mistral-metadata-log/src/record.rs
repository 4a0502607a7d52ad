//! What is recorded of a call.

use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tower_mistral_wire::{
    RejectionKind,
    ext::{Action, Attempt, CallReport, Finding, FinishReason, Held, Layer, RequestId, Roles},
};

use crate::{RateLimits, Trace};

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
    /// Every outcome, in the order of declaration.
    pub const ALL: [Self; 3] = [Self::Complete, Self::Failed, Self::Dropped];

    /// Its name in logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}

/// How often a rule has found something in one call, and what was done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleCount {
    /// The layer that the rule belongs to.
    pub layer: Layer,
    /// The rule's name.
    pub rule: Cow<'static, str>,
    /// What was done, or would have been.
    pub action: Action,
    /// How many findings something was done about.
    pub enforced: u64,
    /// How many findings something would have been done about, in [`Enforce`].
    ///
    /// [`Enforce`]: tower_mistral_wire::Mode::Enforce
    pub observed: u64,
    /// How often each value was found, where the layer tells values apart; the most frequent first.
    pub values: Vec<ValueCount>,
}

/// How often one value was found. The value itself is in no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValueCount {
    /// A hash of it, under a key that each process makes anew.
    pub value: u64,
    /// How often.
    pub count: u64,
}

/// One call: numbers, enumerations and identifiers of a checked shape, never text of a body.
///
/// A name (of a model, an agent, a conversation, a server) is said if it is configured or if the API
/// has said it in a successful reply; it is `other` if not, or if there are too many of them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Record {
    /// When the call began.
    pub started: SystemTime,
    /// The call's id: the caller's `x-request-id` if it has the shape of one, else a new one.
    pub request_id: RequestId,
    /// The call's place in its trace.
    pub trace: Trace,
    /// The method: one of HTTP's own and `PATCH`, else `_OTHER`.
    pub method: &'static str,
    /// The route by the table, for instance `/v1/chat/completions`; else `other`.
    pub endpoint: Arc<str>,
    /// The host that the call is for.
    pub server: Option<Arc<str>>,
    /// Its port; none where the host is not said.
    pub server_port: Option<u16>,
    /// OpenTelemetry's `gen_ai.operation.name`, where it has one.
    pub operation: Option<&'static str>,
    /// The model asked for.
    pub request_model: Option<Arc<str>>,
    /// The model that answered.
    pub response_model: Option<Arc<str>>,
    /// The reply's own id, if it has the shape of the API's ids.
    pub response_id: Option<Box<str>>,
    /// The conversation.
    pub conversation_id: Option<Arc<str>>,
    /// The agent.
    pub agent_id: Option<Arc<str>>,
    /// The id by which the API knows the call (`mistral-correlation-id`), if it is a UUID.
    pub correlation_id: Option<Box<str>>,
    /// Whether a stream was asked for.
    pub stream: bool,
    /// How many messages were sent.
    pub messages: u64,
    /// The same by role.
    pub roles: Roles,
    /// How many tools were on offer.
    pub tools: u64,
    /// Characters (Unicode scalars) of all messages and prompts.
    pub input_chars: u64,
    /// Characters (Unicode scalars) that the model wrote, as they were passed on.
    pub output_chars: u64,
    /// Bytes of the request's body, if that is known.
    pub request_bytes: Option<u64>,
    /// Bytes of the reply's body that were passed on.
    pub response_bytes: u64,
    /// Tokens of the prompt, as the API counts.
    pub prompt_tokens: Option<u64>,
    /// Tokens of the completion, as the API counts.
    pub completion_tokens: Option<u64>,
    /// Tokens of the prompt that came from a cache.
    pub cached_tokens: Option<u64>,
    /// Tokens of the completion that were spent on thinking.
    pub reasoning_tokens: Option<u64>,
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
    /// The findings by layer, rule and action, among the first [`CallReport::MAX_FINDINGS`].
    pub rules: Vec<RuleCount>,
    /// How many findings there were beyond these.
    pub unlisted_findings: u64,
    /// The tries at the API, if a layer counts them: fingerprint of the key, and status.
    pub attempts: Vec<Attempt>,
    /// What the reply says of the API's limits.
    pub rate_limits: RateLimits,
    /// From the call to its end.
    pub duration: Duration,
    /// From the call to the head of the reply.
    pub time_to_head: Option<Duration>,
    /// From the call to the first byte of the reply's body, as the innermost layer that reads the
    /// reply has seen it: before any is held back.
    pub time_to_first_byte: Option<Duration>,
    /// From the call to the first text of the model's that was passed on.
    pub time_to_first_text: Option<Duration>,
    /// The reply, or a part of it, could not be read: its facts are missing or too low.
    pub uninspected: bool,
    /// The time that layers have spent on the call themselves, not on waiting for others; those that
    /// measure it. This one's does not hold its sinks.
    pub overhead: Vec<(Layer, Duration)>,
    /// What holding text of a stream back has cost, by the rule that then found something in it.
    pub held: Vec<Held>,
    /// By which rules the call was judged: see [`MetadataLogLayer::versions`].
    ///
    /// [`MetadataLogLayer::versions`]: crate::MetadataLogLayer::versions
    pub rule_set: Option<u64>,
    /// By which configuration: the first of a process is 1.
    pub config_generation: Option<u64>,
}

impl Record {
    /// OpenTelemetry's `error.type`: the kind of a refusal, else the status of 400 and above, else
    /// `cancelled` for a call that its caller gave up, and `_OTHER` for one that failed.
    pub fn error_type(&self) -> Option<Cow<'static, str>> {
        if let Some(kind) = self.rejected {
            return Some(kind.as_str().into());
        }
        match (self.status, self.outcome) {
            (Some(status), _) if status >= 400 => Some(status.to_string().into()),
            (_, Outcome::Complete) => None,
            (_, Outcome::Failed) => Some("_OTHER".into()),
            (_, Outcome::Dropped) => Some("cancelled".into()),
        }
    }

    /// What the layer's rules have led to at most, in this order: flagged, wrapped, edited,
    /// truncated, rejected. None if they have found nothing.
    pub fn verdict(&self, layer: Layer) -> Option<Action> {
        let weight = |action: &Action| match action {
            Action::Flagged => 0,
            Action::Wrapped => 1,
            Action::Edited => 2,
            Action::Truncated => 3,
            _ => 4,
        };
        let done = self
            .rules
            .iter()
            .filter(|rule| rule.layer == layer && rule.enforced > 0);
        done.map(|rule| rule.action).max_by_key(weight)
    }

    /// The fingerprint of the key that the last try was made with.
    pub fn key(&self) -> Option<&str> {
        self.attempts.last()?.key.as_deref()
    }
}

/// The findings of a report by layer, rule and action.
pub(crate) fn by_rule(findings: Vec<Finding>) -> Vec<RuleCount> {
    let mut rules = BTreeMap::<_, RuleCount>::new();
    for finding in findings {
        let Finding {
            layer,
            rule,
            action,
            enforced,
            value,
            ..
        } = finding;
        let count = rules.entry((layer, rule.clone(), action));
        let count = count.or_insert(RuleCount {
            layer,
            rule,
            action,
            enforced: 0,
            observed: 0,
            values: Vec::new(),
        });
        if let Some(value) = value {
            let known = count.values.iter_mut().find(|known| known.value == value);
            match known {
                Some(known) => known.count += 1,
                None => count.values.push(ValueCount { value, count: 1 }),
            }
        }
        match enforced {
            true => count.enforced += 1,
            false => count.observed += 1,
        }
    }
    let mut rules: Vec<_> = rules.into_values().collect();
    for rule in &mut rules {
        rule.values.sort_by_key(|value| Reverse(value.count));
    }
    rules
}

/// How often each action was really done.
pub(crate) fn count(report: &CallReport, action: Action) -> u64 {
    u64::from(report.count(action))
}
