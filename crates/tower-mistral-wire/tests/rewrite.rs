//! What the reader has when a reply ends is what editing its whole text gives, for any way of
//! cutting the bytes and the deltas.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use http::Method;
use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};
use tower_mistral_wire::{
    Reason,
    ext::ReplyFacts,
    json::{Limits, Tape},
    rewrite::{self, Edit, End, Engine, Engines, StreamOptions, StreamRewriter},
    table::{Endpoint, Endpoints, Group, RequestPath, TextKind},
};

/// Replaces `#` and all word characters that touch it by `[TAG]`, so it has to hold words back.
#[derive(Default)]
struct Tags {
    held: String,
}

impl Tags {
    fn decide(&mut self, end: bool, out: &mut Vec<Edit>) {
        loop {
            let word = self.held.find(|c: char| !c.is_alphanumeric() && c != '#');
            let n = match word {
                Some(0) => {
                    let n = self.held.chars().next().unwrap().len_utf8();
                    out.push(Edit::Keep(n));
                    self.held.drain(..n);
                    continue;
                }
                Some(n) => n,
                None if end && !self.held.is_empty() => self.held.len(),
                None => return,
            };
            out.push(match self.held[..n].contains('#') {
                true => Edit::Replace {
                    n,
                    with: "[TAG]".into(),
                },
                false => Edit::Keep(n),
            });
            self.held.drain(..n);
        }
    }
}

impl Engine for Tags {
    fn push(&mut self, text: &str, out: &mut Vec<Edit>) {
        self.held.push_str(text);
        self.decide(false, out);
    }

    fn finish(&mut self, _: End, out: &mut Vec<Edit>) {
        self.decide(true, out);
    }
}

struct AllTags;

impl Engines for AllTags {
    type Engine = Tags;

    fn open(&mut self, _: TextKind, _: Group) -> Option<Tags> {
        Some(Tags::default())
    }

    fn edits(&self, _: TextKind) -> bool {
        true
    }
}

fn edited(text: &str) -> String {
    rewrite::plain(text, &mut Tags::default()).unwrap_or_else(|| text.to_owned())
}

fn endpoint(path: &str) -> Arc<Endpoint> {
    let path = RequestPath::of(&path.parse().unwrap()).unwrap();
    Endpoints::mistral().find(&Method::POST, &path)
}

fn chat() -> Arc<Endpoint> {
    endpoint("/v1/chat/completions")
}

fn rewrite_stream(endpoint: Arc<Endpoint>, chunks: &[&[u8]]) -> (String, Result<(), Reason>) {
    let mut rewriter = StreamRewriter::new(AllTags, endpoint, StreamOptions::default());
    let mut out = Vec::new();
    let mut result = Ok(());
    for chunk in chunks {
        result = rewriter.push(Bytes::copy_from_slice(chunk));
        out.extend(std::iter::from_fn(|| rewriter.pop()).flatten());
        if result.is_err() {
            break;
        }
    }
    if result.is_ok() {
        result = rewriter.finish();
    }
    out.extend(std::iter::from_fn(|| rewriter.pop()).flatten());
    (String::from_utf8(out).unwrap(), result)
}

/// The data of each event of a stream, as a client reads it.
fn events(stream: &str) -> Vec<Value> {
    let stream = stream.replace("\r\n", "\n").replace('\r', "\n");
    let data = stream.split("\n\n").filter_map(|event| {
        let lines: Vec<&str> = event
            .lines()
            .filter_map(|line| line.strip_prefix("data:"))
            .collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    });
    data.filter(|data| data.trim() != "[DONE]")
        .map(|data| serde_json::from_str(&data).unwrap())
        .collect()
}

/// What a client has put together when a chat stream has ended: choice and kind to text.
fn assembled(stream: &str) -> BTreeMap<(u64, String), String> {
    let mut texts = BTreeMap::new();
    for event in events(stream) {
        for choice in event["choices"].as_array().unwrap() {
            let index = choice["index"].as_u64().unwrap();
            let mut add = |kind: &str, text: &str| {
                *texts
                    .entry((index, kind.to_owned()))
                    .or_insert_with(String::new) += text;
            };
            match &choice["delta"]["content"] {
                Value::String(text) => add("content", text),
                Value::Array(parts) => {
                    for part in parts {
                        match part["type"].as_str() {
                            Some("text") => add("content", part["text"].as_str().unwrap()),
                            _ => part["thinking"]
                                .as_array()
                                .unwrap()
                                .iter()
                                .for_each(|inner| {
                                    add("thinking", inner["text"].as_str().unwrap());
                                }),
                        }
                    }
                }
                _ => {}
            }
            for call in choice["delta"]["tool_calls"]
                .as_array()
                .into_iter()
                .flatten()
            {
                let kind = format!("call {}", call["index"]);
                add(&kind, call["function"]["arguments"].as_str().unwrap());
            }
            assert!(
                choice.get("finish_reason").is_some(),
                "the SDKs need the key"
            );
        }
    }
    texts
}

