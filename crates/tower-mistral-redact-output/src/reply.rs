//! A reply that was read whole.

use std::sync::Arc;

use bytes::Bytes;
use tower_mistral_wire::{
    Mode, RejectionKind,
    ext::{CallReport, ReplyFacts},
    json::{Limits, Tape},
    media::ReplyMedia,
    rewrite::{self, Engines, RewriteError, StreamRewriter},
    table::{Endpoint, TextKind},
};

use crate::{layer::Options, texts::Texts};

/// What is known of a call while its reply is read.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) mode: Mode,
    pub(crate) report: CallReport,
    pub(crate) texts: Texts,
}

/// The redacted reply: the same bytes if there is nothing to redact.
pub(crate) fn rewrite(
    bytes: &Bytes,
    media: ReplyMedia,
    call: &mut Call,
    options: &Options,
) -> Result<Bytes, RejectionKind> {
    if bytes.is_empty() {
        return Ok(bytes.clone());
    }
    let mut facts = ReplyFacts::default();
    let rewritten = match Tape::parse(bytes.clone(), &Limits::default()) {
        Ok(tape) => rewrite::json(&tape, call.endpoint.reply(), &mut call.texts, &mut facts),
        Err(_) if media == ReplyMedia::Json => return Err(RejectionKind::MalformedReply),
        Err(_) if looks_like_events(bytes) => events(bytes, call, options, &mut facts)?,
        Err(_) => {
            let text = std::str::from_utf8(bytes).map_err(|_| RejectionKind::UninspectableReply)?;
            match call.texts.open(TextKind::Generic, Default::default()) {
                Some(mut engine) => match rewrite::plain(text, &mut engine) {
                    Some(edited) => Bytes::from(edited),
                    None => bytes.clone(),
                },
                None => bytes.clone(),
            }
        }
    };
    if call.report.claim_reply() {
        call.report.update_reply(|known| *known = facts);
    }
    Ok(rewritten)
}

/// An event stream with a wrong label: its deltas must not be read as one plain text.
fn looks_like_events(bytes: &[u8]) -> bool {
    let bytes = bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .trim_ascii_start();
    [&b"data:"[..], b"event:", b"id:", b"retry:", b":"]
        .iter()
        .any(|field| bytes.starts_with(field))
}

fn events(
    bytes: &Bytes,
    call: &Call,
    options: &Options,
    facts: &mut ReplyFacts,
) -> Result<Bytes, RejectionKind> {
    let endpoint = Arc::clone(&call.endpoint);
    let mut rewriter = StreamRewriter::new(call.texts.clone(), endpoint, options.stream);
    rewriter.push(bytes.clone()).map_err(RewriteError::kind)?;
    rewriter.finish().map_err(RewriteError::kind)?;
    *facts = rewriter.facts().clone();
    Ok(std::iter::from_fn(|| rewriter.pop()).flatten().collect())
}
