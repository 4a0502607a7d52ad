//! `ACTIVE_CONTENT`: `javascript:` and its kin, and `data:` URLs of documents.
//!
//! The colon is the anchor, and only what stands from there on goes: the name alone does nothing,
//! and nothing is held before its colon. A URL parser drops tabs and line ends (URL standard, section
//! 4.4), so tabs may stand in the name, and one that a line end cuts is known by its end.
//!
//! In an attribute, a link or an angle bracket any script counts; elsewhere, `JavaScript: the good
//! parts`, it has to do something right behind the colon. `javascript:void(0)` and `javascript:;` do
//! nothing and stay.

use super::markup::{Around, UrlCloser, is_space};
use super::{Automaton, Closer, END, Finder, Found, Scan, Spec, Tier};
use crate::edit::Entity;
use crate::left::Left;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::ACTIVE_CONTENT,
    placeholder: "[ACTIVE]",
    tier: Tier::Certain,
    about: "a URL that runs a script, or holds a document that may",
    source: "HTML standard, section 7.4.2.3.2; RFC 2397; OWASP XSS Filter Evasion Cheat Sheet",
    finder: Finder::Scan {
        new: || Automaton::Scheme(Scheme::default()),
        wakes: |c, _| c == ':',
        holds: None,
    },
    hits: &[
        "[x](javascript«:alert('x')»)",
        "<a href=\"JavaScript«: alert(1)»\">",
        "<a href='java&#9;script«&colon;f»'>",
        "go to vbscript«:msgbox(1)» now",
        "<a href=data«:text/html;base64,PHNjcmlwdD4=»>",
        "![x](data«:image/svg+xml,%3Csvg%3E»)",
    ],
    misses: &[
        "JavaScript: The Good Parts",
        "JavaScript:The Good Parts",
        "`javascript:` URLs",
        "```javascript:src/app.js\n",
        "<a href=\"javascript:void(0);\">",
        "[x](javascript:;)",
        "{\"javascript\": f(x)}",
        "![x](data:image/png;base64,iVBORw0KGgo=)",
        "data:text/html",
        "data: 5, text/html;",
        "background: url(\"data:image/svg+xml,%3Csvg%3E\")",
    ],
};

const SCRIPTS: [&str; 4] = ["javascript", "vbscript", "livescript", "jscript"];
/// The fewest characters of such a name at the beginning of a line.
const MIN_END: usize = 4;
const DOCUMENTS: [&str; 12] = [
    "application/ecmascript",
    "application/javascript",
    "application/x-javascript",
    "application/xhtml+xml",
    "application/xml",
    "image/svg",
    "image/svg+xml",
    "text/ecmascript",
    "text/html",
    "text/javascript",
    "text/vbscript",
    "text/xml",
];
/// Scripts that do nothing.
const VOID: [&str; 3] = ["void(0)", "void(0);", ";"];
/// White space behind the colon.
const MAX_BLANKS: usize = 64;

#[derive(Clone, Debug, Default)]
pub(crate) struct Scheme {
    start: u64,
    stage: Stage,
    around: Around,
}

#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    #[default]
    Out,
    /// So much white space behind the colon of a URL, before its script.
    Blanks(usize),
    /// So many characters of a script that does nothing.
    Void(usize, usize),
    /// In a text that may be a script; so far it does nothing. Whether that began.
    Idle(bool),
    /// So many characters of this type of document.
    Type(usize, usize),
}

