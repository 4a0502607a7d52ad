//! The event stream of the completion endpoints: `data:` lines only, `[DONE]` at the end.

use std::collections::VecDeque;

use crate::choice::Choice;
use crate::completion::{Meta, text_chunk};
use crate::ids::CallIds;
use crate::json::Json;

/// The JSON of each event in order, `[DONE]` not among them.
pub(crate) fn chunks(
    meta: &Meta,
    choices: &[Choice],
    padded: bool,
    ids: &mut CallIds,
) -> Vec<Json> {
    let mut steps = interleave(choices.iter().map(|choice| steps(choice, ids)).collect());
    let last = steps.pop_back();
    let mut chunks = Vec::with_capacity(steps.len() + 1);
    for (index, step) in steps {
        chunks.push(chunk(meta, index, step, false, padded, ids));
    }
    if let Some((index, step)) = last {
        chunks.push(chunk(meta, index, step, true, padded, ids));
    }
    chunks
}

/// One event of one choice.
struct Step {
    delta: Json,
    finish_reason: Option<String>,
    opens: bool,
}

impl Step {
    fn new(delta: Json) -> Self {
        Self {
            delta,
            finish_reason: None,
            opens: false,
        }
    }

    fn content(content: impl Into<Json>) -> Self {
        Self::new(Json::object([("content", content.into())]))
    }
}

fn chunk(
    meta: &Meta,
    index: usize,
    step: Step,
    last: bool,
    padded: bool,
    ids: &mut CallIds,
) -> Json {
    let choice = Json::object([
        ("index", index.into()),
        ("delta", step.delta),
        // The clients fail on a chunk without this key; null is its usual value.
        (
            "finish_reason",
            step.finish_reason.map_or(Json::Null, Json::from),
        ),
    ]);
    let mut json = Json::object([
        ("id", meta.id.as_str().into()),
        ("object", "chat.completion.chunk".into()),
        ("created", meta.created.into()),
        ("model", meta.model.as_str().into()),
        ("choices", Json::array([choice])),
    ]);
    if last {
        json.push("usage", meta.usage.json());
    }
    if padded && !step.opens {
        json.push("p", ids.padding().into());
    }
    json
}

fn steps(choice: &Choice, ids: &mut CallIds) -> VecDeque<Step> {
    let opening = Json::object([("role", "assistant".into()), ("content", "".into())]);
    let mut steps = VecDeque::from([Step {
        opens: true,
        ..Step::new(opening)
    }]);
    for piece in &choice.thinking {
        steps.push_back(thinking(&[piece]));
    }
    if !choice.thinking.is_empty() {
        steps.push_back(thinking(&[]));
    }
    steps.extend(
        choice
            .text
            .iter()
            .map(|piece| Step::content(piece.as_str())),
    );
    steps.extend(tool_calls(choice, ids));

    if !choice.last_delta_with_finish() || steps.len() == 1 {
        steps.push_back(Step::content(""));
    }
    if let Some(last) = steps.back_mut() {
        last.finish_reason = Some(choice.finish_reason().to_owned());
    }
    steps
}

fn thinking(pieces: &[&String]) -> Step {
    let pieces = pieces.iter().map(|piece| text_chunk((*piece).clone()));
    let chunk = Json::object([
        ("type", "thinking".into()),
        ("thinking", Json::array(pieces)),
    ]);
    Step::content(Json::array([chunk]))
}

/// The first pieces of all calls in one event, then an event for each further piece.
fn tool_calls(choice: &Choice, ids: &mut CallIds) -> Vec<Step> {
    let mut first = Vec::new();
    let mut more = Vec::new();
    for (index, call) in choice.tool_calls.iter().enumerate() {
        let id = ids.alnum(9);
        let piece = |arguments: &str| {
            let function = Json::object([
                ("name", call.name.as_str().into()),
                ("arguments", arguments.into()),
            ]);
            Json::object([
                ("id", id.as_str().into()),
                ("type", "function".into()),
                ("function", function),
                ("index", index.into()),
            ])
        };
        let (head, rest) = call
            .arguments
            .split_first()
            .map_or(("", &[][..]), |(h, r)| (h, r));
        first.push(piece(head));
        more.extend(rest.iter().map(|arguments| vec![piece(arguments)]));
    }
    let groups = std::iter::once(first)
        .chain(more)
        .filter(|group| !group.is_empty());
    groups
        .map(|group| Step::new(Json::object([("tool_calls", Json::Array(group))])))
        .collect()
}

/// In turn one event of each choice that has one left.
fn interleave(mut choices: Vec<VecDeque<Step>>) -> VecDeque<(usize, Step)> {
    let mut all = VecDeque::new();
    while choices.iter().any(|steps| !steps.is_empty()) {
        for (index, steps) in choices.iter_mut().enumerate() {
            all.extend(steps.pop_front().map(|step| (index, step)));
        }
    }
    all
}
