//! Plain requests with a text in every place where a model reads one.

use super::{Case, Plain};

pub const PLACES: &[(&str, Plain)] = &[
    ("user", |text| {
        chat(&format!(
            r#"{{"role":"user","content":"Please {text} now."}}"#
        ))
    }),
    ("user, content first", |text| {
        chat(&format!(r#"{{"content":"{text}","role":"user"}}"#))
    }),
    ("user, a part", |text| {
        chat(&format!(
            r#"{{"role":"user","content":[{{"type":"text","text":"{text}"}}]}}"#
        ))
    }),
    ("user, a word in two parts", |text| {
        let (head, tail) = text.split_at(3);
        chat(&format!(
            r#"{{"role":"user","content":[{{"text":"{head}","type":"text"}},{{"text":"{tail}","type":"text"}}]}}"#
        ))
    }),
    ("user, words in parts around an image", |text| {
        let (head, tail) = text.split_at(11);
        chat(&format!(
            r#"{{"role":"user","content":[{{"type":"text","text":"{head}"}},{{"type":"image_url","image_url":"https://example.com/x.png"}},{{"type":"text","text":"{tail}"}}]}}"#
        ))
    }),
    ("user, a thought", |text| {
        chat(&format!(
            r#"{{"role":"user","content":[{{"type":"thinking","thinking":[{{"type":"text","text":"{text}"}}]}}]}}"#
        ))
    }),
    ("user, a resource", |text| {
        chat(&format!(
            r#"{{"role":"user","content":[{{"type":"resource","uri":"x:y","content":{{"type":"text","text":"{text}"}}}}]}}"#
        ))
    }),
    ("user, a later turn", |text| {
        chat(&format!(
            r#"{{"role":"system","content":"Be brief."}},{{"role":"user","content":"Hello"}},{{"role":"assistant","content":"Hi"}},{{"role":"user","content":"{text}"}}"#
        ))
    }),
    ("agent's user", |text| {
        let body = format!(
            r#"{{"agent_id":"ag","messages":[{{"role":"user","content":"{text}"}}],"stream":false}}"#
        );
        post("/v1/agents/completions", body)
    }),
    ("system", |text| {
        chat(&format!(
            r#"{{"role":"system","content":"{text}"}},{{"role":"user","content":"Hello"}}"#
        ))
    }),
    ("assistant", |text| {
        chat(&format!(
            r#"{{"role":"user","content":"Hello"}},{{"role":"assistant","content":"{text}"}}"#
        ))
    }),
    ("tool", |text| {
        chat(&format!(
            r#"{{"role":"tool","name":"{text}","content":"3 degrees"}},{{"role":"tool","content":[{{"type":"text","text":"{text}"}}]}}"#
        ))
    }),
    ("arguments", |text| {
        chat(&format!(
            r#"{{"role":"assistant","tool_calls":[{{"function":{{"name":"f","arguments":"{{\"x\":\"{text}\"}}"}}}}]}}"#
        ))
    }),
    ("arguments, an object", |text| {
        chat(&format!(
            r#"{{"role":"assistant","tool_calls":[{{"function":{{"name":"f","arguments":{{"x":["{text}"]}}}}}}]}}"#
        ))
    }),
    ("document name", |text| {
        chat(&format!(
            r#"{{"role":"user","content":[{{"type":"document_url","document_url":"https://example.com/x","document_name":"{text}"}}]}}"#
        ))
    }),
    ("tools", |text| {
        with(&format!(
            r#""tools":[{{"type":"function","function":{{"name":"f","description":"{text}","parameters":{{}}}}}}]"#
        ))
    }),
    ("schema", |text| {
        with(&format!(
            r#""tools":[{{"function":{{"name":"f","parameters":{{"type":"object","description":"{text}"}}}}}}]"#
        ))
    }),
    ("response format", |text| {
        with(&format!(
            r#""response_format":{{"type":"json_schema","json_schema":{{"description":"{text}"}}}}"#
        ))
    }),
    ("prediction", |text| {
        with(&format!(
            r#""prediction":{{"type":"content","content":"{text}"}}"#
        ))
    }),
    ("prompt", |text| {
        post(
            "/v1/fim/completions",
            format!(r#"{{"model":"m","prompt":"{text}"}}"#),
        )
    }),
    ("suffix", |text| {
        post(
            "/v1/fim/completions",
            format!(r#"{{"model":"m","prompt":"x","suffix":"{text}"}}"#),
        )
    }),
];

fn post(path: &str, body: String) -> Case {
    Case {
        method: "POST".to_owned(),
        target: path.to_owned(),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.into_bytes(),
    }
}

fn chat(messages: &str) -> Case {
    let body = format!(r#"{{"model":"m","stream":false,"messages":[{messages}]}}"#);
    post("/v1/chat/completions", body)
}

fn with(field: &str) -> Case {
    let user = r#"{"role":"user","content":"Hello"}"#;
    chat(&format!("{user}],{field},\"stop\":[\"x\""))
}
