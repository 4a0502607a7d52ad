//! Where in a text something stands, for people.

use std::fmt;

/// A line and a column, both counted from 1, columns in characters (code points).
pub(super) struct Position {
    line: u64,
    column: u64,
}

impl Position {
    pub(super) fn start() -> Self {
        Self { line: 1, column: 1 }
    }

    /// Goes to the place behind `text`.
    pub(super) fn pass(&mut self, text: &str) {
        let lines = text.bytes().filter(|b| *b == b'\n').count();
        let tail = match text.rsplit_once('\n') {
            Some((_, tail)) => {
                self.column = 1;
                tail
            }
            None => text,
        };
        self.line += lines as u64;
        self.column += tail.chars().count() as u64;
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
