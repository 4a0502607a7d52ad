//! One text, which may stand in several parts of a message.

use std::{borrow::Cow, cmp::Reverse, collections::BTreeMap, ops::Range};

use prompt_screen::{Action, RuleName, Screen, Thresholds, Verdict};
use tower_mistral_wire::rewrite::{Edit, apply};

/// A rule matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) rule: RuleName,
    pub(crate) action: Action,
    /// In bytes of the text.
    pub(crate) span: Range<usize>,
}

/// A text and the places where its parts meet.
#[derive(Clone)]
pub(crate) struct Text<'a> {
    text: Cow<'a, str>,
    borders: Vec<usize>,
}

impl<'a> Text<'a> {
    pub(crate) fn join(mut parts: impl Iterator<Item = Cow<'a, str>>) -> Self {
        let mut text = parts.next().unwrap_or_default();
        let mut borders = Vec::new();
        for part in parts {
            borders.push(text.len());
            text.to_mut().push_str(&part);
        }
        Self { text, borders }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// The text without its first `n` bytes.
    pub(crate) fn skip(&self, n: usize) -> Text<'_> {
        Text {
            text: self.text.get(n..).unwrap_or_default().into(),
            borders: self
                .borders
                .iter()
                .map(|border| border.saturating_sub(n))
                .collect(),
        }
    }

    pub(crate) fn truncate(&mut self, end: usize) {
        self.text = self.text.get(..end).unwrap_or_default().to_owned().into();
        self.borders.retain(|border| *border < end);
    }

    /// The text after these edits, which tile it.
    pub(crate) fn edited(&self, edits: &[Edit]) -> Text<'_> {
        let Some(text) = apply(&self.text, edits) else {
            return self.skip(0);
        };
        let mut borders = self.borders.iter().copied().peekable();
        let (mut old, mut new) = (0, 0);
        let mut moved = Vec::with_capacity(self.borders.len());
        for edit in edits {
            let (n, len, kept) = match edit {
                Edit::Keep(n) => (*n, *n, true),
                Edit::Replace { n, with } => (*n, with.len(), false),
                _ => (0, 0, false),
            };
            while let Some(border) = borders.next_if(|border| *border <= old + n) {
                // What replaces a span stays whole, in the part where the span begins.
                moved.push(match border - old {
                    into if kept || into == 0 => new + into,
                    _ => new + len,
                });
            }
            (old, new) = (old + n, new + len);
        }
        Text {
            text: text.into(),
            borders: moved,
        }
    }

    /// What `screen` finds, in order, without overlaps.
    ///
    /// Nobody knows whether the API sets parts apart when it joins them, so both readings count: a
    /// phrase may go on in the next part in the middle of a word or between two.
    pub(crate) fn screen(&self, screen: &Screen, counts: impl Fn(&RuleName) -> bool) -> Vec<Hit> {
        let mut hits = hits(screen, &self.text);
        hits.retain(|hit| counts(&hit.rule));
        if self.borders.is_empty() || self.text.is_empty() {
            return hits;
        }
        let mut apart = String::with_capacity(self.text.len() + self.borders.len());
        let mut breaks = Vec::with_capacity(self.borders.len());
        let mut done = 0;
        for border in &self.borders {
            apart.push_str(self.text.get(done..*border).unwrap_or_default());
            breaks.push(apart.len());
            apart.push('\n');
            done = *border;
        }
        apart.push_str(self.text.get(done..).unwrap_or_default());
        let without_breaks = |at: usize| at - breaks.partition_point(|before| *before < at);
        for mut hit in self::hits(screen, &apart) {
            if counts(&hit.rule) {
                hit.span = without_breaks(hit.span.start)..without_breaks(hit.span.end);
                hits.push(hit);
            }
        }
        select(hits)
    }
}

fn hits(screen: &Screen, text: &str) -> Vec<Hit> {
    let screening = screen.screen(text);
    // A text that is only flagged is not edited, whatever a rule alone would ask for.
    let most = match screening.verdict(&Thresholds::default()) {
        Verdict::Allow => return Vec::new(),
        Verdict::Flag => Action::Flag,
        _ => Action::Block,
    };
    let hits = screening.findings().iter().map(|finding| Hit {
        rule: finding.rule().clone(),
        action: finding.action().min(most),
        span: finding.span(),
    });
    hits.collect()
}

/// Of hits that overlap the stronger action stays, then the leftmost, then the longest: the
/// screen's own order.
fn select(mut hits: Vec<Hit>) -> Vec<Hit> {
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

    fn text(parts: &[&'static str]) -> Text<'static> {
        Text::join(parts.iter().map(|part| Cow::Borrowed(*part)))
    }

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
        for (parts, expected) in table {
            let hits = text(parts).screen(&Screen::basic(), |_| true);
            let spans: Vec<_> = hits.into_iter().map(|hit| hit.span).collect();
            assert_eq!(&spans, expected, "{parts:?}");
        }
    }

    #[test]
    fn borders_move_with_edits() {
        let text = text(&["ab", "cd", "ef"]);
        let with = "XYZ".into();
        let edits = [Edit::Keep(1), Edit::Replace { n: 2, with }, Edit::Keep(3)];
        let edited = text.edited(&edits);
        assert_eq!(edited.as_str(), "aXYZdef");
        assert_eq!(edited.borders, [4, 5]);
        assert_eq!(text.skip(3).borders, [0, 1]);
    }
}
