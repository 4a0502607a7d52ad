//! From what is known of a call to its record.

use std::{sync::Arc, time::Duration};

use http::Method;
use tower_mistral_wire::ext::{Action, Layer, ReplyFacts, RequestFacts};

use super::Entry;
use crate::{
    OnRecord, Record,
    names::Names,
    record::{by_rule, count},
};

impl<N: OnRecord> Entry<N> {
    /// The record, when all is known that will be, of a call that took so long.
    pub(super) fn record(&mut self, facts: ReplyFacts, duration: Duration) -> Record {
        let report = &self.report;
        let none = RequestFacts::default();
        let request = report.request().unwrap_or(&none);
        let names = &self.settings.names;
        // What stands in an error's place may be the request's own text.
        let said = |names: &Names, name: &Option<Box<str>>| {
            let name = name.as_deref()?;
            Some(match self.reply.is_success() {
                true => names.learn(name),
                false => names.check(name),
            })
        };
        let response_model = said(&names.models, &facts.model);
        let agent_id = said(&names.agents, &facts.agent_id);
        let conversation_id = said(&names.conversations, &facts.conversation_id);
        // Known by now, if it is what the reply has just said.
        let asked =
            |names: &Names, name: &Option<Box<str>>| name.as_deref().map(|name| names.check(name));
        let findings = report.findings();
        let observed = findings.iter().filter(|finding| !finding.enforced).count() as u64;
        // A whole reply is let go with its first byte.
        let whole = self
            .first_data
            .filter(|_| !self.is_events && facts.output_chars > 0);
        let (server, server_port) = match self.server.take() {
            Some((server, port)) => (Some(server), port),
            None => (None, None),
        };
        Record {
            started: self.started,
            request_id: report.request_id().clone(),
            trace: self.trace,
            method: method_name(&self.method),
            endpoint: Arc::clone(&request.endpoint),
            server,
            server_port,
            operation: request.operation,
            request_model: asked(&names.models, &request.model),
            response_model,
            response_id: facts.id,
            conversation_id: conversation_id
                .or_else(|| asked(&names.conversations, &request.conversation_id)),
            agent_id: agent_id.or_else(|| asked(&names.agents, &request.agent_id)),
            correlation_id: self.reply.correlation_id.take(),
            stream: request.stream,
            messages: request.messages,
            roles: request.roles,
            tools: request.tools,
            input_chars: request.input_chars,
            output_chars: facts.output_chars,
            request_bytes: self.request_bytes,
            response_bytes: self.response_bytes,
            prompt_tokens: facts.prompt_tokens,
            completion_tokens: facts.completion_tokens,
            cached_tokens: facts.cached_tokens,
            reasoning_tokens: facts.reasoning_tokens,
            finish_reasons: facts.finish_reasons,
            choices: facts.choices,
            tool_calls: facts.tool_calls,
            events: facts.events,
            status: self.reply.status,
            rejected: report.rejected(),
            outcome: self.outcome,
            edits: count(report, Action::Edited) + count(report, Action::Wrapped),
            truncations: count(report, Action::Truncated),
            flags: count(report, Action::Flagged),
            observed,
            rules: by_rule(findings),
            unlisted_findings: report.unlisted_findings(),
            attempts: report.attempts(),
            rate_limits: self.reply.rate_limits,
            duration,
            time_to_head: self.head,
            time_to_first_byte: report.time_to_first_byte(),
            time_to_first_text: report.time_to_first_text().or(whole),
            uninspected: facts.uninspected,
            overhead: Layer::ALL
                .map(|layer| (layer, report.overhead(layer)))
                .into_iter()
                .filter(|(_, time)| !time.is_zero())
                .collect(),
            held: report.held(),
            rule_set: self.settings.versions.map(|(rules, _)| rules),
            config_generation: self.settings.versions.map(|(_, generation)| generation),
        }
    }
}

/// The methods that OpenTelemetry's convention for HTTP knows; any other may be text.
pub(super) fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => "_OTHER",
    }
}
