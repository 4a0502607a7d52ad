//! The order of roles, which the model server enforces (code 3230) after the fields were fine.

use crate::error::ApiError;
use crate::json::Json;

pub(crate) fn check(request: &Json) -> Result<(), ApiError> {
    let Some(messages) = request.get("messages").and_then(Json::items) else {
        return Ok(());
    };
    let Some(last) = messages.last() else {
        return Err(ApiError::order(
            "Conversation must have at least one message".to_owned(),
        ));
    };
    let mut previous: Option<&Json> = None;
    for message in messages {
        check_pair(previous, message)?;
        previous = Some(message);
    }
    let prefix = last.get("prefix").is_some_and(Json::is_true);
    match role(last) {
        "user" | "tool" => Ok(()),
        "assistant" if prefix => Ok(()),
        other => Err(ApiError::message_order(other)),
    }
}

fn check_pair(previous: Option<&Json>, message: &Json) -> Result<(), ApiError> {
    let before = previous.map(role);
    let allowed: &[&str] = match before {
        None => &["system", "user", "assistant"],
        Some("system" | "user") => &["system", "user", "assistant"],
        Some("assistant") => &["user", "assistant", "tool"],
        Some(_) => &["assistant", "tool"],
    };
    let role = role(message);
    if !allowed.contains(&role) {
        let before = before.map_or_else(|| "None".to_owned(), |before| format!("'{before}'"));
        let text = format!("Unexpected role '{role}' after role {before}");
        return Err(ApiError::order(text));
    }
    let calls = previous
        .and_then(|message| message.present("tool_calls"))
        .and_then(Json::items);
    let answers_nothing = before == Some("assistant") && calls.is_none_or(<[Json]>::is_empty);
    if role == "tool" && answers_nothing {
        return Err(ApiError::order(
            "Not the same number of function calls and responses".to_owned(),
        ));
    }
    Ok(())
}

fn role(message: &Json) -> &str {
    message
        .get("role")
        .and_then(Json::as_str)
        .unwrap_or_default()
}
