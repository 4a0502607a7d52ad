//! The verdict on one text, and what a filter takes out of it.

use std::{cmp::Reverse, collections::BTreeMap, ops::Range};

use prompt_screen::{
    Action, Category, Date, Edit as ScreenEdit, PLACEHOLDER, RuleName, Screen, Screening,
    Thresholds, Verdict,
};
use tower_mistral_wire::rewrite::Edit;

use crate::text::Text;

/// How often a text that was filtered is looked at again before it is refused.
const ROUNDS: usize = 4;

/// By what a text is judged.
#[derive(Clone, Copy)]
pub(crate) struct Judge<'a> {
    pub(crate) screen: &'a Screen,
    pub(crate) thresholds: &'a Thresholds,
    /// For entries of the allow list that expire.
    pub(crate) today: Option<Date>,
}

/// A rule matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) rule: RuleName,
    pub(crate) category: Category,
    pub(crate) action: Action,
    /// The rule is only watched.
    pub(crate) is_observed: bool,
    /// In bytes of the text.
    pub(crate) span: Range<usize>,
}

/// What a filter takes out, and for which rule.
pub(crate) type Gone = (Range<usize>, RuleName);

#[derive(Clone, Debug)]
pub(crate) struct Judged {
    pub(crate) verdict: Verdict,
    pub(crate) score: f32,
    /// By place, without overlaps.
    pub(crate) hits: Vec<Hit>,
    /// By place, without overlaps; empty unless the verdict is to filter.
    pub(crate) gone: Vec<Gone>,
}

impl Judge<'_> {
    /// The verdict on a text by the rules that `keep` chooses. What a filter leaves has none of its
    /// own; where it would go on and on, the text is to be blocked.
    pub(crate) fn judge(&self, text: &Text<'_>, keep: impl Fn(&RuleName) -> bool) -> Judged {
        let mut judged = self.look(text, &keep);
        if judged.verdict != Verdict::Filter {
            return judged;
        }
        for _ in 0..ROUNDS {
            let edits = filter(&judged.gone, text.len());
            let again = self.look(&text.edited(&edits), &keep);
            match again.verdict {
                Verdict::Allow | Verdict::Flag => return judged,
                Verdict::Filter => {
                    let back = |(span, rule): Gone| (origin(&edits, span), rule);
                    judged.gone.extend(again.gone.into_iter().map(back));
                    judged.gone = joined(judged.gone);
                }
                _ => break,
            }
        }
        judged.verdict = Verdict::Block;
        judged.gone.clear();
        judged
    }

    /// Nobody knows whether the API sets parts apart when it joins them, so both readings count: a
    /// phrase may go on in the next part in the middle of a word or between two.
    fn look(&self, text: &Text<'_>, keep: &impl Fn(&RuleName) -> bool) -> Judged {
        let judged = self.read(text.as_str(), keep);
        let Some((apart, breaks)) = text.apart() else {
            return judged;
        };
        let without_breaks = |span: Range<usize>| {
            let at = |at: usize| at - breaks.partition_point(|before| *before < at);
            at(span.start)..at(span.end)
        };
        let mut other = self.read(&apart, keep);
        for hit in &mut other.hits {
            hit.span = without_breaks(hit.span.clone());
        }
        for (span, _) in &mut other.gone {
            *span = without_breaks(span.clone());
        }
        let hits = judged.hits.into_iter().chain(other.hits);
        let gone = judged.gone.into_iter().chain(other.gone);
        Judged {
            verdict: judged.verdict.max(other.verdict),
            score: judged.score.max(other.score),
            hits: select(hits.collect()),
            gone: joined(gone.filter(|(span, _)| !span.is_empty()).collect()),
        }
    }

    fn read(&self, text: &str, keep: &impl Fn(&RuleName) -> bool) -> Judged {
        let screening = match self.today {
            Some(today) => self.screen.screen_on(text, today),
            None => self.screen.screen(text),
        };
        let screening = screening.retain(keep);
        let verdict = screening.verdict(self.thresholds);
        let hits = screening.findings().iter().map(|finding| Hit {
            rule: finding.rule().clone(),
            category: finding.category(),
            action: finding.action(),
            is_observed: finding.is_observed(),
            span: finding.span(),
        });
        Judged {
            verdict,
            score: screening.score(),
            hits: hits.collect(),
            gone: match verdict {
                Verdict::Filter => gone(&screening, self.thresholds),
                _ => Vec::new(),
            },
        }
    }
}

