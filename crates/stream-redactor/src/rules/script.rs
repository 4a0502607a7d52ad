//! `SCRIPT`: a `<script` tag and everything up to the `>` of its end tag.
//!
//! After the HTML tokenizer (HTML standard, section 13.2.5): the name follows `<` at once, so
//! `< script>` is text; white space, `/` or `>` ends it, so `<scripts>` is another tag; a slash
//! does not close the element, so `<script/>` swallows like `<script>`. The first `</script` with
//! such an end closes, even inside an attribute or a comment: what is left then is inert, for its
//! opening is gone. Without a closer everything to the end of the text is swallowed, without limit
//! and without memory.
//!
//! One mention is told apart, because answers about HTML are full of it: in `` `<script>` ``, a
//! tag that is alone between backticks, only the tag is replaced.

use super::{Automaton, Closer, Finder, Found, Scan, Spec, Swallow, Tier};
use crate::edit::Entity;
use crate::left::Left;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::SCRIPT,
    placeholder: "[SCRIPT]",
    tier: Tier::Certain,
    about: "a <script> tag and all up to its end tag",
    source: "HTML standard, section 13.2.5",
    finder: Finder::Scan {
        new: || Automaton::Script(Script::default()),
        wakes: |c, _| c == '<',
        holds: None,
    },
    hits: &["a«<script src=x>alert(1)</script >»b", "`«<script>»`"],
    misses: &["<scripts>", "< script>"],
};

const OPEN: &str = "<script";
const CLOSE: &str = "</script";

#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    matched: usize,
    start: u64,
    in_backticks: bool,
}

impl Scan for Script {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        if self.matched == OPEN.len() && ends_name(c) {
            let closer = ScriptCloser {
                mention: self.in_backticks,
                tag: if c == '>' { Tag::JustClosed } else { Tag::Open },
                matched: 0,
            };
            self.matched = 0;
            return Some(Found::opening(self.start, at + 1, Closer::Script(closer)));
        }
        self.matched = advance(OPEN, self.matched, c);
        if self.matched == 1 {
            self.start = at;
            self.in_backticks = left.prev == Some('`');
        }
        None
    }

    fn live(&self) -> Option<u64> {
        (self.matched > 0).then_some(self.start)
    }

    fn is_anchored(&self, _: u64, _: Left<'_>) -> bool {
        self.matched == OPEN.len()
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct ScriptCloser {
    /// The tag followed a backtick.
    mention: bool,
    tag: Tag,
    /// Characters of the closer read so far; more than its length in its attributes.
    matched: usize,
}

/// Where the opening tag stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Open,
    JustClosed,
    Done,
}

impl ScriptCloser {
    pub(super) fn step(&mut self, c: char) -> Swallow {
        if self.mention && self.tag == Tag::JustClosed && c == '`' {
            return Swallow::EndBefore;
        }
        self.tag = match self.tag {
            Tag::Open if c == '>' => Tag::JustClosed,
            Tag::Open => Tag::Open,
            Tag::JustClosed | Tag::Done => Tag::Done,
        };
        if self.matched < CLOSE.len() {
            self.matched = advance(CLOSE, self.matched, c);
            return Swallow::More;
        }
        if c == '>' {
            return Swallow::EndAfter;
        }
        if self.matched > CLOSE.len() || ends_name(c) {
            self.matched = CLOSE.len() + 1;
        } else {
            self.matched = advance(CLOSE, 0, c);
        }
        Swallow::More
    }
}

/// Matches on: `<` stands only at the beginning of a pattern, so a mismatch starts over.
fn advance(pattern: &str, matched: usize, c: char) -> usize {
    if pattern.chars().nth(matched) == Some(c) {
        return matched + 1;
    }
    usize::from(c == '<')
}

fn ends_name(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{c}' | '\r' | ' ' | '/' | '>')
}
