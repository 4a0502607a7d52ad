//! The recorded exchanges.
#![allow(dead_code, unreachable_pub)]

use std::{collections::BTreeMap, fs, path::Path};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::Value;
use tower_mistral::testing::Chunks;

use super::{Api, client::channels};

/// One exchange: what the SDK sends, and what the API answers.
pub struct Exchange {
    pub name: String,
    pub meta: Value,
    pub request: Bytes,
    pub reply: String,
}

/// All of them, by name.
pub fn exchanges() -> Vec<Exchange> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mistral");
    let mut all: Vec<Exchange> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| {
            let dir = entry.unwrap().path();
            let name = dir.file_name().unwrap().to_str().unwrap().to_owned();
            let meta = serde_json::from_slice(&fs::read(dir.join("meta.json")).unwrap()).unwrap();
            let request = fs::read(dir.join("request.json"))
                .unwrap_or_default()
                .into();
            let json = fs::read_to_string(dir.join("response.json"));
            let reply = json
                .or_else(|_| fs::read_to_string(dir.join("response.sse")))
                .unwrap();
            Exchange {
                name,
                meta,
                request,
                reply,
            }
        })
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(all.len(), 31);
    all
}

impl Exchange {
    /// Whether `meta.json` says so.
    pub fn is(&self, key: &str, value: impl Into<Value>) -> bool {
        self.meta[key] == value.into()
    }

    /// The request as the SDK sends it, without its key.
    pub fn request(&self) -> Request<Full<Bytes>> {
        let uri = format!(
            "https://api.mistral.ai{}",
            self.meta["path"].as_str().unwrap()
        );
        let mut request = Request::builder()
            .method(self.meta["method"].as_str().unwrap())
            .uri(uri);
        for (name, value) in self.meta["request_headers"].as_object().unwrap() {
            if name != "authorization" {
                request = request.header(name, value.as_str().unwrap());
            }
        }
        let body = if self.is("request_encoding", "none") {
            Bytes::new()
        } else {
            self.request.clone()
        };
        request.body(Full::new(body)).unwrap()
    }

    /// An API that answers with these bytes and the recorded head.
    pub fn api(&self, chunks: Chunks) -> Api {
        let status = self.meta["status"].as_u64().unwrap() as u16;
        let mut reply = Response::builder().status(status);
        for (name, value) in self.meta["response_headers"].as_object().unwrap() {
            // The wire's framing; and the API compresses for those only who ask for it.
            if !["transfer-encoding", "connection", "content-encoding"].contains(&name.as_str()) {
                reply = reply.header(name, value.as_str().unwrap());
            }
        }
        Api::new(reply, chunks)
    }

    /// Whether it is a chat, FIM or agents completion, or the refusal of one.
    pub fn is_completion(&self) -> bool {
        self.meta["path"]
            .as_str()
            .unwrap()
            .ends_with("/completions")
    }

    /// The planted strings that the present rules are for, with what stands there instead.
    pub fn planted(&self) -> Vec<(&str, &'static str)> {
        let planted = self.meta["planted"]["response"].as_array().unwrap().iter();
        let planted = planted.map(|value| value.as_str().unwrap());
        planted
            .filter_map(|text| Some((text, placeholder(text)?)))
            .collect()
    }

    /// What is left of a text of the reply.
    pub fn redacted(&self, text: &str) -> String {
        self.planted()
            .iter()
            .fold(text.to_owned(), |text, (value, with)| {
                text.replace(value, with)
            })
    }

    /// What a client puts together of the redacted stream.
    pub fn redacted_channels(&self) -> BTreeMap<String, String> {
        let channels = channels(&self.reply).into_iter();
        channels
            .map(|(channel, text)| (channel, self.redacted(&text)))
            .collect()
    }
}

fn placeholder(planted: &str) -> Option<&'static str> {
    let digits = planted.chars().filter(char::is_ascii_digit).count();
    match planted.as_bytes() {
        _ if planted.contains('@') => Some("[EMAIL]"),
        [b'A'..=b'Z', b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9', b' ', ..] => Some("[IBAN]"),
        _ if planted.chars().any(char::is_alphabetic) => None,
        // A French number of social insurance.
        [b'1', b' ', ..] if digits == 15 => Some("[SSN]"),
        // It stands behind "born".
        [b'1', b'9', _, _, b'-', ..] if digits == 8 => Some("[DATE_OF_BIRTH]"),
        [b'4', ..] if digits == 16 => Some("[CARD]"),
        [b'0' | b'+' | b'5', ..] if digits >= 7 => Some("[PHONE]"),
        _ => None,
    }
}
