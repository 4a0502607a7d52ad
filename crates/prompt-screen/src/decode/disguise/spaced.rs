//! Words whose letters are spaced out.

use std::iter;

use super::{Eye, FEWEST, each_letter};
use crate::{decode::segment::segment, key::Hash, read::Gap};

impl Eye<'_> {
    /// Reads letters that stand alone from word `from` on; returns how many there are.
    pub(super) fn spaced(&mut self, from: usize) -> usize {
        let is_short = |at: usize| self.words.get(at).is_some_and(|word| word.span.len() <= 4);
        if !is_short(from) || !is_short(from + 1) {
            return 0;
        }
        let mut run: Vec<char> = self.letter(from).into_iter().collect();
        if run.is_empty() {
            return 0;
        }
        let mut least = usize::MAX;
        while let Some(between) = self.between(from + run.len() - 1) {
            let next = from + run.len();
            let apart = between.len() > 6 || self.gap(next) == Some(Gap::Paragraph);
            let Some(letter) = self.letter(next).filter(|_| !apart) else {
                break;
            };
            least = least.min(between.len());
            run.push(letter);
        }
        let alphabetic = run.iter().filter(|letter| letter.is_alphabetic()).count();
        if run.len() < FEWEST || 2 * alphabetic <= run.len() {
            return 0;
        }
        let is_wide = |at: &usize| {
            let between = self.between(from + at - 1);
            between.is_some_and(|between| between.len() > least || between.contains('\n'))
        };
        let mut bounds: Vec<usize> = (1..run.len()).filter(is_wide).collect();
        let has_bounds = !bounds.is_empty();
        bounds.push(run.len());
        let starts = iter::once(0).chain(bounds.iter().copied());
        if !starts.zip(&bounds).any(|(start, end)| end - start > 2) {
            // Abbreviations rather than a word.
            return 0;
        }
        let mut start = 0;
        for end in bounds {
            self.spaced_word(
                from,
                start,
                run.get(start..end).unwrap_or_default(),
                has_bounds,
            );
            start = end;
        }
        run.len()
    }

    fn letter(&self, at: usize) -> Option<char> {
        let word = self.words.get(at)?;
        let bytes = self.text.as_bytes().get(word.span.clone())?;
        if bytes.iter().all(u8::is_ascii_alphanumeric) {
            let [only] = <[u8; 1]>::try_from(bytes).ok()?;
            return Some(char::from(only.to_ascii_lowercase()));
        }
        let mut first = None;
        let mut count = 0;
        each_letter(self.text.get(word.span.clone())?, |letter| {
            first = Some(letter);
            count += 1;
        });
        first.filter(|_| count == 1)
    }

    fn spaced_word(&mut self, from: usize, start: usize, letters: &[char], is_whole: bool) {
        let whole = hash(letters);
        if is_whole || (self.knows)(whole) {
            self.found += u32::from(letters.len() > 1);
            return self.join(from + start..from + start + letters.len(), whole);
        }
        for part in segment(letters, self.knows) {
            let key = hash(letters.get(part.clone()).unwrap_or_default());
            self.found += u32::from(part.len() > 1);
            self.join(from + start + part.start..from + start + part.end, key);
        }
    }
}

fn hash(letters: &[char]) -> u64 {
    let mut hash = Hash::default();
    for letter in letters {
        hash.push(*letter);
    }
    hash.key()
}
