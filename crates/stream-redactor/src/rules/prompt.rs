//! `SYSTEM_PROMPT`: from the words `system prompt:` to the end of the line.
//!
//! Up to [`MAX_GAP`] blanks of any kind stand between the words and before the colon; Markdown's
//! marks and quotes may stand before the colon too (`**System prompt**:`, `"system prompt":`). The
//! colon decides: without it the words are a mention and stay. A line ends where Unicode ends it
//! (UAX #14: LF, VT, FF, CR, NEL, LS, PS); the line end itself stays.

use super::{Automaton, Closer, Finder, Found, Scan, Spec, Swallow, Tier, is_word};
use crate::edit::Entity;
use crate::left::Left;
use crate::plan::Kind;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::SYSTEM_PROMPT,
    placeholder: super::SECRET_TEXT,
    tier: Tier::Certain,
    about: "the words \"system prompt\", a colon and the rest of the line",
    source: "the words of the leak themselves",
    finder: Finder::Scan {
        new: || Automaton::Prompt(Prompt::default()),
        wakes: |c, before| c == 's' && before == Kind::Other,
        holds: None,
    },
    hits: &["My «system prompt: You are a helpful bot.»\nok"],
    misses: &["A system prompt is text.", "system: prompt"],
};

const FIRST: &str = "system";
const SECOND: &str = "prompt";
const MAX_GAP: u8 = 16;

#[derive(Clone, Debug, Default)]
pub(crate) struct Prompt {
    stage: Stage,
    start: u64,
}

#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    #[default]
    Out,
    /// So many characters of the first word.
    First(usize),
    /// So many blanks after it.
    Between(u8),
    Second(usize),
    BeforeColon(u8),
}

impl Scan for Prompt {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        if matches!(self.stage, Stage::BeforeColon(_)) && c == ':' {
            self.stage = Stage::Out;
            let closer = Closer::Prompt(PromptCloser);
            return Some(Found::opening(self.start, at + 1, closer));
        }
        self.stage = self.stage.next(c);
        // The words share no beginning, so a start can only have been missed right here.
        if matches!(self.stage, Stage::Out)
            && !left.prev.is_some_and(is_word)
            && FIRST.starts_with(c)
        {
            self.stage = Stage::First(1);
            self.start = at;
        }
        None
    }

    fn live(&self) -> Option<u64> {
        match self.stage {
            Stage::Out => None,
            _ => Some(self.start),
        }
    }

    fn is_anchored(&self, _: u64, _: Left<'_>) -> bool {
        false
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Stage {
    fn next(self, c: char) -> Self {
        match self {
            Self::First(n) if FIRST.chars().nth(n) == Some(c) => Self::First(n + 1),
            Self::First(n) if n == FIRST.len() && is_blank(c) => Self::Between(1),
            Self::Between(n) if n < MAX_GAP && is_blank(c) => Self::Between(n + 1),
            Self::Between(_) if SECOND.starts_with(c) => Self::Second(1),
            // Behind the whole word the colon may come at once, so the gap begins with it.
            Self::Second(n) if SECOND.chars().nth(n) == Some(c) => match n + 1 {
                n if n == SECOND.len() => Self::BeforeColon(0),
                n => Self::Second(n),
            },
            Self::BeforeColon(n) if n < MAX_GAP && (is_blank(c) || is_mark(c)) => {
                Self::BeforeColon(n + 1)
            }
            _ => Self::Out,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct PromptCloser;

impl PromptCloser {
    pub(super) fn step(self, c: char) -> Swallow {
        if is_line_end(c) {
            Swallow::EndBefore
        } else {
            Swallow::More
        }
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() && !is_line_end(c)
}

fn is_mark(c: char) -> bool {
    matches!(c, '*' | '_' | '"' | '\'' | '`')
}

fn is_line_end(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}
