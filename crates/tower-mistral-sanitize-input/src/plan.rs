//! What is to be done about one text: edits, findings, perhaps a refusal.

use prompt_screen::{Action as Ask, PLACEHOLDER};
use tower_mistral_wire::{
    Mode, RejectionKind,
    ext::{Action, Finding, Layer},
    rewrite::Edit,
    table::{Group, TextKind},
};

use crate::{
    MAX_CHARS, PREFIX, UNTRUSTED_PREFIX,
    config::{Config, OverLimit, Wrap},
    limit,
    switch::Switch,
    text::{Hit, Text},
};

/// What Enforce does about a text; whether it is done is said by `enforced`.
#[derive(Default)]
pub(crate) struct Plan {
    /// They tile the text; none if it stays as it is.
    pub(crate) edits: Vec<Edit>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) refusal: Option<RejectionKind>,
    /// Rather than only observed.
    pub(crate) enforced: bool,
}

pub(crate) fn plan(
    config: &Config,
    switch: &Switch<'_>,
    kind: TextKind,
    group: Group,
    text: &Text<'_>,
) -> Plan {
    let floor = switch.of_kind(kind);
    let mut planner = Planner {
        config,
        switch,
        kind,
        group: group.outer,
        floor,
        plan: Plan {
            enforced: floor == Mode::Enforce,
            ..Plan::default()
        },
    };
    if floor == Mode::Off {
        return planner.plan;
    }
    if kind.is_prompt() {
        planner.prompt(text);
    } else {
        planner.flag(text);
    }
    planner.plan
}

struct Planner<'a> {
    config: &'a Config,
    switch: &'a Switch<'a>,
    kind: TextKind,
    group: u32,
    /// The mode of this kind of text. A rule that does less is only reported; in Observe all rules
    /// do the same, so that the plan is the one that Enforce would have.
    floor: Mode,
    plan: Plan,
}

impl Planner<'_> {
    /// Reports what is found in a text that must not be edited.
    fn flag(&mut self, text: &Text<'_>) {
        for hit in self.hits(text) {
            self.note(hit.rule.as_str(), Action::Flagged, 0, &hit);
        }
    }

    fn prompt(&mut self, text: &Text<'_>) {
        let wraps = self.config.wrap == Wrap::Prefix;
        let is_wrapped = wraps && text.as_str().starts_with(UNTRUSTED_PREFIX);
        // The prefix is ours: it is not screened and does not count.
        let start = if is_wrapped {
            UNTRUSTED_PREFIX.len()
        } else {
            0
        };
        let body = text.skip(start);
        if self.refuses(&body, start) {
            return;
        }
        let hits = self.hits(&body);
        let blocks = |hit: &&Hit| hit.action == Ask::Block && self.applies(hit.rule.as_str());
        if hits.iter().any(|hit| blocks(&hit)) {
            self.plan.refusal = Some(RejectionKind::Blocked);
        }
        let edits = self.filter(&body, &hits);
        let (edits, end) = self.cut(&body, edits, start);
        for hit in &hits {
            let action = match hit.action {
                Ask::Filter if hit.span.start < end => Action::Edited,
                Ask::Block => Action::Rejected,
                _ => Action::Flagged,
            };
            self.note(hit.rule.as_str(), action, start, hit);
        }
        if start > 0 {
            self.plan.edits.push(Edit::Keep(start));
        } else if wraps && text.len() > 0 {
            self.wrap();
        }
        self.plan.edits.extend(edits);
        if self
            .plan
            .edits
            .iter()
            .all(|edit| matches!(edit, Edit::Keep(_)))
        {
            self.plan.edits.clear();
        }
    }

    /// Whether the text is too long to go on.
    fn refuses(&mut self, body: &Text<'_>, start: usize) -> bool {
        if self.config.over_limit != OverLimit::Refuse {
            return false;
        }
        let Some(at) = limit::overflow(body.as_str(), self.config.max_chars) else {
            return false;
        };
        self.add(MAX_CHARS, Action::Rejected, start + at, body.len() - at);
        let refuses = self.applies(MAX_CHARS);
        if refuses {
            self.plan.refusal = Some(RejectionKind::TextTooLong);
        }
        refuses
    }

    fn filter(&self, body: &Text<'_>, hits: &[Hit]) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut done = 0;
        for hit in hits {
            if hit.action != Ask::Filter || !self.applies(hit.rule.as_str()) {
                continue;
            }
            edits.push(Edit::Keep(hit.span.start - done));
            edits.push(Edit::Replace {
                n: hit.span.len(),
                with: PLACEHOLDER.into(),
            });
            done = hit.span.end;
        }
        edits.push(Edit::Keep(body.len() - done));
        edits
    }

    /// Cuts what the filter leaves; says where the cut is in the body, its end if there is none.
    fn cut(&mut self, body: &Text<'_>, edits: Vec<Edit>, start: usize) -> (Vec<Edit>, usize) {
        let max = self.config.max_chars;
        if self.config.over_limit != OverLimit::Cut
            || self.switch.of(MAX_CHARS, self.kind) == Mode::Off
        {
            return (edits, body.len());
        }
        let end = limit::cut(
            &body.edited(&edits),
            max,
            &self.config.screen,
            |rule| self.switch.of(rule.as_str(), self.kind) != Mode::Off,
            |hit| hit.action != Ask::Flag && self.applies(hit.rule.as_str()),
        );
        let Some(end) = end else {
            return (edits, body.len());
        };
        let (cut, at) = limit::end_at(edits.clone(), end, body.len());
        self.add(MAX_CHARS, Action::Truncated, start + at, body.len() - at);
        if self.applies(MAX_CHARS) {
            (cut, at)
        } else {
            (edits, body.len())
        }
    }

    fn wrap(&mut self) {
        self.add(PREFIX, Action::Wrapped, 0, UNTRUSTED_PREFIX.len());
        if self.applies(PREFIX) {
            self.plan.edits.push(Edit::Replace {
                n: 0,
                with: UNTRUSTED_PREFIX.into(),
            });
        }
    }

    fn hits(&self, text: &Text<'_>) -> Vec<Hit> {
        text.screen(&self.config.screen, |rule| {
            self.switch.of(rule.as_str(), self.kind) != Mode::Off
        })
    }

    /// Whether the plan goes by this rule.
    fn applies(&self, rule: &str) -> bool {
        self.switch.of(rule, self.kind) >= self.floor
    }

    fn note(&mut self, rule: &str, action: Action, start: usize, hit: &Hit) {
        self.add(rule, action, start + hit.span.start, hit.span.len());
    }

    fn add(&mut self, rule: &str, action: Action, offset: usize, len: usize) {
        let mode = self.switch.of(rule, self.kind);
        if mode == Mode::Off {
            return;
        }
        let finding = Finding::new(Layer::SanitizeInput, rule.to_owned(), action)
            .at(self.kind, self.group, offset as u64, len as u64)
            .enforced(mode == Mode::Enforce);
        self.plan.findings.push(finding);
    }
}
