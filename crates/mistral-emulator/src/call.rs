//! One call: its ids, and the answers made with them.

use bytes::Bytes;
use http::StatusCode;

use crate::choice::Choice;
use crate::completion::{self, Meta, Usage};
use crate::encode::escape_non_ascii;
use crate::error::{ApiError, ErrorBody, Origin};
use crate::head;
use crate::ids::CallIds;
use crate::json::Json;
use crate::models::pads_events;
use crate::playback::Plan;
use crate::reply::{Answer, Completion, Delivery, Raw, Reply};
use crate::routes::Route;
use crate::{embeddings, events, moderation};

pub(crate) struct Call {
    ids: CallIds,
    correlation_id: String,
    /// Calls of this key so far; the remaining quota counts down with them.
    pub(crate) calls: u64,
}

impl Call {
    pub(crate) fn new(mut ids: CallIds) -> Self {
        let correlation_id = ids.uuid_v7();
        Self {
            ids,
            correlation_id,
            calls: 0,
        }
    }

    pub(crate) fn created(&self) -> u64 {
        self.ids.created()
    }

    /// Answers a valid request by a reply of the script.
    pub(crate) fn fulfil(
        &mut self,
        route: &Route,
        request: &Json,
        model: &str,
        reply: Reply,
        request_bytes: usize,
    ) -> Plan {
        let Reply {
            answer,
            flags,
            delivery,
        } = reply;
        // Four bytes a token is near enough for a usage that grows with the request.
        let usage = Usage {
            prompt: request_bytes / 4 + 1,
            completion: 0,
        };
        let plan = match answer {
            Answer::Error(error) => self.error(&error),
            Answer::Raw(raw) => raw_plan(raw),
            Answer::Completion(script) => match route {
                Route::Embeddings => {
                    let id = self.ids.hex32();
                    self.json(&embeddings::body(request, id, model, usage), usage.prompt)
                }
                Route::Moderations | Route::ChatModerations => {
                    let id = self.ids.hex32();
                    self.json(
                        &moderation::body(request, &flags, id, model, usage),
                        usage.prompt,
                    )
                }
                _ => match moderation::guard(request, &flags) {
                    Ok(report) => self.completion(request, model, script, usage, report),
                    Err(blocked) => self.error(&blocked),
                },
            },
        };
        Plan { delivery, ..plan }
    }

    /// A 200 with a JSON body that cost `tokens`.
    pub(crate) fn json(&mut self, body: &Json, tokens: usize) -> Plan {
        self.json_text(body.text(), tokens)
    }

    pub(crate) fn error(&mut self, error: &ApiError) -> Plan {
        let (content_type, text) = match &error.body {
            ErrorBody::Json(json) => (Some(head::JSON), json.text()),
            ErrorBody::Gateway(message) => (Some(head::GATEWAY_JSON), self.gateway_text(message)),
            ErrorBody::Html(page) => (Some(head::HTML), (*page).to_owned()),
            ErrorBody::Empty => (None, String::new()),
        };
        let mut headers = head::fields(
            error.origin,
            content_type,
            &self.correlation_id,
            &mut self.ids,
        );
        if error.status == StatusCode::TOO_MANY_REQUESTS {
            head::add_exhausted(&mut headers, error.retry_after);
        } else if error.origin == Origin::Metered {
            head::add_limits(&mut headers, self.calls, 0);
        }
        let chunks = if text.is_empty() {
            Vec::new()
        } else {
            vec![Bytes::from(text)]
        };
        let delivery = Delivery::default();
        Plan {
            status: error.status,
            headers,
            chunks,
            by_chunk: false,
            delivery,
        }
    }

    fn completion(
        &mut self,
        request: &Json,
        model: &str,
        script: Completion,
        usage: Usage,
        guardrails: Option<Json>,
    ) -> Plan {
        let Completion {
            mut choices,
            padding,
            escape_non_ascii,
        } = script;
        // As many as asked for; a bound keeps a mistyped `n` from filling the memory.
        let wanted = request
            .get("n")
            .and_then(Json::as_u64)
            .unwrap_or(1)
            .min(128);
        let wanted = usize::try_from(wanted).unwrap_or(1);
        while let Some(first) = choices.first().filter(|_| choices.len() < wanted).cloned() {
            choices.push(first);
        }
        let tokens = choices.iter().map(Choice::tokens).sum();
        let usage = Usage {
            completion: tokens,
            ..usage
        };
        let id = self.ids.hex32();
        let meta = Meta {
            id,
            created: self.created(),
            model: model.to_owned(),
            usage,
        };

        if request.get("stream").is_some_and(Json::is_true) {
            let padded = padding.unwrap_or_else(|| pads_events(model));
            let events = events::chunks(&meta, &choices, padded, &mut self.ids);
            return self.stream(&events, escape_non_ascii);
        }
        let logprobs = request.get("logprobs").is_some_and(Json::is_true);
        let mut body = completion::body(&meta, &choices, logprobs, &mut self.ids);
        if let Some(report) = guardrails {
            body.push("guardrails", report);
        }
        self.json_text(written(&body, escape_non_ascii), usage.total())
    }

    fn stream(&mut self, events: &[Json], escape: bool) -> Plan {
        let events = events.iter().map(|event| written(event, escape));
        let events = events.chain(["[DONE]".to_owned()]);
        let chunks = events
            .map(|data| Bytes::from(format!("data: {data}\n\n")))
            .collect();
        let content_type = Some(head::EVENT_STREAM);
        let headers = head::fields(
            Origin::Metered,
            content_type,
            &self.correlation_id,
            &mut self.ids,
        );
        let delivery = Delivery::default();
        Plan {
            status: StatusCode::OK,
            headers,
            chunks,
            by_chunk: true,
            delivery,
        }
    }

    fn json_text(&mut self, text: String, tokens: usize) -> Plan {
        let content_type = Some(head::JSON);
        let mut headers = head::fields(
            Origin::Metered,
            content_type,
            &self.correlation_id,
            &mut self.ids,
        );
        head::add_limits(&mut headers, self.calls, tokens);
        let chunks = vec![Bytes::from(text)];
        let delivery = Delivery::default();
        Plan {
            status: StatusCode::OK,
            headers,
            chunks,
            by_chunk: false,
            delivery,
        }
    }

    fn gateway_text(&self, message: &str) -> String {
        let request_id = self.correlation_id.replace('-', "");
        format!("{{\n  \"message\":\"{message}\",\n  \"request_id\":\"{request_id}\"\n}}")
    }
}

fn raw_plan(raw: Raw) -> Plan {
    let Raw {
        status,
        headers,
        chunks,
    } = raw;
    Plan {
        status,
        headers,
        chunks,
        by_chunk: true,
        delivery: Delivery::default(),
    }
}

fn written(json: &Json, escape: bool) -> String {
    let text = json.text();
    if escape {
        escape_non_ascii(&text)
    } else {
        text
    }
}
