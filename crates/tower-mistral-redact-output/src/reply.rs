//! A reply that was read whole.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use tower_mistral_wire::{
    Mode, RejectionKind,
    ext::{CallReport, ReplyFacts},
    json::{JsonErrorKind, Limits, Tape},
    media::ReplyMedia,
    rewrite::{self, Engines, RewriteError, StreamRewriter},
    table::{Endpoint, Group, TextKind},
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
    (media, status): (ReplyMedia, StatusCode),
    call: &mut Call,
    options: &Options,
) -> Result<Bytes, RejectionKind> {
    if bytes.is_empty() {
        return Ok(bytes.clone());
    }
    let mut facts = ReplyFacts::default();
    let rewritten = match Tape::parse(bytes.clone(), &Limits::default()) {
        Ok(tape) => rewrite::json(&tape, call.endpoint.reply(), &mut call.texts, &mut facts),
        Err(error) if error.kind() == JsonErrorKind::TooLarge => {
            return Err(RejectionKind::ReplyTooLarge);
        }
        // Gateways label their own error pages as JSON too.
        Err(_) if media == ReplyMedia::Json && status.is_success() => {
            return Err(RejectionKind::MalformedReply);
        }
        Err(_) => text(bytes, call, options, &mut facts)?,
    };
    if call.report.claim_reply() {
        call.report.update_reply(|known| *known = facts);
    }
    Ok(rewritten)
}

/// A body that is no JSON: an event stream or lines of JSON with a wrong label, else plain text.
fn text(
    bytes: &Bytes,
    call: &mut Call,
    options: &Options,
    facts: &mut ReplyFacts,
) -> Result<Bytes, RejectionKind> {
    let text = std::str::from_utf8(bytes).map_err(|_| RejectionKind::UninspectableReply)?;
    // Text has no NUL; UTF-16 has.
    if text.contains('\0') {
        return Err(RejectionKind::UninspectableReply);
    }
    let mut lines = text
        .split(['\n', '\r'])
        .map(|line| line.trim_start_matches('\u{feff}'));
    if lines.clone().any(|line| line.starts_with("data:")) {
        return events(bytes, call, options, facts);
    }
    if lines.any(|line| line.trim_start().starts_with(['{', '['])) {
        return Ok(json_lines(bytes, text, call, facts));
    }
    Ok(plain(text, call).map_or_else(|| bytes.clone(), Bytes::from))
}

/// A text some of whose lines are JSON documents, where `\u0040` is an at sign.
fn json_lines(bytes: &Bytes, text: &str, call: &mut Call, facts: &mut ReplyFacts) -> Bytes {
    let mut out = BytesMut::with_capacity(text.len());
    let mut rest = Vec::new();
    for line in text.split_inclusive(['\n', '\r']) {
        let document = line.trim_matches(['\u{feff}', '\n', '\r', ' ', '\t']);
        let tape = Tape::parse(
            Bytes::copy_from_slice(document.as_bytes()),
            &Limits::default(),
        );
        let Ok(tape) = tape else {
            rest.push(line);
            continue;
        };
        // Plain lines in a row are one text.
        flush(&mut rest, &mut out, call);
        let rows = call.endpoint.reply();
        let edited = rewrite::json(&tape, rows, &mut call.texts, facts);
        let (before, after) = line.split_once(document).unwrap_or(("", ""));
        out.extend_from_slice(before.as_bytes());
        out.extend_from_slice(&edited);
        out.extend_from_slice(after.as_bytes());
    }
    flush(&mut rest, &mut out, call);
    if out == *bytes {
        bytes.clone()
    } else {
        out.freeze()
    }
}

fn flush(lines: &mut Vec<&str>, out: &mut BytesMut, call: &mut Call) {
    let text = lines.concat();
    lines.clear();
    out.extend_from_slice(plain(&text, call).unwrap_or(text).as_bytes());
}

fn plain(text: &str, call: &mut Call) -> Option<String> {
    let mut engine = call.texts.open(TextKind::Generic, Group::default())?;
    rewrite::plain(text, &mut engine)
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
