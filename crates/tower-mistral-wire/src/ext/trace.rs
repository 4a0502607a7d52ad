//! W3C Trace Context: which trace a call is a part of.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::random;

/// One span of a trace, as the header `traceparent` of [W3C Trace Context] names it.
///
/// [W3C Trace Context]: https://www.w3.org/TR/trace-context/#traceparent-header
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceContext {
    trace_id: u128,
    span_id: u64,
    flags: u8,
}

impl TraceContext {
    /// The header's name.
    pub const HEADER: HeaderName = HeaderName::from_static("traceparent");

    /// The span that `headers` name, if they name one and no other, by the rules: lower-case
    /// hexadecimal digits, no id of zeros, and of a version that is not known yet only what all
    /// versions have in common.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        // Most calls name none: to find that out costs half of what it costs to ask for all.
        headers.get(Self::HEADER)?;
        let mut given = headers.get_all(Self::HEADER).iter();
        match (given.next(), given.next()) {
            (Some(value), None) => Self::parse(value.as_bytes()),
            _ => None,
        }
    }

    /// A new span of a new trace that nobody has asked to record.
    pub fn random() -> Self {
        let trace_id = u128::from(random::number()) << 64 | u128::from(random::number());
        Self {
            // All zeros would be no id.
            trace_id: trace_id.max(1),
            span_id: random::number().max(1),
            flags: 0,
        }
    }

    /// A new span of the same trace.
    #[must_use]
    pub fn child(self) -> Self {
        Self {
            span_id: random::number().max(1),
            ..self
        }
    }

    /// The trace, 32 hexadecimal digits when it is written.
    pub fn trace_id(self) -> u128 {
        self.trace_id
    }

    /// The span, 16 hexadecimal digits when it is written.
    pub fn span_id(self) -> u64 {
        self.span_id
    }

    /// The flags: bit 0 says that the caller may have recorded the trace.
    pub fn flags(self) -> u8 {
        self.flags
    }

    /// The value of the header, in version 00.
    pub fn to_header(self) -> HeaderValue {
        let mut digits = Vec::with_capacity(55);
        digits.extend_from_slice(b"00-");
        digits.extend_from_slice(&random::hex((self.trace_id >> 64) as u64));
        digits.extend_from_slice(&random::hex(self.trace_id as u64));
        digits.push(b'-');
        digits.extend_from_slice(&random::hex(self.span_id));
        digits.push(b'-');
        digits.extend(random::hex(self.flags.into()).into_iter().skip(14));
        HeaderValue::from_maybe_shared(Bytes::from(digits))
            .expect("digits and dashes are visible ASCII")
    }

    fn parse(value: &[u8]) -> Option<Self> {
        let value = std::str::from_utf8(value).ok()?;
        let mut parts = value.splitn(5, '-');
        let version = hex(parts.next()?, 2)?;
        let trace_id = hex(parts.next()?, 32)?;
        let span_id = hex(parts.next()?, 16)?;
        let flags = hex(parts.next()?, 2)?;
        let has_more = parts.next().is_some();
        if trace_id == 0 || span_id == 0 || version == 0xff || (version == 0 && has_more) {
            return None;
        }
        Some(Self {
            trace_id,
            span_id: u64::try_from(span_id).ok()?,
            // Of the flags two are defined; the rest must be zero.
            flags: u8::try_from(flags & 0b11).ok()?,
        })
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            trace_id,
            span_id,
            flags,
        } = self;
        write!(f, "00-{trace_id:032x}-{span_id:016x}-{flags:02x}")
    }
}

fn hex(digits: &str, len: usize) -> Option<u128> {
    let fits = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let fits = digits.len() == len && digits.bytes().all(fits);
    fits.then(|| u128::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(TraceContext::HEADER, value.parse().unwrap());
        }
        TraceContext::from_headers(&headers).map(|context| context.to_string())
    }

    #[test]
    fn what_has_the_shape_is_kept() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(read(&[good]).as_deref(), Some(good));
        let later = good.replace("00-4", "cc-4") + "-what-comes-in-later-versions";
        assert_eq!(read(&[&later]).as_deref(), Some(good));
        let flags = good.replace("-01", "-ff");
        assert_eq!(read(&[&flags]), Some(good.replace("-01", "-03")));
        let bad = [
            "",
            "00",
            "secret",
            &good.to_uppercase(),
            &good.replace("00-4", "ff-4"),
            &good.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &good.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &good.replace("4bf", "+bf"),
            &format!("{good}-x"),
            &format!("{good} "),
            good.trim_end_matches('1'),
        ];
        for value in bad {
            assert_eq!(read(&[value]), None, "{value}");
        }
        assert_eq!(read(&[good, good]), None, "nobody knows which one counts");
    }

    #[test]
    fn a_child_is_another_span_of_the_same_trace() {
        let parent = TraceContext::random();
        let child = parent.child();
        assert_eq!(child.trace_id(), parent.trace_id());
        assert_ne!(child.span_id(), parent.span_id());
        let mut headers = HeaderMap::new();
        headers.insert(TraceContext::HEADER, child.to_header());
        assert_eq!(TraceContext::from_headers(&headers), Some(child));
        assert_eq!(child.to_header(), child.to_string());
    }
}
