//! Replies that come encoded although they were asked for plain.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use support::{CHAT, Frames, call, read, reply};
use tower_mistral_redact_output::{
    RedactOutputLayer,
    wire::{Rejection, RejectionKind},
};

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn encoded(label: &str, chunks: Vec<Vec<u8>>) -> http::Response<Frames> {
    let mut response = reply(label, Frames::data(chunks.into_iter().map(Bytes::from)));
    for (name, value) in [
        ("content-encoding", "gzip"),
        ("content-length", "9"),
        ("etag", "x"),
    ] {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

#[tokio::test]
async fn json_is_decoded_redacted_and_passed_on_plain() {
    for (text, expected) in [
        ("{\"a\":\"jane@example.com\"}", "{\"a\":\"[EMAIL]\"}"),
        ("{}", "{}"),
    ] {
        let from_api = encoded("application/json", vec![gzip(text)]);
        let response = call(&RedactOutputLayer::new(), CHAT, from_api).await;
        for name in ["content-encoding", "content-length", "etag"] {
            assert!(!response.headers().contains_key(name), "{name}");
        }
        assert_eq!(read(response.into_body()).await.0, expected);
    }
}

#[tokio::test]
async fn a_stream_is_decoded_event_by_event() {
    let event = |delta: &str| {
        format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{delta}\"}},\"finish_reason\":null}}]}}\n\n"
        )
    };
    let stream = event("Ask jane@exam") + &event("ple.com.\\n") + "data: [DONE]\n\n";
    let coded = gzip(&stream);
    for at in 0..coded.len() {
        let (head, tail) = coded.split_at(at);
        let from_api = encoded("text/event-stream", vec![head.to_vec(), tail.to_vec()]);
        let response = call(&RedactOutputLayer::new(), CHAT, from_api).await;
        let (out, _, error) = read(response.into_body()).await;
        assert!(error.is_none() && out.contains("[EMAIL].") && !out.contains("jane"));
    }
}

#[tokio::test]
async fn a_coding_that_is_none_or_too_much_is_refused() {
    let table = [
        (
            vec![b"not gzip".to_vec()],
            RejectionKind::UninspectableReply,
        ),
        (
            vec![gzip("{}"), b"x".to_vec()],
            RejectionKind::UninspectableReply,
        ),
        (
            vec![gzip(&format!("\"{}\"", " ".repeat(100_000)))],
            RejectionKind::ReplyTooLarge,
        ),
    ];
    for (chunks, kind) in table {
        let layer = RedactOutputLayer::new().max_reply(1_000);
        let response = call(&layer, CHAT, encoded("application/json", chunks)).await;
        let refused = response.extensions().get::<Rejection>().unwrap().kind();
        assert_eq!(refused, kind);
    }
}
