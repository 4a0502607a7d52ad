//! One text, which may stand in several parts of a message.

use std::borrow::Cow;

use tower_mistral_wire::rewrite::{Edit, apply};

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

    /// The text with a line break wherever two parts meet, and where those breaks are; none if
    /// there is one part only.
    pub(crate) fn apart(&self) -> Option<(String, Vec<usize>)> {
        if self.borders.is_empty() || self.text.is_empty() {
            return None;
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
        Some((apart, breaks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(parts: &[&'static str]) -> Text<'static> {
        Text::join(parts.iter().map(|part| Cow::Borrowed(*part)))
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
