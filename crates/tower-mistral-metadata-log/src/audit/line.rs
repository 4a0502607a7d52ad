//! A line of a trail: `{"seq":7,` the record's own fields `,"tag":"..."}`.

use super::key::{AuditKey, Tag, hex, unhex};

const OPEN: &[u8] = b"{\"seq\":";
const TAG: &[u8] = b",\"tag\":\"";
const CLOSE: &[u8] = b"\"}";
const DIGITS: usize = 64;

/// The longest line. One of a record has some 3 KiB.
pub(super) const MAX: usize = 1 << 20;

/// The line of the record `body`, a JSON object, with its end, and its tag.
pub(super) fn seal(key: &AuditKey, previous: &Tag, seq: u64, body: &str) -> (String, Tag) {
    let fields = body
        .strip_prefix('{')
        .and_then(|body| body.strip_suffix('}'));
    let mut line = format!("{{\"seq\":{seq},{}", fields.unwrap_or_default());
    let tag = key.tag(previous, line.as_bytes());
    line.push_str(",\"tag\":\"");
    line.push_str(&hex(&tag));
    line.push_str("\"}\n");
    (line, tag)
}

/// What has the form of a line, without its end.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) seq: u64,
    pub(super) tag: Tag,
    /// What the tag is of.
    signed: &'a [u8],
}

impl<'a> Line<'a> {
    pub(super) fn read(line: &'a [u8]) -> Option<Self> {
        let rest = line.strip_suffix(CLOSE)?;
        let (rest, digits) = rest.split_at_checked(rest.len().checked_sub(DIGITS)?)?;
        let signed = rest.strip_suffix(TAG)?;
        Some(Self {
            seq: number(signed)?,
            tag: unhex(digits)?,
            signed,
        })
    }

    pub(super) fn is_sealed(&self, key: &AuditKey, previous: &Tag) -> bool {
        key.tag(previous, self.signed) == self.tag
    }

    /// The value of one of the fields that begin a file.
    pub(super) fn field(&self, name: &str) -> Option<&'a str> {
        let text = std::str::from_utf8(self.signed).ok()?;
        let (_, rest) = text.split_once(&format!(",\"{name}\":\""))?;
        rest.split_once('"').map(|(value, _)| value)
    }

    pub(super) fn tag_field(&self, name: &str) -> Option<Tag> {
        unhex(self.field(name)?.as_bytes())
    }
}

/// Whether `rest`, which has no end, may be the beginning of the record `seq`: what a crash leaves.
pub(super) fn may_begin(rest: &[u8], seq: u64) -> bool {
    let begin = format!("{{\"seq\":{seq},");
    let len = rest.len().min(begin.len());
    rest.get(..len) == begin.as_bytes().get(..len)
}

fn number(line: &[u8]) -> Option<u64> {
    let rest = line.strip_prefix(OPEN)?;
    let end = rest.iter().position(|byte| *byte == b',')?;
    let digits = std::str::from_utf8(rest.get(..end)?).ok()?;
    // One spelling for one number.
    let seq: u64 = digits.parse().ok()?;
    (seq.to_string() == digits).then_some(seq)
}
