//! What is to be done about one text: edits, findings, perhaps a refusal.

mod say;

use prompt_screen::Verdict;
use tower_mistral_wire::{
    Mode, RejectionKind,
    ext::{Action, Finding},
    rewrite::Edit,
    table::{Group, TextKind},
};

use crate::{
    MAX_CHARS, PREFIX, UNTRUSTED_PREFIX, WRAP,
    config::{Config, OverLimit, Wrap},
    judge::{Gone, Judge, Judged, filter, joined},
    limit,
    role::{Role, RolePolicy},
    screened::ScreenedText,
    seam::Crossing,
    switch::Switch,
    text::Text,
    wrap::Wrapper,
};

/// What Enforce does about a text; whether it is done is said by `enforced`.
#[derive(Default)]
pub(crate) struct Plan {
    /// They tile the text; none if it stays as it is.
    pub(crate) edits: Vec<Edit>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) refusal: Option<RejectionKind>,
    /// What is wrong, for the error; no content.
    pub(crate) detail: Option<String>,
    /// What was made of it, if it is more than nothing.
    pub(crate) screened: Option<ScreenedText>,
    /// Rather than only observed.
    pub(crate) enforced: bool,
}

impl Plan {
    pub(crate) fn is_nothing(&self) -> bool {
        self.refusal.is_none() && self.findings.is_empty()
    }
}

pub(crate) fn plan(
    config: &Config,
    switch: &Switch<'_>,
    kind: TextKind,
    group: Group,
    text: &Text<'_>,
    crossings: &[Crossing],
    wrapper: Option<&Wrapper<'_>>,
) -> Plan {
    let floor = switch.of_kind(kind);
    let mut planner = Planner {
        config,
        switch,
        crossings,
        wrapper,
        policy: config.roles.get(Role::of(kind)),
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
        planner.whole(text);
    }
    planner.plan
}

/// Where a text begins that may have the prefix, which is ours.
pub(crate) fn start(config: &Config, kind: TextKind, text: &Text<'_>) -> usize {
    let is_wrapped = kind.is_prompt()
        && config.wrap == Wrap::Prefix
        && text.as_str().starts_with(UNTRUSTED_PREFIX);
    if is_wrapped {
        UNTRUSTED_PREFIX.len()
    } else {
        0
    }
}

struct Planner<'a> {
    config: &'a Config,
    switch: &'a Switch<'a>,
    crossings: &'a [Crossing],
    wrapper: Option<&'a Wrapper<'a>>,
    policy: &'a RolePolicy,
    kind: TextKind,
    group: u32,
    /// The mode of this kind of text. A rule that does less is only reported; in Observe all rules
    /// do the same, so that the plan is the one that Enforce would have.
    floor: Mode,
    plan: Plan,
}