fn delta(index: u64, delta: &Value, finish: Option<&str>, usage: bool) -> String {
    let mut event = json!({
        "id": "6dc361", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{"index": index, "delta": delta, "finish_reason": finish}], "p": "abc",
    });
    if usage {
        event["usage"] = json!({"prompt_tokens": 1, "total_tokens": 3, "completion_tokens": 2});
    }
    format!("data: {event}\n\n")
}

/// Cuts a text at the given places.
fn cut<'t>(text: &'t str, cuts: &[prop::sample::Index]) -> Vec<&'t str> {
    let mut places: Vec<usize> = cuts
        .iter()
        .map(|cut| {
            let mut at = cut.index(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        })
        .collect();
    places.sort_unstable();
    let mut pieces = Vec::new();
    let mut from = 0;
    for at in places.into_iter().chain([text.len()]) {
        pieces.push(&text[from..at]);
        from = at;
    }
    pieces
}

fn cut_bytes<'t>(bytes: &'t [u8], cuts: &[prop::sample::Index]) -> Vec<&'t [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.sort_unstable();
    let mut pieces = Vec::new();
    let mut from = 0;
    for at in places.into_iter().chain([bytes.len()]) {
        pieces.push(&bytes[from..at]);
        from = at;
    }
    pieces
}

fn cuts() -> impl Strategy<Value = Vec<prop::sample::Index>> {
    prop::collection::vec(any::<prop::sample::Index>(), 0..8)
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(
        select(vec![
            "a", "bc ", "#", " #x", "\"", "\\", "\n", "é", "👍", " ", "{", "}",
        ]),
        0..12,
    )
    .prop_map(|parts| parts.concat())
}

/// Spellings of strings, some of them broken, one of them more than a string.
const RAW: &[&str] = &[
    "",
    "a",
    " b",
    "#c ",
    "d#",
    r"\u0023e ",
    r"\ud83d",
    r"\ude00",
    r"\n",
    r"\\",
    r#"\""#,
    "\u{e9}",
    "f g ",
    "h",
    " ",
    r"\x",
    r#"i","role":"j"#,
];