impl Scan for Scheme {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        if let Some(Next::Found) = self.advance(c) {
            self.stage = Stage::Out;
            if c == END {
                return Some(Found::new(self.start, at));
            }
            self.around.ends(c);
            let closer = Closer::Url(UrlCloser::new(self.around));
            return Some(Found::opening(self.start, at + 1, closer));
        }
        if matches!(self.stage, Stage::Out) && c == ':' {
            self.start = at;
            (self.stage, self.around) = opened(at, left);
        }
        None
    }

    fn live(&self) -> Option<u64> {
        (!matches!(self.stage, Stage::Out)).then_some(self.start)
    }

    fn is_anchored(&self, _: u64, _: Left<'_>) -> bool {
        matches!(self.stage, Stage::Blanks(_) | Stage::Void(..))
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

enum Next {
    Stage(Stage),
    Found,
}

impl Scheme {
    /// Reads on. Something, if it was alive.
    fn advance(&mut self, c: char) -> Option<Next> {
        let next = match self.stage {
            Stage::Out => return None,
            Stage::Blanks(n) if is_space(c) && n < MAX_BLANKS => Next::Stage(Stage::Blanks(n + 1)),
            Stage::Blanks(_) => void(0, 0, c),
            Stage::Void(which, len) => void(which, len, c),
            Stage::Idle(has_begun) => idle(has_begun, c),
            Stage::Type(which, len) => document(which, len, c),
        };
        if let Next::Stage(stage) = next {
            self.stage = stage;
        }
        Some(next)
    }
}

/// One more character of a script in a URL.
fn void(which: usize, len: usize, c: char) -> Next {
    let read = VOID.get(which).and_then(|script| script.get(..len));
    let read = read.unwrap_or_default();
    let is_longer = |script: &&str| script.strip_prefix(read).is_some_and(|r| r.starts_with(c));
    if let Some(which) = VOID.iter().position(is_longer) {
        return Next::Stage(Stage::Void(which, len + 1));
    }
    let is_end = is_space(c) || matches!(c, '"' | '\'' | '`' | ')' | '>');
    if is_end && (len == 0 || VOID.contains(&read)) {
        return Next::Stage(Stage::Out);
    }
    Next::Found
}

/// One more character of a text that may be a script.
fn idle(has_begun: bool, c: char) -> Next {
    match c {
        '(' | '=' | '+' | '!' | ';' | '\\' | '%' | '&' => Next::Found,
        '/' | '{' if !has_begun => Next::Found,
        // Before something else that is found, or at the end of the text.
        END if has_begun => Next::Found,
        c if c.is_alphanumeric() || "_$.".contains(c) => Next::Stage(Stage::Idle(true)),
        _ => Next::Stage(Stage::Out),
    }
}

/// One more character of a type, or of what stands behind it.
fn document(which: usize, len: usize, c: char) -> Next {
    let read = DOCUMENTS.get(which).and_then(|name| name.get(..len));
    let read = read.unwrap_or_default();
    if len == 0 && matches!(c, '\t' | '\n' | '\r') {
        return Next::Stage(Stage::Type(which, len));
    }
    let is_longer = |name: &&str| name.strip_prefix(read).is_some_and(|r| r.starts_with(c));
    match DOCUMENTS.iter().position(is_longer) {
        Some(which) => Next::Stage(Stage::Type(which, len + 1)),
        None if DOCUMENTS.contains(&read) && matches!(c, ';' | ',') => Next::Found,
        None => Next::Stage(Stage::Out),
    }
}

/// What a colon at `at` begins, by the name before it and what that stands in.
fn opened(at: u64, left: Left<'_>) -> (Stage, Around) {
    let out = (Stage::Out, Around::Nothing);
    let mut back = left.back(at).filter(|b| *b != b'\t').peekable();
    let mut room = [0; 16];
    let mut len = 0;
    while let Some(byte) = back.next_if(u8::is_ascii_lowercase) {
        let Some(slot) = room.iter_mut().rev().nth(len) else {
            return out;
        };
        *slot = byte;
        len += 1;
    }
    let name = room.get(room.len() - len..).unwrap_or_default();
    let before = back.next();
    let before_that = back.next();
    let is_line_begun = matches!(before, Some(b'\n'..=b'\r'));
    let is_script = SCRIPTS.iter().any(|script| script.as_bytes() == name)
        || is_line_begun && len >= MIN_END && SCRIPTS.iter().any(|s| s.as_bytes().ends_with(name));
    if !is_script && name != b"data" || matches!(before, Some(b'-' | b'_' | b'.' | b'$')) {
        return out;
    }
    let around = match before {
        Some(quote @ (b'"' | b'\'' | b'`')) => Around::Quotes(char::from(quote)),
        Some(b'(') => Around::Parentheses(0),
        Some(b'<') => Around::Angles,
        _ => Around::Nothing,
    };
    let is_url = match before {
        Some(b'(') => before_that == Some(b']'),
        Some(b'"' | b'\'' | b'`') => matches!(before_that, Some(b'=' | b' ' | b'(')),
        Some(b'<' | b'=') => true,
        // `[x]: javascript:`
        Some(b' ') => before_that == Some(b':') && back.peek() == Some(&b']'),
        _ => false,
    };
    match () {
        () if is_script && is_url => (Stage::Blanks(0), around),
        () if is_script => (Stage::Idle(false), around),
        // An image in a style sheet runs nothing.
        () if is_image(before, before_that, &mut back) => out,
        () => (Stage::Type(0, 0), around),
    }
}

/// Whether `url(` stands before, with a quotation mark or without.
fn is_image(
    before: Option<u8>,
    before_that: Option<u8>,
    back: &mut impl Iterator<Item = u8>,
) -> bool {
    let mut open = [before, before_that].into_iter().flatten().chain(back);
    let first = open.next();
    let paren = match first {
        Some(b'"' | b'\'') => open.next(),
        other => other,
    };
    paren == Some(b'(') && open.take(3).eq(*b"lru")
}
