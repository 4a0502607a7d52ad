//! The labels of metrics. Every value is one of few: names of ours, of the configuration, and what
//! the log has already [told apart](tower_mistral::metadata_log::MetadataLogLayer::max_names).

use std::{borrow::Cow, sync::Arc};

use prometheus_client::encoding::EncodeLabelSet;

/// A name that is in the program.
pub(super) type Name = Cow<'static, str>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Call {
    pub(super) route: String,
    pub(super) status: Name,
    pub(super) outcome: Name,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Error {
    pub(super) r#type: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Timed {
    pub(super) route: String,
    pub(super) stream: Name,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Model {
    pub(super) model: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Tokens {
    pub(super) model: Arc<str>,
    pub(super) r#type: Name,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Rule {
    pub(super) layer: Name,
    pub(super) rule: Name,
    pub(super) action: Name,
    /// `enforce`, or `observe` for what would have been done.
    pub(super) mode: Name,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Attempt {
    pub(super) key: String,
    pub(super) status: Name,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Direction {
    /// `request` or `response`.
    pub(super) direction: Name,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Limit {
    /// `tokens_minute`, `tokens_month`, `requests_minute` or `requests_10s`.
    pub(super) limit: Name,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Kind {
    pub(super) kind: Name,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Uninspected {
    pub(super) reason: Name,
    pub(super) handling: Name,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Key {
    pub(super) key: String,
    /// `healthy`, `benched`, `quarantined`, `cooling`, `expired` or `retired`.
    pub(super) health: Name,
}

/// A key by its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Fingerprint {
    pub(super) key: String,
}

/// A source by its name, which is of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Source {
    pub(super) source: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfLayer {
    pub(super) layer: Name,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfRule {
    /// A rule of redaction; `none` where none has found anything.
    pub(super) rule: Name,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RuleSet {
    /// 16 hexadecimal digits.
    pub(super) rules: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Build {
    pub(super) version: Name,
}

/// The status as a label: itself if the API and the guard are known to use it, else its class.
pub(super) fn status(status: Option<u16>) -> Name {
    const KNOWN: [u16; 18] = [
        200, 201, 204, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 500, 502, 503, 504,
    ];
    match status {
        None => "none".into(),
        Some(status) if KNOWN.contains(&status) => status.to_string().into(),
        Some(status) => match status / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            5 => "5xx",
            _ => "other",
        }
        .into(),
    }
}
