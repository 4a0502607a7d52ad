//! What events of a stream have in common: all but two strings.

use std::ops::Range;

use bytes::Bytes;

use super::mould::padding;
use crate::{json::string_len, table::is_name};

/// The strings in which most events of a stream differ, as ranges of an event's data, without
/// their quotes.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) text: Range<usize>,
    pub(super) padding: Option<Range<usize>>,
}

impl Shape {
    /// The same places after strings of other lengths were put there.
    pub(super) fn after(self, text_len: usize, padding_len: usize) -> Self {
        let Self { mut text, padding } = self;
        let Some(mut padding) = padding else {
            text.end = text.start + text_len;
            return Self {
                text,
                padding: None,
            };
        };
        let (first, first_len, second, second_len) = match text.start < padding.start {
            true => (&mut text, text_len, &mut padding, padding_len),
            false => (&mut padding, padding_len, &mut text, text_len),
        };
        second.start = second.start - first.len() + first_len;
        second.end = second.start + second_len;
        first.end = first.start + first_len;
        let padding = Some(padding);
        Self { text, padding }
    }

    /// An event of one line of data, which begins at `data_at`, with another text and padding.
    pub(super) fn respell(&self, raw: &[u8], data_at: usize, text: &[u8]) -> Bytes {
        let moved = |range: &Range<usize>| data_at + range.start..data_at + range.end;
        let text = (moved(&self.text), text);
        let old = self.padding.as_ref();
        let drawn = old.map(|range| (moved(range), padding().as_bytes()));
        let (first, second) = match drawn {
            Some(drawn) if drawn.0.start < text.0.start => (drawn, Some(text)),
            drawn => (text, drawn),
        };
        let strings = [Some(first), second];
        let strings = || strings.iter().flatten();
        let taken: usize = strings().map(|(range, _)| range.len()).sum();
        let given: usize = strings().map(|(_, with)| with.len()).sum();
        // Exactly as long as it gets, so that nothing has to be moved once it is made.
        let mut out = Vec::with_capacity((raw.len() + given).saturating_sub(taken));
        let mut done = 0;
        for (range, with) in strings() {
            out.extend_from_slice(raw.get(done..range.start).unwrap_or_default());
            out.extend_from_slice(with);
            done = range.end;
        }
        out.extend_from_slice(raw.get(done..).unwrap_or_default());
        out.into()
    }

    /// Where text and padding stand in `data`, if it is `mould`, which has this shape, but for these
    /// two strings: then it is JSON, and nothing else in it has to be read again.
    pub(super) fn fit(&self, mould: &[u8], data: &[u8]) -> Option<Self> {
        let Some(padding) = &self.padding else {
            let (text, at) = fit_string(mould, data, 0, 0, &self.text)?;
            let rest = mould.get(self.text.end..)?;
            return (data.get(at..)? == rest).then_some(Self {
                text,
                padding: None,
            });
        };
        let (first, second) = match self.text.start < padding.start {
            true => (&self.text, padding),
            false => (padding, &self.text),
        };
        let (one, at) = fit_string(mould, data, 0, 0, first)?;
        let (two, at) = fit_string(mould, data, first.end, at, second)?;
        if data.get(at..)? != mould.get(second.end..)? {
            return None;
        }
        let (text, padding) = match self.text.start < padding.start {
            true => (one, two),
            false => (two, one),
        };
        if !is_name(data.get(padding.clone())?) {
            return None;
        }
        let padding = Some(padding);
        Some(Self { text, padding })
    }
}

/// The string in `data` that stands where `range` does in `mould`, and where it ends. What is in
/// front of it, from `mould_at` and `at` on, must be the same.
fn fit_string(
    mould: &[u8],
    data: &[u8],
    mould_at: usize,
    at: usize,
    range: &Range<usize>,
) -> Option<(Range<usize>, usize)> {
    let fixed = mould.get(mould_at..range.start)?;
    let rest = data.get(at..)?.strip_prefix(fixed)?;
    let start = at + fixed.len();
    let end = start + string_len(rest)?;
    Some((start..end, end))
}
