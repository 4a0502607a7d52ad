//! What the rules for HTML and links share: white space, and the ends of tags, values and URLs.

use super::Swallow;

/// No tag, value or URL is swallowed further than so many characters.
const MAX_SWALLOWED: usize = 8 * 1024;

/// White space of HTML.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{c}' | '\r')
}

/// Finds an empty line, where neither Markdown nor a careful reader goes on with a tag.
#[derive(Clone, Copy, Debug, Default)]
struct Lines {
    len: usize,
    is_empty: bool,
}

impl Lines {
    /// Whether the text ends for a tag before this character.
    fn end(&mut self, c: char) -> bool {
        self.len += 1;
        match c {
            '\n' if self.is_empty => return true,
            '\n' => self.is_empty = true,
            ' ' | '\t' | '\r' => {}
            _ => self.is_empty = false,
        }
        self.len > MAX_SWALLOWED
    }
}

/// Finds the `>` of a tag, from behind the `=` of a value on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TagCloser {
    place: Place,
    lines: Lines,
}

#[derive(Clone, Copy, Debug, Default)]
enum Place {
    #[default]
    BeforeValue,
    Quoted(char),
    Other,
}

impl TagCloser {
    pub(super) fn step(&mut self, c: char) -> Swallow {
        if self.lines.end(c) {
            return Swallow::EndBefore;
        }
        self.place = match self.place {
            Place::Quoted(quote) if c == quote => Place::Other,
            Place::Quoted(quote) => Place::Quoted(quote),
            _ if c == '>' => return Swallow::EndAfter,
            _ if c == '<' => return Swallow::EndBefore,
            Place::BeforeValue if matches!(c, '"' | '\'') => Place::Quoted(c),
            Place::BeforeValue if is_space(c) => Place::BeforeValue,
            _ if c == '=' => Place::BeforeValue,
            _ => Place::Other,
        };
        Swallow::More
    }
}

/// Finds the end of an attribute's value: behind its quote, or before white space or `>`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ValueCloser {
    quote: Option<char>,
    lines: Lines,
}

impl ValueCloser {
    pub(super) fn new(quote: Option<char>) -> Self {
        Self {
            quote,
            lines: Lines::default(),
        }
    }

    pub(super) fn step(&mut self, c: char) -> Swallow {
        match self.quote {
            _ if self.lines.end(c) => Swallow::EndBefore,
            Some(quote) if c == quote => Swallow::EndAfter,
            None if is_space(c) || c == '>' => Swallow::EndBefore,
            _ => Swallow::More,
        }
    }
}

/// What a URL stands in, which says where it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Around {
    /// Text: it ends before white space, a quotation mark or an angle bracket.
    #[default]
    Nothing,
    Quotes(char),
    /// Parentheses, with so many open ones in the URL itself.
    Parentheses(u16),
    Angles,
}

impl Around {
    /// Whether the URL ends before this character.
    pub(super) fn ends(&mut self, c: char) -> bool {
        match self {
            _ if matches!(c, '\n' | '\r' | '\0') => true,
            Self::Quotes(quote) => c == *quote,
            Self::Angles => matches!(c, '<' | '>'),
            _ if c == ' ' || c == '\t' => true,
            Self::Nothing => matches!(c, '"' | '<' | '>'),
            Self::Parentheses(open) => {
                match c {
                    '(' => *open = open.saturating_add(1),
                    ')' if *open == 0 => return true,
                    ')' => *open -= 1,
                    _ => {}
                }
                false
            }
        }
    }
}

/// Finds the end of a URL. What stands behind it early is no URL any more, for its head is gone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UrlCloser {
    around: Around,
    len: usize,
}

impl UrlCloser {
    pub(super) fn new(around: Around) -> Self {
        Self { around, len: 0 }
    }

    pub(super) fn step(&mut self, c: char) -> Swallow {
        self.len += 1;
        if self.around.ends(c) || self.len > MAX_SWALLOWED {
            return Swallow::EndBefore;
        }
        Swallow::More
    }
}