impl Planner<'_> {
    /// A text that must not be edited: it passes or it does not.
    fn whole(&mut self, text: &Text<'_>) {
        let max = self.config.max_chars_of(Role::of(self.kind));
        if max.is_some_and(|max| self.is_over(text, 0, max)) {
            return;
        }
        let judged = self.judge(text);
        let said = self.policy.of_verdict(judged.heard.verdict, self.kind);
        self.report(&judged.heard, said, &[], 0);
        self.cross(0, text.len());
        if self.policy.of_verdict(judged.done.verdict, self.kind) == Verdict::Block {
            self.plan.refusal = Some(RejectionKind::Blocked);
        }
    }

    fn prompt(&mut self, text: &Text<'_>) {
        let wrapper = self.wrapper.filter(|_| text.len() > 0);
        // It was screened before it was wrapped, and any change would break its mark.
        if wrapper.is_some_and(|wrapper| wrapper.is_ours(text.as_str())) {
            return;
        }
        let wraps = self.config.wrap == Wrap::Prefix;
        // The prefix is not screened and does not count.
        let start = start(self.config, self.kind, text);
        let body = text.skip(start);
        if self.refuses(&body, start) {
            return;
        }
        let judged = self.judge(&body);
        let done = self.policy.of_verdict(judged.done.verdict, self.kind);
        if done == Verdict::Block {
            self.plan.refusal = Some(RejectionKind::Blocked);
        }
        let mut gone = match done {
            Verdict::Filter => judged.done.gone.clone(),
            _ => Vec::new(),
        };
        gone.extend(self.crossing_gone(start));
        let edits = filter(&joined(gone), body.len());
        let (edits, end) = self.cut(&body, edits, start);
        let said = self.policy.of_verdict(judged.heard.verdict, self.kind);
        let would_go: Vec<_> = match said {
            Verdict::Filter => judged.heard.gone.iter(),
            _ => [].iter(),
        }
        .filter(|(span, _)| span.start < end)
        .cloned()
        .collect();
        self.report(&judged.heard, said, &would_go, start);
        self.cross(start, start + end);
        if start > 0 {
            self.plan.edits.push(Edit::Keep(start));
        } else if wraps && text.len() > 0 {
            self.wrap();
        }
        let edits = match wrapper {
            Some(wrapper) => {
                let wrapped = wrapper.wrap(&body, edits.clone());
                self.add(WRAP, Action::Wrapped, 0, 0);
                if self.applies(WRAP) { wrapped } else { edits }
            }
            None => edits,
        };
        self.plan.edits.extend(edits);
        let keeps = |edit: &Edit| matches!(edit, Edit::Keep(_));
        if self.plan.edits.iter().all(keeps) {
            self.plan.edits.clear();
        }
    }

    /// Whether the text is too long to go on.
    fn refuses(&mut self, body: &Text<'_>, start: usize) -> bool {
        if self.config.over_limit != OverLimit::Refuse {
            return false;
        }
        self.is_over(body, start, self.config.max_chars)
    }

    fn is_over(&mut self, body: &Text<'_>, start: usize, max: usize) -> bool {
        let Some(at) = limit::overflow(body.as_str(), max) else {
            return false;
        };
        self.add(MAX_CHARS, Action::Rejected, start + at, body.len() - at);
        let refuses = self.applies(MAX_CHARS);
        if refuses {
            self.plan.refusal = Some(RejectionKind::TextTooLong);
            let chars = body.as_str().chars().count();
            self.plan.detail = Some(format!("{chars} characters, {max} are allowed"));
        }
        refuses
    }

    /// Cuts what the filter leaves; says where the cut is in the body, its end if there is none.
    fn cut(&mut self, body: &Text<'_>, edits: Vec<Edit>, start: usize) -> (Vec<Edit>, usize) {
        let max = self.config.max_chars;
        if self.config.over_limit != OverLimit::Cut
            || self.switch.of(MAX_CHARS, self.kind) == Mode::Off
        {
            return (edits, body.len());
        }
        let harm = |text: &Text<'_>| {
            let judged = self.judge_by(text, |rule| self.applies(rule));
            match self.policy.of_verdict(judged.verdict, self.kind) {
                Verdict::Filter => judged.gone.last().map(|(span, _)| span.start),
                Verdict::Block => Some(judged.hits.last().map_or(0, |hit| hit.span.start)),
                _ => None,
            }
        };
        let Some(end) = limit::cut(&body.edited(&edits), max, harm) else {
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

    /// What all rules that are not off say, and what those say that the plan goes by.
    fn judge(&self, text: &Text<'_>) -> Both {
        let is_on = |rule: &str| self.switch.of(rule, self.kind) != Mode::Off;
        let heard = self.judge_by(text, is_on);
        let done = match self.switch.has_rules() {
            true => self.judge_by(text, |rule| self.applies(rule)),
            false => heard.clone(),
        };
        Both { heard, done }
    }

    fn judge_by(&self, text: &Text<'_>, keep: impl Fn(&str) -> bool) -> Judged {
        let judge = Judge {
            screen: &self.config.screen,
            thresholds: &self.policy.thresholds,
            today: self.config.today(),
        };
        judge.judge(text, |rule| keep(rule.as_str()))
    }

    /// What a filter takes out of this text of the phrases that reach into it, in the body.
    fn crossing_gone(&self, start: usize) -> Vec<Gone> {
        let asks = |crossing: &&Crossing| {
            crossing.verdict == Verdict::Filter
                && self.policy.of_verdict(crossing.verdict, self.kind) == Verdict::Filter
                && self.applies(crossing.rule.as_str())
        };
        let spans = self.crossings.iter().filter(asks);
        spans
            .map(|crossing| {
                let span = crossing.span.start - start..crossing.span.end - start;
                (span, crossing.rule.clone())
            })
            .collect()
    }

    /// Whether the plan goes by this rule.
    fn applies(&self, rule: &str) -> bool {
        self.switch.of(rule, self.kind) >= self.floor
    }
}

struct Both {
    heard: Judged,
    done: Judged,
}
