//! `ACTIVE_CONTENT`: tags of elements that load another document or change where links lead.
//!
//! After the HTML tokenizer (HTML standard, section 13.2.5): the name follows `<` at once, white
//! space or `/` ends it. An element without attributes does nothing, so only a tag with a value in
//! it counts, and `<iframe>` in a sentence stays. From the first `=` on the tag disappears up to its
//! `>`, or up to where it is certain to be none: another `<`, an empty line.
//!
//! Between backticks it goes too, and only the tag, as `<script>` does: whether they are closed is not
//! known yet.

use super::markup::{TagCloser, is_space};
use super::{Automaton, Closer, Finder, Found, Scan, Spec, Tier};
use crate::edit::Entity;
use crate::left::Left;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::ACTIVE_CONTENT,
    placeholder: "[ACTIVE]",
    tier: Tier::Certain,
    about: "a tag that embeds a document, a program or a frame, or moves all links",
    source: "HTML standard, sections 4.2.3, 4.8, 13.2.5 and 16.2; OWASP XSS Prevention Cheat Sheet",
    finder: Finder::Scan {
        new: || Automaton::Tag(Tag::default()),
        wakes: |c, _| c == '<',
        holds: None,
    },
    hits: &[
        "a «<iframe src=//x.example>»b",
        "«<EMBED/src='a>b'>»",
        "«<object\tid=x data=x.swf>»</object>",
        "`«<base href=x>»`",
    ],
    misses: &[
        "<iframe>",
        "the <iframe> tag",
        "< iframe src=x>",
        "<frames a=b>",
        "`<iframe>` and `<base>`",
        "<object class=\"GtkWindow\">",
        "List<object> a = b",
        "a <base && b = c",
    ],
};

/// Elements, and the attributes that make them load something: in XML and in program code their names
/// stand for other things too. Any attribute of those without a list.
const TAGS: [(&str, &[&str]); 9] = [
    ("applet", &["archive", "code", "codebase", "object"]),
    ("base", &["href", "target"]),
    ("embed", &["src", "type"]),
    ("fencedframe", &[]),
    ("frame", &["src"]),
    ("frameset", &["rows", "cols"]),
    ("iframe", &[]),
    ("object", &["classid", "codebase", "data", "type"]),
    ("portal", &["src"]),
];
/// So far in the tag the first value is looked for.
const MAX_HEAD: usize = 128;

#[derive(Clone, Debug, Default)]
pub(crate) struct Tag {
    start: u64,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    #[default]
    Out,
    /// So many characters of this name.
    Name(usize, usize),
    /// Behind the name, so many characters.
    Head(usize, usize),
}

impl Scan for Tag {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        let found = self.advance(c, at, left);
        if matches!(self.stage, Stage::Out) && c == '<' {
            self.start = at;
            self.stage = Stage::Name(0, 0);
        }
        found
    }

    fn live(&self) -> Option<u64> {
        (!matches!(self.stage, Stage::Out)).then_some(self.start)
    }

    fn is_anchored(&self, _: u64, _: Left<'_>) -> bool {
        !matches!(self.stage, Stage::Out | Stage::Name(..))
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Tag {
    fn advance(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        let (stage, found) = match self.stage {
            Stage::Out => (Stage::Out, None),
            Stage::Name(name, len) => (goes_on(name, len, c), None),
            Stage::Head(..) if matches!(c, '<' | '>' | '[' | '\0') => (Stage::Out, None),
            Stage::Head(name, _) if c == '=' && is_value(name, at, left) => {
                (Stage::Out, Some(self.opening(at)))
            }
            Stage::Head(name, n) if n < MAX_HEAD => (Stage::Head(name, n + 1), None),
            Stage::Head(..) => (Stage::Out, None),
        };
        self.stage = stage;
        found
    }

    fn opening(&self, at: u64) -> Found {
        Found::opening(self.start, at + 1, Closer::Tag(TagCloser::default()))
    }
}

/// One more character of a name, or of what ends it.
fn goes_on(name: usize, len: usize, c: char) -> Stage {
    let read = TAGS.get(name).and_then(|(name, _)| name.get(..len));
    let read = read.unwrap_or_default();
    let names = || TAGS.iter().map(|(name, _)| *name);
    let is_longer = |name: &str| name.strip_prefix(read).is_some_and(|r| r.starts_with(c));
    if let Some(name) = names().position(is_longer) {
        return Stage::Name(name, len + 1);
    }
    match names().position(|name| name == read) {
        Some(name) if is_space(c) || c == '/' => Stage::Head(name, 0),
        _ => Stage::Out,
    }
}

/// Whether the attribute before a `=` makes the element load something.
fn is_value(name: usize, at: u64, left: Left<'_>) -> bool {
    let loading = TAGS.get(name).map_or(&[][..], |(_, loading)| loading);
    loading.is_empty() || left.follows_word(at, loading)
}
