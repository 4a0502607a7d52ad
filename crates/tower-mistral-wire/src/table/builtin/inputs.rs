//! Endpoints that measure texts or read documents. Their replies are generic.

use http::Method;

use super::{FILE_NAMES, K};
use crate::table::{Endpoint, endpoint::EndpointBuilder};

/// `input` is a text or a list of texts; each is a text of its own.
const TEXTS: &[&str] = &["/v1/embeddings", "/v1/moderations", "/v1/classifications"];

/// `input` is a conversation, or a list of them.
const MESSAGES: &[&str] = &["/v1/chat/moderations", "/v1/chat/classifications"];

pub(super) fn endpoints() -> impl Iterator<Item = EndpointBuilder> {
    let texts = TEXTS.iter().map(|path| {
        let e = Endpoint::builder(Method::POST, path);
        e.request("input", K::Input)
            .request("input[n]", K::Input)
            .request("metadata.**", K::Metadata)
    });
    let messages = MESSAGES.iter().map(|path| {
        let e = Endpoint::builder(Method::POST, path);
        e.request("input.**", K::Input)
    });
    texts.chain(messages).chain([ocr()])
}

fn ocr() -> EndpointBuilder {
    let mut e = Endpoint::builder(Method::POST, "/v1/ocr");
    for key in FILE_NAMES {
        e = e.request(&format!("document.{key}"), K::FileName);
    }
    for key in [
        "document.document_url",
        "document.image_url",
        "document.image_url.url",
    ] {
        e = e.request(key, K::Media);
    }
    e
}
