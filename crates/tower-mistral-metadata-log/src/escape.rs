//! Text that stays on its line, and in its order.

use std::fmt::{self, Display, Write};

/// A text for a log that people read: control characters, line separators and those that turn the
/// direction of writing are written as `\u{..}`, so that no value can forge a line or hide a part
/// of one.
///
/// ```
/// use tower_mistral_metadata_log::Escaped;
///
/// assert_eq!(Escaped("a\nb\u{202e}c").to_string(), r"a\u{a}b\u{202e}c");
/// ```
#[derive(Clone, Copy)]
pub struct Escaped<'a>(pub &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.contains(is_unsafe) {
            return f.write_str(self.0);
        }
        for c in self.0.chars() {
            match is_unsafe(c) {
                true => write!(f, "{}", c.escape_unicode())?,
                false => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

/// Control characters, line and paragraph separators, and what UAX 9 calls explicit directional
/// formatting, with the marks.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