fn gone(screening: &Screening, thresholds: &Thresholds) -> Vec<Gone> {
    let mut at = 0;
    let mut gone = Vec::new();
    for edit in screening.filter(thresholds).unwrap_or_default() {
        match edit {
            ScreenEdit::Keep(n) => at += n,
            ScreenEdit::Replace { n, rule, .. } => {
                gone.push((at..at + n, rule));
                at += n;
            }
            _ => {}
        }
    }
    gone
}

/// The edits that put a placeholder in the place of what goes; they tile a text of `len` bytes.
pub(crate) fn filter(gone: &[Gone], len: usize) -> Vec<Edit> {
    let mut edits = Vec::with_capacity(2 * gone.len() + 1);
    let mut done = 0;
    for (span, _) in gone {
        edits.push(Edit::Keep(span.start - done));
        edits.push(Edit::Replace {
            n: span.len(),
            with: PLACEHOLDER.into(),
        });
        done = span.end;
    }
    edits.push(Edit::Keep(len - done));
    edits
}

/// Where a span of the edited text comes from; what replaces something comes from all of it.
fn origin(edits: &[Edit], span: Range<usize>) -> Range<usize> {
    let (mut old, mut new) = (0, 0);
    let mut found: Option<Range<usize>> = None;
    for edit in edits {
        let (n, len, is_kept) = match edit {
            Edit::Keep(n) => (*n, *n, true),
            Edit::Replace { n, with } => (*n, with.len(), false),
            _ => (0, 0, true),
        };
        let (start, end) = (span.start.max(new), span.end.min(new + len));
        if start < end {
            let from = match is_kept {
                true => old + (start - new)..old + (end - new),
                false => old..old + n,
            };
            found = Some(found.map_or(from.clone(), |found| found.start..from.end));
        }
        (old, new) = (old + n, new + len);
    }
    found.unwrap_or(old..old)
}

/// In order; what overlaps is one, for the rule of the first.
pub(crate) fn joined(mut gone: Vec<Gone>) -> Vec<Gone> {
    gone.sort_by_key(|(span, _)| span.start);
    gone.dedup_by(|(next, _), (last, _)| {
        let joins = next.start < last.end;
        if joins {
            last.end = last.end.max(next.end);
        }
        joins
    });
    gone
}

/// Of hits that overlap the stronger action stays, then the leftmost, then the longest: the
/// screen's own order.
fn select(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.retain(|hit| !hit.span.is_empty());
    hits.sort_by_key(|hit| (Reverse(hit.action), hit.span.start, Reverse(hit.span.end)));
    let mut taken = BTreeMap::<usize, Hit>::new();
    for hit in hits {
        let before = taken.range(..hit.span.end).next_back();
        if before.is_none_or(|(_, before)| before.span.end <= hit.span.start) {
            taken.insert(hit.span.start, hit);
        }
    }
    taken.into_values().collect()
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_found_across_parts_with_and_without_a_break_between_them() {
        let table: &[(&[&str], &[Range<usize>])] = &[
            (&["x you are now y"], &[2..13]),
            (&["you are", " now"], &[0..11]),
            (&["you a", "re now"], &[0..11]),
            (&["you are", "now over", "ride"], &[0..10, 11..19]),
            (&["you", "are", "now", "override"], &[0..9, 9..17]),
            (&["a", "b"], &[]),
        ];
        let judge = Judge {
            screen: &Screen::basic(),
            thresholds: &Thresholds::default(),
            today: None,
        };
        for (parts, expected) in table {
            let text = Text::join(parts.iter().map(|part| (*part).into()));
            let judged = judge.judge(&text, |_| true);
            let hits: Vec<_> = judged.hits.into_iter().map(|hit| hit.span).collect();
            assert_eq!(&hits, expected, "{parts:?}");
            let gone: Vec<_> = judged.gone.into_iter().map(|(span, _)| span).collect();
            assert_eq!(&gone, expected, "{parts:?}");
        }
    }

    #[test]
    fn spans_of_what_is_left_are_found_in_the_whole() {
        let with = || "[X]".into();
        // ab|cdef|gh -> ab[X]gh
        let edits = [
            Edit::Keep(2),
            Edit::Replace { n: 4, with: with() },
            Edit::Keep(2),
        ];
        for (span, expected) in [(0..2, 0..2), (1..3, 1..6), (3..4, 2..6), (4..6, 2..7)] {
            assert_eq!(origin(&edits, span.clone()), expected, "{span:?}");
        }
    }
}
