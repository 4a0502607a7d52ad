//! However a completion is framed and cut, what the client puts together is the same.
//!
//! The framings are those that the official SDKs read. Codings are decoded with the feature
//! `decode` only, and tested with it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod support;

use bytes::Bytes;
use serde_json::Value;
#[cfg(feature = "decode")]
use support::encode;
use support::{
    client::{channels, events},
    exchange,
    exchanges::{Exchange, exchanges},
    recommended,
};
use tower_mistral::{
    GuardLayer,
    testing::{Chunks, leaks},
};

/// One spelling of an event, which comes as the API sends it, with its blank line.
type Frame = fn(&str) -> String;

const FRAMES: &[(&str, Frame)] = &[
    ("as recorded", |event| event.to_owned()),
    ("CRLF", |event| event.replace('\n', "\r\n")),
    ("CR", |event| event.replace('\n', "\r")),
    ("no blank behind the colon", |event| {
        event.replacen("data: ", "data:", 1)
    }),
    ("comments between and within events", |event| {
        format!(": keep-alive\n\n:\n{event}")
    }),
    ("other fields", |event| {
        format!("event: message\nid: 7\nretry: 3000\n{event}")
    }),
    ("several data lines", |event| {
        event.replace(",\"", ",\ndata: \"")
    }),
    ("several data lines in CR", |event| {
        event.replace(",\"", ",\ndata:\"").replace('\n', "\r")
    }),
    ("events without data", |event| {
        format!("id: 8\n\nevent: ping\n\n{event}")
    }),
    ("no blank line at the end", |event| {
        match event.contains("[DONE]") {
            true => event.trim_end().to_owned(),
            false => event.to_owned(),
        }
    }),
];

/// One spelling of a JSON reply.
const SPELLINGS: &[(&str, Frame)] = &[
    ("as recorded", |json| json.to_owned()),
    ("indented", |json| {
        let json: Value = serde_json::from_str(json).unwrap();
        serde_json::to_string_pretty(&json).unwrap()
    }),
    ("ASCII only", ascii),
];

/// A content coding: its name, and the chunks that it makes of each piece and of the end.
type Coding = (&'static str, fn(&[String]) -> Vec<Vec<u8>>);

const CODINGS: &[Coding] = &[
    ("identity", |pieces| {
        pieces.iter().map(|piece| piece.clone().into()).collect()
    }),
    #[cfg(feature = "decode")]
    ("gzip", encode::gzip),
    #[cfg(feature = "decode")]
    ("deflate", encode::deflate),
    #[cfg(feature = "decode")]
    ("br", encode::brotli),
];

/// JSON as Python's `json.dumps` spells it.
fn ascii(json: &str) -> String {
    let mut units = [0; 2];
    json.chars().fold(String::new(), |mut out, character| {
        if character.is_ascii() {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                out += &format!("\\u{unit:04x}");
            }
        }
        out
    })
}

/// Every way in which the pieces may come: coded as a whole or flushed piece by piece, and cut at
/// each piece or at every byte.
fn deliveries(pieces: &[String]) -> Vec<(String, &'static str, Chunks)> {
    let mut all = Vec::new();
    for (coding, encode) in CODINGS {
        let flushed = encode(pieces);
        let whole = vec![encode(&[pieces.concat()]).concat()];
        for (how, chunks) in [("flushed", flushed), ("whole", whole)] {
            let bytes = Bytes::from(chunks.concat());
            let single = (0..bytes.len()).map(|at| bytes.slice(at..at + 1));
            all.push((format!("{coding}, {how}"), *coding, Chunks::new(chunks)));
            all.push((
                format!("{coding}, {how}, byte by byte"),
                *coding,
                Chunks::new(single),
            ));
        }
    }
    all
}

/// The reply as the client gets it, which is plain and whole.
async fn received(
    layer: &GuardLayer,
    exchange_: &Exchange,
    coding: &'static str,
    chunks: Chunks,
    what: &str,
) -> String {
    let mut api = exchange_.api(chunks);
    if coding != "identity" {
        api = api.with_header("content-encoding", coding);
    }
    let (head, body, error) = exchange(layer.clone(), &api, exchange_.request()).await;
    assert!(error.is_none(), "{what}");
    assert_eq!(head.status.as_u16(), exchange_.meta["status"], "{what}");
    assert!(!head.headers.contains_key("content-encoding"), "{what}");
    let body = String::from_utf8(body.to_vec()).unwrap();
    for (value, _) in exchange_.planted() {
        assert!(!leaks(&body, value), "{what}");
    }
    body
}

#[tokio::test]
async fn a_stream_says_the_same_in_every_framing() {
    let layer = recommended().build().unwrap().layer();
    let streams = exchanges().into_iter().filter(Exchange::is_completion);
    let mut count = 0;
    for stream in streams.filter(|exchange| exchange.is("stream", true)) {
        let expected = stream.redacted_channels();
        for (framing, frame) in FRAMES {
            for bom in ["", "\u{feff}"] {
                let mut pieces: Vec<String> =
                    stream.reply.split_inclusive("\n\n").map(frame).collect();
                pieces[0].insert_str(0, bom);
                for (delivery, coding, chunks) in deliveries(&pieces) {
                    let what = format!("{}: {framing}, {delivery}, {bom:?}", stream.name);
                    let body = received(&layer, &stream, coding, chunks, &what).await;
                    assert_eq!(channels(&body), expected, "{what}");
                    assert_eq!(events(&body).last().unwrap(), "[DONE]", "{what}");
                }
            }
        }
        count += 1;
    }
    assert_eq!(count, 5);
}

#[tokio::test]
async fn a_json_reply_says_the_same_in_every_framing() {
    let layer = recommended().build().unwrap().layer();
    let replies = exchanges().into_iter().filter(Exchange::is_completion);
    let mut count = 0;
    for reply in replies.filter(|exchange| exchange.is("stream", false)) {
        // That this one is what it should be is for `fixtures.rs` to say.
        let chunks = Chunks::new([reply.reply.clone()]);
        let recorded = received(&layer, &reply, "identity", chunks, &reply.name).await;
        let expected: Value = serde_json::from_str(&recorded).unwrap();
        for (spelling, spell) in SPELLINGS {
            let spelled: Vec<char> = spell(&reply.reply).chars().collect();
            let pieces: Vec<String> = spelled.chunks(100).map(String::from_iter).collect();
            for (delivery, coding, chunks) in deliveries(&pieces) {
                let what = format!("{}: {spelling}, {delivery}", reply.name);
                let body = received(&layer, &reply, coding, chunks, &what).await;
                let body: Value = serde_json::from_str(&body).unwrap();
                assert_eq!(body, expected, "{what}");
            }
        }
        count += 1;
    }
    assert_eq!(count, 14);
}
