//! Shapes: values made of groups, as data.
//!
//! A shape is a template and a check. All shapes of a class of runs are compiled into one table
//! that is walked once from each place where a value may begin.

use super::runs::{CALL_NUMBER, CODE, NUMBER, Runs, SPACED_CODE};
use super::table::{DIGIT, LETTER, kind};
use crate::context::Context;

/// The longest value, in characters.
pub(crate) const MAX_SHAPE: usize = 32;

/// What values of a rule look like.
///
/// In a template `9` is a digit, `a` a letter, `x` either (but a value is not all digits); `A` and
/// `X` are the same, and then all letters have to be capitals. `-`, `.`, `/` and a blank stand for themselves, `~` is one of blank,
/// hyphen and dot, the same throughout. `9{6,8}` is six to eight digits, once in a template.
///
/// A value is a whole word, or some that blanks set apart: no letter, digit or identifier goes on
/// with it on either side.
#[derive(Debug)]
pub(crate) struct Shape {
    template: &'static str,
    /// The words of which one has to stand before; none are needed if this is empty.
    context: Context,
    /// Whether the letters (in lower case) and digits of a value are right.
    check: fn(&[u8]) -> bool,
}

impl Shape {
    /// A shape that needs no words before it.
    pub(super) const fn free(template: &'static str, check: fn(&[u8]) -> bool) -> Self {
        Self::behind(Context::NONE, template, check)
    }

    /// A shape that counts only behind words of these classes.
    pub(super) const fn behind(
        context: Context,
        template: &'static str,
        check: fn(&[u8]) -> bool,
    ) -> Self {
        Self {
            template,
            context,
            check,
        }
    }

    pub(crate) fn context(&self) -> Context {
        self.context
    }

    /// Whether the letters and digits of a value are right. Of digits alone only a shape without
    /// letters is a value: it is looked for among the numbers.
    pub(crate) fn is_right(&self, value: &[u8]) -> bool {
        let is_number = value.iter().all(u8::is_ascii_digit);
        (!is_number || !self.has_letters()) && (self.check)(value)
    }

    fn has_letters(&self) -> bool {
        self.template.contains(['a', 'A', 'x', 'X'])
    }

    /// Whether its letters are capitals.
    pub(crate) fn is_capital(&self) -> bool {
        self.template.contains(['A', 'X'])
    }

    /// The class of runs that its values stand in.
    pub(crate) fn runs(&self) -> &'static Runs {
        let is_open = self.template.contains([' ', '~', '/']);
        match (self.has_letters(), is_open) {
            (true, true) => &SPACED_CODE,
            (true, false) => &CODE,
            (false, _) if self.template.contains('/') => &CALL_NUMBER,
            (false, _) => &NUMBER,
        }
    }

    /// The kinds of characters at each place, for each way to write a value.
    pub(super) fn expanded(&self) -> Vec<Vec<u8>> {
        let signs = if self.template.contains('~') {
            " -."
        } else {
            "~"
        };
        let ways = signs.chars().flat_map(|sign| {
            let (from, to) = self.repeats();
            (from..=to).map(move |count| (sign, count))
        });
        ways.map(|(sign, count)| self.written(sign, count))
            .collect()
    }

    /// The counts in braces.
    fn repeats(&self) -> (usize, usize) {
        let braces = self.template.split_once('{').map_or("1,1", |(_, rest)| {
            rest.split('}').next().unwrap_or_default()
        });
        let (from, to) = braces.split_once(',').unwrap_or((braces, braces));
        let count = |text: &str| text.parse().expect("braces hold counts");
        (count(from), count(to))
    }

    fn written(&self, sign: char, count: usize) -> Vec<u8> {
        let (mut kinds, mut is_count) = (Vec::new(), false);
        for c in self.template.chars() {
            match c {
                '{' => {
                    is_count = true;
                    let last = *kinds.last().expect("something is repeated");
                    kinds.extend(std::iter::repeat_n(last, count - 1));
                }
                '}' => is_count = false,
                _ if is_count => {}
                '9' => kinds.push(DIGIT),
                'a' | 'A' => kinds.push(LETTER),
                'x' | 'X' => kinds.push(DIGIT | LETTER),
                '~' => kinds.push(1 << kind(sign as u8).expect("a sign")),
                c => kinds.push(1 << kind(c as u8).expect("a sign of a template")),
            }
        }
        assert!(kinds.len() <= MAX_SHAPE, "a shape is short");
        kinds
    }
}
