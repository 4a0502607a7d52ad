//! Limits on a whole request.

use tower_mistral_wire::{
    Mode, RejectionKind,
    ext::{Action, Finding, Layer},
    json::{Value, text::count_chars},
    table::TextKind,
};

use crate::{MAX_MESSAGES, MAX_TOTAL_CHARS, config::Config, switch::Switch};

/// A limit that a request is over.
pub(crate) struct Over {
    pub(crate) kind: RejectionKind,
    pub(crate) detail: String,
    pub(crate) finding: Finding,
    pub(crate) enforced: bool,
}

/// Counts messages and characters. Media are no text.
pub(crate) fn check<'a>(
    config: &Config,
    switch: &Switch<'_>,
    messages: usize,
    texts: impl Iterator<Item = &'a [Value<'a>]>,
) -> Option<Over> {
    if let Some(max) = config.max_messages.filter(|max| messages > *max) {
        let detail = format!("{messages} messages, {max} are allowed");
        let over = over(switch, MAX_MESSAGES, RejectionKind::BodyTooLarge, detail);
        if over.is_some() {
            return over;
        }
    }
    let max = config.max_total_chars?;
    let texts = texts.flatten().map(|value| count_chars(value.raw()));
    let chars: u64 = texts.sum();
    if chars <= max as u64 {
        return None;
    }
    let detail = format!("{chars} characters in all, {max} are allowed");
    over(switch, MAX_TOTAL_CHARS, RejectionKind::TextTooLong, detail)
}

fn over(
    switch: &Switch<'_>,
    rule: &'static str,
    kind: RejectionKind,
    detail: String,
) -> Option<Over> {
    let mode = switch.of(rule, TextKind::Generic);
    let enforced = mode == Mode::Enforce;
    (mode != Mode::Off).then(|| Over {
        kind,
        detail,
        finding: Finding::new(Layer::SanitizeInput, rule, Action::Rejected).enforced(enforced),
        enforced,
    })
}