proptest! {
    #[test]
    fn any_cut_of_deltas_and_bytes_reads_as_the_whole_text(
        first in text(), second in text(), thought in text(), argument in text(),
        delta_cuts in [cuts(), cuts(), cuts(), cuts()], byte_cuts in cuts(),
        eol in select(vec!["\n", "\r\n", "\r"]), finish_has_text in any::<bool>(),
    ) {
        let arguments = json!({"q": argument, "n": 1}).to_string();
        let mut stream = String::new();
        stream += &delta(0, &json!({"role": "assistant", "content": ""}), None, false);
        for piece in cut(&thought, &delta_cuts[0]) {
            let part = json!([{"type": "thinking", "thinking": [{"type": "text", "text": piece}]}]);
            stream += &delta(0, &json!({"content": part}), None, false);
        }
        stream += &delta(0, &json!({"content": [{"type": "thinking", "thinking": []}]}), None, false);
        let (a, b) = (cut(&first, &delta_cuts[1]), cut(&second, &delta_cuts[2]));
        for n in 0..a.len().max(b.len()) {
            for (index, pieces) in [(0, &a), (1, &b)] {
                if let Some(piece) = pieces.get(n) {
                    stream += &delta(index, &json!({"content": piece}), None, false);
                }
            }
        }
        for piece in cut(&arguments, &delta_cuts[3]) {
            let call = json!([{"index": 0, "id": "a", "function": {"name": "f", "arguments": piece}}]);
            stream += &delta(1, &json!({"tool_calls": call}), None, false);
        }
        let last = if finish_has_text { json!({"content": ""}) } else { json!({}) };
        stream += &delta(0, &last, Some("stop"), false);
        stream += &delta(1, &last, Some("tool_calls"), true);
        stream += "data: [DONE]\n\n";
        let stream = stream.replace('\n', eol);

        let (out, result) = rewrite_stream(chat(), &cut_bytes(stream.as_bytes(), &byte_cuts));
        prop_assert_eq!(result, Ok(()));
        let texts = assembled(&out);
        let get = |index, kind: &str| texts.get(&(index, kind.to_owned())).cloned().unwrap_or_default();
        prop_assert_eq!(get(0, "content"), edited(&first));
        prop_assert_eq!(get(1, "content"), edited(&second));
        prop_assert_eq!(get(0, "thinking"), edited(&thought));
        let call: Value = serde_json::from_str(&get(1, "call 0")).unwrap();
        prop_assert_eq!(call, json!({"q": edited(&argument), "n": 1}));
        let usages = events(&out).iter().filter(|event| event.get("usage").is_some()).count();
        prop_assert_eq!(usages, 1, "the counts come once");
        let finishes = events(&out).iter().filter(|e| !e["choices"][0]["finish_reason"].is_null()).count();
        prop_assert_eq!(finishes, 2, "each choice ends once");
        let done = ["data: [DONE]", eol, eol].concat();
        prop_assert!(out.ends_with(&done));
    }

    #[test]
    fn a_stream_with_nothing_to_change_passes_byte_for_byte(
        words in prop::collection::vec("[a-z]{0,6}[ .]", 0..6), byte_cuts in cuts(),
    ) {
        // Every delta ends with a blank, so nothing has to be held back.
        let mut stream: String =
            words.iter().map(|word| delta(0, &json!({"content": word}), None, false)).collect();
        stream += ": a comment\n\nid: 7\ndata: {\"choices\": [ ] , \"x\": 1.50}\n\n";
        stream += &delta(0, &json!({"content": ""}), Some("stop"), true);
        stream += "data: [DONE]\n\n";
        let (out, result) = rewrite_stream(chat(), &cut_bytes(stream.as_bytes(), &byte_cuts));
        prop_assert_eq!(result, Ok(()));
        prop_assert_eq!(out, stream);
    }

    #[test]
    fn a_json_reply_reads_as_the_whole_text(content in text(), more in text(), thought in text()) {
        let body = json!({
            "id": "x", "model": "m", "note": content,
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": thought}]},
                {"type": "text", "text": content},
                {"type": "reference", "reference_ids": [1]},
                {"type": "text", "text": more},
            ]}}],
        });
        let tape = Tape::parse(Bytes::from(body.to_string()), &Limits::default()).unwrap();
        let out = rewrite::json(&tape, chat().reply(), &mut AllTags, &mut ReplyFacts::default()).unwrap();
        let out: Value = serde_json::from_slice(&out).unwrap();
        let parts = &out["choices"][0]["message"]["content"];
        prop_assert_eq!(parts[0]["thinking"][0]["text"].as_str().unwrap(), edited(&thought));
        let joined = [parts[1]["text"].as_str().unwrap(), parts[3]["text"].as_str().unwrap()].concat();
        prop_assert_eq!(joined, edited(&(content.clone() + &more)));
        prop_assert_eq!(out["note"].as_str().unwrap(), edited(&content));
        prop_assert_eq!(&parts[2], &body["choices"][0]["message"]["content"][2]);
    }

    /// Most events differ from the last one in two strings, and are only compared with it. One
    /// that has a comment is read anew.
    #[test]
    fn an_event_like_the_last_one_is_read_as_if_it_were_read_anew(
        events in prop::collection::vec((0..3u8, select(RAW), select(RAW), 0..4u8), 1..12),
    ) {
        let stream = |comment: &str| -> String {
            let events = events.iter().map(|(choice, text, padding, shape)| match shape {
                0 => format!(r#"{comment}data: {{"p":"{padding}","choices":[{{"index":{choice},"delta":{{"content":"{text}"}}}}]}}"#),
                1 => format!(r#"{comment}data: {{"choices":[{{"index":{choice},"delta":{{"reasoning_content":"{text}"}}}}]}}"#),
                _ => format!(r#"{comment}data: {{"choices":[{{"index":{choice},"delta":{{"content":"{text}"}}}}],"p":"{padding}"}}"#),
            });
            events.map(|event| event + "\n\n").collect::<String>() + "data: [DONE]\n\n"
        };
        let plain = |out: String| {
            let out = out.replace(": x\n", "");
            // An edited event's padding is drawn.
            let mut lines: Vec<Value> = Vec::new();
            for line in out.lines().filter_map(|line| line.strip_prefix("data: ")) {
                let mut event: Value = serde_json::from_str(line).unwrap_or_default();
                event.as_object_mut().map(|event| event.remove("p"));
                lines.push(event);
            }
            lines
        };
        let (one, one_result) = rewrite_stream(chat(), &[stream("").as_bytes()]);
        let (other, other_result) = rewrite_stream(chat(), &[stream(": x\n").as_bytes()]);
        prop_assert_eq!(one_result, other_result);
        prop_assert_eq!(plain(one), plain(other));
    }

    #[test]
    fn a_tape_without_an_edit_gives_the_same_bytes(content in text()) {
        let content = content.replace('#', "");
        let message = json!({"content": content, "tool_calls": [{"function": {"arguments": content}}]});
        let body = Bytes::from(json!({"choices": [{"message": message}], "x": content}).to_string());
        let tape = Tape::parse(body.clone(), &Limits::default()).unwrap();
        let out = rewrite::json(&tape, chat().reply(), &mut AllTags, &mut ReplyFacts::default()).unwrap();
        prop_assert_eq!(out.as_ptr(), body.as_ptr());
    }
}

#[test]
fn broken_streams_are_errors_and_keep_no_secret() {
    let good = delta(0, &json!({"content": "tail #te"}), None, false);
    let table: &[(&str, Reason)] = &[
        ("", Reason::CutOff),
        ("data: {\"choices\":[{\"index\":0,", Reason::CutOff),
        ("data: not json\n\n", Reason::NotJson),
        ("{\"a\": \"json with a wrong label\"}\n\n", Reason::NotJson),
        ("data: {\"a\":1,\"a\":2}\n\n", Reason::DuplicateKey),
    ];
    for (rest, error) in table {
        let stream = format!("{good}{rest}");
        let (out, result) = rewrite_stream(chat(), &[stream.as_bytes()]);
        assert_eq!(result, Err(*error), "{rest}");
        assert_eq!(
            assembled(&out)[&(0, "content".to_owned())],
            "tail [TAG]",
            "{rest}"
        );
    }
    let endless = format!("data: \"{}", "x".repeat(2 << 20));
    assert_eq!(
        rewrite_stream(chat(), &[endless.as_bytes()]).1,
        Err(Reason::EventTooLarge)
    );
    let many: String = (0..70)
        .map(|n| delta(n, &json!({"content": "x"}), None, false))
        .collect();
    assert_eq!(
        rewrite_stream(chat(), &[many.as_bytes()]).1,
        Err(Reason::TooManyChannels)
    );
}

#[test]
fn endpoints_that_no_row_describes_are_read_as_generic_json() {
    let stream = "event: message.output.delta\ndata: {\"type\":\"message.output.delta\",\"id\":\"m#1\",\"content\":\"a #se\"}\n\n\
                  event: message.output.delta\ndata: {\"type\":\"message.output.delta\",\"id\":\"m#1\",\"content\":\"cret\"}\n\n\
                  event: done\ndata: {\"type\":\"done\",\"usage\":{\"prompt_tokens\":1}}\n\n";
    let (out, result) = rewrite_stream(endpoint("/v1/conversations"), &[stream.as_bytes()]);
    assert_eq!(result, Ok(()));
    let events = events(&out);
    let text: String = events
        .iter()
        .filter_map(|event| event["content"].as_str())
        .collect();
    assert_eq!(text, "a [TAG]");
    assert_eq!(
        events.last().unwrap()["type"],
        "done",
        "the tail comes before the end"
    );
    assert!(
        events.iter().all(|event| event["id"] != "m#1"),
        "whole strings are read too"
    );
}

#[test]
fn logprobs_do_not_repeat_what_was_edited() {
    let entry =
        |token: &str| json!({"token": token, "bytes": [1], "top_logprobs": [{"token": token}]});
    let tokens = ["Hi", " #", "se", "cret", " ", "you"].map(entry);
    let body = json!({"choices": [
        {"index": 0, "message": {"content": "Hi #secret you"}, "logprobs": {"content": tokens}},
        {"index": 1, "message": {"content": "b"}, "logprobs": {"content": [entry("b")]}},
        {"index": 2, "message": {"content": "b"}, "prompt_logprobs": {"odd": "#shape"}},
    ]});
    let tape = Tape::parse(Bytes::from(body.to_string()), &Limits::default()).unwrap();
    let out = rewrite::json(
        &tape,
        chat().reply(),
        &mut AllTags,
        &mut ReplyFacts::default(),
    )
    .unwrap();
    let out: Value = serde_json::from_slice(&out).unwrap();
    let kept = ["Hi", " ", "you"].map(entry);
    assert_eq!(out["choices"][0]["logprobs"]["content"], json!(kept));
    assert_eq!(out["choices"][1], body["choices"][1]);
    assert!(out["choices"][2]["prompt_logprobs"].is_null());
}

#[test]
fn facts_are_read_on_the_way() {
    let mut stream = delta(0, &json!({"content": "a #b c"}), None, false);
    stream += &delta(0, &json!({"content": ""}), Some("stop"), true);
    stream += "data: [DONE]\n\n";
    let mut rewriter = StreamRewriter::new(AllTags, chat(), StreamOptions::default());
    rewriter.push(Bytes::from(stream)).unwrap();
    rewriter.finish().unwrap();
    let facts = rewriter.facts();
    assert_eq!(
        (facts.events, facts.choices, facts.output_chars),
        (2, 1, "a [TAG] c".len() as u64)
    );
    assert_eq!(
        (facts.prompt_tokens, facts.completion_tokens),
        (Some(1), Some(2))
    );
}

/// A text that is JSON, cut in two at every place.
fn json_text_in_every_cut(document: &str) -> Vec<String> {
    let cuts = (0..=document.len()).filter(|at| document.is_char_boundary(*at));
    cuts.map(|at| {
        let mut reader = rewrite::JsonText::new(Tags::default());
        let mut edits = Vec::new();
        reader.push(&document[..at], &mut edits);
        reader.push(&document[at..], &mut edits);
        reader.finish(End::Complete, &mut edits);
        rewrite::apply(document, &edits).unwrap_or_else(|| document.to_owned())
    })
    .collect()
}

#[test]
fn json_inside_a_text_stays_valid_for_every_cut() {
    let table = [
        (
            r##"{"a": "x #y z", "n": 12}"##,
            r##"{"a": "x [TAG] z", "n": 12}"##,
        ),
        (
            r##"{"#k": ["\u0023x", "\\#", "\"#q\""]}"##,
            r##"{"[TAG]": ["[TAG]", "\\[TAG]", "\"[TAG]\""]}"##,
        ),
        (
            r##"["\ud83d\ude00#a", -1.5e3, true]"##,
            r##"["\ud83d\ude00[TAG]", -1.5e3, true]"##,
        ),
        (r##" no #json "at all"##, r##" no [TAG] "at all"##),
        (r##"{"cut #off"##, r##"{"cut [TAG]"##),
        (r##"{"cut": "\u00"##, r##"{"cut": "\u00"##),
        (
            r##"{"p": "C:\users #x y", "\u12 #z": 1}"##,
            r##"{"p": "C:\users [TAG] y", "\u12 [TAG]": 1}"##,
        ),
        (r##"{'to': '1#x y'}"##, r##"{'to': '[TAG] y'}"##),
        (
            r##"{to: 2#x y, "a": "#b"}"##,
            r##"{to: [TAG] y, "a": "[TAG]"}"##,
        ),
        (r##"[INFO] mail 1-2#x."##, r##"[INFO] mail 1-[TAG]."##),
        (r##""root \u0023x y""##, r##""root [TAG] y""##),
        (r##"[1 2#x, tru#e]"##, r##"[1 [TAG], [TAG]]"##),
    ];
    for (document, expected) in table {
        for edited in json_text_in_every_cut(document) {
            assert_eq!(edited, expected);
        }
    }
}

#[test]
fn a_number_that_is_replaced_becomes_a_string() {
    /// Replaces numbers of more than three digits.
    struct Long(String);
    impl Engine for Long {
        fn push(&mut self, text: &str, _: &mut Vec<Edit>) {
            self.0 += text;
        }
        fn finish(&mut self, _: End, out: &mut Vec<Edit>) {
            let n = std::mem::take(&mut self.0).len();
            out.push(if n > 3 {
                Edit::Replace {
                    n,
                    with: "\"N\"".into(),
                }
            } else {
                Edit::Keep(n)
            });
        }
    }
    let document = r#"{"a":12345,"b":[1,234567]}"#;
    for at in 0..=document.len() {
        let mut reader = rewrite::JsonText::new(Long(String::new()));
        let mut edits = Vec::new();
        reader.push(&document[..at], &mut edits);
        reader.push(&document[at..], &mut edits);
        reader.finish(End::Complete, &mut edits);
        let edited = rewrite::apply(document, &edits).unwrap();
        assert_eq!(edited, r#"{"a":"\"N\"","b":[1,"\"N\""]}"#);
    }
}

#[test]
fn halves_of_a_surrogate_pair_are_joined_and_lone_ones_mended() {
    let mut stream = String::new();
    for piece in [r"a\ud83d", r"\ude00 b\ud83d", "c"] {
        let event = delta(0, &json!({"content": "PIECE"}), None, false);
        stream += &event.replace("PIECE", piece);
    }
    stream += &delta(0, &json!({"content": ""}), Some("stop"), true);
    stream += "data: [DONE]\n\n";
    let (out, result) = rewrite_stream(chat(), &[stream.as_bytes()]);
    assert_eq!(result, Ok(()));
    assert_eq!(
        assembled(&out)[&(0, "content".to_owned())],
        "a\u{1f600} b\u{fffd}c"
    );
}

#[test]
fn what_is_swallowed_leaves_no_trace_of_its_length() {
    /// Replaces all that follows the first `#`.
    #[derive(Default)]
    struct Swallow(bool);
    impl Engine for Swallow {
        fn push(&mut self, text: &str, out: &mut Vec<Edit>) {
            let n = text.len();
            match (self.0, text.find('#')) {
                _ if n == 0 => {}
                (true, _) => out.push(Edit::Replace { n, with: "".into() }),
                (false, None) => out.push(Edit::Keep(n)),
                (false, Some(at)) => {
                    self.0 = true;
                    out.push(Edit::Keep(at));
                    out.push(Edit::Replace {
                        n: n - at,
                        with: "[GONE]".into(),
                    });
                }
            }
        }
        fn finish(&mut self, _: End, _: &mut Vec<Edit>) {}
    }
    struct Swallows;
    impl Engines for Swallows {
        type Engine = Swallow;
        fn open(&mut self, _: TextKind, _: Group) -> Option<Swallow> {
            Some(Swallow::default())
        }
        fn edits(&self, _: TextKind) -> bool {
            true
        }
    }
    let lens = [2, 30].map(|secret| {
        let mut stream = delta(0, &json!({"content": "a #"}), None, false);
        for _ in 0..secret {
            stream += &delta(0, &json!({"content": "s"}), None, false);
        }
        stream += &delta(0, &json!({"content": "s"}), Some("stop"), true);
        stream += "data: [DONE]\n\n";
        let mut rewriter = StreamRewriter::new(Swallows, chat(), StreamOptions::default());
        rewriter.push(Bytes::from(stream)).unwrap();
        rewriter.finish().unwrap();
        let out: Vec<u8> = std::iter::from_fn(|| rewriter.pop()).flatten().collect();
        let out = String::from_utf8(out).unwrap();
        assert_eq!(assembled(&out)[&(0, "content".to_owned())], "a [GONE]");
        events(&out).len()
    });
    assert_eq!(lens[0], lens[1]);
}

#[test]
fn the_padding_of_an_edited_event_is_drawn_anew() {
    let drawn: std::collections::BTreeSet<String> = (0..40)
        .map(|_| {
            let stream = delta(0, &json!({"content": "#a "}), None, false);
            let (out, _) = rewrite_stream(chat(), &[stream.as_bytes()]);
            let padding = events(&out)[0]["p"].as_str().unwrap().to_owned();
            assert!("abcdefghijklmnopqrstuvwxyz0123456789".starts_with(&padding));
            padding
        })
        .collect();
    assert!(drawn.len() > 5, "lengths vary");
}

#[test]
fn the_signature_of_an_edited_thought_is_void() {
    let part = |text: &str| json!([{"type": "thinking", "thinking": [{"type": "text", "text": text}], "signature": "c2ln"}]);
    for (text, kept) in [("a #b", false), ("a b", true)] {
        let body = json!({"choices": [{"index": 0, "message": {"content": part(text)}}]});
        let tape = Tape::parse(Bytes::from(body.to_string()), &Limits::default()).unwrap();
        let out = rewrite::json(
            &tape,
            chat().reply(),
            &mut AllTags,
            &mut ReplyFacts::default(),
        )
        .unwrap();
        let out: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(
            out["choices"][0]["message"]["content"][0]["signature"].is_string(),
            kept
        );

        let stream = delta(0, &json!({"content": part(text)}), Some("stop"), true);
        let (out, _) = rewrite_stream(chat(), &[stream.as_bytes(), b"data: [DONE]\n\n"]);
        let event = events(&out).pop().unwrap();
        assert_eq!(
            event["choices"][0]["delta"]["content"][0]["signature"].is_string(),
            kept
        );
    }
}
