//! A reply that was read whole.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use tower_mistral_wire::{
    Handling, Mode, Reason, Rejection, RejectionKind,
    ext::{CallReport, ReplyFacts},
    json::{JsonErrorKind, Limits, Tape},
    media::ReplyMedia,
    rewrite::{self, End, Engines, StreamRewriter},
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

/// A reply, or a part of it, that is not read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unread {
    Refused(Reason),
    Passed,
}

impl From<Reason> for Unread {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason)
    }
}

impl Call {
    /// Too much was found in the reply.
    pub(crate) fn blocked(&self) -> Rejection {
        let rejection = Rejection::new(RejectionKind::Blocked, self.report.request_id().clone());
        rejection.with_detail("the reply holds more findings than it may")
    }

    /// Counts what is refused whatever was asked for.
    pub(crate) fn refused(&mut self, reason: Reason) {
        self.texts.refused(reason);
    }

    /// Goes on if what cannot be inspected is to be scanned.
    pub(crate) fn ask(&mut self, reason: Reason) -> Result<(), Unread> {
        match self.texts.on_uninspectable(reason) {
            Handling::Scan => Ok(()),
            Handling::Pass => Err(Unread::Passed),
            _ => Err(Unread::Refused(reason)),
        }
    }
}

/// The redacted reply: the same bytes if there is nothing to redact. Also says whether a part of it
/// passes unread.
pub(crate) fn rewrite(
    bytes: &Bytes,
    (media, status): (ReplyMedia, StatusCode),
    call: &mut Call,
    options: &Options,
) -> Result<(Bytes, bool), Unread> {
    if bytes.is_empty() {
        return Ok((bytes.clone(), false));
    }
    let mut facts = ReplyFacts::default();
    let rewritten = match Tape::parse(bytes.clone(), &Limits::default()) {
        Ok(tape) => rewrite::json(&tape, call.endpoint.reply(), &mut call.texts, &mut facts)?,
        Err(error) => {
            // Gateways label their own error pages as JSON too.
            let promised = media == ReplyMedia::Json && status.is_success();
            if promised {
                call.ask(error.kind().into())?;
            }
            let broken = promised.then_some(error.kind());
            text(bytes, broken, call, options, &mut facts)?
        }
    };
    let uninspected = facts.uninspected;
    if call.report.claim_reply() {
        call.report.update_reply(|known| *known = facts);
    }
    Ok((rewritten, uninspected))
}

/// A body that is no JSON: an event stream or lines of JSON with a wrong label, one document that
/// is `broken`, else plain text.
fn text(
    bytes: &Bytes,
    broken: Option<JsonErrorKind>,
    call: &mut Call,
    options: &Options,
    facts: &mut ReplyFacts,
) -> Result<Bytes, Unread> {
    // Text has no NUL; UTF-16 has.
    let text = std::str::from_utf8(bytes).ok();
    let Some(text) = text.filter(|text| !text.contains('\0')) else {
        call.ask(Reason::InvalidUtf8)?;
        return Ok(bytes.clone());
    };
    let mut lines = text
        .split(['\n', '\r'])
        .map(|line| line.trim_start_matches('\u{feff}'));
    if lines.clone().any(|line| line.starts_with("data:")) {
        return events(bytes, call, options, facts);
    }
    if broken.is_none() && lines.any(|line| line.trim_start().starts_with(['{', '['])) {
        return json_lines(bytes, text, call, facts);
    }
    let end = match broken {
        Some(JsonErrorKind::Incomplete) => End::Cut,
        _ => End::Complete,
    };
    Ok(plain(text, end, call).map_or_else(|| bytes.clone(), Bytes::from))
}

/// A text some of whose lines are JSON documents, where `\u0040` is an at sign.
fn json_lines(
    bytes: &Bytes,
    text: &str,
    call: &mut Call,
    facts: &mut ReplyFacts,
) -> Result<Bytes, Unread> {
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
        let edited = rewrite::json(&tape, rows, &mut call.texts, facts)?;
        let (before, after) = line.split_once(document).unwrap_or(("", ""));
        out.extend_from_slice(before.as_bytes());
        out.extend_from_slice(&edited);
        out.extend_from_slice(after.as_bytes());
    }
    flush(&mut rest, &mut out, call);
    Ok(if out == *bytes {
        bytes.clone()
    } else {
        out.freeze()
    })
}

fn flush(lines: &mut Vec<&str>, out: &mut BytesMut, call: &mut Call) {
    let text = lines.concat();
    lines.clear();
    out.extend_from_slice(plain(&text, End::Complete, call).unwrap_or(text).as_bytes());
}

fn plain(text: &str, end: End, call: &mut Call) -> Option<String> {
    let engine = call.texts.open(TextKind::Generic, Group::default())?;
    rewrite::generic(text, engine, end)
}

fn events(
    bytes: &Bytes,
    call: &Call,
    options: &Options,
    facts: &mut ReplyFacts,
) -> Result<Bytes, Unread> {
    let endpoint = Arc::clone(&call.endpoint);
    let rewriter = StreamRewriter::new(call.texts.clone(), endpoint, options.stream);
    let mut rewriter = rewriter.budget(&options.budget);
    rewriter.push(bytes.clone())?;
    rewriter.finish()?;
    *facts = rewriter.facts().clone();
    Ok(std::iter::from_fn(|| rewriter.pop()).flatten().collect())
}
